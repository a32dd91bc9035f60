"""The real counting path and its archive: random events through the inbox, and the inbox as segments on the disk."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from leaderboard.archive.layout import Layout
from leaderboard.domain.kept_events import KeptAdSpend, KeptEvent, KeptHeartbeat
from leaderboard.store import keys
from leaderboard.store.inbox import read_entries
from leaderboard.store.store import Store
from tests.conftest import Service
from tests.recount.archive_lines import START_MS, Line, a_refund, a_view, an_order, write_archive

HOUR_MS = 3_600_000
CAMPAIGN = "apollo-test"


async def archive_inbox(store: Store, directory: Path) -> None:
    """Everything in the inbox as one more segment, and the archive's place behind it."""
    lines, through = [], {}
    for partition in store.inbox.partitions:
        found = await store.client.do("XRANGE", keys.inbox(partition), "-", "+")
        for entry in read_entries(partition, found):
            sequence = int(entry.id.partition("-")[2])
            events = enumerate(entry.decode())
            lines += [Line(event, entry.received_ms, sequence, n, partition) for n, event in events]
            through[partition] = entry.id
    layout = Layout(directory)
    layout.make()
    write_archive(layout.segments, lines, segments=1)
    await store.archiving.acknowledge(through)


async def enroll(
    service: Service, account: str, campaign: str = CAMPAIGN, hosts: Sequence[str] = ("h1",)
) -> None:
    slot = {"start": START_MS, "end": START_MS + HOUR_MS}
    body = {"hosts": [{"host_id": host, "schedule": [slot]} for host in hosts]}
    setting = {"agency_id": "north", "name": account, "kind": "partner", "country": "US"}
    await service.ask("PUT", f"/v1/accounts/{account}", setting)
    for host in hosts:
        await service.ask("PUT", f"/v1/accounts/{account}/hosts/{host}", {"name": host})
    answer = await service.ask("PUT", f"/v1/campaigns/{campaign}/enrollments/{account}", body)
    assert answer.status in (200, 201), answer.body


def random_events(rng: random.Random, accounts: Sequence[str], n: int) -> list[KeptEvent]:
    """Events of all kinds around the window, with repetitions, conflicts and refunds of anything."""
    return [_random_event(rng, rng.choice(accounts)) for _ in range(n)]


def _random_event(rng: random.Random, account: str) -> KeptEvent:
    at_ms = START_MS + rng.choice([-1, 0, 0, 5, 13, 14 * 24, 9 * 24]) * HOUR_MS + rng.randrange(2)
    number, kind = rng.randrange(40), rng.randrange(10)
    if kind < 3:
        mark = rng.choice([None, None, "crawler", "data_centre"])
        return a_view(
            number, rng.randrange(30), at_ms, account, product_id=f"p{rng.randrange(3)}", invalid=mark
        )
    if kind < 6:
        return _heartbeat(rng, account, number)
    if kind < 8:
        order_id = rng.choice([f"o{number}", f"event:{number}"])
        visitor, currency = rng.choice([None, 5]), rng.choice(["USD", "USD", "EUR"])
        return an_order(
            number, rng.choice([100, 250]), at_ms, account, id=order_id, visitor=visitor, currency=currency
        )
    if kind == 8:
        order = rng.choice([f"o{rng.randrange(60)}", f"event:{rng.randrange(40)}"])
        return a_refund(
            number, order, rng.choice([40, 100]), at_ms, account, currency=rng.choice(["USD", "EUR"])
        )
    return KeptAdSpend(f"a{number}", at_ms, account, 10, "USD")


def _heartbeat(rng: random.Random, account: str, number: int) -> KeptHeartbeat:
    second = rng.choice([0, 0, 0, 14 * 86_400]) + rng.randrange(-60, 1_500)
    return KeptHeartbeat(
        id=f"b{number}-{rng.randrange(4)}",
        at_ms=START_MS + second * 1_000 + rng.randrange(3),
        account_id=account,
        host_id=rng.choice(["h1", "h1", "h2"]),
        live_session_id=rng.choice(["s1", "s2"]),
        covers_ms=rng.choice([20_000, 60_000, 60_000, 1_001]),
        activity=rng.choice(["explaining", "explaining", "displaying", "idle"]),
        order_channel=rng.choice(["in_app", "in_app", "authorized", "none"]),
        product_id=rng.choice(["p1", "p2", "p3", None]),
        motion=rng.choice([None, 0.5, 0.5]),
        recorded=rng.choice([None, None, None, False, True]),
    )

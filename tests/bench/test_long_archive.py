"""An archive that repeats a short one: every event is another one, and what it must give grows with it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from leaderboard.archive import manifest, reading
from leaderboard.archive.lines import Archived
from leaderboard.bench.long_archive import COUNTED_BITS, Original, expected, original, write
from leaderboard.demo.campaign import apollo_now
from leaderboard.demo.world import World, make_world
from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.kept_events import (
    KeptEvent,
    KeptHeartbeat,
    KeptOrder,
    KeptRefund,
    KeptView,
)
from leaderboard.domain.times import DAY_MS
from leaderboard.store.store import Store

NOW_MS = 1_790_000_000_000
RECEIVED_MS = NOW_MS + 5
AT_MS = apollo_now(NOW_MS).starts_at_ms + DAY_MS
WORLD = make_world(5, 3)
ACCOUNT = WORLD.accounts[0]
HOST = next(host.id for host in ACCOUNT.hosts if host.registered)


def beat(number: int, host: str = HOST) -> KeptHeartbeat:
    at_ms = AT_MS + (number + 1) * 20_000
    return KeptHeartbeat(
        f"h{number}", at_ms, ACCOUNT.id, host, "s", 20_000, "explaining", "in_app", "p", motion=0.5
    )


def small() -> Original:
    name = ACCOUNT.id
    first: list[KeptEvent] = [
        KeptView("v1", AT_MS, name, "p", 1),
        KeptView("v2", AT_MS, name, "p", 2),
        KeptView("v2", AT_MS, name, "p", 2),
        KeptOrder("o1", AT_MS, name, 500, "USD"),
        KeptOrder("o1", AT_MS, name, 500, "USD"),
        KeptOrder("o2", AT_MS, name, 700, "EUR", visitor=9),
        beat(0),
        beat(5, host="nobody-knows-him"),
    ]
    second: list[KeptEvent] = [
        KeptView("v3", AT_MS, name, "p", 1),
        KeptRefund("r1", AT_MS, name, "o1", 100, "USD"),
        KeptRefund("r2", AT_MS, name, "o1", 50, "USD"),
        beat(1),
    ]
    return Original([(0, first), (250, second)], events=12, to_recount=12, length_ms=60_000)


def test_repeated_three_times_every_count_is_three_times_as_large() -> None:
    definition = parse_toml(apollo_now(NOW_MS).toml)

    (found,) = expected(WORLD, definition, small(), 3, RECEIVED_MS)

    row = found.row
    assert (row.score, row.orders, row.refunded_orders) == (6, 6, 3)
    assert (row.sales_minor, row.refunded_minor, row.effective_ms) == (1_500, 450, 120_000)
    assert row.reached_ms == RECEIVED_MS + 120_000
    assert (found.sales, found.refunds) == ({"USD": 1_500, "EUR": 2_100}, {"USD": 450})


async def test_no_event_and_no_visitor_comes_back_in_a_repetition(store: Store, tmp_path: Path) -> None:
    through = write(tmp_path, small(), 3, RECEIVED_MS, store.inbox)

    lines = [line for line in reading.events(tmp_path) if isinstance(line, Archived)]
    ids = Counter((type(line.event), line.event.id) for line in lines)
    visitors = {line.event.visitor & COUNTED_BITS for line in lines if isinstance(line.event, KeptView)}
    orders = {line.event.id for line in lines if isinstance(line.event, KeptOrder)}
    assert len(lines) == 36
    assert sorted(ids.values()) == [1] * 24 + [2] * 6
    assert len(visitors) == 6
    assert all(line.event.order_id in orders for line in lines if isinstance(line.event, KeptRefund))
    assert through == {store.inbox.partition_of(ACCOUNT.id): f"{RECEIVED_MS + 120_250}-0"}
    assert sum(one.events for one in manifest.read(tmp_path / "manifest.ndjson")) == 36
    assert reading.verify(tmp_path) == 1


def test_the_original_is_as_long_as_it_says() -> None:
    world: World = make_world(5, 20)

    one = original(world, 3_000, AT_MS)

    events = [event for _, batch in one.batches for event in batch]
    assert len(events) == one.events == 3_000
    assert one.to_recount <= one.events
    assert one.batches[-1][0] < one.length_ms
    assert [at_ms for at_ms, _ in one.batches] == sorted(at_ms for at_ms, _ in one.batches)

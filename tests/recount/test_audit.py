"""The audit: agrees with the real counting path to the last unit, and names what was broken on purpose."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from leaderboard.domain.standings import Row
from leaderboard.recount.audit import Recounted, compare
from leaderboard.store import keys
from leaderboard.store.audits import Audits
from leaderboard.store.store import Store
from tests.conftest import Service
from tests.recount.archive_lines import a_beat, a_view, an_order
from tests.recount.real_path import CAMPAIGN, archive_inbox, enroll, random_events
from workers.auditing import How, TooSlow, audit


def how(archive: Path, rounds: int = 1) -> How:
    return How(archive, id_memory_h=48, rounds=rounds, wait_s=0.3)


async def send(store: Store, *events: object) -> None:
    await store.inbox.append(events, "r")  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
async def test_the_archive_gives_what_the_real_path_has_counted(
    apollo_service: Service, apollo: object, tmp_path: Path, seed: int
) -> None:
    rng, store = random.Random(seed), apollo_service.store
    text = apollo("other", start="2022-02-14T00:00:00", end="2022-02-20T00:00:00")  # type: ignore[operator]
    text = text.replace('"effective_live >= 14h"', '"effective_live >= 3m"')
    text = text.replace('evidence = "5m"', 'evidence = "5m"\nbridge = "90s"\n')
    assert 'bridge = "90s"' in text
    toml = {"Content-Type": "application/toml"}
    saved = await apollo_service.ask("PUT", "/v1/campaigns/other", data=text.encode(), headers=toml)
    assert saved.status == 201, saved.body
    for account in ("a1", "a2"):
        await enroll(apollo_service, account)
    await enroll(apollo_service, "a1", "other", ("h1", "h2"))
    for part in range(12):
        if part == 6:
            await enroll(apollo_service, "a2", "other", ("h2",))
            await enroll(apollo_service, "a4", CAMPAIGN, ("h1", "h2"))
        await send(store, *random_events(rng, ["a1", "a2", "a4"], rng.randrange(1, 80)))
        await asyncio.sleep(0.002)
    await archive_inbox(store, tmp_path)
    await apollo_service.count()

    for campaign in (CAMPAIGN, "other"):
        found = await audit(store, campaign, how(tmp_path))

        assert found.differences == ()
        assert found.not_compared == ()
    rows = await store.standings.rows(CAMPAIGN, ["a1", "a2", "a4"])
    assert all(min(row.score, row.orders, row.refunded_orders, row.kept_ms) > 0 for row in rows)
    assert sum(row.effective_ms for row in rows) > 0
    assert sum(row.invalid_uv for row in rows) > 0


@pytest.fixture
async def counted(apollo_service: Service, tmp_path: Path) -> Service:
    """a1 has two visitors and an order of 10.00, a2 one visitor; all is counted and archived in `tmp_path`."""
    await send(
        apollo_service.store,
        a_view(1, 1),
        a_view(2, 2),
        an_order(1, 1000),
        a_view(1, 1, account="a2"),
        a_beat(1, a_view(1, 1).at_ms + 20_000),
    )
    await archive_inbox(apollo_service.store, tmp_path)
    await apollo_service.count()
    return apollo_service


async def broken(service: Service, account: str, **values: int | bool) -> None:
    """Changes what is published of an account, behind the service's back."""
    client, key = service.store.client, keys.rows(CAMPAIGN)
    packed = msgspec.msgpack.decode(await client.do("HGET", key, account))
    for field, value in values.items():
        packed[Row.__struct_fields__.index(field)] = value
    await client.do("HSET", key, account, msgspec.msgpack.encode(packed))


@pytest.mark.parametrize(
    ("field", "live", "recounted"),
    [
        ("score", 1_000, 2), ("orders", 0, 1), ("refunded_orders", 1, 0), ("sales_minor", 999, 1000),
        ("refunded_minor", 1, 0), ("effective_ms", 1, 0), ("kept_ms", 1, 0), ("promised_ms", 1, 0),
        ("invalid_uv", 1, 0),
    ],
)  # fmt: skip
async def test_a_broken_counter_is_named_with_its_account(
    counted: Service, tmp_path: Path, field: str, live: int, recounted: int
) -> None:
    await broken(counted, "a1", **{field: live})

    found = await audit(counted.store, CAMPAIGN, how(tmp_path))

    # A row with another score no longer is what the order was made of; that is said, too.
    beside = [("a1", "score beside the place", 2, live)] if field == "score" else []
    assert [(d.account, d.field, d.live, d.recounted) for d in found.differences] == [
        ("a1", field, live, recounted),
        *beside,
    ]
    assert not found.agrees


async def test_an_order_that_does_not_follow_from_the_rows_is_found(counted: Service, tmp_path: Path) -> None:
    client, key = counted.store.client, keys.standings(CAMPAIGN)
    first, second, third = await client.do("ZRANGE", key, 0, -1)
    await client.do("ZADD", key, -1_000, second)
    await client.do("ZREM", key, third)
    await client.do("ZADD", key, -2, b"9" * 13 + first[13:])
    await client.do("ZADD", keys.eligible(CAMPAIGN), -2, first)

    found = await audit(counted.store, CAMPAIGN, how(tmp_path))

    assert [(d.account, d.field, d.live, d.recounted) for d in found.differences] == [
        ("a3", "place", None, True),
        ("a1", "times in the places", 2, 1),
        ("a2", "score beside the place", 1_000, 1),
        ("a2", "place", 1, 2),
        ("a1", "place", 2, 1),
        ("a1", "award place", True, None),
    ]


async def test_a_visitor_that_the_counters_lost_is_found(counted: Service, tmp_path: Path) -> None:
    store = counted.store
    partition = keys.partition_of("a2", len(store.inbox.partitions))
    await store.client.do("HSET", keys.tally(partition, CAMPAIGN, "a2"), "n", 7)
    await send(store, a_view(9, 9, account="a2"))
    await counted.count()
    await archive_inbox(store, tmp_path)

    found = await audit(store, CAMPAIGN, how(tmp_path))

    shown = [(d.account, d.field, d.live, d.recounted) for d in found.differences]
    assert ("a2", "score", 8, 2) in shown


async def test_a_broken_sum_of_another_currency_is_named(counted: Service, tmp_path: Path) -> None:
    store = counted.store
    partition = keys.partition_of("a1", len(store.inbox.partitions))
    await store.client.do("HSET", keys.tally(partition, CAMPAIGN, "a1"), "g:EUR", 5)

    found = await audit(store, CAMPAIGN, how(tmp_path))

    assert [(d.account, d.field, d.live, d.recounted) for d in found.differences] == [
        ("a1", "sales_minor in EUR", 5, 0)
    ]


async def test_a_wrong_verdict_is_found(counted: Service, tmp_path: Path) -> None:
    await broken(counted, "a2", eligible=True)

    found = await audit(counted.store, CAMPAIGN, how(tmp_path))

    assert [(d.account, d.field, d.live, d.recounted) for d in found.differences] == [
        ("a2", "eligible", True, False),
        ("a2", "award place", None, True),
    ]


async def test_what_cannot_be_compared_yet_is_told_with_who_is_behind(
    counted: Service, tmp_path: Path
) -> None:
    await send(counted.store, a_view(5, 5))
    with pytest.raises(TooSlow, match="the workers have not applied"):
        await audit(counted.store, CAMPAIGN, how(tmp_path))

    await counted.count()
    with pytest.raises(TooSlow, match="the archive has not taken in"):
        await audit(counted.store, CAMPAIGN, how(tmp_path))


class Busy(Audits):
    """A store in which events of a2 come in while an audit looks at it."""

    def __init__(self, service: Service, archive: Path, times: int) -> None:
        store = service.store
        super().__init__(store.client, len(store.inbox.partitions))
        self._service, self._archive, self._times = service, archive, times

    async def applied_through(self, positions: Mapping[int, str]) -> bool:
        through = await super().applied_through(positions)
        if self._times:
            self._times -= 1
            await send(self._service.store, a_view(50 + self._times, 50 + self._times, account="a2"))
            await self._service.count()
            await archive_inbox(self._service.store, self._archive)
        return through


async def test_accounts_in_motion_are_compared_when_they_stand_still(
    counted: Service, tmp_path: Path
) -> None:
    busy = replace(counted.store, audits=Busy(counted, tmp_path, times=1))

    once = await audit(busy, CAMPAIGN, how(tmp_path))
    await broken(counted, "a1", orders=7)
    busy = replace(counted.store, audits=Busy(counted, tmp_path, times=2))
    thrice = await audit(busy, CAMPAIGN, how(tmp_path, rounds=3))

    assert (once.not_compared, once.differences) == (("a2",), ())
    assert (thrice.not_compared, [d.account for d in thrice.differences]) == ((), ["a1"])


async def test_the_last_audit_and_the_last_agreement_are_kept(counted: Service, tmp_path: Path) -> None:
    agreed = await audit(counted.store, CAMPAIGN, how(tmp_path))
    await broken(counted, "a1", orders=7)
    differing = await audit(counted.store, CAMPAIGN, how(tmp_path))

    kept = await counted.store.audits.last(CAMPAIGN)

    assert kept is not None
    assert (kept.last, kept.agreement and kept.agreement.at_ms) == (differing, agreed.at_ms)
    assert (agreed.events, agreed.accounts) == (5, 3)


# ── Places ──────────────────────────────────────────────────────────────────────────────────────


def counted_as(account: str, score: int, reached_ms: int) -> Recounted:
    return Recounted(
        account=account, rank=0, score=score, reached_ms=reached_ms, effective_ms=0, kept_ms=0, promised_ms=0, orders=0,
        refunded_orders=0, sales={}, refunds={}, eligible=False, eligible_rank=None,
    )  # fmt: skip


def places(*accounts: tuple[str, tuple[int, int], tuple[int, int]]) -> tuple[list[str], list[str]]:
    """The fields that differ, and those noted, of accounts with (score, reached) as shown and as recounted."""
    rows = [Row(name, 1, *shown) for name, shown, _ in accounts]
    recounted = {name: counted_as(name, *counted) for name, _, counted in accounts}
    found = compare(recounted, rows, "USD")
    told = ([f"{one.account} {one.field}" for one in part] for part in (found.differences, found.notes))
    differences, notes = told
    return differences, notes


def test_a_time_that_moves_nobody_is_a_note() -> None:
    assert places(("a", (5, 10), (5, 11)), ("b", (4, 10), (4, 10))) == ([], ["a reached_ms"])


def test_a_time_that_decides_a_place_is_a_difference() -> None:
    found = places(("a", (5, 10), (5, 12)), ("b", (5, 11), (5, 11)))

    assert found == (["a rank", "a reached_ms"], [])


def test_a_place_differs_only_for_those_whose_own_score_does() -> None:
    found = places(("a", (9, 1), (2, 1)), ("b", (5, 1), (5, 1)), ("c", (4, 1), (4, 1)))

    assert found == (["a score", "a rank"], [])


def test_an_account_without_a_row_is_told() -> None:
    found = compare({"a": counted_as("a", 0, 0)}, [Row("b", 1, 0, 0)], "USD")

    assert [(one.account, one.live, one.recounted) for one in found.differences] == [
        ("a", False, True),
        ("b", True, False),
    ]

"""Ranks over time in the store: once a slot, thinned, and found again as they were."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.rank_history import DAY_MS, PLACES_KEPT, SLOT_MS, Moment, Placed, whole_of
from leaderboard.store import rank_keys
from leaderboard.store.rank_history import pack_whole, unpack_whole
from leaderboard.store.store import Store

NOON_MS = 1_645_358_400_000
Order = list[tuple[str, int]]


def order_of(accounts: Sequence[str]) -> Order:
    return [(account, 100 - rank) for rank, account in enumerate(accounts)]


@given(
    scores=st.lists(st.integers(-5, 2**40), max_size=300), accounts=st.permutations([*"abcdefgh", "ü", "漢"])
)
def test_a_whole_order_is_unpacked_as_it_was_packed(scores: list[int], accounts: list[str]) -> None:
    order = list(zip(accounts, sorted(scores, reverse=True), strict=False))

    packed = pack_whole(NOON_MS, order)

    whole = unpack_whole(packed.ranks, packed.accounts)
    expected = whole_of(NOON_MS, order)
    assert [whole.place_of(account) for account in accounts] == [
        expected.place_of(account) for account in accounts
    ]


async def test_the_first_snapshot_of_a_slot_stays(store: Store) -> None:
    history = store.rank_history
    await history.take("c", order_of("ab"), NOON_MS)
    await history.take("c", order_of("ba"), NOON_MS + SLOT_MS - 1)

    assert await history.taken("c") == [Moment(NOON_MS, order_of("ab"))]
    assert [whole.at_ms for whole in await history.wholes("c", [NOON_MS])] == [NOON_MS]


async def test_a_slot_is_taken_once_it_has_a_snapshot(store: Store) -> None:
    await store.rank_history.take("c", order_of("ab"), NOON_MS)

    assert await store.rank_history.is_taken("c", NOON_MS)
    assert not await store.rank_history.is_taken("c", NOON_MS + SLOT_MS)


async def test_outside_the_window_only_the_movement_is_noted(store: Store) -> None:
    await store.rank_history.take("c", order_of("ab"), NOON_MS, in_window=False)

    assert await store.rank_history.taken("c") == []
    assert len(await store.rank_history.wholes("c", [NOON_MS])) == 1


async def test_only_the_first_hundred_places_last(store: Store) -> None:
    order = order_of([f"a{number:03}" for number in range(150)])
    await store.rank_history.take("c", order, NOON_MS)

    (moment,) = await store.rank_history.taken("c")
    (whole,) = await store.rank_history.wholes("c", [NOON_MS])
    assert moment.order == order[:PLACES_KEPT]
    assert whole.place_of("a149") == Placed(150, -49)


async def test_old_snapshots_are_thinned_when_one_is_taken(store: Store) -> None:
    for number in range(12):
        await store.rank_history.take("c", order_of("ab"), NOON_MS + number * SLOT_MS)

    await store.rank_history.take("c", order_of("ab"), NOON_MS + 2 * DAY_MS)

    assert sorted(await store.rank_history.taken_ms("c")) == [NOON_MS, NOON_MS + 2 * DAY_MS]


async def test_whole_snapshots_and_their_accounts_expire(store: Store) -> None:
    await store.rank_history.take("c", order_of("ab"), NOON_MS)
    digest = pack_whole(NOON_MS, order_of("ab")).digest

    whole_ms = await store.client.do("PTTL", rank_keys.whole_ranks("c", NOON_MS))
    accounts_ms = await store.client.do("PTTL", rank_keys.ranked_accounts("c", digest))
    assert HOUR_MS + 2 * SLOT_MS < whole_ms < accounts_ms


async def test_snapshots_share_their_accounts_until_one_joins(store: Store) -> None:
    for number, accounts in enumerate(("ab", "ba", "abc")):
        await store.rank_history.take("c", order_of(accounts), NOON_MS + number * SLOT_MS)

    assert len(await store.client.do("KEYS", rank_keys.ranked_accounts("c", "*"))) == 2


async def test_without_its_accounts_a_snapshot_is_none(store: Store) -> None:
    await store.rank_history.take("c", order_of("ab"), NOON_MS)
    digest = pack_whole(NOON_MS, order_of("ab")).digest
    await store.client.do("DEL", rank_keys.ranked_accounts("c", digest))

    assert await store.rank_history.wholes("c", [NOON_MS]) == []


async def at_of_hour_ago(store: Store, now_ms: int) -> int | None:
    whole = await store.rank_history.hour_ago("c", now_ms)
    return whole.at_ms if whole else None


async def test_an_hour_ago_is_the_nearest_at_or_before(store: Store) -> None:
    # The middle one was taken late in its slot.
    for at_ms in (NOON_MS, NOON_MS + SLOT_MS + 60_000, NOON_MS + 2 * SLOT_MS):
        await store.rank_history.take("c", order_of("ab"), at_ms)

    found = [
        await at_of_hour_ago(store, NOON_MS + HOUR_MS + later_ms)
        for later_ms in (-1, 0, SLOT_MS + 59_999, SLOT_MS + 60_000, 2 * SLOT_MS, 5 * SLOT_MS - 1, 5 * SLOT_MS)
    ]

    late_ms, last_ms = NOON_MS + SLOT_MS + 60_000, NOON_MS + 2 * SLOT_MS
    assert found == [None, NOON_MS, NOON_MS, late_ms, last_ms, last_ms, None]


async def test_the_store_is_asked_for_an_hour_ago_once_a_slot(store: Store) -> None:
    await store.rank_history.take("c", order_of("ab"), NOON_MS)
    assert await at_of_hour_ago(store, NOON_MS + HOUR_MS) == NOON_MS
    await store.client.do("DEL", rank_keys.whole_ranks("c", NOON_MS))

    assert await at_of_hour_ago(store, NOON_MS + HOUR_MS + SLOT_MS - 1) == NOON_MS
    assert await at_of_hour_ago(store, NOON_MS + HOUR_MS + SLOT_MS) is None


async def test_hours_that_were_worked_out_replace_those_before(store: Store) -> None:
    history = store.rank_history
    assert (await history.has_hours("c"), await history.by_hours("c")) == (False, [])

    for order in (order_of("ab"), order_of("ba")):
        await history.put_hours("c", [Moment(NOON_MS, order, by_hour=True)])

    assert await history.has_hours("c")
    assert await history.by_hours("c") == [Moment(NOON_MS, order_of("ba"), by_hour=True)]

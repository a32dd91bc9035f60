"""The inbox: kept whole, handed out, taken over, ended once, buried and brought back."""

from __future__ import annotations

import pytest

from leaderboard.domain.kept_events import KeptView
from leaderboard.store import keys
from leaderboard.store.inbox import Ended
from leaderboard.store.store import Store
from tests.conftest import PARTITIONS

# What these were when the first installation was made.
PINNED = [0, 0, 14]


def views(count: int) -> list[KeptView]:
    return [KeptView(f"v{n}", 1_700_000_000_000 + n, f"account-{n % 7}", "p", n) for n in range(count)]


async def test_what_is_appended_comes_out_again_in_its_partitions(store: Store) -> None:
    await store.inbox.append(views(50), "request")

    entries = await store.inbox.read("worker", 10, 1)

    events = [event for entry in entries for event in entry.decode()]
    assert sorted(events, key=lambda event: event.at_ms) == views(50)
    assert all(
        keys.partition_of(event.account_id, PARTITIONS) == entry.partition
        for entry in entries
        for event in entry.decode()
    )


async def test_nothing_is_appended_of_an_empty_batch(store: Store) -> None:
    await store.inbox.append([], "request")

    assert (await store.inbox.progress(0)).accepted == 0


async def test_an_entry_is_handed_to_one_worker_only(store: Store) -> None:
    await store.inbox.append(views(20), "request")

    first, second = await store.inbox.read("one", 10, 1), await store.inbox.read("two", 10, 1)

    assert first
    assert not second


async def test_an_entry_that_was_left_behind_is_taken_over(store: Store) -> None:
    await store.inbox.append(views(20), "request")
    left = await store.inbox.read("dead", 10, 1)

    taken = await store.inbox.take_over("alive", 0, 10)

    assert {entry.id for entry in taken} == {entry.id for entry in left}
    assert [await store.inbox.begin_attempt(taken[0]) for _ in range(2)] == [1, 2]


async def test_an_entry_is_counted_once_however_often_it_is_ended(store: Store) -> None:
    await store.inbox.append(views(7), "request")
    entries = await store.inbox.read("worker", 10, 1)

    for _ in range(3):
        for entry in entries:
            ended = Ended(entry.id, entry.events_count, [("c", "late", 2, ['{"id":"x"}'])])
            await store.inbox.end(entry.partition, [ended])

    progress = await store.inbox.progress(0)
    assert (progress.accepted, progress.applied, progress.pending) == (7, 7, 0)
    assert await store.exclusions.counts("c") == {"late": 2 * len(entries)}


async def test_the_lag_is_the_age_of_the_oldest_entry_read_or_not(store: Store) -> None:
    await store.inbox.append(views(1), "request")
    now_ms = await store.now_ms() + 5_000
    unread = (await store.inbox.progress(now_ms)).lag_ms
    (entry,) = await store.inbox.read("worker", 10, 1)
    pending = (await store.inbox.progress(now_ms)).lag_ms
    await store.inbox.end(entry.partition, [Ended(entry.id, entry.events_count, [])])

    done = (await store.inbox.progress(now_ms)).lag_ms

    assert 5_000 <= unread < 6_000
    assert pending == unread
    assert done == 0


async def test_a_buried_entry_is_listed_and_comes_back_with_its_first_receive_time(store: Store) -> None:
    await store.inbox.append(views(1), "request")
    (entry,) = await store.inbox.read("worker", 10, 1)

    assert await store.inbox.bury(entry, "it does not fit")
    (buried,) = await store.inbox.buried()
    assert await store.inbox.unbury(buried.partition, buried.stream_id) == 1
    (back,) = await store.inbox.read("worker", 10, 1)

    assert (buried.entry_id, buried.reason, buried.events_count) == (entry.id, "it does not fit", 1)
    assert back.decode() == entry.decode()
    assert (back.received_ms, back.position) == (entry.received_ms, entry.position)
    assert (await store.inbox.progress(0)).pending == 1


async def test_an_entry_is_buried_once_and_brought_back_once(store: Store) -> None:
    await store.inbox.append(views(1), "request")
    (entry,) = await store.inbox.read("worker", 10, 1)

    buried = [await store.inbox.bury(entry, "why") for _ in range(2)]
    (one,) = await store.inbox.buried()
    back = [await store.inbox.unbury(one.partition, one.stream_id) for _ in range(2)]

    assert (buried, back) == ([True, False], [1, -1])


@pytest.mark.parametrize("partitions", [1, 4, 16])
def test_every_account_has_one_partition_for_ever(partitions: int) -> None:
    found = {keys.partition_of(f"account-{n}", partitions) for n in range(1_000)}

    assert found == set(range(partitions))
    assert [keys.partition_of(name, 16) for name in ("apollo", "account-1", "é")] == PINNED

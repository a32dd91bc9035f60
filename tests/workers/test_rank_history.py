"""Who was where: each slot of a running campaign is noted once, and hours that nobody noted are worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.lifecycle import cancelled, closed_by_hand, opened
from leaderboard.domain.rank_history import SLOT_MS, Moment, slot_of
from leaderboard.store import rank_keys
from leaderboard.store.store import Store
from tests.conftest import Service, view
from tests.workers.closing import CAMPAIGN, campaign_of_two, move, pinned
from workers.ranking import RankNotes
from workers.scheduler import Recounting, Scheduler

RUNNING = ("2020-01-01T00:00:00", "2090-01-01T00:00:00")
PAST_MS = 1_645_358_400_000  # The hour of `view`.


@pytest.fixture
async def past(service: Service, apollo: Callable[..., str]) -> Service:
    """A campaign whose window is over, but which nobody has closed: a1 has two visitors, a2 has one."""
    await campaign_of_two(service, apollo())
    await move(service, opened)
    await service.ask("POST", "/v1/events", {"events": [view(1), view(2), view(3, "a2")]})
    await service.count()
    return service


@pytest.fixture
async def live(service: Service, apollo: Callable[..., str]) -> Service:
    """A campaign in the middle of its window, without visitors."""
    await campaign_of_two(service, apollo(start=RUNNING[0], end=RUNNING[1]))
    await move(service, opened)
    await service.count()
    return service


async def kept_slots(store: Store) -> list[int]:
    now_ms = await store.now_ms()
    near = [slot_of(now_ms) - SLOT_MS, slot_of(now_ms)]
    return [slot_of(whole.at_ms) for whole in await store.rank_history.wholes(CAMPAIGN, near)]


async def forget_slot(store: Store) -> None:
    """As if the slot had no snapshot yet."""
    for slot_ms in await kept_slots(store):
        await store.client.do("DEL", rank_keys.whole_ranks(CAMPAIGN, slot_ms))


def places(moments: Sequence[Moment]) -> list[tuple[int, list[tuple[str, int]]]]:
    return [((moment.at_ms - PAST_MS) // HOUR_MS, list(moment.order)) for moment in moments]


async def test_two_schedulers_take_one_snapshot_of_a_slot(live: Service) -> None:
    first, second = RankNotes(live.store), RankNotes(live.store)

    done = [await notes.step() for notes in (first, second, first)]

    # A slot may end in between, and then each of the two has its own.
    slots = await kept_slots(live.store)
    assert sum(map(len, done)) == len(slots)
    assert done[0] == [CAMPAIGN]
    assert [slot_of(one.at_ms) for one in await live.store.rank_history.taken(CAMPAIGN)] == slots


async def test_a_snapshot_has_everybody_as_they_stand(live: Service) -> None:
    await RankNotes(live.store).step()

    (moment,) = await live.store.rank_history.taken(CAMPAIGN)
    assert moment.order == [("a1", 0), ("a2", 0)]


async def test_the_scheduler_notes_while_it_has_the_lease(live: Service, tmp_path: Path) -> None:
    one, other = (Scheduler(live.store, Recounting(tmp_path, id_memory_h=48)) for _ in range(2))

    assert (await one.note_ranks(), await other.note_ranks()) == ([CAMPAIGN], [])


@pytest.mark.parametrize("state", ["frozen", "cancelled"])
async def test_what_does_not_move_is_not_noted(live: Service, state: str) -> None:
    if state == "cancelled":
        definition = live.store.directory.campaigns[CAMPAIGN].definition
        await move(live, lambda life, now_ms: cancelled(definition, life, now_ms))
    else:
        await move(live, closed_by_hand)
        await pinned()
        await move(live, lambda life, now_ms: life.moved("review", now_ms))

    assert await RankNotes(live.store).step() == []
    assert await kept_slots(live.store) == []


async def test_a_campaign_that_has_not_begun_is_not_noted(
    service: Service, apollo: Callable[..., str]
) -> None:
    await campaign_of_two(service, apollo(start="2089-01-01T00:00:00", end=RUNNING[1]))
    await service.count()

    assert await RankNotes(service.store).step() == []


async def test_past_hours_are_worked_out_from_visitors(past: Service) -> None:
    assert await RankNotes(past.store).step() == [CAMPAIGN]

    hours = places(await past.store.rank_history.by_hours(CAMPAIGN))
    assert hours[0] == (1, [("a1", 2), ("a2", 1)])
    # From the first visitor to the end of the window, at midnight in Los Angeles.
    assert [hour for hour, _ in hours] == list(range(1, 8 * 24 - 4 + 1))


async def test_after_its_window_a_campaign_is_noted_for_movement_only(past: Service) -> None:
    await RankNotes(past.store).step()

    assert await past.store.rank_history.taken(CAMPAIGN) == []
    assert len(await kept_slots(past.store)) == 1


async def test_hours_are_worked_out_anew_when_visitors_have_come_to_them(past: Service) -> None:
    await RankNotes(past.store).step()
    await past.ask("POST", "/v1/events", {"events": [view(4, "a2"), view(5, "a2")]})
    await past.count()
    await forget_slot(past.store)

    await RankNotes(past.store).step()

    hours = places(await past.store.rank_history.by_hours(CAMPAIGN))
    assert hours[0] == (1, [("a2", 3), ("a1", 2)])


async def test_hours_of_a_frozen_campaign_are_worked_out_where_there_are_none(past: Service) -> None:
    await move(past, closed_by_hand)
    await pinned()
    await move(past, lambda life, now_ms: life.moved("review", now_ms))

    assert await RankNotes(past.store).step() == []
    assert places(await past.store.rank_history.by_hours(CAMPAIGN))[0] == (1, [("a1", 2), ("a2", 1)])


async def test_one_campaign_that_cannot_be_noted_keeps_no_other_from_it(
    live: Service, apollo: Callable[..., str]
) -> None:
    headers = {"Content-Type": "application/toml"}
    toml = apollo("other", start=RUNNING[0], end=RUNNING[1]).encode()
    await live.ask("PUT", "/v1/campaigns/other", data=toml, headers=headers)
    await live.ask("PUT", "/v1/campaigns/other/enrollments/a1", {"hosts": [{"host_id": "h1"}]})
    await live.count()
    await live.store.client.do("SET", rank_keys.rank_history(CAMPAIGN), "broken")

    assert await RankNotes(live.store).step() == ["other"]

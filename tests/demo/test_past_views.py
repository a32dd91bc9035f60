"""Views of the days before: events that the door takes, in the past, of those who take part, more in the evening."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from leaderboard.demo.campaign import apollo_now, enrolled
from leaderboard.demo.past_views import past_views
from leaderboard.demo.traffic import BATCH
from leaderboard.demo.world import World, make_world
from leaderboard.domain.events import Event
from leaderboard.domain.kept_events import KeptView, keep
from leaderboard.domain.times import from_ms, to_ms

NOW_MS = to_ms(datetime.fromisoformat("2026-11-05T00:10:00-08:00"))
CAMPAIGN = apollo_now(NOW_MS)
VIEWS = 20_000


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(1)


@pytest.fixture(scope="module")
def views(world: World) -> list[KeptView]:
    batches = list(past_views(world, CAMPAIGN, 20_000, VIEWS))
    assert max(map(len, batches)) <= BATCH
    events = [msgspec.convert(event, Event) for event in itertools.chain.from_iterable(batches)]
    views = [keep(event, NOW_MS, lambda _: 1) for event in events]
    assert len(views) == sum(isinstance(view, KeptView) for view in views)
    return [view for view in views if isinstance(view, KeptView)]


def test_there_are_about_as_many_as_were_asked_for_each_with_an_id_of_its_own(views: list[KeptView]) -> None:
    assert VIEWS * 0.5 < len(views) < VIEWS * 2
    assert len({view.id for view in views}) == len(views)


def test_all_are_of_the_past_and_inside_the_window(views: list[KeptView]) -> None:
    assert all(CAMPAIGN.starts_at_ms <= view.at_ms < NOW_MS for view in views)


def test_who_takes_part_is_looked_at_the_popular_the_most(world: World, views: list[KeptView]) -> None:
    looked_at = Counter(view.account_id for view in views)
    popular = max(enrolled(world), key=lambda account: account.popularity)
    unpopular = min(enrolled(world), key=lambda account: account.popularity)

    assert set(looked_at) <= {account.id for account in enrolled(world)}
    assert looked_at[popular.id] > 3 * looked_at[unpopular.id]


def test_more_come_in_the_evening_than_at_night(views: list[KeptView]) -> None:
    hours = Counter(from_ms(view.at_ms).astimezone(ZoneInfo(CAMPAIGN.zone)).hour for view in views)

    assert hours[20] > 3 * hours[4]


def test_the_same_world_has_the_same_past(world: World) -> None:
    first, second = (list(past_views(world, CAMPAIGN, 20_000, 500)) for _ in range(2))

    assert first == second

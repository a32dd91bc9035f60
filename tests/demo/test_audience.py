"""Audiences that are odd and honest: each oddity shows where the world says it is, and as much as it says."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from leaderboard.demo.audience import REGION_PREFIXES, REGION_SHARE, VENUE, VENUE_SHARE
from leaderboard.demo.crowds import RAID_MS, VIRAL_MS, Crowds
from leaderboard.demo.labels import Circumstance
from leaderboard.demo.traffic import Traffic
from leaderboard.demo.world import World, make_world

START_MS = 1_790_000_000_000
MINUTES = 3


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(7)


@pytest.fixture(scope="module")
def views(world: World) -> list[dict[str, Any]]:
    traffic = Traffic(world, START_MS, 1_500)
    return [
        event
        for _, events in traffic.ticks(MINUTES * 60)
        for event in events
        if event["type"] == "product_view"
    ]


@pytest.fixture(scope="module")
def visitors(world: World, views: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Account id → visitor id → one of its views; what is bought is left out."""
    found: dict[str, dict[str, dict[str, Any]]] = {account.id: {} for account in world.accounts}
    for view in views:
        if view["visitor_id"].startswith("demo-v"):
            found[view["account_id"]][view["visitor_id"]] = view
    return found


def _id(world: World, circumstance: Circumstance) -> str:
    return world.accounts[world.places_in(circumstance)[0]].id


def test_in_a_small_region_few_prefixes_hold_a_large_part_of_the_visitors(
    world: World, visitors: dict[str, dict[str, dict[str, Any]]]
) -> None:
    def concentration(account_id: str) -> float:
        seen = visitors[account_id]
        prefixes = Counter(view["ip"].rpartition(".")[0] for view in seen.values() if "." in view["ip"])
        return sum(count for _, count in prefixes.most_common(REGION_PREFIXES)) / len(seen)

    assert REGION_SHARE - 0.06 < concentration(_id(world, "small_region")) < REGION_SHARE + 0.06
    assert concentration(world.accounts[0].id) < 0.5 * REGION_SHARE


def test_a_hall_has_many_visitors_behind_one_address(
    world: World, visitors: dict[str, dict[str, dict[str, Any]]]
) -> None:
    seen = visitors[_id(world, "venue")]
    there = sum(view["ip"] == VENUE for view in seen.values())

    assert VENUE_SHARE - 0.1 < there / len(seen) < VENUE_SHARE + 0.1
    assert not [
        view
        for id_, some in visitors.items()
        for view in some.values()
        if id_ != _id(world, "venue") and view["ip"] == VENUE
    ]


def test_in_a_new_market_fewer_visitors_are_known_to_others(
    world: World, visitors: dict[str, dict[str, dict[str, Any]]]
) -> None:
    accounts_of = Counter(visitor for seen in visitors.values() for visitor in seen)

    def known(account_id: str) -> float:
        seen = visitors[account_id]
        return sum(accounts_of[visitor] > 1 for visitor in seen) / len(seen)

    others = sorted(
        known(account.id) for account in world.accounts if "new_market" not in account.circumstances
    )

    assert known(_id(world, "new_market")) < 0.6 * others[len(others) // 2]


def test_sisters_of_one_agency_share_their_audience(
    world: World, visitors: dict[str, dict[str, dict[str, Any]]]
) -> None:
    first, second = (world.accounts[place] for place in world.places_in("sister"))

    def shared(one: str, other: str) -> float:
        fewer = min(len(visitors[one]), len(visitors[other]))
        return len(visitors[one].keys() & visitors[other].keys()) / fewer

    strangers = [shared(first.id, one.id) for one in world.accounts if one not in (first, second)]

    assert first.agency_id == second.agency_id
    assert shared(first.id, second.id) > 0.15
    assert shared(first.id, second.id) > 3 * sorted(strangers)[len(strangers) // 2]


def test_part_of_the_paid_traffic_is_not_marked_as_paid(world: World, views: list[dict[str, Any]]) -> None:
    own = _id(world, "mislabelled")
    marked: Counter[bool] = Counter()
    total: Counter[bool] = Counter()
    for view in views:
        total[view["account_id"] == own] += 1
        marked[view["account_id"] == own] += view.get("promoted", False)

    assert 0.06 < marked[False] / total[False] < 0.1
    assert 0.4 < (marked[True] / total[True]) / (marked[False] / total[False]) < 0.85


def _share(views: list[dict[str, Any]], account_id: str, from_ms: int, until_ms: int) -> float:
    there = [view["account_id"] for view in views if from_ms <= view["at"] - START_MS < until_ms]
    return there.count(account_id) / len(there)


def test_a_clip_that_goes_viral_brings_a_burst(world: World, views: list[dict[str, Any]]) -> None:
    first_ms, length_ms, _ = VIRAL_MS
    own = [view for view in views if view["source"] != "live"]
    account_id = _id(world, "viral")
    inside = _share(own, account_id, first_ms + 5_000, first_ms + length_ms)
    after = _share(own, account_id, first_ms + length_ms + 10_000, MINUTES * 60_000)

    assert inside > 2 * after


def test_in_a_raid_the_audience_of_one_account_moves_to_another(
    world: World, views: list[dict[str, Any]]
) -> None:
    first_ms, length_ms, _ = RAID_MS
    raided, raider = _id(world, "raided"), _id(world, "raider")
    raiders = {view["visitor_id"] for view in views if view["account_id"] == raider}

    def known_to_raider(from_ms: int, until_ms: int) -> float:
        there = [
            view["visitor_id"] in raiders
            for view in views
            if view["account_id"] == raided and from_ms <= view["at"] - START_MS < until_ms
        ]
        return sum(there) / len(there)

    during = known_to_raider(first_ms + 10_000, first_ms + length_ms)

    assert during > 2.5 * known_to_raider(0, first_ms)


def test_the_crowds_of_a_moment_can_be_asked_for(world: World) -> None:
    crowds = Crowds(world, START_MS)
    first_ms, length_ms, every_ms = RAID_MS
    [place], [from_place] = world.places_in("raided"), world.places_in("raider")

    def raids(after_ms: int) -> list[tuple[int, int | None]]:
        return [(one.place, one.from_place) for one in crowds.at(START_MS + after_ms) if one.kind == "raid"]

    assert raids(first_ms - 1) == raids(first_ms + length_ms) == []
    assert raids(first_ms) == raids(first_ms + every_ms + length_ms - 1) == [(place, from_place)]

"""What is expected of an account's visitors comes from others, by source, and from its own when those are poorer."""

from __future__ import annotations

import pytest

from leaderboard.integrity.peers import Engaged, Peers
from leaderboard.integrity.thresholds import THRESHOLDS

LIVE, VIDEO = 1, 2


def platform(accounts: int = 9) -> Peers:
    """Live visitors are twice as engaged as those of videos; the last account sells nothing at all."""
    live, video = Engaged(100, 20, 40, 60), Engaged(100, 10, 20, 60)
    nothing = Engaged(100, 0, 0, 0)
    honest = {a: {LIVE: live, VIDEO: video} for a in range(accounts)}
    return Peers({**honest, accounts: {LIVE: nothing, VIDEO: nothing}}, THRESHOLDS)


def test_more_is_expected_of_better_sources() -> None:
    expected = platform().expected(0, {LIVE: Engaged(50), VIDEO: Engaged(50)})

    assert expected == Engaged(100, 15, 30, 60)


def test_an_account_is_no_part_of_its_own_baseline() -> None:
    peers = platform()

    assert peers.rates(9, LIVE) == Engaged(1, 0.2, 0.4, 0.6)


def test_one_cheat_does_not_move_what_is_expected() -> None:
    assert platform().rates(0, LIVE) == Engaged(1, 0.2, 0.4, 0.6)


def test_a_source_that_few_have_is_measured_by_all_sources() -> None:
    assert platform().rates(0, 3) == platform().rates(0, None)


def test_without_enough_peers_nothing_is_expected() -> None:
    assert platform(accounts=7).expected(0, {LIVE: Engaged(50)}) is None


def test_a_poor_account_is_measured_by_itself_and_a_rich_one_by_others() -> None:
    peers = platform()
    poor = peers.own_factor(0, {LIVE: Engaged(100, 5, 10, 60)})
    rich = peers.own_factor(0, {LIVE: Engaged(100, 90, 90, 90)})

    assert poor == pytest.approx((1, 10 / 25, 15 / 45, 1))
    assert rich == Engaged(1, 1, 1, 1)

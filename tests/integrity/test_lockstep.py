"""A crowd that goes from one account to the next is for a look; friends of both, who look around and buy, are not."""

from __future__ import annotations

from typing import Any

from leaderboard.domain.findings import Finding
from leaderboard.integrity.examine import traffic_findings
from leaderboard.integrity.lockstep import Pair, close_pairs
from leaderboard.integrity.thresholds import THRESHOLDS
from tests.integrity.crowds import add_people, honest_platform, joined


def found_of_two(**people: Any) -> list[Finding]:
    """What is found when the same 300 people go to two accounts."""
    connection = honest_platform(visitors=700, known=0.3)
    for account in ("ann", "bea"):
        joined(connection, account, known=0.3)
        add_people(connection, account, 600, label="crowd", known=1, pool="crowd", pool_size=300, **people)
    return [one for one in traffic_findings(connection) if one.detector == "lockstep"]


def test_a_crowd_that_does_little_at_both_is_for_a_look() -> None:
    found = found_of_two(multi=0.03, cart=0.0)

    assert {(one.account, one.asks, one.excess_uv) for one in found} == {
        ("ann", "review", 0),
        ("bea", "review", 0),
    }
    assert "were with another account as well" in found[0].sentence
    assert (found[0].other, "bea" in found[0].sentence) == ("bea", False)


def test_friends_of_both_are_left_alone() -> None:
    assert found_of_two() == []


def test_few_visitors_in_common_are_left_alone() -> None:
    connection = honest_platform()
    for account in ("ann", "bea"):
        joined(connection, account)
        add_people(connection, account, 15, label="crowd", known=1, pool="crowd", multi=0, cart=0)

    assert traffic_findings(connection) == []


def pairs(shared: int) -> list[Pair]:
    """Ten accounts that share a hundred each, as by chance, but for the first two."""
    common = [Pair(one, other, 100, 100.0) for one in range(10) for other in range(one + 1, 10)]
    return [common[0]._replace(shared=shared), *common[1:]]


def test_a_pair_is_close_beyond_what_is_common() -> None:
    sizes = dict.fromkeys(range(10), 1_000.0)

    close = close_pairs(pairs(400), sizes, 1, THRESHOLDS)

    assert [(one.account, one.other, round(one.share, 6)) for one in close] == [(0, 1, 0.18), (1, 0, 0.18)]
    assert close_pairs(pairs(230), sizes, 1, THRESHOLDS) == []


def test_a_sample_stands_for_all() -> None:
    sizes = dict.fromkeys(range(10), 4_000.0)

    (one, _) = close_pairs(pairs(400), sizes, 4, THRESHOLDS)

    assert (one.shared, one.expected, round(one.share, 6)) == (1_600, 400, 0.18)


def test_few_accounts_have_nothing_in_common_to_compare_with() -> None:
    sizes = dict.fromkeys(range(8), 1_000.0)

    assert close_pairs(pairs(400)[:1], sizes, 1, THRESHOLDS) == []

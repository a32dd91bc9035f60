"""Proportions with their intervals, and which bars they meet."""

from __future__ import annotations

import pytest

from leaderboard.bench.integrity_bars import Proportion, bars, summed
from leaderboard.bench.integrity_scores import Scored, ScoredWorld


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 5_000, 0.0, 0.00077), (95, 100, 0.8882, 0.9785), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)],
)
def test_intervals_are_those_of_wilson(hits: int, of: int, low: float, high: float) -> None:
    found = Proportion(hits, of)

    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


def test_nothing_is_known_of_nobody() -> None:
    assert (Proportion(0, 0).share, Proportion(0, 0).low, Proportion(0, 0).high) == (0.0, 0.0, 1.0)


def scored(account: str, kind: str, name: str, asked: str = "", **more: object) -> Scored:
    plain: dict[str, object] = {
        "fake_share": 0.4 if kind == "attack" else 0.0, "hard": False, "detectors": (), "held_by": (), "fake": 0,
        "honest": 100, "fake_taken": 0, "honest_taken": 0, "excess": 0, "gate_fake": 0,
    }  # fmt: skip
    return Scored(account=account, kind=kind, name=name, asked=asked, **plain | more)  # type: ignore[arg-type]


def world(*accounts: Scored) -> ScoredWorld:
    return ScoredWorld(seed=1, shift=False, accounts=accounts, recovered=(3, 4, 5), views=9, took_s=0.1)


def test_a_bar_is_met_by_what_was_found_and_missed_by_what_was_not() -> None:
    farms = [scored(f"f{n}", "attack", "farm", "hold", fake=10, fake_taken=10) for n in range(19)]
    missed = scored("f19", "attack", "farm", "review", fake=10, fake_taken=9)
    honest = [scored(f"h{n}", "honest", "normal") for n in range(3)]

    met = {one.name: one.met for one in bars(summed([world(*farms, missed, *honest)]))}

    assert met["farm held, fake share of a fifth and more"]
    assert met["farm fakes taken out"]
    assert met["honest visitors lost on ordinary accounts"]
    # Three accounts say nothing of two in a thousand.
    assert not met["ordinary honest accounts held"]


def test_who_only_asks_somebody_to_look_has_held_nobody() -> None:
    score = summed(
        [world(scored("h1", "honest", "viral", "review"), scored("h2", "honest", "viral", "warn"))]
    )

    (segment,) = score.segments
    assert (segment.held.hits, segment.asked.hits, segment.held.of) == (0, 2, 2)
    assert score.recovered == (0.6, 0.8, 1.0)

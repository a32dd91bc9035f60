"""A life under any order of ticks and of what people do: forward only, and one version a move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.lifecycle import (
    Certification,
    IllegalMove,
    Life,
    cancelled,
    closed_by_hand,
    due,
    refused,
    requested,
)

from .campaigns.spring import parse_spring, spring
from .lives import LATE_MS, MANUAL, START_MS, STEPS

ORDER: Final = ("draft", "scheduled", "live", "closing", "review", "certified", "paid", "cancelled")
# What people may ask for at any time; where it does not follow, it is refused.
ACTS: Final[Mapping[str, Callable[[Life, int], Life]]] = {
    "schedule": lambda life, now_ms: life.moved("scheduled", now_ms),
    "close": closed_by_hand,
    "request": lambda life, now_ms: requested(life, Certification(now_ms, "ana"), now_ms),
    "refuse": refused,
    "pay": lambda life, now_ms: life.moved("paid", now_ms),
    "cancel": lambda life, now_ms: cancelled(spring(), life, now_ms),
}


def done(definition: Definition, life: Life, act: str, now_ms: int) -> Life:
    """The life after a tick or an act; the same where nothing is due, or the act is refused."""
    if act == "tick":
        step = due(definition, life, now_ms)
        return STEPS[step](life, now_ms) if step else life
    try:
        return ACTS[act](life, now_ms)
    except IllegalMove:
        return life


@given(
    state=st.sampled_from(["draft", "scheduled"]),
    definition=st.sampled_from(
        [spring(), parse_spring(*MANUAL), parse_spring('late = "48h"', 'late = "0s"')]
    ),
    steps=st.lists(
        st.tuples(st.integers(0, 4 * LATE_MS), st.sampled_from(["tick", "tick", *ACTS])), max_size=40
    ),
)
def test_a_life_only_goes_forward_and_each_move_is_one_version(
    state: Literal["draft", "scheduled"], definition: Definition, steps: list[tuple[int, str]]
) -> None:
    lives, now_ms = [Life(state=state)], START_MS - 4 * LATE_MS
    for wait_ms, act in steps:
        now_ms += wait_ms
        life = done(definition, lives[-1], act, now_ms)
        if life != lives[-1]:
            lives.append(life)

    assert [life.version for life in lives] == list(range(len(lives)))
    places = [ORDER.index(life.state) for life in lives]
    assert places == sorted(places)
    assert [life.since_ms for life in lives] == sorted(life.since_ms for life in lives)
    assert [life.result for life in lives] == sorted(life.result for life in lives)
    fixed = [life.refunds_until_ms for life in lives if life.refunds_until_ms is not None]
    assert len(set(fixed)) <= 1

"""What can be done with a campaign, and what would follow, in words."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.domain.blockers import Blocker
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.lifecycle import Certification, Life
from leaderboard.domain.transitions import Step, Surroundings, Transition, transitions
from tests.domain.campaigns.spring import parse_spring, spring

BY_HAND = parse_spring('late = "48h"', 'close = "manual"')
START_MS, END_MS = spring().starts_at_ms or 0, spring().ends_at_ms or 0
HOUR_MS = 3_600_000


def step(
    name: Step,
    life: Life,
    definition: Definition | None = None,
    now_ms: int = START_MS + HOUR_MS,
    **more: Any,
) -> Transition:
    around = Surroundings(now_ms, **({"enrolled": 3} | more))
    return {one.step: one for one in transitions(definition or spring(), life, around)}[name]


def possible(life: Life, definition: Definition | None = None, now_ms: int = START_MS + HOUR_MS) -> set[str]:
    found = transitions(definition or spring(), life, Surroundings(now_ms, 3))
    return {one.step for one in found if one.possible}


@pytest.mark.parametrize(
    ("life", "definition", "expected"),
    [
        (Life(state="draft"), spring(), {"publish", "cancel"}),
        (Life(state="scheduled"), spring(), {"cancel"}),
        (Life(state="live"), spring(), {"cancel"}),
        (Life(state="scheduled"), BY_HAND, {"close", "cancel"}),
        (Life(state="live"), BY_HAND, {"close", "cancel"}),
        (Life(state="closing"), BY_HAND, {"cancel"}),
        (Life(state="review"), spring(), {"certify", "cancel"}),
        (Life(state="review", certifying=Certification(5, "kim")), spring(), {"cancel"}),
        (Life(state="certified", result=1), spring(), set()),
        (Life(state="paid", result=1), spring(), set()),
        (Life(state="cancelled"), spring(), set()),
    ],
)
def test_each_state_has_its_steps(life: Life, definition: Definition, expected: set[str]) -> None:
    assert possible(life, definition) == expected


def test_publishing_says_when_it_opens() -> None:
    draft = Life(state="draft")
    before, within, after = [
        step("publish", draft, now_ms=now_ms).sentences[1:]
        for now_ms in (START_MS - HOUR_MS, START_MS + HOUR_MS, END_MS + HOUR_MS)
    ]

    assert before[0] == (
        "It opens at 2031-03-03T05:00:00.000Z, and may be changed freely until shortly before that."
    )
    assert within[0] == "Its window began at 2031-03-03T05:00:00.000Z, so its definition stands from then on."
    assert "Its window is over and the clock closes it, so nothing more can count." not in within
    assert "Its window is over and the clock closes it, so nothing more can count." in after


def test_closing_says_what_ends_and_what_begins() -> None:
    found = step("close", Life(state="live"), BY_HAND, requests=1)

    assert found.sentences == (
        "Counting ends at once for 3 accounts; what is received later is late, and is listed.",
        "1 request to take part waits, and cannot be approved any more then.",
        "Review begins right after, once the standings are frozen.",
        "It can be certified 7 d after its end, at the earliest.",
        "This cannot be undone.",
    )


def test_what_the_clock_closes_is_not_closed_by_people() -> None:
    assert step("close", Life(state="live")).sentences == (
        "The clock closes it at its end, 2031-03-10T04:00:00.000Z. To give it up before, cancel it.",
    )


def test_certifying_says_what_blocks_it() -> None:
    blockers = [Blocker("holds", "1 account is on hold."), Blocker("audit", "There was no audit.")]
    found = step("certify", Life(state="review"), blockers=blockers)

    assert not found.possible
    assert found.sentences == ("It is blocked by 2 things.", "1 account is on hold.", "There was no audit.")


def test_certifying_says_what_follows_and_what_is_only_to_be_known() -> None:
    found = step("certify", Life(state="review"), warnings=[Blocker("unfunded", "It has no money.")])

    assert found.possible
    assert (
        found.sentences[0] == "The result of 3 accounts is worked out anew from the archive, signed and kept."
    )
    assert "It has no money." in found.sentences


def test_what_is_not_possible_says_where_the_campaign_stands() -> None:
    assert step("certify", Life(state="live")).sentences == (
        "A campaign is certified from review: this one is live; next is closing, which waits for its end.",
    )
    assert step("close", Life(state="draft")).sentences == (
        "A campaign is closed while it is live: this one is a draft.",
    )


def test_giving_up_takes_a_reason_and_says_that_nobody_is_paid() -> None:
    live, over = (
        step("cancel", Life(state="live"), enrolled=1),
        step("cancel", Life(state="review"), now_ms=END_MS + 72 * HOUR_MS),
    )

    assert live.needs_reason
    assert live.sentences == (
        "Nobody is paid; 1 account takes part.",
        "What is received from then on is late, and is listed.",
        "What was counted stays to be seen.",
        "This cannot be undone.",
    )
    assert "What is received from then on is late, and is listed." not in over.sentences

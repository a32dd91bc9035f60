"""What is said to follow from a decision, before it is made."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.web.pages.review_outcomes import Outcome, outcomes
from leaderboard.web.words import words_of

WORDS = words_of("en")
OUT = "The account gets none of the campaign's awards."
TWO = "Takes two reviewers: yours is kept as a proposal until another decides the same."
SECOND = "You would be the second reviewer: it takes effect at once."
ONE = "One reviewer is enough."


def rule(**more: Any) -> dict[str, Any]:
    """A hold of a rule of the definition."""
    return {"action": "hold", "status": "open", "appeal": None, "proposed": None} | more


def detected(**more: Any) -> dict[str, Any]:
    """A hold of a detector, with three visitors doubted."""
    return rule(detector="cells", excess_uv=3, shadow=False, impact={"moves": 2}) | more


def of(flag: dict[str, Any], choice: str, reader: str = "ana") -> Outcome:
    return next(one for one in outcomes(WORDS, flag, reader) if one.choice == choice)


def test_a_rules_hold_is_upheld_or_dismissed_and_a_detectors_flag_may_disqualify() -> None:
    assert [(one.choice, one.key) for one in outcomes(WORDS, rule(), "ana")] == [
        ("uphold", "u"),
        ("dismiss", "d"),
    ]
    assert [(one.choice, one.key) for one in outcomes(WORDS, detected(), "ana")] == [
        ("uphold", "u"),
        ("dismiss", "d"),
        ("disqualify", "x"),
    ]


def test_what_takes_an_account_out_takes_two() -> None:
    assert of(rule(), "uphold").follows == (OUT, TWO)
    assert of(detected(), "disqualify").follows == (OUT, "2 other accounts get another paid place.", TWO)
    assert of(detected(), "uphold").follows[-1] == of(rule(), "dismiss").follows[-1] == ONE
    assert of(rule(action="warn"), "uphold").follows[-1] == ONE


def test_a_second_reviewer_is_told_so_and_the_first_waits() -> None:
    proposed = rule(proposed={"decision": "uphold", "by": "bo"})
    ana, bo = of(proposed, "uphold"), of(proposed, "uphold", "bo")

    assert (ana.confirms, ana.is_own, ana.follows) == (True, False, (OUT, SECOND))
    assert (bo.confirms, bo.is_own, bo.follows) == (False, True, (OUT, TWO))
    assert not of(proposed, "dismiss").confirms


@pytest.mark.parametrize(
    ("flag", "choice", "effect"),
    [
        (detected(), "uphold", "3 visitors stay taken off"),
        (detected(excess_uv=0), "uphold", "paid on its score as it is"),
        (detected(shadow=True), "uphold", "detectors only report"),
        (detected(), "dismiss", "3 visitors count again"),
        (detected(shadow=True), "dismiss", "Nothing is held or said"),
        (rule(), "dismiss", "Nothing is held or said"),
        (rule(action="warn"), "uphold", "The warning stands on record"),
    ],
)
def test_each_choice_says_its_effect(flag: dict[str, Any], choice: str, effect: str) -> None:
    assert effect in of(flag, choice).follows[0]


def test_an_answer_to_an_appeal_accepts_it_where_it_is_milder() -> None:
    appealed = detected(status="disqualified", appeal="open")
    last = {one.choice: one.follows[-1] for one in outcomes(WORDS, appealed, "cy")}

    assert last == {
        "uphold": "It accepts the agency's appeal.",
        "dismiss": "It accepts the agency's appeal.",
        "disqualify": "It rejects the agency's appeal.",
    }
    assert "The account may win awards again." in of(appealed, "uphold").follows
    assert of(appealed, "disqualify").follows[:2] == (OUT, ONE)

"""The statement of reasons says what was found, by what rule, by whom, what follows, and what can be done."""

from __future__ import annotations

import pytest

from leaderboard.domain.appeals import Appeal
from leaderboard.domain.findings import Asked
from leaderboard.domain.flags import UNTOUCHED, Decision, Docket, Flag
from leaderboard.domain.reviews import Settled
from leaderboard.domain.statements import CLAUSES, Statement, statement
from tests.domain.reviewing import APPEAL_S, DEFINITION, SENTENCE, a_raised, flag_of, found, rule_flag, shadow

NOW_MS = 5_000


def said(flag: Flag, now_ms: int = NOW_MS) -> Statement:
    return statement(DEFINITION, flag, now_ms)


def decided(decision: Settled, *, confirms: bool = False, first: str = "") -> Docket:
    return Docket(
        Decision(decision, "Bots.", "bo-1", 2_000, proposed_by=first, proposed_ms=1, confirms=confirms)
    )


def test_of_what_nobody_has_decided() -> None:
    found_now = said(flag_of())

    assert found_now.facts == SENTENCE
    assert found_now.clause == f"Invalid traffic and live time (cell/1): {CLAUSES['cells']}"
    assert found_now.found_by == "Found automatically by detector cells, at checkpoint 2."
    assert found_now.decided_by == "No person has decided on it yet."
    assert "not paid before a person has decided" in found_now.consequence
    assert "3 visitors that are estimated not to be people" in found_now.consequence
    assert "may appeal until 1970-01-08T00:00:01.000Z, with `leaderboard flags appeal " in found_now.redress
    assert found_now.redress_until_ms == 1_000 + APPEAL_S * 1000


@pytest.mark.parametrize(
    ("docket", "follows"),
    [
        (decided("dismiss"), "Nothing follows from it."),
        (decided("uphold"), "3 visitors that are estimated not to be people are taken off its score."),
        (decided("disqualify"), "The account gets none of the campaign's awards. 3 visitors "),
    ],
)
def test_of_what_was_decided(docket: Docket, follows: str) -> None:
    found_now = said(flag_of(docket))

    assert found_now.consequence.startswith(follows)
    assert found_now.decided_by == "Decided by a reviewer at 1970-01-01T00:00:02.000Z: Bots."


def test_a_disqualification_says_what_links_the_partner() -> None:
    docket = Docket(Decision("disqualify", "Bots.", "bo-1", 2_000, "Own devices.", "ana-1"))

    assert said(flag_of(docket)).decided_by.endswith("Bots. What links the partner to it: Own devices.")


@pytest.mark.parametrize(
    ("docket", "who"),
    [
        (decided("disqualify", first="ana-1"), "by two reviewers at"),
        (
            decided("disqualify", first="ana-1", confirms=True),
            "two reviewers, and confirmed by another on appeal at",
        ),
    ],
)
def test_how_many_people_decided(docket: Docket, who: str) -> None:
    assert who in said(flag_of(docket)).decided_by


@pytest.mark.parametrize(
    ("asks", "excess_uv", "follows"),
    [("warn", 0, "It is a warning"), ("review", 0, "It is a warning"), ("review", 3, "3 visitors ")],
)
def test_what_follows_is_what_was_asked_for(asks: Asked, excess_uv: int, follows: str) -> None:
    flag = flag_of(raised=a_raised(found(asks=asks, excess_uv=excess_uv)))

    assert said(flag).consequence.startswith(follows)


def test_the_facts_are_what_bears_on_the_account_unless_people_decided_on_all_of_it() -> None:
    raised = a_raised(found(), found(asks="review", excess_uv=0, sentence="Somebody should look."))

    assert said(flag_of(raised=raised)).facts == SENTENCE
    assert said(flag_of(decided("uphold"), raised)).facts == f"{SENTENCE} Somebody should look."


def test_the_time_to_appeal_is_the_one_that_appeals_are_taken_for() -> None:
    raised = a_raised(first_ms=1, bears_ms=4_000)

    assert said(flag_of(raised=raised)).redress_until_ms == 4_000 + APPEAL_S * 1000


def test_in_shadow_mode_nothing_is_taken() -> None:
    assert (
        said(flag_of(definition=shadow())).consequence
        == "Nothing follows from it: the campaign's detectors only report."
    )


def test_of_a_rule_the_clause_is_the_definitions() -> None:
    found_now = said(rule_flag())

    assert found_now.clause.startswith("Rule returns of the campaign's definition: hold when ")
    assert "as long as it is not decided" in found_now.redress
    assert said(rule_flag(decided("uphold"))).consequence == "The account gets none of the campaign's awards."


@pytest.mark.parametrize(
    ("docket", "now_ms", "redress"),
    [
        (decided("dismiss"), NOW_MS, "Nothing stands"),
        (decided("uphold", confirms=True), NOW_MS, "An appeal was answered by another reviewer"),
        (decided("uphold"), 10**12, "Appeals were taken for 7 d, until 1970-01-08T00:00:02.000Z."),
        (
            Docket(appeals=(Appeal(number=1, text="No.", by="x", at_ms=1),)),
            NOW_MS,
            "The appeal of 1970-01-01",
        ),
        (UNTOUCHED, NOW_MS, "The agency may appeal until"),
    ],
)
def test_redress_is_what_can_still_be_done(docket: Docket, now_ms: int, redress: str) -> None:
    assert said(flag_of(docket), now_ms).redress.startswith(redress)


def test_every_detector_has_a_clause_and_no_clause_has_a_limit() -> None:
    assert list(CLAUSES) == [
        "cells", "fresh", "dwell", "lockstep", "refunds", "buyers", "idle", "loop", "overlap", "schedule", "forged",
    ]  # fmt: skip
    assert not any(letter.isdigit() for clause in CLAUSES.values() for letter in clause)

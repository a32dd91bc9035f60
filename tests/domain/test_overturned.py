"""What becomes a case, and what of it leaves the service."""

from __future__ import annotations

import orjson
import pytest

from leaderboard.domain.findings import Asked
from leaderboard.domain.flags import UNTOUCHED, Decision, Docket
from leaderboard.domain.overturned import exported, overturned
from leaderboard.domain.reviews import Settled
from tests.domain.reviewing import a_raised, flag_of, found, rule_flag

DISMISSED = Decision("dismiss", "a1 is a school; a1-b is another.", "bo-1", 3_000)


@pytest.mark.parametrize(
    ("before", "asks", "is_case"),
    [
        (None, "hold", True),
        (None, "warn", False),
        (None, "review", False),
        ("uphold", "warn", True),
        ("disqualify", "review", True),
        ("dismiss", "hold", False),
    ],
)
def test_a_dismissal_of_what_stood_against_somebody_is_a_case(
    before: Settled | None, asks: Asked, is_case: bool
) -> None:
    docket = Docket(Decision(before, "x", "ana-1", 2_000)) if before else UNTOUCHED

    assert bool(overturned(flag_of(docket, a_raised(found(asks=asks))), DISMISSED)) is is_case


def test_neither_another_decision_nor_a_rules_flag_is_a_case() -> None:
    assert overturned(flag_of(), Decision("uphold", "x", "ana-1", 2_000)) is None
    assert overturned(rule_flag(), DISMISSED) is None


def test_a_case_names_nobody() -> None:
    flag = flag_of(raised=a_raised(found(host="maya", span=(1, 2), p=0.001)))
    case = overturned(flag, DISMISSED)
    assert case is not None

    assert orjson.loads(orjson.dumps(exported(4, case))) == {
        "case": 4,
        "detector": "cells",
        "rule": "cell/1",
        "findings": [
            {
                "rule": "cell/1",
                "asks": "hold",
                "families": ["concentration", "devices"],
                "sample": 812,
                "p": 0.001,
                "excess_uv": 3,
            }
        ],
        "label": "honest",
        "at_ms": 3_000,
        "reason": "the account is a school; the account-b is another.",
    }

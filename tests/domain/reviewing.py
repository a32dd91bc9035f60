"""Flags of detectors and reviewers' calls, as tests of decisions and appeals want them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from leaderboard.domain.appealing import Plea
from leaderboard.domain.campaigns import Definition, parse_toml
from leaderboard.domain.campaigns.integrity import Integrity
from leaderboard.domain.deciding import Call
from leaderboard.domain.findings import Finding
from leaderboard.domain.flags import UNTOUCHED, Docket, Flag, raised_flags
from leaderboard.domain.payouts import Person
from leaderboard.domain.reviews import Raised, Settled
from tests.domain.campaigns.spring import SPRING

SENTENCE = "41 % of the visitors came from 203.0.113.0/24."
DEFINITION = parse_toml(SPRING)
APPEAL_S = DEFINITION.integrity.appeal_s

# Token → the name that it was issued under: one person may hold several.
NAMES = {"ana-1": "Ana", "ana-2": "ana ", "bo-1": "Bo", "cy-1": "Cy", "di-1": "Di"}
# Agencies' tokens: one has the name of a reviewer.
AGENCIES = {"north-1": "North", "north-2": "BO"}


def shadow() -> Definition:
    return replace(DEFINITION, integrity=Integrity(mode="shadow"))


def found(**more: Any) -> Finding:
    fields: dict[str, Any] = {
        "detector": "cells",
        "rule": "cell/1",
        "account": "a1",
        "asks": "hold",
        "families": ("concentration", "devices"),
        "sentence": SENTENCE,
        "sample": 812,
        "excess_uv": 3,
    }
    return Finding(**(fields | more))


def a_raised(*findings: Finding, **more: Any) -> Raised:
    fields: dict[str, Any] = {"checkpoint": 2, "at_ms": 1_000, "first_ms": 1_000, "bears_ms": 1_000}
    one = findings or (found(),)
    return Raised(detector=one[0].detector, account="a1", findings=one, **(fields | more))


def flag_of(
    docket: Docket = UNTOUCHED, raised: Raised | None = None, definition: Definition = DEFINITION
) -> Flag:
    one = raised or a_raised()
    return raised_flags(definition, [one], {one.id: docket})[0]


def rule_flag(docket: Docket = UNTOUCHED, action: Any = "hold") -> Flag:
    return Flag(
        id="returns~a1",
        campaign=DEFINITION.id,
        account="a1",
        rule="returns",
        action=action,
        status="open",
        decision=docket.decision,
        docket=docket,
    )


def plea(
    text: str = "It is a school.", *, by: str = "north-1", agency: str = "north", at_ms: int = 3_000
) -> Plea:
    return Plea(text, (), by, agency, at_ms)


def call(
    who: str, decision: Settled, reason: str = "Looked at.", link: str = "Own devices.", at_ms: int = 2_000
) -> Call:
    return Call(decision, reason, link, Person(who, NAMES[who]), at_ms)

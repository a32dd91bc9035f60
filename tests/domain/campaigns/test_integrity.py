"""Whether detectors act, only report, or do not run; and for how long a decision may be appealed."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import Integrity, canonical, parse_document
from leaderboard.domain.rules_in_words import sentences

from .spring import changed, parse_spring, problems_of, spring

BEFORE = "[instrument.bank]"
DAY_S = 86_400


def with_integrity(text: str) -> str:
    return f"[integrity]\n{text}\n{BEFORE}"


def test_detectors_act_and_a_week_is_given_where_nothing_else_is_said() -> None:
    assert spring().integrity == Integrity(mode="act", appeal_s=7 * DAY_S)


@pytest.mark.parametrize("mode", ["act", "shadow", "off"])
def test_a_mode_is_read_and_survives_the_canonical_form(mode: str) -> None:
    definition = parse_spring(BEFORE, with_integrity(f'mode = "{mode}"\nappeal = "14d"'))

    assert (definition.integrity.mode, definition.integrity.appeal_s) == (mode, 14 * DAY_S)
    assert parse_document(canonical(definition)).integrity == definition.integrity


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('mode = "on"', "integrity.mode: must be one of act, shadow, off"),
        ('appeal = "367d"', "integrity.appeal: must be at most 366d"),
        ('appeal = "soon"', "integrity.appeal: must be a duration"),
        ("strict = true", "integrity.strict: unknown key; known here: mode, appeal"),
    ],
)
def test_what_is_wrong_is_named(text: str, problem: str) -> None:
    found = problems_of(changed(BEFORE, with_integrity(text)))

    assert any(f"{one.path}: {one.message}".startswith(problem) for one in found), found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cheating: views by machines do not count"),
        ('mode = "shadow"', "cheating: detectors look for it and report, and nothing follows"),
        ('mode = "off"', "cheating: no detectors look for it"),
        ('appeal = "0s"', "no appeals"),
    ],
)
def test_people_are_told_in_plain_words(text: str, words: str) -> None:
    definition = parse_spring(BEFORE, with_integrity(text))

    assert [one for one in sentences(definition) if words in one]

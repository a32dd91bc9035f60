"""The rules of live time, by name; without the table none of them applies."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import Live, canonical, parse_document

from .spring import changed, parse_spring, problems_of, spring

BEFORE = "[instrument.bank]"


def with_live(text: str) -> str:
    return f"[live]\n{text}\n{BEFORE}"


def test_no_rule_applies_that_the_definition_does_not_name() -> None:
    assert spring().live == Live(bridge_s=0, evidence_s=None, opening_grace_s=0)


def test_the_rules_are_read_and_survive_the_canonical_form() -> None:
    definition = parse_spring(BEFORE, with_live('bridge = "60s"\nevidence = "5m"\nopening_grace = "10m"'))

    assert definition.live == Live(bridge_s=60, evidence_s=300, opening_grace_s=600)
    assert parse_document(canonical(definition)).live == definition.live


@pytest.mark.parametrize("rule", ['bridge = "10m"', 'evidence = "1h"', 'evidence = "1m"'])
def test_a_rule_at_its_limit_is_taken(rule: str) -> None:
    assert parse_spring(BEFORE, with_live(rule)).live != Live()


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ('bridge = "601s"', "live.bridge: must be at most 600s"),
        ('evidence = "59s"', "live.evidence: must divide a day and be 1m to 1h"),
        ('evidence = "7m"', "live.evidence: must divide a day and be 1m to 1h"),
        ('evidence = "2h"', "live.evidence: must divide a day and be 1m to 1h"),
        ('evidence = "5m"\nopening_grace = "61m"', "live.opening_grace: must be at most 3600s"),
        ('opening_grace = "10m"', "live.opening_grace: goes with `evidence` only"),
        ('grace = "10m"', "live.grace: "),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rule: str, problem: str) -> None:
    (found,) = problems_of(changed(BEFORE, with_live(rule)))

    assert problem in str(found)

"""Validators: scope, conditions, action."""

from __future__ import annotations

import pytest

from .spring import changed, parse_spring, problems_of, spring


def test_a_validator_is_read() -> None:
    [validator] = spring().validators

    assert (validator.id, validator.scope, validator.action) == ("returns", "account", "hold")
    assert [str(condition) for condition in validator.when] == ["return_rate >= 30%"]


def test_a_validator_looks_at_the_paid_subject_unless_told_otherwise() -> None:
    assert parse_spring('scope = "account"\n', "").validators == spring().validators


def test_bars_and_strikes_are_read() -> None:
    [validator] = parse_spring('action = "hold"', 'action = "forfeit"\nbar = "30d"\nstrikes = 2').validators

    assert (validator.bar, validator.strikes) == ("2592000s", 2)
    assert parse_spring('action = "hold"', 'action = "hold"\nbar = "forever"').validators[0].bar == "forever"


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ('scope = "account"', 'scope = "shop"', "scope", "must be one of session, host, order, account"),
        ('action = "hold"', "", "action", "is required"),
        ('action = "hold"', 'action = "ban"', "action", "must be one of drop"),
        ('action = "hold"', 'action = "hold"\nbar = "long"', "bar", "must be a duration"),
        ('action = "hold"', 'action = "hold"\nstrikes = 0', "strikes", "between 1 and"),
        ('when = ["return_rate >= 30%"]', "", "when", "needs at least one condition"),
        (
            'when = ["return_rate >= 30%"]',
            'when = ["refund_rate >= 30%"]',
            "when[0]",
            "no metric `refund_rate`",
        ),
        ('when = ["return_rate >= 30%"]', 'wen = ["return_rate >= 30%"]', "wen", "did you mean `when`?"),
    ],
)
def test_what_is_wrong_with_a_validator_is_told(old: str, new: str, path: str, message: str) -> None:
    problems = {problem.path: problem.message for problem in problems_of(changed(old, new))}

    assert message in problems[f"validator.returns.{path}"]

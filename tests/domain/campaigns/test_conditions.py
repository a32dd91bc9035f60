"""Conditions: three tokens, and literals of a kind that fits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leaderboard.domain.campaigns import Condition, Scalar
from leaderboard.domain.campaigns.conditions import Unit, about_rows, about_values, threshold
from leaderboard.domain.money import Money

from .spring import only_problem

UNITS: dict[str, Unit] = {
    "on_air": "time",
    "orders": "count",
    "sales": "money",
    "rate": "share",
    "score": "any",
}

CONDITION = about_values("USD", UNITS)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("on_air >= 14h", Condition("on_air", ">=", Scalar("duration", 50_400))),
        ("orders>=10", None),
        ("orders >= 10", Condition("orders", ">=", Scalar("number", Decimal(10)))),
        ("rate < 30%", Condition("rate", "<", Scalar("percent", Decimal("0.3")))),
        ("sales > USD 100", Condition("sales", ">", Scalar("money", Money(10_000, "USD")))),
        ("sales > 99.5", Condition("sales", ">", Scalar("number", Decimal("99.5")))),
        ("on_air > 0", Condition("on_air", ">", Scalar("number", Decimal(0)))),
        ("attr.invited == true", Condition("attr.invited", "==", Scalar("flag", True))),
        ("host.level != gold", Condition("host.level", "!=", Scalar("word", "gold"))),
        ("sales >= attr.target", Condition("sales", ">=", Scalar("reference", "attr.target"))),
    ],
)
def test_a_condition_is_a_name_an_operator_and_a_literal(text: str, condition: Condition | None) -> None:
    if condition is None:
        with pytest.raises(ValueError, match="must be `name operator literal`"):
            CONDITION(text)
    else:
        assert CONDITION(text) == condition


def test_a_list_is_written_with_commas() -> None:
    inside = CONDITION("attr.country not  in US, CA")

    assert inside.operator == "not in"
    assert inside.literal == Scalar("list", (Scalar("word", "US"), Scalar("word", "CA")))
    assert str(inside) == "attr.country not in US, CA"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("on_air >= 14", 'compared with a duration such as "14h", not with `14`'),
        ("on_air in 1h, 2", "must be of one kind"),
        ("on_air in 1, 2", "compared with a duration"),
        ("orders >= 14h", "compared with a plain number"),
        ("sales >= 5%", "compared with an amount"),
        ("sales >= EUR 5", "not the campaign's currency USD"),
        ("sales >= USD 5.001", "USD has 2 decimals"),
        ("rate >= 2h", "compared with a percentage"),
        ("oders >= 10", "there is no metric `oders`; did you mean `orders`?"),
        ("country == US", "attributes are written attr.x or host.x"),
        ("attr.Level == x", "there is no metric"),
        ("attr.kind == a, b", "a list needs the operator `in`"),
        ("attr.kind < partner", "`<` compares amounts; `partner` is a word"),
        ("attr.kind == attr.", "must be an attribute"),
        ("attr.kind in attr.x", "a list holds literals"),
        ("attr.kind == two words", "no literal"),
        ("attr.kind = partner", "must be `name operator literal`"),
        ("attr.kind", "must be `name operator literal`"),
        ("attr.since >= 1h-", "no literal"),
        ("attr.since >= 1x1h", "must be a duration"),
        ("attr.share == x%", "must be a number"),
    ],
)
def test_what_is_no_condition_is_told_why(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"must|no|compare|USD|list") as caught:
        CONDITION(text)

    assert message in str(caught.value)


def test_rows_are_chosen_by_their_fields() -> None:
    assert str(about_rows("USD")("host.registered == true")) == "host.registered == true"
    with pytest.raises(ValueError, match="is no field"):
        about_rows("USD")("session.host.name == x")


def test_a_threshold_has_no_name() -> None:
    assert str(threshold("USD")(">= 30m")) == ">= 1800s"
    for text in ("30m", ">= ", "in 3", "== true and"):
        with pytest.raises(ValueError, match=r"must be|no literal"):
            threshold("USD")(text)


def test_a_wrong_condition_is_shown_at_its_index_and_line() -> None:
    problem = only_problem('require = ["on_air >= 2h"]', 'require = ["on_air >= 2h", "on_aer < 9h"]')

    assert str(problem).endswith("award.best.require[1]: there is no metric `on_aer`; did you mean `on_air`?")


def test_an_attribute_may_be_compared_with_anything() -> None:
    assert str(CONDITION("attr.score >= 3.5")) == "attr.score >= 3.5"
    assert str(CONDITION("score >= 14h")) == "score >= 50400s"

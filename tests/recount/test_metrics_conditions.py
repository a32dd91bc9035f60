"""Conditions in SQL: exact at the border, of their own kind only, and false where there is no value."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import parse_toml
from leaderboard.recount import sql
from leaderboard.recount.conditions import of_participants, on_values
from leaderboard.recount.metrics import evaluate

from .tables import HOUR_MS, MONDAY_MS, SMALL, Facts

MORE = """
[metric.sales]
source = "order"
[metric.orders]
source = "order"
value = "count"
[metric.spent]
source = "ad_spend"
[metric.rate]
op = "ratio"
of = ["sales", "spent"]
[metric.none]
op = "ratio"
of = ["spent", "spent"]
[metric.weighted]
source = "order"
value = "count"
weight = [{ factor = 0.25 }]
[[eligibility]]
id = "rule"
require = ["%s"]
"""
ATTRIBUTES = {
    "level": 3.5,
    "medal": "gold",
    "tricky": 'it\'s "x"',
    "number_text": "5",
    "invited": True,
    "left": False,
    "hours": 3600,
    "dollars": 12.34,
    "third": 0.3,
    "big": 1e3,
    "nothing": "",
}


def holds(
    condition: str, *, orders: int = 1, value_minor: int = 1234, spent: int = 0, live_ms: int = HOUR_MS
) -> bool:
    definition = parse_toml(SMALL.format(metric='source = "live"', clock="", window="") + MORE % condition)
    facts = Facts().enroll("a", **ATTRIBUTES).live((MONDAY_MS, MONDAY_MS + live_ms))
    facts.add("order", *({"at_ms": MONDAY_MS, "value_minor": value_minor} for _ in range(orders)))
    facts.add("ad_spend", *({"at_ms": MONDAY_MS, "value_minor": spent} for _ in range(bool(spent))))
    columns = evaluate(facts.connection, definition, "main")
    [one] = definition.eligibility[0].require
    test = on_values(one, columns, of_participants("USD"))
    found = facts.connection.execute(
        f"SELECT {test} FROM metric_values JOIN participants USING (account)"
    ).fetchone()
    assert found is not None
    assert found[0] in (True, False)
    return bool(found[0])


@pytest.mark.parametrize(
    ("condition", "live_ms", "expected"),
    [
        ("x >= 1h", HOUR_MS, True),
        ("x >= 1h", HOUR_MS - 1, False),
        ("x > 1h", HOUR_MS, False),
        ("x > 1h", HOUR_MS + 1, True),
        ("x == 3600s", HOUR_MS, True),
        ("x != 1h", HOUR_MS + 1, True),
        ("x <= 1h", HOUR_MS + 1, False),
        ("x < 1h", HOUR_MS - 1, True),
        ("x in 1h, 2h", HOUR_MS, True),
        ("x not in 1h, 2h", HOUR_MS, False),
        ("x >= attr.hours", HOUR_MS, True),
        ("x >= attr.hours", HOUR_MS - 1, False),
        ("x > 0", 1, True),
    ],
)
def test_times_are_compared_to_the_millisecond(condition: str, live_ms: int, expected: bool) -> None:
    assert holds(condition, live_ms=live_ms) is expected


@pytest.mark.parametrize(
    ("condition", "value_minor", "expected"),
    [
        ("sales >= USD 12.34", 1234, True),
        ("sales >= USD 12.34", 1233, False),
        ("sales >= 12.34", 1234, True),
        ("sales > 12.345", 1234, False),
        ("sales > 12.335", 1234, True),
        ("sales >= attr.dollars", 1234, True),
        ("sales > attr.dollars", 1234, False),
        ("sales > attr.dollars", 1235, True),
        ("sales > attr.unknown", 1235, False),
        ("sales != attr.unknown", 1235, False),
        ("sales != attr.medal", 1235, False),
        ("sales != attr.number_text", 1235, False),
    ],
)
def test_money_is_compared_to_the_minor_unit(condition: str, value_minor: int, expected: bool) -> None:
    assert holds(condition, value_minor=value_minor) is expected


@pytest.mark.parametrize(
    ("condition", "part", "whole", "expected"),
    [
        ("rate >= 30%", 21, 70, True),
        ("rate > 30%", 21, 70, False),
        ("rate == 30%", 3, 10, True),
        ("rate >= 30%", 299_999_999, 1_000_000_000, False),
        ("rate > 30%", 300_000_001, 1_000_000_000, True),
        ("rate >= 0.3", 21, 70, True),
        ("rate >= attr.third", 21, 70, True),
        ("rate in 30%, 40%", 21, 70, True),
        ("rate < 30%", 21, 0, False),
        ("none != 30%", 21, 0, False),
        ("none not in 30%, 40%", 21, 0, False),
        ("none == 100%", 21, 5, True),
    ],
)
def test_shares_are_compared_exactly_and_no_share_is_nothing(
    condition: str, part: int, whole: int, expected: bool
) -> None:
    assert holds(condition, value_minor=part, spent=whole) is expected


@pytest.mark.parametrize(
    ("condition", "orders", "expected"),
    [
        ("orders >= 10", 10, True),
        ("orders >= 10", 9, False),
        ("orders > 9.5", 10, True),
        ("orders == 9.5", 10, False),
        ("orders < 10", 0, True),
        ("orders >= attr.level", 4, True),
        ("orders >= attr.level", 3, False),
        ("weighted >= 1.25", 5, True),
        ("weighted > 1.25", 5, False),
        ("weighted >= 1.2501", 5, False),
    ],
)
def test_counts_are_compared_with_numbers(condition: str, orders: int, expected: bool) -> None:
    assert holds(condition, orders=orders) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("attr.level >= 3.5", True),
        ("attr.level > 3.5", False),
        ("attr.level != 3.5", False),
        ("attr.level in 1, 3.5", True),
        ("attr.third >= 30%", True),
        ("attr.hours >= 1h", True),
        ("attr.hours > 1h", False),
        ("attr.dollars == USD 12.34", True),
        ("attr.big == 1000", True),
        ("attr.medal == gold", True),
        ("attr.medal != gold", False),
        ("attr.medal != silver", True),
        ("attr.medal in gold, silver", True),
        ("attr.medal not in gold, silver", False),
        ("attr.invited == true", True),
        ("attr.invited != true", False),
        ("attr.left == false", True),
        ("attr.left != true", True),
        ("attr.unknown != true", False),
        ("attr.unknown != gold", False),
        ("attr.unknown not in gold, silver", False),
        ("attr.unknown < 5", False),
        # Of another kind is no value.
        ("attr.medal != 5", False),
        ("attr.medal != true", False),
        ("attr.invited != gold", False),
        ("attr.invited != 1", False),
        ("attr.number_text == 5", False),
        ("attr.number_text != 5", False),
        ("attr.tricky != gold", True),
        ("attr.nothing != gold", True),
        # Of two attributes.
        ("attr.hours > attr.level", True),
        ("attr.level > attr.hours", False),
        ("attr.level == attr.level", True),
        ("attr.medal == attr.medal", True),
        ("attr.medal != attr.tricky", True),
        ("attr.medal < attr.tricky", False),
        ("attr.medal != attr.unknown", False),
    ],
)
def test_attributes_are_compared_with_their_own_kind(condition: str, expected: bool) -> None:
    assert holds(condition) is expected


def test_what_nobody_keeps_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`host\.level` is neither a metric"):
        holds("host.level == gold")


def test_texts_and_names_are_quoted() -> None:
    assert sql.text("it's") == "'it''s'"
    assert sql.name('a "b"') == '"a ""b"""'
    for quote in (sql.text, sql.name):
        with pytest.raises(ValueError, match="NUL"):
            quote("a\0b")


@pytest.mark.parametrize(("dividend", "expected"), [(7, 3), (6, 3), (-6, -3), (-7, -4), (0, 0)])
def test_division_rounds_down(dividend: int, expected: int) -> None:
    statement = f"SELECT {sql.divided_down(sql.whole(dividend), sql.whole(2))}"

    assert Facts().connection.execute(statement).fetchone() == (expected,)

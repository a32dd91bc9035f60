"""Settlement: late events, the hold, the payment."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import Delay, Settlement
from leaderboard.domain.money import Money

from .spring import changed, parse_spring, problems_of, spring


def test_a_settlement_is_read() -> None:
    definition = spring()

    assert definition.settlement == Settlement(late_s=172_800, hold_s=604_800, pay=Delay(business_days=20))
    assert (definition.late_s, definition.close) == (172_800, "clock")


def test_a_settlement_has_defaults() -> None:
    settlement = parse_spring('[settlement]\nlate = "48h"\nhold = "7d"\npay = "20bd"\n', "").settlement

    assert settlement == Settlement()
    assert (settlement.late_s, settlement.hold_s, settlement.hold_from, settlement.pay) == (
        0,
        0,
        "window_end",
        None,
    )


def test_everything_else_is_read_too() -> None:
    settlement = parse_spring(
        'late = "48h"',
        'announce = "1d"\nappeal = "5bd"\nreview = "3bd"\nclawback = "30d"\nminimum = 10\nclose = "manual"\n'
        'hold_from = "last_delivery"',
    ).settlement

    assert (settlement.announce, settlement.appeal) == (Delay(elapsed_s=86_400), Delay(business_days=5))
    assert (settlement.review, settlement.clawback_s) == (Delay(business_days=3), 2_592_000)
    assert (settlement.minimum, settlement.close) == (Money(1_000, "USD"), "manual")
    assert settlement.hold_from == "last_delivery"


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ('late = "48h"', 'late = "2bd"', "late", "must be a duration"),
        ('late = "48h"', "late = 48", "late", "not the number 48"),
        ('pay = "20bd"', 'pay = "20 bd"', "pay", "or business days such as 20bd"),
        ('pay = "20bd"', 'minimum = "5h"', "minimum", "must be a decimal text"),
        ('pay = "20bd"', 'close = "never"', "close", "must be one of clock, manual"),
        ('pay = "20bd"', 'hold_from = "start"', "hold_from", "window_end"),
        ('pay = "20bd"', 'payy = "20bd"', "payy", "did you mean `pay`?"),
    ],
)
def test_what_is_wrong_with_a_settlement_is_told(old: str, new: str, path: str, message: str) -> None:
    [problem] = problems_of(changed(old, new))

    assert problem.path == f"settlement.{path}"
    assert message in problem.message


def test_business_days_need_a_calendar_where_none_is_usual() -> None:
    toml = changed('region = "US"', 'region = "GB"').replace('calendar = "US-FED"\n', "")

    [problem] = problems_of(toml)

    assert problem.path == "settlement.pay"
    assert problem.message == "counts business days; say which days those are in clock.calendar"

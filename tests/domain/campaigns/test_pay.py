"""The six kinds of pay."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leaderboard.domain.campaigns import (
    Bracket,
    Condition,
    FixedPay,
    Pay,
    Place,
    PlacePay,
    PoolPay,
    RatePay,
    Scalar,
    TierPay,
    TierRow,
    UnitPay,
)
from leaderboard.domain.money import Money

from .spring import changed, parse_spring, problems_of, spring

RATE = 'pay = { kind = "rate", of = "net_sales", rate = "5%" }'


def pay_of(pay: str) -> Pay:
    return parse_spring(RATE, f"[award.pay]\n{pay}").awards[1].pay


def test_places_are_paid_by_the_last_of_each_row() -> None:
    assert spring().awards[0].pay == PlacePay(
        table=(Place(to=1, amount=Money(60_000, "USD")), Place(to=3, amount=Money(20_000, "USD")))
    )


@pytest.mark.parametrize(
    ("text", "pay"),
    [
        ('kind = "fixed"\namount = 50', FixedPay(amount=Money(5_000, "USD"))),
        ('kind = "rate"\nof = "sales"\nrate = 0.05', RatePay(of="sales", rate=Decimal("0.05"))),
        (
            'kind = "rate"\nof = "sales"\ncumulative = true\nbrackets = [{ to = 100, rate = "10%" }, { rate = "5%" }]',
            RatePay(
                of="sales",
                brackets=(
                    Bracket(to=Money(10_000, "USD"), rate=Decimal("0.1")),
                    Bracket(rate=Decimal("0.05")),
                ),
                cumulative=True,
            ),
        ),
        ('kind = "unit"\nof = "visitors"\namount = "0.05"', UnitPay(of="visitors", amount=Money(5, "USD"))),
        ('kind = "pool"\namount = "USD 90"', PoolPay(amount=Money(9_000, "USD"))),
        ('kind = "pool"\namount = 90\nby = "on_air"', PoolPay(amount=Money(9_000, "USD"), by="on_air")),
        (
            'kind = "tier"\nrows = [{ when = ["sales >= 500"], amount = 9 }]',
            TierPay(
                rows=(
                    TierRow(
                        when=(Condition("sales", ">=", Scalar("number", Decimal(500))),),
                        amount=Money(900, "USD"),
                    ),
                )
            ),
        ),
    ],
)
def test_each_kind_of_pay_is_read(text: str, pay: Pay) -> None:
    assert pay_of(text) == pay


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ('kind = "fixed"', "amount", "is required"),
        ('kind = "place"', "table", "needs at least one row"),
        ('kind = "rate"\nof = "sales"', "rate", "give either `rate` or `brackets`"),
        ('kind = "rate"\nof = "sales"\nrate = 5', "rate", 'must say "5%"'),
        ('kind = "rate"\nof = "slaes"\nrate = "5%"', "of", "did you mean `sales`?"),
        ('kind = "rate"\nof = "visitors"\nrate = "5%"', "of", "a rate is taken of money"),
        (
            'kind = "rate"\nof = "sales"\nbrackets = [{ rate = "5%" }, { rate = "1%" }]',
            "brackets",
            "must ascend",
        ),
        ('kind = "unit"\nof = "sales"\namount = 1', "of", "a unit is something counted"),
        ('kind = "pool"\namount = 1\nby = "x"', "by", "there is no metric `x`"),
        ('kind = "tier"\nrows = []', "rows", "needs at least one row"),
        ('kind = "tier"\nrows = [{ amount = 1 }]', "rows[0].when", "needs at least one condition"),
        ('kind = "tier"\nrows = [{ when = ["sales > 1"] }]', "rows[0].amount", "either `amount` or `rate`"),
        (
            'kind = "tier"\nrows = [{ when = ["sales > 1"], rate = "1%" }]',
            "rows[0].of",
            "together with `rate`",
        ),
        (
            'kind = "tier"\npick = "best"\nrows = [{ when = ["sales > 1"], amount = 1 }]',
            "pick",
            "highest, each",
        ),
        ("amount = 5", "kind", "is required"),
    ],
)
def test_what_is_wrong_with_pay_is_told(text: str, path: str, message: str) -> None:
    problems = {p.path: p.message for p in problems_of(changed(RATE, f"[award.pay]\n{text}"))}

    assert message in problems[f"award.rebate.pay.{path}"]

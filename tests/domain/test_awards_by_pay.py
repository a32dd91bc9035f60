"""Every kind of pay and every limit, by hand: rates and brackets, tiers, units, pools, caps and budgets."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from leaderboard.domain.awards import CannotAward
from leaderboard.domain.campaigns import (
    Bracket,
    Condition,
    FixedPay,
    Pay,
    PoolPay,
    RatePay,
    Scalar,
    TierPay,
    TierRow,
    UnitPay,
)
from tests.domain.awarding import campaign, earned, for_all, given, money, paid, ranked, scored

RATE = RatePay(of="net_sales", rate=Decimal("0.05"))
BRACKETS = RatePay(
    of="net_sales",
    brackets=(Bracket(to=money(5_000_000), rate=Decimal("0.1")), Bracket(rate=Decimal("0.05"))),
)


def at_least(dollars: int) -> tuple[Condition, ...]:
    return (Condition("net_sales", ">=", Scalar("money", money(dollars * 100))),)


def tiers(pick: Any = "highest") -> TierPay:
    rows = (
        TierRow(when=at_least(500), amount=money(10_000)),
        TierRow(when=at_least(100), amount=money(2_500)),
        TierRow(when=at_least(1_000), of="net_sales", rate=Decimal("0.05")),
    )
    return TierPay(rows=rows, pick=pick)


def test_a_rate_is_paid_to_everybody_who_qualifies() -> None:
    amounts = earned(campaign(for_all(RATE)), {"ana": 10_039, "bo": 10_040, "cy": 199})

    assert amounts == {"ana": 501, "bo": 502, "cy": 9}


@pytest.mark.parametrize("nothing", [-1, -10_000, 0, 19, None])
def test_what_earns_not_one_cent_is_no_award(nothing: int | None) -> None:
    assert earned(campaign(for_all(RATE)), {"ana": nothing}) == {}


@pytest.mark.parametrize(
    ("rounding", "amounts"),
    [
        ("down", {"low": 4, "half": 4, "high": 4, "even": 4}),
        ("up", {"low": 5, "half": 5, "high": 5, "even": 4}),
        ("nearest", {"low": 4, "half": 5, "high": 5, "even": 4}),
    ],
)
def test_fractions_of_a_cent_are_rounded_by_the_rule_of_the_instrument(
    rounding: str, amounts: dict[str, int]
) -> None:
    figures = {"low": 89, "half": 90, "high": 91, "even": 80}

    assert earned(campaign(for_all(RATE), rounding=rounding), figures) == amounts


@pytest.mark.parametrize("rounding", ["up", "nearest"])
def test_what_is_below_zero_is_rounded_to_no_award(rounding: str) -> None:
    assert earned(campaign(for_all(RATE), rounding=rounding), {"ana": -1_000, "bo": 0, "cy": None}) == {}


def test_a_double_counts_as_the_decimal_that_it_stands_for() -> None:
    # 0.29 as a double lies below 0.29, so its binary value would make 28 cents.
    unit = UnitPay(of="visits", amount=money(100))

    assert earned(campaign(for_all(unit)), {"ana": 0.29, "bo": Fraction(29, 100)}, "visits") == {
        "ana": 29,
        "bo": 29,
    }


@pytest.mark.parametrize(
    ("sales", "amount"),
    [
        (4_999_999, 499_999),
        (5_000_000, 500_000),
        (5_000_019, 500_000),
        (5_000_020, 500_001),
        (100_000_000, 5_250_000),
        (-5, None),
    ],
)
def test_brackets_are_marginal(sales: int, amount: int | None) -> None:
    assert earned(campaign(for_all(BRACKETS)), {"ana": sales}).get("ana") == amount


def test_above_the_last_bracket_that_ends_nothing_is_paid() -> None:
    closed = RatePay(of="net_sales", brackets=BRACKETS.brackets[:1])

    assert earned(campaign(for_all(closed)), {"ana": 90_000_000}) == {"ana": 500_000}


@pytest.mark.parametrize(
    ("sales", "highest", "each"),
    [
        (9_999, None, None),
        (10_000, 2_500, 2_500),
        (50_000, 10_000, 12_500),
        (100_000, 10_000, 17_500),
        (400_000, 20_000, 32_500),
    ],
)
def test_of_the_tiers_the_one_that_pays_most_or_all_of_them(
    sales: int, highest: int | None, each: int | None
) -> None:
    assert earned(campaign(for_all(tiers())), {"ana": sales}).get("ana") == highest
    assert earned(campaign(for_all(tiers("each"))), {"ana": sales}).get("ana") == each


def test_a_unit_pays_for_each_one_that_is_counted() -> None:
    unit = UnitPay(of="orders", amount=money(5))

    assert earned(campaign(for_all(unit)), {"ana": 3, "bo": 0, "cy": None}, "orders") == {"ana": 15}


def test_a_pool_is_shared_equally_and_to_the_last_cent() -> None:
    pool = campaign(for_all(PoolPay(amount=money(10_000))))

    assert paid(pool, scored(ana=1, bo=2, cy=3)) == {"cy": 3_334, "bo": 3_333, "ana": 3_333}


def test_a_pool_is_shared_in_proportion_to_a_metric() -> None:
    pool = campaign(for_all(PoolPay(amount=money(10_000), by="net_sales")))

    assert earned(pool, {"ana": 1, "bo": 1, "cy": 4, "di": -3, "ed": None}) == {
        "ana": 1_667,
        "bo": 1_667,
        "cy": 6_666,
    }


def test_a_pool_in_which_nobody_has_a_share_is_not_paid() -> None:
    pool = campaign(for_all(PoolPay(amount=money(10_000), by="net_sales")))

    assert earned(pool, {"ana": 0, "bo": None}) == {}


@pytest.mark.parametrize(
    ("pay", "amounts"),
    [
        (RATE, {"ana": 500, "bo": 1_000}),
        (UnitPay(of="net_sales", amount=money(1)), {"ana": 10_000, "bo": 20_000}),
        (tiers(), {"ana": 2_500, "bo": 2_500}),
        (PoolPay(amount=money(999)), {"ana": 500, "bo": 499}),
        (PoolPay(amount=money(999), by="net_sales"), {"ana": 333, "bo": 666}),
        (FixedPay(amount=money(70)), {"ana": 70, "bo": 70}),
    ],
)
def test_every_pay_goes_to_the_winners_of_a_ranking_alone(pay: Pay, amounts: dict[str, int]) -> None:
    definition = campaign(ranked(pay, limit=2))
    values = {name: {"net_sales": figure} for name, figure in {"ana": 10_000, "bo": 20_000, "cy": 9}.items()}
    awards = given(definition, scored(cy=1, bo=2, ana=3), values)

    assert {one.account: one.amount.minor for one in awards} == amounts
    assert [(one.account, one.place) for one in awards] == [("ana", 1), ("bo", 2)]


def test_all_who_are_level_with_the_last_winner_are_paid_where_each_is() -> None:
    definition = campaign(ranked(RATE, limit=1, ties=(), tie_pay="each"))

    values = {"ana": {"net_sales": 2_000}, "bo": {"net_sales": 3_000}}

    assert paid(definition, scored(ana=5, bo=5, cy=4), values) == {"ana": 100, "bo": 150}


@pytest.mark.parametrize("caps", [{"cap": money(300)}, {"cap_total": money(300)}])
def test_nobody_gets_more_than_the_cap_even_after_rounding(caps: dict[str, Any]) -> None:
    definition = campaign(for_all(RATE, **caps), rounding="up")

    assert earned(definition, {"ana": 5_999, "bo": 6_001, "cy": 100}) == {"ana": 300, "bo": 300, "cy": 5}


def test_the_lower_of_two_caps_counts() -> None:
    assert earned(campaign(for_all(RATE, cap=money(9), cap_total=money(7))), {"ana": 10_000}) == {"ana": 7}


def test_what_a_cap_takes_from_a_pool_goes_to_nobody() -> None:
    definition = campaign(for_all(PoolPay(amount=money(100), by="net_sales"), cap=money(50)))

    assert earned(definition, {"ana": 3, "bo": 1}) == {"ana": 50, "bo": 25}


@pytest.mark.parametrize("overflow", [None, "prorate"])
def test_a_budget_that_is_not_enough_is_used_to_the_cent_in_proportion(overflow: str | None) -> None:
    definition = campaign(for_all(RATE, budget=money(1_000), overflow=overflow))

    assert earned(definition, {"ana": 20_000, "bo": 20_000, "cy": 10_000, "di": 1}) == {
        "ana": 400,
        "bo": 400,
        "cy": 200,
    }
    assert earned(definition, {"ana": 20_000, "bo": 20_000, "cy": 20_000}) == {
        "ana": 334,
        "bo": 333,
        "cy": 333,
    }


def test_a_budget_paid_in_order_gives_the_last_one_the_rest() -> None:
    definition = campaign(for_all(RATE, budget=money(1_200), overflow="ranked"))

    assert earned(definition, {"ana": 20_000, "bo": 10_000, "cy": 1_000}) == {"ana": 1_000, "bo": 200}


def test_a_budget_that_is_enough_after_the_caps_changes_nothing() -> None:
    definition = campaign(for_all(RATE, cap=money(300), budget=money(500)))

    assert earned(definition, {"ana": 900_000, "bo": 2_000}) == {"ana": 300, "bo": 100}


def test_less_than_nothing_makes_no_room_in_the_budget() -> None:
    definition = campaign(for_all(RATE, budget=money(100)))

    assert earned(definition, {"ana": 3_000, "bo": -2_000}) == {"ana": 100}


def test_caps_come_before_the_budget() -> None:
    definition = campaign(for_all(RATE, cap=money(300), budget=money(400)))

    assert earned(definition, {"ana": 900_000, "bo": 2_000}) == {"ana": 300, "bo": 100}


@pytest.mark.parametrize(("currency", "figure", "amount"), [("JPY", 10_019, 500), ("KWD", 1_234_567, 61_728)])
def test_rates_are_rounded_to_the_last_unit_of_the_currency(currency: str, figure: int, amount: int) -> None:
    assert earned(campaign(for_all(RATE), currency), {"ana": figure}) == {"ana": amount}


@pytest.mark.parametrize("pay", [RATE, BRACKETS, UnitPay(of="net_sales", amount=money(1)), tiers()])
def test_a_figure_that_is_not_worked_out_yet_is_not_taken_for_nothing(pay: Pay) -> None:
    with pytest.raises(CannotAward, match=r"ana: the metric net_sales has not been evaluated"):
        given(campaign(for_all(pay)), scored(ana=1), {"ana": {"sales": 1}})


def test_what_is_no_money_is_refused() -> None:
    with pytest.raises(CannotAward, match="an award of 5 is no money"):
        given(campaign(for_all(FixedPay(amount=Decimal(5)))), scored(ana=1))

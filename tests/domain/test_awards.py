"""Who gets what, by hand: places, ties and their prizes, to the cent."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from leaderboard.domain.awards import CannotAward, Contender, ProvisionalAward, provisional_awards
from leaderboard.domain.campaigns import Award, FixedPay, Place, PlacePay
from leaderboard.domain.comparing import Value
from leaderboard.domain.money import Money
from tests.domain.awarding import SPRING, campaign, for_all, given, money, paid, ranked, scored

APOLLO = ((1, 400_000), (2, 250_000), (3, 150_000), (5, 100_000))


def table(rows: Sequence[tuple[int, int]] = APOLLO, currency: str = "USD") -> PlacePay:
    return PlacePay(table=tuple(Place(to=to, amount=Money(minor, currency)) for to, minor in rows))


def apollo(**rules: object) -> Award:
    """4,000, 2,500, 1,500, 1,000 and 1,000 dollars."""
    return ranked(table(), **{"limit": 5} | rules)


SPLIT = campaign(apollo(ties=("split",)))
EACH = campaign(apollo(ties=(), tie_pay="each"))


def test_places_are_paid_by_the_table_best_first() -> None:
    assert given(campaign(apollo(limit=5)), scored(ana=7, bo=9)) == [
        ProvisionalAward("best", "bo", 1, Money(400_000, "USD")),
        ProvisionalAward("best", "ana", 2, Money(250_000, "USD")),
    ]


def test_five_are_paid_and_the_sixth_is_not() -> None:
    amounts = paid(campaign(apollo()), scored(a=9, b=8, c=7, d=6, e=5, f=4))

    assert amounts == {"a": 400_000, "b": 250_000, "c": 150_000, "d": 100_000, "e": 100_000}


def test_nobody_wins_a_place_who_has_not_begun() -> None:
    assert paid(SPLIT, scored(ana=0, bo=1, cy=0)) == {"bo": 400_000}
    assert given(SPLIT, scored(ana=0)) == given(SPLIT, []) == []


def test_without_a_ranking_a_score_of_nothing_matters_to_nobody() -> None:
    assert paid(campaign(for_all(FixedPay(amount=money(500)))), scored(ana=0, bo=1)) == {
        "bo": 500,
        "ana": 500,
    }


def test_level_scores_go_by_who_was_first_and_then_by_the_account() -> None:
    level = [Contender("cy", 5, 20), Contender("bo", 5, 10), Contender("ana", 5, 20)]

    assert [(one.account, one.place) for one in given(campaign(apollo()), level)] == [
        ("bo", 1),
        ("ana", 2),
        ("cy", 3),
    ]


def test_two_at_the_top_split_the_first_two_prizes() -> None:
    shared = given(SPLIT, scored(ana=9, bo=9, cy=5))

    assert [(one.account, one.place, one.amount.minor) for one in shared] == [
        ("ana", 1, 325_000),
        ("bo", 1, 325_000),
        ("cy", 3, 150_000),
    ]


def test_the_cent_left_over_goes_to_who_was_first() -> None:
    three = campaign(ranked(table([(1, 10_000), (2, 1)]), limit=2, ties=("split",)))

    assert paid(three, scored(cy=4, ana=4, bo=4)) == {"cy": 3_334, "ana": 3_334, "bo": 3_333}


def test_a_split_through_the_limit_divides_only_what_lies_within_it() -> None:
    # Places 4, 5 and 6 are shared; the table pays 1,000 dollars for each of the first two.
    amounts = paid(SPLIT, scored(a=9, b=8, c=7, d=6, e=6, f=6, g=1))

    assert amounts == {"a": 400_000, "b": 250_000, "c": 150_000, "d": 66_667, "e": 66_667, "f": 66_666}


def test_all_of_many_who_are_level_share_the_whole_table() -> None:
    everybody = scored(**{f"a{number}": 3 for number in range(7)})

    assert sorted(paid(SPLIT, everybody).values()) == [142_857] * 6 + [142_858]


def test_each_who_is_level_gets_what_the_best_of_the_places_pays() -> None:
    each = given(EACH, scored(ana=9, bo=9, cy=5, di=4, ed=4, fe=4, gi=1))

    assert [(one.account, one.place, one.amount.minor) for one in each] == [
        ("ana", 1, 400_000),
        ("bo", 1, 400_000),
        ("cy", 3, 150_000),
        ("di", 4, 100_000),
        ("ed", 4, 100_000),
        ("fe", 4, 100_000),
    ]


def test_each_keeps_within_the_budget_in_proportion() -> None:
    within = campaign(apollo(ties=(), tie_pay="each", budget=money(1_000_000)))

    assert paid(within, scored(ana=9, bo=9, cy=9)) == {"ana": 333_334, "bo": 333_333, "cy": 333_333}


def test_a_fixed_prize_for_each_winner_is_split_at_the_limit() -> None:
    fixed = campaign(ranked(FixedPay(amount=money(10_000)), limit=2, ties=("split",)))

    assert paid(fixed, scored(ana=9, bo=5, cy=5)) == {"ana": 10_000, "bo": 5_000, "cy": 5_000}


@pytest.mark.parametrize(
    ("sales", "order"),
    [
        ({"ana": 1, "bo": 2, "cy": 3}, ["cy", "bo", "ana"]),
        ({"ana": -5, "bo": None, "cy": -9}, ["ana", "cy", "bo"]),
        ({"ana": None, "bo": None, "cy": 0}, ["cy", "ana", "bo"]),
        ({"ana": 0.5, "bo": 0.25, "cy": 1}, ["cy", "ana", "bo"]),
    ],
)
def test_a_metric_tells_level_scores_apart_and_who_has_none_is_last(
    sales: dict[str, Value], order: list[str]
) -> None:
    values = {account: {"sales": value} for account, value in sales.items()}
    awards = given(campaign(apollo(ties=("sales",))), scored(ana=5, bo=5, cy=5), values)

    assert [one.account for one in awards] == order


def test_a_metric_decides_before_the_score_is_shared() -> None:
    values = {"ana": {"sales": 1}, "bo": {"sales": 2}, "cy": {"sales": 1}}
    amounts = paid(campaign(apollo(ties=("sales", "split"))), scored(ana=5, bo=5, cy=5), values)

    assert amounts == {"bo": 400_000, "ana": 200_000, "cy": 200_000}


def test_a_metric_never_comes_before_the_score() -> None:
    values = {"ana": {"sales": 1}, "bo": {"sales": 1_000}}

    assert list(paid(campaign(apollo(ties=("sales",))), scored(ana=6, bo=5), values)) == ["ana", "bo"]


def test_scores_reached_at_one_instant_are_shared_where_only_that_was_asked_for() -> None:
    level = [Contender("ana", 5, 10), Contender("bo", 5, 10), Contender("cy", 5, 11)]

    assert paid(campaign(apollo(ties=("reached",), tie_pay="split")), level) == {
        "ana": 325_000,
        "bo": 325_000,
        "cy": 150_000,
    }


@pytest.mark.parametrize(
    ("currency", "rows", "amounts"),
    [
        ("JPY", [(1, 100_000), (2, 50_001)], [75_001, 75_000]),
        ("KWD", [(1, 1_000_000), (2, 500_001)], [750_001, 750_000]),
    ],
)
def test_currencies_without_and_with_three_decimals_split_to_their_own_last_unit(
    currency: str, rows: list[tuple[int, int]], amounts: list[int]
) -> None:
    definition = campaign(ranked(table(rows, currency), limit=2, ties=("split",)), currency)
    awards = given(definition, scored(ana=5, bo=5))

    assert [one.amount for one in awards] == [Money(minor, currency) for minor in amounts]


def test_awards_come_in_the_order_of_the_definition() -> None:
    values = {"ana": {"net_sales": 1_000}, "bo": {"net_sales": 2_000}}
    contenders = scored(ana=1, bo=2)

    awards = provisional_awards(SPRING, {"rebate": contenders, "best": contenders[:1]}, values)

    assert [(one.award, one.account, one.place) for one in awards] == [
        ("best", "ana", 1),
        ("rebate", "bo", None),
        ("rebate", "ana", None),
    ]


def test_a_metric_that_is_not_worked_out_yet_is_not_taken_for_nothing() -> None:
    with pytest.raises(CannotAward, match=r"ana: the metric sales has not been evaluated"):
        given(campaign(apollo(ties=("sales",))), scored(ana=1))

"""Who gets what: by place to the budget's cent, by rate never upwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.awards import CannotAward, ProvisionalAward, provisional_awards
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.money import Money
from tests.domain.campaigns.spring import parse_spring, spring

DEFINITION = spring()
BUDGET_MINOR = 100_000
names = st.lists(st.text("abcdef", min_size=1, max_size=3), unique=True, max_size=8)


def best(accounts: Sequence[str]) -> list[ProvisionalAward]:
    return provisional_awards(DEFINITION, {"best": accounts}, {})


def rebate(
    values: Mapping[str, int | float | Fraction | None], definition: Definition = DEFINITION
) -> dict[str, int]:
    by_account = {account: {"net_sales": value} for account, value in values.items()}
    given = provisional_awards(definition, {"rebate": list(values)}, by_account)
    return {one.account: one.amount.minor for one in given}


def test_places_are_paid_by_the_table_in_the_order_of_the_standings() -> None:
    assert best(["cy", "ana", "bo", "di"]) == [
        ProvisionalAward("best", "cy", 1, Money(60_000, "USD")),
        ProvisionalAward("best", "ana", 2, Money(20_000, "USD")),
        ProvisionalAward("best", "bo", 3, Money(20_000, "USD")),
    ]


def test_places_that_nobody_takes_pay_nothing() -> None:
    assert [one.place for one in best(["ana"])] == [1]
    assert best([]) == []


@given(names)
def test_the_table_is_never_exceeded_and_nobody_has_two_places(accounts: list[str]) -> None:
    awards = best(accounts)

    assert sum(one.amount.minor for one in awards) <= BUDGET_MINOR
    assert [one.account for one in awards] == accounts[:3]
    assert [one.place for one in awards] == list(range(1, len(awards) + 1))


@given(names.filter(bool), st.data())
def test_who_drops_out_moves_the_next_up(accounts: list[str], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(accounts))
    before = {one.account: one.place for one in best(accounts)}
    after = {one.account: one.place for one in best([name for name in accounts if name != gone])}

    place_gone = accounts.index(gone) + 1
    for place, account in enumerate(accounts, start=1):
        if place < place_gone:
            assert after.get(account) == before.get(account)
        elif place > place_gone:
            assert after.get(account) == (place - 1 if place - 1 <= 3 else None)


def test_a_rate_is_paid_to_everybody_who_qualifies_rounded_down_to_the_cent() -> None:
    assert rebate({"ana": 10_039, "bo": 10_040, "cy": 199}) == {"ana": 501, "bo": 502, "cy": 9}


@pytest.mark.parametrize("nothing", [-1, -10_000, 0, 19, None])
def test_what_earns_not_one_cent_is_no_award(nothing: int | None) -> None:
    assert rebate({"ana": nothing}) == {}


@given(st.integers(-(10**15), 10**15))
def test_a_rate_is_exact_in_whole_cents(net_minor: int) -> None:
    paid = rebate({"ana": net_minor}).get("ana", 0)

    assert paid >= 0
    assert paid * 100 <= max(0, net_minor) * 5 < (paid + 1) * 100


def test_awards_come_in_the_order_of_the_definition() -> None:
    values = {"ana": {"net_sales": 1_000}, "bo": {"net_sales": 2_000}}
    awards = provisional_awards(DEFINITION, {"rebate": ["bo", "ana"], "best": ["ana"]}, values)

    assert [(one.award, one.account, one.place) for one in awards] == [
        ("best", "ana", 1),
        ("rebate", "bo", None),
        ("rebate", "ana", None),
    ]


def test_a_metric_that_is_not_worked_out_yet_is_not_taken_for_nothing() -> None:
    with pytest.raises(CannotAward, match=r"ana: the metric net_sales has not been evaluated"):
        provisional_awards(DEFINITION, {"rebate": ["ana"]}, {})


def test_what_is_not_carried_out_is_refused_by_name() -> None:
    fixed = parse_spring(
        'pay = { kind = "rate", of = "net_sales", rate = "5%" }', 'pay = { kind = "fixed", amount = 5 }'
    )

    with pytest.raises(CannotAward, match="rebate: pay by fixed is not carried out"):
        rebate({"ana": 1}, fixed)

"""Awards by chance: held against a slow version that hands out cent by cent, and against what must always be true."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor, inf
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.award_limits import divided
from leaderboard.domain.awards import Contender
from leaderboard.domain.campaigns import (
    Award,
    Bracket,
    FixedPay,
    Place,
    PlacePay,
    PoolPay,
    RatePay,
    UnitPay,
)
from leaderboard.domain.campaigns.pay import Amount
from leaderboard.domain.comparing import Values
from leaderboard.domain.money import Money
from tests.domain.awarding import campaign, earned, for_all, money, paid, ranked
from tests.domain.awarding import given as awards_of

# Few scores and instants, so that many are level.
CONTENDERS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2), st.tuples(st.integers(0, 4), st.integers(1, 3)), max_size=12
).map(lambda found: [Contender(name, *rest) for name, rest in found.items()])
TABLES = st.lists(st.integers(1, 50_000), min_size=1, max_size=6)
FIGURES = st.none() | st.integers(-500, 100_000) | st.fractions(-5, 5_000, max_denominator=97)
MONEY = st.integers(1, 30_000).map(money)
TIES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"ties": ("reached",)},
        {"ties": ("sales",)},
        {"ties": ("split",)},
        {"ties": ("sales", "split")},
        {"ties": ("reached",), "tie_pay": "split"},
        {"ties": (), "tie_pay": "each"},
        {"ties": ("sales",), "tie_pay": "each"},
    ]
)
LIMITS = st.fixed_dictionaries(
    {}, optional={"cap": MONEY, "budget": MONEY, "overflow": st.sampled_from(["prorate", "ranked"])}
)
ROUNDINGS = {"down": ROUND_FLOOR, "up": ROUND_CEILING, "nearest": ROUND_HALF_UP}


def places(prizes: Sequence[int]) -> PlacePay:
    return PlacePay(
        table=tuple(Place(to=at, amount=money(minor)) for at, minor in enumerate(prizes, start=1))
    )


def level_key(award: Award, one: Contender, sales: int) -> tuple[int, ...]:
    """What must be equal for two to be level; higher is better."""
    parts = {"reached": -one.reached_ms, "sales": sales}
    return one.score, *(parts[rule] for rule in award.ties if rule != "split")


def slowly_paid(
    award: Award, prizes: Sequence[int], contenders: list[Contender], sales: dict[str, int]
) -> dict[str, int]:
    """Of each one, by counting who is better and who is level."""
    keys = {one: level_key(award, one, sales[one.account]) for one in contenders if one.score > 0}
    found: dict[str, int] = {}
    for one, key in keys.items():
        before = sum(other > key for other in keys.values())
        level = sorted(
            (other for other in keys if keys[other] == key),
            key=lambda other: (other.reached_ms, other.account),
        )
        if award.sharing == "each":
            amount = prizes[before] if before < len(prizes) else 0
        elif award.sharing == "split":
            pooled = sum(prizes[before : before + len(level)])
            amount = pooled // len(level) + (level.index(one) < pooled % len(level))
        else:
            place = before + level.index(one)
            amount = prizes[place] if place < len(prizes) else 0
        found |= {one.account: amount} if amount else {}
    return found


@st.composite
def any_award(draw: st.DrawFn) -> Award:
    """Any pay but a table of places, for all or for the winners of a ranking, with any limits."""
    pay = draw(
        st.builds(FixedPay, amount=MONEY)
        | st.builds(RatePay, of=st.just("sales"), rate=st.decimals("0.01", "1.5", places=4))
        | st.builds(UnitPay, of=st.just("sales"), amount=MONEY)
        | st.builds(PoolPay, amount=MONEY, by=st.sampled_from([None, "sales"]))
    )
    limits = draw(LIMITS)
    if draw(st.booleans()):
        return for_all(pay, **limits)
    return ranked(pay, limit=draw(st.none() | st.integers(1, 5)), **limits, **draw(TIES))


def minor_or_endless(amount: Amount | None) -> float:
    return amount.minor if isinstance(amount, Money) else inf


def without_limits(award: Award, contenders: list[Contender], values: Any, rounding: str) -> list[int]:
    """What would be paid if nothing limited it."""
    free = replace(award, cap=None, budget=None, overflow=None)
    return list(paid(campaign(free, rounding=rounding), contenders, values).values())


@given(CONTENDERS, TABLES, TIES, st.data())
def test_places_are_paid_as_by_counting_who_is_better(
    contenders: list[Contender], prizes: list[int], ties: dict[str, Any], data: st.DataObject
) -> None:
    award = ranked(places(prizes), limit=len(prizes), **ties)
    sales = {one.account: data.draw(st.integers(-2, 2)) for one in contenders}
    values: dict[str, Values] = {account: {"sales": figure} for account, figure in sales.items()}

    assert paid(campaign(award), contenders, values) == slowly_paid(award, prizes, contenders, sales)


@given(CONTENDERS, TABLES, st.sampled_from([("reached",), ("split",)]))
def test_unless_each_is_paid_the_places_that_are_taken_are_paid_and_no_cent_more(
    contenders: list[Contender], prizes: list[int], ties: tuple[str, ...]
) -> None:
    award = ranked(places(prizes), limit=len(prizes), ties=ties)
    taken = sum(one.score > 0 for one in contenders)

    assert sum(paid(campaign(award), contenders).values()) == sum(prizes[:taken])


@given(CONTENDERS, any_award(), st.data())
def test_the_order_of_the_input_does_not_matter(
    contenders: list[Contender], award: Award, data: st.DataObject
) -> None:
    values: dict[str, Values] = {one.account: {"sales": data.draw(FIGURES)} for one in contenders}
    shuffled = data.draw(st.permutations(contenders))

    assert awards_of(campaign(award), shuffled, values) == awards_of(campaign(award), contenders, values)


@given(CONTENDERS, any_award(), st.sampled_from(["down", "up", "nearest"]), st.data())
def test_no_more_is_paid_than_the_budget_and_to_nobody_more_than_the_cap(
    contenders: list[Contender], award: Award, rounding: str, data: st.DataObject
) -> None:
    values: dict[str, Values] = {one.account: {"sales": data.draw(FIGURES)} for one in contenders}
    amounts = [one.amount for one in awards_of(campaign(award, rounding=rounding), contenders, values)]
    unlimited = without_limits(award, contenders, values, rounding)

    assert all(amount.minor > 0 for amount in amounts)
    cap, budget = minor_or_endless(award.cap), minor_or_endless(award.budget)
    assert all(amount.minor <= cap for amount in amounts)
    total = sum(amount.minor for amount in amounts)
    assert total == min(budget, sum(min(cap, minor) for minor in unlimited))
    assert award.most is None or total <= award.most


@given(CONTENDERS.filter(bool), TABLES, st.data())
def test_who_is_excluded_changes_nothing_for_others_but_that_they_move_up(
    contenders: list[Contender], prizes: list[int], data: st.DataObject
) -> None:
    definition = campaign(ranked(places(prizes), limit=len(prizes)))
    gone = data.draw(st.sampled_from(contenders))
    order = [
        one.account for one in sorted(contenders, key=lambda one: (-one.score, one.reached_ms, one.account))
    ]
    scores = {one.account: one.score for one in contenders}
    after = {
        one.account: (one.place, one.amount.minor)
        for one in awards_of(definition, [one for one in contenders if one is not gone])
    }

    remaining = [name for name in order if name != gone.account and scores[name] > 0]
    assert after == {name: (at + 1, prizes[at]) for at, name in enumerate(remaining) if at < len(prizes)}


@given(CONTENDERS, any_award(), st.data())
def test_whoever_is_paid_by_their_own_figures_is_not_touched_by_an_exclusion(
    contenders: list[Contender], award: Award, data: st.DataObject
) -> None:
    own = for_all(
        award.pay if not isinstance(award.pay, PoolPay) else FixedPay(amount=money(7)), cap=award.cap
    )
    values: dict[str, Values] = {one.account: {"sales": data.draw(FIGURES)} for one in contenders}
    left = [one for one in contenders if data.draw(st.booleans())]
    everybody = paid(campaign(own), contenders, values)

    assert paid(campaign(own), left, values) == {
        one.account: everybody[one.account] for one in left if one.account in everybody
    }


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6) | st.fractions(0, 100), max_size=20))
def test_a_division_is_exact_and_its_cents_go_to_the_largest_remainders(
    total: int, weights: list[int | Fraction]
) -> None:
    parts = divided(total, weights)
    whole = sum(weights)
    exact = [Fraction(total) * weight / whole for weight in weights] if whole else []

    assert sum(parts) == (total if whole else 0)
    assert all(part in (floor(share), floor(share) + 1) for part, share in zip(parts, exact, strict=False))
    # Whoever got a cent had at least the remainder of whoever did not, and stands before those with the same.
    order = sorted(range(len(exact)), key=lambda at: (floor(exact[at]) - exact[at], at))
    got = [parts[at] - floor(exact[at]) for at in order]
    assert got == sorted(got, reverse=True)


@given(
    st.integers(0, 3_000),
    st.lists(st.tuples(st.integers(1, 900), st.integers(1, 150)), min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from(sorted(ROUNDINGS)),
)
def test_brackets_pay_what_each_cent_earns_in_its_own_bracket(
    sales: int, steps: list[tuple[int, int]], is_open: bool, rounding: str
) -> None:
    ends = [sum(width for width, _ in steps[: at + 1]) for at in range(len(steps))]
    rates = [Decimal(rate).scaleb(-2) for _, rate in steps]
    brackets = [Bracket(to=money(end), rate=rate) for end, rate in zip(ends, rates, strict=True)]
    brackets += [Bracket(rate=Decimal("0.005"))] if is_open else []
    pay = RatePay(of="net_sales", brackets=tuple(brackets))

    slowly = Decimal(0)
    for cent in range(sales):
        rate = next((rate for end, rate in zip(ends, rates, strict=True) if cent < end), None)
        slowly += rate if rate is not None else Decimal("0.005" if is_open else 0)
    expected = int(slowly.quantize(Decimal(1), ROUNDINGS[rounding]))
    amounts = earned(campaign(for_all(pay), rounding=rounding), {"ana": sales})

    assert amounts.get("ana", 0) == expected


@given(st.integers(-(10**15), 10**15))
def test_a_rate_is_exact_in_whole_cents(net_minor: int) -> None:
    definition = campaign(for_all(RatePay(of="net_sales", rate=Decimal("0.05"))))
    minor = earned(definition, {"ana": net_minor}).get("ana", 0)

    assert minor >= 0
    assert minor * 100 <= max(0, net_minor) * 5 < (minor + 1) * 100


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=10), st.integers(1, 200_000))
def test_a_budget_paid_in_order_is_used_from_the_first_to_the_last(figures: list[int], budget: int) -> None:
    unit = UnitPay(of="net_sales", amount=money(1))
    definition = campaign(for_all(unit, budget=money(budget), overflow="ranked"))
    amounts = earned(definition, {f"a{at:02}": figure for at, figure in enumerate(figures)})

    left = budget
    expected: dict[str, int] = {}
    for at, figure in enumerate(figures):
        got = min(figure, left)
        expected |= {f"a{at:02}": got} if got else {}
        left -= got
    assert amounts == expected


@given(st.lists(st.integers(1, 100_000), min_size=2, max_size=10), st.integers(1, 200_000))
def test_a_budget_in_proportion_never_turns_the_order_of_two_around(figures: list[int], budget: int) -> None:
    unit = UnitPay(of="net_sales", amount=money(1))
    definition = campaign(for_all(unit, budget=money(budget)))
    best_first = sorted(figures, reverse=True)
    amounts = earned(definition, {f"a{at:02}": figure for at, figure in enumerate(best_first)})

    in_order = [amounts.get(f"a{at:02}", 0) for at in range(len(best_first))]
    assert all(one >= other for one, other in pairwise(in_order))
    assert all(amount <= figure for amount, figure in zip(in_order, best_first, strict=True))

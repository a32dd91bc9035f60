"""What winners get before caps and budgets, by the six kinds of pay, in whole minor units. Chooses no winners."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Final

from leaderboard.domain.award_limits import divided
from leaderboard.domain.award_places import Level
from leaderboard.domain.award_values import ByAccount, figure, minor, not_evaluated
from leaderboard.domain.campaigns import (
    Award,
    Bracket,
    Definition,
    FixedPay,
    PlacePay,
    PoolPay,
    RatePay,
    TierPay,
    TierRow,
    UnitPay,
)
from leaderboard.domain.campaigns.awards import Rounding
from leaderboard.domain.comparing import NOBODY, check_of

Measure = Callable[[str], Fraction]
"""account → what it earned, exact."""

_HALF: Final = Fraction(1, 2)
ROUND: Final[Mapping[Rounding, Callable[[Fraction], int]]] = {
    "down": floor,
    "up": ceil,
    "nearest": lambda exact: floor(exact + _HALF),
}


def amounts(award: Award, won: Sequence[Level], definition: Definition, by_account: ByAccount) -> list[int]:
    """Of every winner, in order; never less than nothing."""
    match award.pay:
        case PlacePay() | FixedPay() as pay:
            return [amount for level in won for amount in _of_places(award, pay, level)]
        case PoolPay() as pay:
            return divided(minor(pay.amount), [_weight(pay, account, by_account) for account in _all(won)])
        case RatePay() | UnitPay() | TierPay() as pay:
            measure = _measure(pay, definition, by_account)
            rounded = ROUND[definition.instruments[award.instrument].rounding]
            return [max(0, rounded(measure(account))) for account in _all(won)]


def _all(won: Sequence[Level]) -> list[str]:
    return [account for level in won for account in level.accounts]


def _of_places(award: Award, pay: PlacePay | FixedPay, level: Level) -> list[int]:
    if award.sharing == "each":
        return [_prize(pay, level.place)] * len(level.accounts)
    prizes = sum(_prize(pay, level.place + index) for index in range(level.places))
    return divided(prizes, [1] * len(level.accounts))


def _prize(pay: PlacePay | FixedPay, place: int) -> int:
    if isinstance(pay, FixedPay):
        return minor(pay.amount)
    return next((minor(row.amount) for row in pay.table if place <= row.to), 0)


def _weight(pay: PoolPay, account: str, by_account: ByAccount) -> int | Fraction:
    """Whoever is below zero takes no part; it does not make the shares of the others larger than the pool."""
    return max(Fraction(0), figure(by_account, account, pay.by) or Fraction(0)) if pay.by else 1


def _measure(pay: RatePay | UnitPay | TierPay, definition: Definition, by_account: ByAccount) -> Measure:
    def of(account: str, metric: str) -> Fraction:
        return figure(by_account, account, metric) or Fraction(0)

    match pay:
        case RatePay(of=metric, rate=rate) if rate is not None:
            return lambda account: Fraction(rate) * of(account, metric)
        case RatePay(of=metric, brackets=brackets):
            return lambda account: _bracketed(of(account, metric), brackets)
        case UnitPay(of=metric, amount=amount):
            return lambda account: minor(amount) * of(account, metric)
        case TierPay():
            return _tiered(pay, definition, by_account)


def _bracketed(earned_minor: Fraction, brackets: Sequence[Bracket]) -> Fraction:
    """Each rate of what lies in its own bracket, below zero of nothing; above the last one that ends, nothing."""
    paid, start = Fraction(0), 0
    for bracket in brackets:
        end = earned_minor if bracket.to is None else min(earned_minor, Fraction(bracket.to.minor))
        paid += Fraction(bracket.rate) * max(Fraction(0), end - start)
        start = bracket.to.minor if bracket.to else start
    return paid


def _tiered(pay: TierPay, definition: Definition, by_account: ByAccount) -> Measure:
    rows = [(row, [check_of(condition, definition) for condition in row.when]) for row in pay.rows]

    def holds(account: str, index: int) -> bool:
        found = [(check, check.holds(by_account.get(account, {}), NOBODY)) for check in rows[index][1]]
        for check, outcome in found:
            if outcome is None:
                raise not_evaluated(account, check.condition.name)
        return all(outcome for _, outcome in found)

    def measure(account: str) -> Fraction:
        paid = [
            _of_row(row, account, by_account) for index, (row, _) in enumerate(rows) if holds(account, index)
        ]
        return sum(paid, Fraction(0)) if pay.pick == "each" else max(paid, default=Fraction(0))

    return measure


def _of_row(row: TierRow, account: str, by_account: ByAccount) -> Fraction:
    if row.amount is not None:
        return Fraction(minor(row.amount))
    assert row.of is not None
    assert row.rate is not None
    return max(Fraction(0), Fraction(row.rate) * (figure(by_account, account, row.of) or 0))

"""What an award pays, how level winners share it and what limits it, in plain words. Works out no award."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from leaderboard.domain.campaigns import (
    Award,
    Condition,
    Definition,
    FixedPay,
    Pay,
    PlacePay,
    PoolPay,
    RatePay,
    Scalar,
    TierPay,
    UnitPay,
    in_words,
)
from leaderboard.domain.campaigns.pay import Amount
from leaderboard.domain.campaigns.ranking import tie_order
from leaderboard.domain.money import Money

_PICKED = {
    "highest": "of the tiers that are reached, the one that pays most",
    "each": "all tiers that are reached, added up",
}
_SHARED = {
    "split": "level winners share the prizes of their places equally; smallest units left over go to the first",
    "each": "level winners each get in full what the best of their places pays",
}
_ROUNDED = {"up": "rounded up to the next {}", "nearest": "rounded to the nearest {}, halves up"}
_OVERFLOW = {
    "prorate": "where that is not enough for all, everybody gets less in the same proportion",
    "ranked": "where that is not enough for all, it is paid in the order of the standings until it is used up",
}


def award_in_words(definition: Definition, award: Award) -> tuple[str, ...]:
    """Every rule on its amounts, a sentence each."""
    return tuple(_rules(definition, award))


def amount_in_words(amount: Amount) -> str:
    return str(Scalar("money" if isinstance(amount, Money) else "number", amount))


def all_in_words(conditions: Iterable[Condition]) -> str:
    return " and ".join(in_words(condition) for condition in conditions)


def _rules(definition: Definition, award: Award) -> Iterator[str]:
    if award.cohort:
        yield f"only for {award.cohort}: {all_in_words(definition.cohorts[award.cohort].where)}"
    yield from _paid(award.pay)
    rounding = definition.instruments[award.instrument].rounding
    if rounding != "down" and not isinstance(award.pay, PlacePay | FixedPay | PoolPay):
        yield _ROUNDED[rounding].format(amount_in_words(Money(1, definition.currency)))
    ranking = definition.ranking
    if award.rank_by and ranking and (award.ties, award.tie_pay) != (ranking.ties, ranking.tie_pay):
        yield f"level scores: {', then '.join(tie_order(award.ties, award.tie_pay))}"
    if award.sharing:
        yield _SHARED[award.sharing]
    yield from _limits(award)


def _limits(award: Award) -> Iterator[str]:
    if award.cap is not None:
        yield f"at most {amount_in_words(award.cap)} each"
    if award.cap_total is not None:
        yield f"at most {amount_in_words(award.cap_total)} each in the whole campaign"
    is_fixed = isinstance(award.pay, PlacePay) and award.sharing != "each"
    if award.budget is not None and not is_fixed:
        yield _OVERFLOW[award.overflow or "prorate"]


def _paid(pay: Pay) -> Iterator[str]:
    match pay:
        case PlacePay():
            yield from _places(pay)
        case FixedPay():
            yield f"each: {amount_in_words(pay.amount)}"
        case RatePay(rate=None):
            yield from _brackets(pay)
        case RatePay():
            yield f"{_percent(pay.rate)} of {pay.of}"
        case UnitPay():
            yield f"{amount_in_words(pay.amount)} for each of the {pay.of}"
        case PoolPay():
            yield _pool(pay)
        case TierPay():
            yield from _tiers(pay)


def _pool(pay: PoolPay) -> str:
    how = f"in proportion to {pay.by}" if pay.by else "in equal parts"
    return f"{amount_in_words(pay.amount)} shared {how}; smallest units left over go by the largest remainder"


def _tiers(pay: TierPay) -> Iterator[str]:
    for row in pay.rows:
        paid = amount_in_words(row.amount) if row.amount is not None else f"{_percent(row.rate)} of {row.of}"
        yield f"with {all_in_words(row.when)}: {paid}"
    if len(pay.rows) > 1:
        yield _PICKED[pay.pick]


def _places(pay: PlacePay) -> Iterator[str]:
    firsts = [1, *(row.to + 1 for row in pay.table)]
    for row, first in zip(pay.table, firsts, strict=False):
        places = f"place {first}" if first == row.to else f"places {first} to {row.to}, each"
        yield f"{places}: {amount_in_words(row.amount)}"


def _brackets(pay: RatePay) -> Iterator[str]:
    start: Money | None = None
    for bracket in pay.brackets:
        above = f"above {amount_in_words(start)}" if start else ""
        up_to = f"up to {amount_in_words(bracket.to)}" if bracket.to else ""
        yield f"{_percent(bracket.rate)} of {pay.of} {' '.join(filter(None, (above, up_to)))}".rstrip()
        start = bracket.to
    if start:
        yield f"nothing above {amount_in_words(start)}"


def _percent(rate: Decimal | None) -> str:
    return str(Scalar("percent", rate or Decimal(0)))

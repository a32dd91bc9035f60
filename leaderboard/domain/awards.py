"""Who gets which award, and how much, as certified: provisional until it is paid. Judges nobody and ranks nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor

from msgspec import Struct

from leaderboard.domain.campaigns import Award, Definition, PlacePay, RatePay
from leaderboard.domain.comparing import Values
from leaderboard.domain.money import Money


class CannotAward(ValueError):
    """An award cannot be worked out; the text says why, and what is missing."""


class ProvisionalAward(Struct, frozen=True):
    """What one account gets of one award. `place` among those who may win it; None where places pay nothing."""

    award: str
    account: str
    place: int | None
    amount: Money


def provisional_awards(
    definition: Definition, eligible: Mapping[str, Sequence[str]], values: Mapping[str, Values]
) -> list[ProvisionalAward]:
    """All awards, in the order of the definition and then of the standings.

    `eligible`: award id → those accounts that qualify for it, in the order of the standings; the others take no place.
    `values`: account → its metrics as they are judged by, money in minor units.
    """
    return [
        given
        for award in definition.awards
        for given in _given(award, definition.currency, eligible.get(award.id, ()), values)
    ]


def _given(
    award: Award, currency: str, accounts: Sequence[str], values: Mapping[str, Values]
) -> Iterator[ProvisionalAward]:
    match award.pay:
        case PlacePay() as pay:
            yield from _by_place(award, pay, accounts)
        case RatePay(of=metric, rate=rate) if rate is not None:
            for account in accounts:
                if (minor := floor(Fraction(rate) * _of(values, account, metric))) > 0:
                    yield ProvisionalAward(award.id, account, None, Money(minor, currency))
        case _:
            raise CannotAward(f"award {award.id}: pay by {award.pay.kind} is not carried out by this version")


def _by_place(award: Award, pay: PlacePay, accounts: Sequence[str]) -> Iterator[ProvisionalAward]:
    for place, account in enumerate(accounts[: award.limit], start=1):
        amount = next((row.amount for row in pay.table if place <= row.to), None)
        if isinstance(amount, Money):
            yield ProvisionalAward(award.id, account, place, amount)


def _of(values: Mapping[str, Values], account: str, metric: str) -> Fraction:
    """The money that a rate is taken of. Without a value (a share of nothing) there is nothing to take it of."""
    found = values.get(account, {})
    if metric not in found:
        raise CannotAward(f"account {account}: the metric {metric} has not been evaluated")
    return Fraction(found[metric] or 0)

"""Campaigns with one award, and who contends for it, for tests of awards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from leaderboard.domain.awards import Contender, ProvisionalAward, provisional_awards
from leaderboard.domain.campaigns import Award, Definition, Pay
from leaderboard.domain.comparing import Values
from leaderboard.domain.money import Money
from tests.domain.campaigns.spring import spring

SPRING = spring()
BEST, REBATE = SPRING.awards


def ranked(pay: Pay, **rules: Any) -> Award:
    """An award for the winners of a ranking. Level scores go by who was first, unless it is said otherwise."""
    return replace(BEST, pay=pay, **{"limit": None, "budget": None} | rules)


def for_all(pay: Pay, **rules: Any) -> Award:
    """An award for everybody who qualifies."""
    return replace(REBATE, pay=pay, **rules)


def campaign(award: Award, currency: str = "USD", rounding: str = "down") -> Definition:
    bank: Any = replace(SPRING.instruments["bank"], rounding=rounding)
    return replace(SPRING, awards=(award,), currency=currency, instruments={"bank": bank})


def money(minor: int, currency: str = "USD") -> Money:
    return Money(minor, currency)


def scored(**scores: int) -> list[Contender]:
    """In the order in which they reached their scores."""
    return [
        Contender(name, score, reached_ms) for reached_ms, (name, score) in enumerate(scores.items(), start=1)
    ]


def given(
    definition: Definition, contenders: Iterable[Contender], values: Mapping[str, Values] | None = None
) -> list[ProvisionalAward]:
    [award] = definition.awards
    return provisional_awards(definition, {award.id: list(contenders)}, values or {})


def paid(
    definition: Definition, contenders: Iterable[Contender], values: Mapping[str, Values] | None = None
) -> dict[str, int]:
    """account → minor units."""
    return {one.account: one.amount.minor for one in given(definition, contenders, values)}


def earned(definition: Definition, figures: Mapping[str, Any], metric: str = "net_sales") -> dict[str, int]:
    """What accounts with these figures are paid, the first one being the first of the standings."""
    contenders = [Contender(name, len(figures) - at, at) for at, name in enumerate(figures)]
    return paid(definition, contenders, {name: {metric: value} for name, value in figures.items()})

"""What is paid just below, at and just above the limits of an award's own table, worked out for made-up winners."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from leaderboard.domain.awards import Contender, ProvisionalAward, provisional_awards
from leaderboard.domain.awards_in_words import amount_in_words
from leaderboard.domain.boundary_values import Figures
from leaderboard.domain.campaigns import Award, Condition, Definition, FixedPay, PlacePay, RatePay, TierPay
from leaderboard.domain.live_metrics import units_of
from leaderboard.domain.money import Money
from leaderboard.domain.reasons import named

# More winners than this are not made up.
MOST_PLACES: Final = 1_000
_SOMEBODY: Final = "account"
# What a made-up account has of each metric that pay goes by: a hundred dollars, ten seconds, or as many.
_SOME: Final = 10_000


class Limit(NamedTuple):
    """A limit in words; each side is a value and an outcome, both in words. None: nothing is below."""

    condition: str
    sides: Sequence[tuple[str, str] | None]


class Tier(NamedTuple):
    """The conditions of a tier, what an account with some figures is paid, and of what a rate is taken then."""

    when: Sequence[Condition]
    paid: Callable[[Figures], str]
    given: str


def tiers(definition: Definition, award: Award) -> Iterator[Tier]:
    """Each tier; of what only the others ask for, an account has nothing."""
    if not isinstance(award.pay, TierPay):
        return
    for row in award.pay.rows:
        is_asked = row.of in {condition.name for condition in row.when}
        of = f"{named(row.of)} is {amount_in_words(Money(_SOME, definition.currency))}" if row.of else ""
        yield Tier(
            row.when, lambda figures: _paid_to_one(definition, award, figures.values), "" if is_asked else of
        )


def brackets(definition: Definition, award: Award) -> Iterator[Limit]:
    """The ends of brackets, which the next rate begins at."""
    if not isinstance(award.pay, RatePay):
        return
    for bracket in award.pay.brackets:
        if bracket.to is not None:
            values = [Money(bracket.to.minor + step, definition.currency) for step in (-1, 0, 1)]
            sides = [
                (amount_in_words(one), _paid_to_one(definition, award, {award.pay.of: one.minor}))
                for one in values
            ]
            yield Limit(f"{award.pay.of} of {amount_in_words(bracket.to)}", sides)


def places(definition: Definition, award: Award) -> Iterator[Limit]:
    """The last places of each row of a table, and the last one that wins at all."""
    last = [row.to for row in award.pay.table] if isinstance(award.pay, PlacePay) else []
    limits = dict.fromkeys([*last, *([award.limit] if award.limit else [])])
    for place in limits:
        if award.rank_by and place <= MOST_PLACES:
            paid = _paid_by_place(definition, award, place + 1)
            around = (place - 1, place, place + 1)
            sides = [_of_place(award, number, paid) for number in around]
            yield Limit(f"place {place}", [sides[0] if place > 1 else None, *sides[1:]])


def _of_place(award: Award, place: int, paid: Mapping[int, ProvisionalAward]) -> tuple[str, str]:
    won = paid.get(place)
    if won is None:
        outcome = "nothing"
    else:
        # What else is paid depends on figures of the winner.
        is_known = isinstance(award.pay, PlacePay | FixedPay)
        outcome = amount_in_words(won.amount) if is_known else "wins the award"
    return f"place {place}", outcome


def _paid_by_place(definition: Definition, award: Award, many: int) -> dict[int, ProvisionalAward]:
    contenders = [Contender(f"{place}", many - place + 1, place) for place in range(1, many + 1)]
    some = _some(definition, award)
    values = {one.account: some for one in contenders}
    return {int(one.account): one for one in _given(definition, award, contenders, values)}


def _paid_to_one(definition: Definition, award: Award, values: Mapping[str, Any]) -> str:
    has = {_SOMEBODY: {**_some(definition, award), **values}}
    found = _given(definition, award, [Contender(_SOMEBODY, 1, 1)], has)
    return amount_in_words(found[0].amount) if found else "nothing"


def _given(
    definition: Definition, award: Award, contenders: Sequence[Contender], values: Mapping[str, Any]
) -> list[ProvisionalAward]:
    return provisional_awards(replace(definition, awards=(award,)), {award.id: contenders}, values)


def _some(definition: Definition, award: Award) -> dict[str, Any]:
    units, paid_by = units_of(definition), award.metrics
    if isinstance(award.pay, TierPay):
        paid_by = {row.of for row in award.pay.rows if row.of}
    some = {name: Fraction(1, 2) if units[name] == "share" else _SOME for name in paid_by}
    return {**dict.fromkeys(award.metrics, 0), **some}

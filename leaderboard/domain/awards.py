"""Who gets which award, and how much to the cent: provisional until it is certified and paid. Judges nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from leaderboard.domain.award_amounts import amounts
from leaderboard.domain.award_limits import limited
from leaderboard.domain.award_places import Contender, levels
from leaderboard.domain.award_values import ByAccount, CannotAward
from leaderboard.domain.campaigns import Award, Definition
from leaderboard.domain.comparing import Values
from leaderboard.domain.money import Money

__all__ = ["CannotAward", "Contender", "ProvisionalAward", "provisional_awards"]


class ProvisionalAward(Struct, frozen=True):
    """What one account gets of one award. `place` among those who may win it, the best of places that are shared;
    None where nothing is ranked."""

    award: str
    account: str
    place: int | None
    amount: Money


def provisional_awards(
    definition: Definition, eligible: Mapping[str, Sequence[Contender]], values: Mapping[str, Values]
) -> list[ProvisionalAward]:
    """All awards, in the order of the definition and then of their winners.

    `eligible`: award id → those who qualify for it, in any order; the others take no place.
    `values`: account → its metrics as they are judged by, money in minor units.
    """
    return [
        given
        for award in definition.awards
        for given in _given(award, definition, eligible.get(award.id, ()), values)
    ]


def _given(
    award: Award, definition: Definition, contenders: Sequence[Contender], values: ByAccount
) -> Iterator[ProvisionalAward]:
    won = levels(award, contenders, values)
    winners = [(level.place, account) for level in won for account in level.accounts]
    paid = limited(award, amounts(award, won, definition, values))
    for (place, account), minor in zip(winners, paid, strict=True):
        if minor > 0:
            amount = Money(minor, definition.currency)
            yield ProvisionalAward(award.id, account, place if award.rank_by else None, amount)

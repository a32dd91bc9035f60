"""Awards as a result's document lists them, read back. `result_document.py` writes them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.money import Money, parse_minor


class ListedMoney(Struct, frozen=True):
    amount: str
    currency: str


class ListedAward(Struct, frozen=True):
    """One entry of `awards` in a result."""

    award: str
    account_id: str
    place: int | None
    amount: ListedMoney


def awards_of(listed: Iterable[ListedAward]) -> list[ProvisionalAward]:
    """The awards, in the order of the result."""
    return [
        ProvisionalAward(one.award, one.account_id, one.place, _money(one.amount.amount, one.amount.currency))
        for one in listed
    ]


def _money(amount: str, currency: str) -> Money:
    return Money(parse_minor(amount, currency), currency)

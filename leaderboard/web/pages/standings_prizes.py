"""Which places pay what, and where the paid ones end, from a campaign's rules and its standings. Awards nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from leaderboard.web.pages.standings_rows import Row

PLACES_SHOWN: Final = 5

Money = Mapping[str, str]


class Prizes(NamedTuple):
    """Of the award that ranks: how many places it pays, 0 for any number; what each of the first ones is promised."""

    places: int
    amounts: tuple[Money | None, ...]

    @property
    def shown(self) -> int:
        """How many places stand out on the page."""
        return min(self.places or PLACES_SHOWN, PLACES_SHOWN)

    def amount(self, place: int) -> Money | None:
        """What a place is promised, where the rules say an amount."""
        return self.amounts[place - 1] if place <= len(self.amounts) else None


class Place(NamedTuple):
    """A place that stands out, and who has it; `row` is None while nobody has."""

    number: int
    amount: Money | None
    row: Row | None


def prizes_of(definition: Mapping[str, Any]) -> Prizes | None:
    """The prizes of a canonical definition; None where nothing is ranked."""
    award = next((one for one in definition.get("award", ()) if "rank_by" in one), None)
    if award is None:
        return None
    pay = award["pay"]
    table = pay.get("table", ()) if pay["kind"] == "place" else ()
    places = award.get("limit") or max((line["to"] for line in table), default=0)
    return Prizes(places, tuple(_promised(pay, place) for place in range(1, min(places, PLACES_SHOWN) + 1)))


def _promised(pay: Mapping[str, Any], place: int) -> Money | None:
    if pay["kind"] == "fixed":
        return _money(pay["amount"])
    if pay["kind"] != "place":
        return None
    return next((_money(line["amount"]) for line in pay["table"] if place <= line["to"]), None)


def _money(text: Any) -> Money | None:
    """`USD 4000.00`; None for so many of something that is no money."""
    currency, _, amount = str(text).partition(" ")
    return {"currency": currency, "amount": amount} if amount else None


def is_by_award(rows: Sequence[Row]) -> bool:
    """Whether the reader may know who would be paid, and somebody would."""
    return any(row.award_rank is not None and not row.is_own for row in rows)


def podium(prizes: Prizes, rows: Sequence[Row]) -> list[Place]:
    """The first places: of those who qualify where the reader may know who does, else of the standings."""
    by_award = is_by_award(rows)
    found = {(row.award_rank if by_award else row.rank): row for row in reversed(rows)}
    numbers = range(1, prizes.shown + 1)
    # A score alone wins nothing, so beside it no prize is named.
    return [Place(one, prizes.amount(one) if by_award else None, found.get(one)) for one in numbers]


def last_paid_rank(prizes: Prizes | None, rows: Sequence[Row]) -> int:
    """The rank below which nobody is paid as things are; 0 where there is none, or its reader may not know it."""
    if prizes is None or not prizes.places or not is_by_award(rows):
        return 0
    paid = [row.rank for row in rows if row.award_rank and row.award_rank <= prizes.places]
    return max(paid) if len(paid) >= prizes.places else prizes.places

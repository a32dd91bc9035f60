"""What the parts of a document may refer to, gathered before they are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from msgspec import Struct

from leaderboard.domain.money import Money, parse_minor

from .conditions import Condition, Unit, about_values
from .values import described, number, plain


class Known(Struct, frozen=True, kw_only=True):
    """The names of one document, the units of its metrics, and its currency."""

    currency: str
    roles: tuple[str, str]
    windows: Collection[str]
    units: Mapping[str, Unit]
    cohorts: Collection[str]
    instruments: Mapping[str, str]

    @property
    def condition(self) -> Callable[[object], Condition]:
        return about_values(self.currency, self.units)


def money(currency: str) -> Callable[[object], Money]:
    """More than nothing, as `USD 100`, as a number, or as the text of a number; no more decimals than the
    currency has."""

    def parse(value: object) -> Money:
        amount = value.removeprefix(f"{currency} ") if isinstance(value, str) else plain(number(value))
        if amount[:3].isalpha() and amount[3:4] == " ":
            raise ValueError(f"must be in {currency}, the campaign's currency, not {described(value)}")
        found = Money(parse_minor(amount.strip(), currency), currency)
        if found.minor <= 0:
            raise ValueError("must be more than 0")
        return found

    return parse


def quantity(*, whole: bool) -> Callable[[object], Decimal]:
    """How much of something that is not money."""

    def parse(value: object) -> Decimal:
        found = number(value)
        if found <= 0:
            raise ValueError("must be more than 0")
        if whole and found != found.to_integral_value():
            raise ValueError(f"must be a whole number, not {described(value)}")
        return found

    return parse

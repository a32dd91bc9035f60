"""Money as whole minor units of an ISO 4217 currency, and its text form. Never a binary fraction."""

from __future__ import annotations

import re
from functools import cache

from iso4217 import Currency
from msgspec import Struct

# A hundred thousand million dollars: more than any order has, and nine hundred of them still sum exactly in a double.
MAX_MINOR = 10_000_000_000_000

_AMOUNT = re.compile(r"(-?)(\d{1,16})(?:\.(\d{1,6}))?", re.ASCII)


class Money(Struct, frozen=True, order=False):
    """`minor` whole cents (or yen, or thousandths of a dinar) of `currency`."""

    minor: int
    currency: str


@cache
def decimals(currency: str) -> int:
    """How many decimals an ISO 4217 currency has: USD 2, JPY 0, BHD 3. ValueError names an unknown code."""
    try:
        exponent = Currency(currency).exponent
    except ValueError:
        raise ValueError(f"{currency!r} is not an ISO 4217 currency code such as USD") from None
    if exponent is None:
        raise ValueError(f"{currency!r} has no minor unit, so nothing can be paid in it")
    return exponent


def parse_minor(amount: str, currency: str) -> int:
    """Minor units of a decimal text: ("12.34", "USD") → 1234. Fewer decimals are filled, more are an error."""
    places = decimals(currency)
    match = _AMOUNT.fullmatch(amount)
    if match is None:
        raise ValueError(f'amount must be a decimal text such as "12.34", not {amount[:40]!r}')
    sign, whole, fraction = match[1], match[2], match[3] or ""
    if len(fraction) > places:
        raise ValueError(f"{currency} has {places} decimals, the amount {amount!r} has {len(fraction)}")
    minor = int(whole + fraction.ljust(places, "0"))
    if minor > MAX_MINOR:
        raise ValueError(f"amount {amount!r} is larger than can be counted exactly")
    return -minor if sign else minor


def format_minor(minor: int, currency: str) -> str:
    """The text of minor units with the currency's own decimals: (1234, "USD") → "12.34"."""
    places = decimals(currency)
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"

"""Who takes part: agencies own accounts, accounts have hosts. Settings, so unknown fields are errors."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

# `$` alone would let a line break follow.
END: Final = r"$(?!\n)"
ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}" + END
Id = Annotated[
    str,
    Meta(
        pattern=ID_PATTERN,
        description="Letters, digits and . _ : @ -, at most 128, not starting with a sign.",
    ),
]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}" + END, description="ISO 3166-1 alpha-2, such as US.")]
PixelCode = Annotated[str, Meta(min_length=1, max_length=128)]
# Larger whole numbers are exact neither in a store's script nor in a browser.
WholeNumber = Annotated[int, Meta(ge=-9_007_199_254_740_991, le=9_007_199_254_740_991)]
Attribute = Annotated[str, Meta(max_length=1000)] | bool | WholeNumber | float

# Both ways of judging have numbers of this kind exactly.
ATTRIBUTE_DECIMALS: Final = 9
LARGEST_ATTRIBUTE: Final = 10**15

Kind = Literal["partner", "merchant"]


class Agency(Struct, forbid_unknown_fields=True, frozen=True):
    """Owns accounts and is paid for them."""

    name: Label
    country: Country


class Account(Struct, forbid_unknown_fields=True, frozen=True):
    """Competes in campaigns. `pixel_codes` name it in the Events API dialect, each at most one account."""

    agency_id: Id
    name: Label
    kind: Kind
    country: Country
    pixel_codes: Annotated[list[PixelCode], Meta(max_length=100)] = field(default_factory=list)
    attributes: Annotated[dict[str, Attribute], Meta(max_length=200)] = field(default_factory=dict)


# The states of an account, each with the ms of the store's clock since which it stands, the oldest first.
History = tuple[tuple[int, Account], ...]


def as_of(history: History, at_ms: int) -> Account:
    """The account as it was at a time; as it first was, for a time before that. The history is not empty."""
    known = [account for since_ms, account in history if since_ms <= at_ms]
    return known[-1] if known else history[0][1]


class Host(Struct, forbid_unknown_fields=True, frozen=True):
    """A person who goes live for an account."""

    name: Label


def problems(account: Account) -> list[str]:
    """What is wrong with an account, each line naming its field; empty when it is right."""
    return [
        f"attributes.{name}: must have at most {ATTRIBUTE_DECIMALS} decimals and be below {LARGEST_ATTRIBUTE}; "
        "a text keeps any number as it is"
        for name, value in account.attributes.items()
        if isinstance(value, float) and not _is_exact(Decimal(repr(value)))
    ]


def _is_exact(number: Decimal) -> bool:
    exponent = number.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -ATTRIBUTE_DECIMALS and abs(number) < LARGEST_ATTRIBUTE

"""Money made from cells: products and sums exactly in decimals, never in binary fractions. Reads no files."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Final

from msgspec import Struct

from leaderboard.domain.money import decimals
from leaderboard.replay.fields import NUMBER
from leaderboard.replay.recorded import BadRow, UsageError

AMOUNT: Final = "value.amount"

# Far more digits than cells can bring together; should they after all, it is an error and no rounding.
_EXACT = Context(prec=10_000, traps=[Inexact, InvalidOperation, Overflow])
_ROUNDING = Context(prec=10_000, rounding=ROUND_HALF_UP)


class Product(Struct, frozen=True):
    """`-Quantity*UnitPrice`: the cells of these columns multiplied, `turned` with the other sign."""

    columns: tuple[str, ...]
    turned: bool = False

    def of(self, cells: list[str]) -> Decimal:
        """The exact product of one row's cells, in the order of `columns`; BadRow names the cell that is no number."""
        result = Decimal(-1 if self.turned else 1)
        for column, cell in zip(self.columns, cells, strict=True):
            result = _EXACT.multiply(result, _decimal(cell, column))
        return result


class Settled(Struct, frozen=True):
    """`text` has the currency's decimals; `exact` is what it was before it was rounded, None when it was not."""

    text: str
    exact: str | None = None


def is_computed(text: str) -> bool:
    """Whether the right side of a mapping asks for more than a cell as it stands."""
    return "*" in text or text.startswith("-")


def product_of(text: str) -> Product:
    """`Quantity*UnitPrice` or `-Total`; UsageError when a column is missing between the signs."""
    columns = tuple(part.strip() for part in text.removeprefix("-").split("*"))
    if not all(columns):
        raise UsageError(
            f"{AMOUNT}={text}: give a column before and after every *, such as Quantity*UnitPrice"
        )
    return Product(columns, text.startswith("-"))


def plus(one: Decimal, other: Decimal) -> Decimal:
    """The exact sum."""
    return _EXACT.add(one, other)


def settled(total: Decimal, event_type: str, currency: str, *, rounds: bool) -> Settled:
    """The amount of an event from a computed total, which is negative where money goes back.

    So a refund's total must not be positive and is sent with the other sign, any other must not be negative.
    BadRow for the wrong sign, and, unless it `rounds` (half away from zero), for a part of a minor unit.
    """
    _check_sign(total, event_type)
    exact = abs(total)
    places = _places(currency)
    if places is None:
        return Settled(f"{exact:f}")
    rounded = exact.quantize(Decimal(1).scaleb(-places), context=_ROUNDING)
    if rounded == exact:
        return Settled(f"{rounded:f}")
    if not rounds:
        raise BadRow(
            "fraction", f"{exact:f} is no whole number of {currency}'s minor units; --round rounds it"
        )
    return Settled(f"{rounded:f}", f"{exact:f}")


def _decimal(cell: str, column: str) -> Decimal:
    what = f"{column} (for {AMOUNT})"
    if not cell:
        raise BadRow("empty", f"{what} is empty")
    if NUMBER.fullmatch(text := cell.strip()) is None:
        raise BadRow("bad_value", f"{what}: {cell[:40]!r} is not a decimal number such as -12.34")
    return Decimal(text)


def _check_sign(total: Decimal, event_type: str) -> None:
    if event_type == "refund":
        if total > 0:
            hint = "put a - before the mapped columns if refunds stand there as positive numbers"
            raise BadRow(
                "sign", f"the amount {total:f} is positive, money that goes back is negative; {hint}"
            )
    elif total < 0:
        raise BadRow(
            "sign", f"the amount {total:f} is negative; money that goes back is sent with --type refund"
        )


def _places(currency: str) -> int | None:
    """None for what is no currency: the door says so better."""
    try:
        return decimals(currency.upper())
    except ValueError:
        return None

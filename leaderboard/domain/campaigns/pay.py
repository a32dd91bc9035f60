"""What an award pays: by place, by tier, a rate, a unit, a pool or a fixed amount. Works out no award."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from leaderboard.domain.money import Money

from .conditions import Condition
from .known import Known, money
from .reader import Table
from .values import existing, flag, one_of, share, whole

# Money for instruments that pay money, a number for those that do not (coupons).
Amount = Money | Decimal
ReadAmount = Callable[[object], Amount]


class Place(Struct, frozen=True, kw_only=True):
    """Each of the places after the row before, up to and with `to`, gets the amount."""

    to: int
    amount: Amount


class TierRow(Struct, frozen=True, kw_only=True):
    """Pays an amount, or a rate of a metric, when all conditions hold."""

    when: tuple[Condition, ...]
    amount: Amount | None = None
    of: str | None = None
    rate: Decimal | None = None


class Bracket(Struct, frozen=True, kw_only=True):
    """The rate for what lies above the bracket before, up to `to`; without `to`, for all the rest."""

    rate: Decimal
    to: Money | None = None


class FixedPay(Struct, frozen=True, kw_only=True):
    amount: Amount
    kind: Literal["fixed"] = "fixed"


class PlacePay(Struct, frozen=True, kw_only=True):
    table: tuple[Place, ...]
    kind: Literal["place"] = "place"


class TierPay(Struct, frozen=True, kw_only=True):
    rows: tuple[TierRow, ...]
    pick: Literal["highest", "each"] = "highest"
    kind: Literal["tier"] = "tier"


class RatePay(Struct, frozen=True, kw_only=True):
    """One `rate`, or marginal `brackets`; `cumulative` carries the brackets on over the award's windows."""

    of: str
    rate: Decimal | None = None
    brackets: tuple[Bracket, ...] = ()
    cumulative: bool = False
    kind: Literal["rate"] = "rate"


class UnitPay(Struct, frozen=True, kw_only=True):
    """The amount for each one that the metric counts."""

    of: str
    amount: Amount
    kind: Literal["unit"] = "unit"


class PoolPay(Struct, frozen=True, kw_only=True):
    """The amount is shared among all who pass, in proportion to the metric `by`; without it, equally."""

    amount: Amount
    by: str | None = None
    kind: Literal["pool"] = "pool"


Pay = FixedPay | PlacePay | TierPay | RatePay | UnitPay | PoolPay


def metrics_of(pay: Pay) -> set[str]:
    """The metrics that have to be known to work out the pay."""
    match pay:
        case RatePay() | UnitPay():
            return {pay.of}
        case PoolPay():
            return {pay.by} if pay.by else set()
        case TierPay():
            asked = {one.name for row in pay.rows for one in row.when if "." not in one.name}
            return asked | {row.of for row in pay.rows if row.of}
        case _:
            return set()


def read_pay(table: Table, known: Known, amount: ReadAmount) -> Pay | None:
    """None when there is any problem with it, so that nothing is concluded from half a table."""
    before = table.problem_count
    kind = table.need("kind", one_of(*READERS), "")
    if not kind:
        return None
    pay = READERS[kind](table, known, amount)
    table.close()
    return pay if table.problem_count == before else None


def _read_fixed(table: Table, known: Known, amount: ReadAmount) -> FixedPay:
    return FixedPay(amount=_amount(table, amount))


def _read_place(table: Table, known: Known, amount: ReadAmount) -> PlacePay:
    rows = table.rows("table")
    places = tuple(_read_row(row, amount) for row in rows)
    if table.fine("table") and not places:
        table.report("table", "needs at least one row")
    for row, (before, place) in zip(rows[1:], pairwise(places), strict=True):
        if row.fine("to") and place.to <= before.to:
            row.report("to", f"must be more than {before.to}, the `to` of the row before")
    return PlacePay(table=places)


def _read_row(table: Table, amount: ReadAmount) -> Place:
    place = Place(to=table.need("to", whole, 1), amount=_amount(table, amount))
    table.close()
    return place


def _read_tier(table: Table, known: Known, amount: ReadAmount) -> TierPay:
    pay = TierPay(
        rows=tuple(_read_tier_row(row, known, amount) for row in table.rows("rows")),
        pick=table.read("pick", one_of("highest", "each"), "highest"),
    )
    if table.fine("rows") and not pay.rows:
        table.report("rows", "needs at least one row")
    return pay


def _read_tier_row(table: Table, known: Known, amount: ReadAmount) -> TierRow:
    row = TierRow(
        when=table.each("when", known.condition),
        amount=table.maybe("amount", amount),
        of=table.maybe("of", existing("metric", known.units)),
        rate=table.maybe("rate", share),
    )
    if table.fine("when") and not row.when:
        table.report("when", "needs at least one condition")
    if table.has("amount") == table.has("rate"):
        table.report("amount", "give either `amount` or `rate`")
    if table.has("rate") != table.has("of"):
        table.report("of", "goes together with `rate`")
    _check_rated(table, row.of, known)
    table.close()
    return row


def _read_rate(table: Table, known: Known, amount: ReadAmount) -> RatePay:
    pay = RatePay(
        of=table.need("of", existing("metric", known.units), ""),
        rate=table.maybe("rate", share),
        brackets=tuple(_read_bracket(row, known.currency) for row in table.rows("brackets")),
        cumulative=table.read("cumulative", flag, False),
    )
    if table.has("rate") == table.has("brackets"):
        table.report("rate", "give either `rate` or `brackets`")
    _check_rated(table, pay.of, known)
    _check_brackets(table, pay.brackets)
    return pay


def _read_bracket(table: Table, currency: str) -> Bracket:
    bracket = Bracket(rate=table.need("rate", share, Decimal(1)), to=table.maybe("to", money(currency)))
    table.close()
    return bracket


def _check_rated(table: Table, of: str | None, known: Known) -> None:
    if of and known.units.get(of, "any") not in ("money", "any"):
        table.report("of", f"a rate is taken of money, and `{of}` is none")


def _check_brackets(table: Table, brackets: tuple[Bracket, ...]) -> None:
    for before, bracket in pairwise(brackets):
        if before.to is None or (bracket.to is not None and bracket.to.minor <= before.to.minor):
            table.report("brackets", "must ascend, and only the last may go without `to`")


def _read_unit(table: Table, known: Known, amount: ReadAmount) -> UnitPay:
    pay = UnitPay(of=table.need("of", existing("metric", known.units), ""), amount=_amount(table, amount))
    if known.units.get(pay.of, "any") not in ("count", "any"):
        table.report("of", f"a unit is something counted, and `{pay.of}` counts nothing")
    return pay


def _read_pool(table: Table, known: Known, amount: ReadAmount) -> PoolPay:
    return PoolPay(amount=_amount(table, amount), by=table.maybe("by", existing("metric", known.units)))


def _amount(table: Table, amount: ReadAmount) -> Amount:
    stand_in: Amount = Decimal(1)
    return table.need("amount", amount, stand_in)


READERS: dict[str, Callable[[Table, Known, ReadAmount], Pay]] = {
    "fixed": _read_fixed,
    "place": _read_place,
    "tier": _read_tier,
    "rate": _read_rate,
    "unit": _read_unit,
    "pool": _read_pool,
}

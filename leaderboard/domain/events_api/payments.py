"""What a Purchase paid or paid back, under which order id, and which orders without one may be the same."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from hashlib import sha256
from typing import Final

from msgspec import Struct

from leaderboard.domain.events import Amount
from leaderboard.domain.events_api.lenient import NotUnderstood, id_of, shorten
from leaderboard.domain.events_api.quantities import number_of
from leaderboard.domain.kept_events import KeptOrder
from leaderboard.domain.money import MAX_MINOR, decimals, format_minor

COLLAPSE_MS: Final = 30 * 60_000

# What an order without a readable currency is kept in: nothing, so that no sum of money changes.
_CURRENCY_OF_NOTHING: Final = "USD"

_MAX_ID: Final = 256
_EXACT: Final = Context(prec=128, rounding=ROUND_HALF_EVEN)
_BY_EVENT: Final = "event:"
_BY_REQUEST: Final = "request:"


class Payment(Struct, frozen=True):
    """`set_aside` is a value that could not be counted, since nobody can tell of what."""

    amount: Amount
    is_refund: bool
    order_id: str | None
    set_aside: str | None


def payment_of(properties: dict[str, object], home_currency: str | None) -> Payment:
    """The money of a Purchase; without a value it is an order of nothing, and still an order."""
    value = number_of(properties.get("value"), "properties.value")
    home = _known(home_currency or "")
    currency = _currency(properties.get("currency"), home)
    minor = 0 if value is None or currency is None else _minor(abs(value), currency)
    kept_in = currency or home or _CURRENCY_OF_NOTHING
    return Payment(
        Amount(format_minor(minor, kept_in), kept_in),
        is_refund=value is not None and value < 0,
        order_id=id_of(properties.get("order_id"), "properties.order_id"),
        set_aside=f"{value:.12g}" if value is not None and currency is None else None,
    )


def _currency(value: object, home: str | None) -> str | None:
    """The ISO code; the account's own one where none was sent, but not in place of an unknown one."""
    try:
        code = id_of(value, "properties.currency")
    except NotUnderstood:
        return None
    return home if code is None else _known(code.upper())


def _known(code: str) -> str | None:
    try:
        decimals(code)
    except ValueError:
        return None
    return code


def _minor(value: Decimal, currency: str) -> int:
    # Clients compute in binary fractions: 12.340000001 is 12.34, and refusing it would lose the order.
    minor = _EXACT.to_integral_value(_EXACT.scaleb(value, decimals(currency)))
    if minor > MAX_MINOR:
        raise NotUnderstood("properties.value", "is larger than can be counted exactly")
    return int(minor)


def order_id_of(order_id: str | None, event_id: str | None, generated_id: str) -> str:
    """The id of an order, by which its refunds find it as well.

    The shop's own order id stands as it is, since other feeds use it too. What stands in for it is
    marked, so that it never meets another order's id and `collapse_key` knows these orders.
    """
    stand_in = _BY_REQUEST + generated_id if event_id is None else _BY_EVENT + event_id
    return shorten(order_id or stand_in, _MAX_ID)


def collapse_key(order: KeptOrder) -> str | None:
    """Orders of one account with the same key are one order; None when an order stands for itself.

    Some shops report each purchase twice, with a new event id each time and no order id. The half hours
    are those of the clock: in this way it does not matter in which order, or how often, events arrive.
    """
    if order.visitor is None or not order.id.startswith((_BY_EVENT, _BY_REQUEST)):
        return None
    half_hour = order.at_ms // COLLAPSE_MS
    paid = f"{order.visitor:x} {order.channel} {order.currency} {order.value_minor} {half_hour}"
    products = "\n".join(sorted(order.product_ids or []))
    return sha256(f"{paid}\n{products}".encode()).hexdigest()[:32]

"""One reported event as events of ours, and the ids they get. Whether it counts at all: `counting.py`.

The ids of ours are unique per account and type, while one `event_id` may serve a view of several products
or several events of different names: so it is joined with the product or the name. The same event sent
again is the same event of ours.
"""

from __future__ import annotations

from typing import Final

from leaderboard.domain.events import Event, FunnelStep, Order, ProductView, Refund
from leaderboard.domain.events_api.lenient import shorten
from leaderboard.domain.events_api.names import VIEW
from leaderboard.domain.events_api.payments import Payment, order_id_of
from leaderboard.domain.events_api.products import MAX_PRODUCTS
from leaderboard.domain.events_api.reported import Reported

_MAX_ID: Final = 256

# Whose event it is, the caller knows.
_NO_ACCOUNT: Final = ""


def ours(reported: Reported) -> list[Event]:
    """A view of each product, the order or the refund of a purchase, and a funnel step for any other name."""
    if reported.name == VIEW:
        return _views(reported)
    if reported.payment is None:
        return [_step(reported)]
    return [
        _refund(reported, reported.payment)
        if reported.payment.is_refund
        else _order(reported, reported.payment)
    ]


def _own_id(reported: Reported, part: str = "") -> str:
    return shorten(f"{reported.event_id or reported.generated_id}{part}", _MAX_ID)


def _views(reported: Reported) -> list[Event]:
    visitor_id = reported.viewer.key
    if visitor_id is None:
        return []
    return [_view(reported, visitor_id, product_id) for product_id in reported.product_ids[:MAX_PRODUCTS]]


def _view(reported: Reported, visitor_id: str, product_id: str) -> ProductView:
    # No `source`: the dialect does not say whether the visitor came from a live session or a link.
    return ProductView(
        id=_own_id(reported, f":{product_id}"),
        at=reported.at_ms,
        account_id=_NO_ACCOUNT,
        product_id=product_id,
        visitor_id=visitor_id,
        ip=reported.viewer.ip,
        user_agent=reported.viewer.user_agent,
        device_id=reported.viewer.device_id,
    )


def _step(reported: Reported) -> FunnelStep:
    only_product = reported.product_ids[0] if len(reported.product_ids) == 1 else None
    return FunnelStep(
        id=_own_id(reported, f":{reported.name}"),
        at=reported.at_ms,
        account_id=_NO_ACCOUNT,
        step=reported.name,
        product_id=only_product,
        visitor_id=reported.viewer.key,
        ip=reported.viewer.ip,
        user_agent=reported.viewer.user_agent,
    )


def _order(reported: Reported, payment: Payment) -> Order:
    return Order(
        id=order_id_of(payment.order_id, reported.event_id, reported.generated_id),
        at=reported.at_ms,
        account_id=_NO_ACCOUNT,
        value=payment.amount,
        product_ids=reported.product_ids[:MAX_PRODUCTS] or None,
        visitor_id=reported.viewer.key,
        channel=reported.origin,
    )


def _refund(reported: Reported, payment: Payment) -> Refund:
    return Refund(
        id=_own_id(reported),
        at=reported.at_ms,
        account_id=_NO_ACCOUNT,
        order_id=order_id_of(payment.order_id, reported.event_id, reported.generated_id),
        value=payment.amount,
    )

"""One event of either version, read once and in full. What becomes of it: `ours.py` and `counting.py`."""

from __future__ import annotations

from msgspec import Struct

from leaderboard.domain.events_api.identity import Viewer, viewer_of
from leaderboard.domain.events_api.lenient import id_of, object_of
from leaderboard.domain.events_api.names import PURCHASE, canonical, sent_name_of
from leaderboard.domain.events_api.payments import Payment, payment_of
from leaderboard.domain.events_api.products import product_ids_of
from leaderboard.domain.events_api.requests import Origin, Request, is_test


class Arrival(Struct, frozen=True):
    """What the receiver knows of a request; `home_currency` is the one of the account, if it has one."""

    received_ms: int
    request_id: str
    home_currency: str | None = None


class Reported(Struct, frozen=True, kw_only=True):
    """An event as its sender reported it; `payment` is for purchases, `generated_id` is no other event's."""

    sent_name: str
    name: str
    event_id: str | None
    generated_id: str
    at_ms: int
    origin: Origin
    is_test: bool
    viewer: Viewer
    product_ids: list[str]
    payment: Payment | None


def read_event(request: Request, index: int, arrival: Arrival) -> Reported:
    """The event at `index`; `NotUnderstood` names its first field that cannot be read."""
    event = object_of(request.events[index], "")
    sent_name = sent_name_of(event)
    name = canonical(sent_name)
    properties = object_of(event.get("properties"), "properties")
    return Reported(
        sent_name=sent_name,
        name=name,
        event_id=id_of(event.get("event_id"), "event_id"),
        generated_id=f"{arrival.request_id}#{index}",
        at_ms=request.time_of(event, arrival.received_ms),
        origin=request.origin,
        is_test=request.is_test or is_test(event),
        viewer=viewer_of(event),
        product_ids=product_ids_of(properties),
        payment=payment_of(properties, arrival.home_currency) if name == PURCHASE else None,
    )

"""Made-up bodies of the dialect, to be varied by a test. The shops, people and products do not exist."""

from __future__ import annotations

from leaderboard.domain.events import Event
from leaderboard.domain.events_api import Endpoint, Translation, translate

RECEIVED_MS = 1_700_000_000_000
SENT_S = 1_699_999_990
SENT_MS = SENT_S * 1000

Body = dict[str, object]


def view(product_id: object = "mug", **changes: object) -> Body:
    """A ViewContent of 2.0."""
    properties = {"contents": [{"content_id": product_id}]}
    event = {"event": "ViewContent", "event_time": SENT_S, "event_id": "v1", "user": {"external_id": "ana"}}
    return event | {"properties": properties} | changes


def purchase(value: object = 12.5, currency: object = "USD", **changes: object) -> Body:
    """A Purchase of 2.0; changes that name a property go there."""
    properties = {"value": value, "currency": currency, "contents": [{"content_id": "mug"}]}
    moved = {key: changes.pop(key) for key in ("order_id", "contents") if key in changes}
    event = {"event": "Purchase", "event_time": SENT_S, "event_id": "p1", "user": {"external_id": "ana"}}
    return event | {"properties": properties | moved} | changes


def track2(*events: object, **changes: object) -> Body:
    """A body of event/track."""
    return {"event_source": "web", "event_source_id": "PIXEL", "data": list(events)} | changes


def track1(**changes: object) -> Body:
    """A body of pixel/track."""
    context = {"user": {"external_id": "ana"}, "page": {"url": "https://shop.example/"}}
    properties = {"contents": [{"content_id": "mug"}], "value": 12.5, "currency": "USD"}
    event = {"event": "ViewContent", "event_id": "v1", "timestamp": "2023-11-14T22:13:10Z"}
    return {"pixel_code": "PIXEL"} | event | {"context": context, "properties": properties} | changes


def batch1(*events: object, **changes: object) -> Body:
    """A body of pixel/batch."""
    return {"pixel_code": "PIXEL", "batch": list(events)} | changes


def translated(body: object, endpoint: Endpoint = "event/track", **more: str) -> Translation:
    """What becomes of a body, received ten seconds after it was made."""
    return translate(endpoint, body, received_ms=RECEIVED_MS, request_id="r1", **more)


def events_of(*events: object, **changes: object) -> list[Event]:
    """Our events of a 2.0 body."""
    return translated(track2(*events, **changes)).events

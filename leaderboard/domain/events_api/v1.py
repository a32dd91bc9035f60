"""Events API 1.0: one event, or a batch whose good events are kept. How an event is read: `reported.py`."""

from __future__ import annotations

from typing import Final

from leaderboard.domain.events_api.quantities import instant_of
from leaderboard.domain.events_api.requests import Request, batch_of, is_test, require, source_in

SOURCE_FIELD: Final = "pixel_code"


def open_track(root: dict[str, object]) -> Request:
    """The body of `pixel/track` is the event."""
    require(root, SOURCE_FIELD, "event", otherwise={"data": "event/track", "batch": "pixel/batch"})
    return Request(
        source=source_in(root, SOURCE_FIELD),
        events=[root],
        batch_field=None,
        time_of=time_of,
        origin="web",
    )


def open_batch(root: dict[str, object]) -> Request:
    """The body of `pixel/batch`. Its `event_source` is free text, so that all of it counts as web."""
    require(root, SOURCE_FIELD, "batch", otherwise={"data": "event/track", "event": "pixel/track"})
    return Request(
        source=source_in(root, SOURCE_FIELD),
        events=batch_of(root, "batch"),
        batch_field="batch",
        time_of=time_of,
        origin="web",
        is_test=is_test(root),
        keeps_good=True,
    )


def time_of(event: dict[str, object], received_ms: int) -> int:
    """Without a time an event happened when it was received; a client's test of its settings sends ""."""
    at_ms = instant_of(event.get("timestamp"), "timestamp")
    return received_ms if at_ms is None else at_ms

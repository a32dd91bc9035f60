"""Events API 2.0: a batch that is kept or rejected as a whole. How an event is read: `reported.py`."""

from __future__ import annotations

from typing import Final, cast, get_args

from leaderboard.domain.events_api.lenient import NotUnderstood, text_of
from leaderboard.domain.events_api.quantities import instant_of
from leaderboard.domain.events_api.requests import Origin, Request, batch_of, is_test, require, source_in

SOURCE_FIELD: Final = "event_source_id"


def open_track(root: dict[str, object]) -> Request:
    """The body of `event/track`."""
    require(
        root,
        "event_source",
        SOURCE_FIELD,
        "data",
        otherwise={"batch": "pixel/batch", "pixel_code": "pixel/track"},
    )
    return Request(
        source=source_in(root, SOURCE_FIELD),
        origin=_origin(root.get("event_source")),
        events=batch_of(root, "data"),
        batch_field="data",
        time_of=time_of,
        is_test=is_test(root),
    )


def _origin(value: object) -> Origin:
    origin = (text_of(value, "event_source") or "").lower()
    if origin not in get_args(Origin):
        raise NotUnderstood("event_source", f"must be one of {', '.join(get_args(Origin))}")
    return cast(Origin, origin)


def time_of(event: dict[str, object], _received_ms: int) -> int:
    """The time of an event, which this version requires."""
    at_ms = instant_of(event.get("event_time"), "event_time")
    if at_ms is None:
        raise NotUnderstood("event_time", "missing")
    return at_ms

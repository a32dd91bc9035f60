"""One request of either version, opened: the raw events and what holds for all of them. Reads no event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from msgspec import Struct

from leaderboard.domain.events_api.lenient import NotUnderstood, id_of, is_absent, list_of, text_of

Origin = Literal["web", "app", "offline", "crm"]

MAX_BATCH: Final = 1_000


class Request(Struct, frozen=True, kw_only=True):
    """`source` is the pixel code or event source id.

    `batch_field` names the list that holds the events, None where the body is the event itself. `keeps_good`
    says that one bad event does not reject its neighbours; `time_of` reads the time of an event, given when
    it was received.
    """

    source: str
    events: list[object]
    batch_field: str | None
    time_of: Callable[[dict[str, object], int], int]
    origin: Origin
    is_test: bool = False
    keeps_good: bool = False


def source_in(root: dict[str, object], field: str) -> str:
    """Whose events these are; the shape of such a code is no matter of ours."""
    return text_of(root.get(field), field) or ""


def batch_of(root: dict[str, object], field: str) -> list[object]:
    """The events of a batch: at least one, and no more than can be answered for at once."""
    events = list_of(root.get(field), field)
    if not events:
        raise NotUnderstood(field, "missing")
    if len(events) > MAX_BATCH:
        raise NotUnderstood(field, f"holds {len(events)} events, at most {MAX_BATCH} may be sent at once")
    return events


def is_test(fields: dict[str, object]) -> bool:
    """Whether a request or an event is a test; many clients send the field empty."""
    return id_of(fields.get("test_event_code"), "test_event_code") is not None


def require(root: dict[str, object], *names: str, otherwise: dict[str, str]) -> None:
    """Names all that is missing at once, and the endpoint that the body may be meant for.

    `otherwise` has the fields by which the body of another endpoint is known.
    """
    missing = [name for name in names if is_absent(root.get(name))]
    if missing:
        meant = next(
            (endpoint for field, endpoint in otherwise.items() if not is_absent(root.get(field))), None
        )
        hint = f"; this looks like a body for {meant}" if meant else ""
        raise NotUnderstood(", ".join(missing), f"missing{hint}")

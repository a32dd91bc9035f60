"""Moving a recording in time: where to, and under which ids. Order and distances stay as they were."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, Literal

from msgspec import Struct

from leaderboard.replay.recorded import Recorded

NOW: Final = "now"

MOVED_IDS: Final = frozenset({"id", "order_id"})
"""A moved refund has to find its moved order."""

_LONGEST_ID = 256


class Span(Struct, frozen=True):
    """The times of the first and the last event."""

    first_ms: int
    last_ms: int


class Shift(Struct, frozen=True):
    """The same event at another time is another event; under its old id it would be a conflict."""

    offset_ms: int

    @property
    def suffix(self) -> str:
        """Derived from the offset, so that moving to the same place twice gives the same ids."""
        return f"~{self.offset_ms:+x}" if self.offset_ms else ""

    def at_ms(self, at_ms: int) -> int:
        return at_ms + self.offset_ms

    def id(self, text: str) -> str:
        """The id of the moved event; one that would become too long is replaced by its hash."""
        suffix = self.suffix
        if len(text) + len(suffix) > _LONGEST_ID:
            text = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return text + suffix


def span_of(events: Iterable[Recorded]) -> Span | None:
    """From the earliest to the latest time, in whatever order they come; None when there is no event."""
    first_ms: int | None = None
    last_ms = 0
    for event in events:
        if (at_ms := event.at_ms) is None:
            continue
        if first_ms is None:
            first_ms = last_ms = at_ms
        elif at_ms < first_ms:
            first_ms = at_ms
        elif at_ms > last_ms:
            last_ms = at_ms
    return None if first_ms is None else Span(first_ms, last_ms)


def shift_to(target: int | Literal["now"], span: Span, *, now_ms: int, speed: float | None) -> Shift:
    """`target` is when the first event shall have happened; `now` is as late as no event ever lies ahead.

    An event must not be sent before it happens: the door refuses the future. So with `now` the last event
    happens at the moment of its sending: at once without a speed, `length / speed` from now with one.
    At 1x (and slower) that makes the first event happen now.
    """
    if target != NOW:
        return Shift(target - span.first_ms)
    length_ms = span.last_ms - span.first_ms
    sending_ms = 0 if speed is None else int(length_ms / speed)
    return Shift(now_ms - max(0, length_ms - sending_ms) - span.first_ms)

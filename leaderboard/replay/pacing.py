"""How fast to send: all at once, or by the events' own times, so many times faster."""

from __future__ import annotations

import re
from collections.abc import Callable

from leaderboard.replay.recorded import UsageError

MAX_SPEED = "max"

_SPEED = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)x", re.ASCII)

DueS = Callable[[int | None], float]
"""From an event's time to the seconds since the start of sending when it is due."""


def parse_speed(text: str) -> float | None:
    """`60x` is 60 times as fast as it happened; None, for `max`, as fast as it is taken."""
    if text == MAX_SPEED:
        return None
    match = _SPEED.fullmatch(text)
    if match is None or not float(match[1]):
        raise UsageError(f"--speed {text!r}: give a factor such as 60x, or {MAX_SPEED}")
    return float(match[1])


def pace(speed: float, first_ms: int | None = None) -> DueS:
    """Due at their distance from the first event, divided by `speed`; what comes out of order is due at once.

    The first event is the first that is seen, unless the recording has been measured: then `first_ms`.
    """

    def due_s(at_ms: int | None) -> float:
        nonlocal first_ms
        if at_ms is None:
            return 0.0
        if first_ms is None:
            first_ms = at_ms
        return max(0.0, (at_ms - first_ms) / 1000 / speed)

    return due_s

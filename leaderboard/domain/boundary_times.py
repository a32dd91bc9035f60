"""Whether what happens, or is received, just before, at and just after a border of time counts. Asks the rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.exclusions import NEVER_MS, REASONS, Window, why_excluded
from leaderboard.domain.lifecycle import Life, cutoff_ms
from leaderboard.domain.times import from_ms

_SECOND_MS: Final = 1_000
_STEPS_MS: Final = (-_SECOND_MS, 0, _SECOND_MS)
_FIRST_DAYS_MS: Final = 0


class Limit(NamedTuple):
    """A border in words; each side is a time of the campaign's zone, and whether it counts."""

    condition: str
    given: str
    sides: Sequence[tuple[str, str]]


def times(definition: Definition) -> Iterator[Limit]:
    """The start and the end, and the cut-off where the clock sets one."""
    starts_at_ms, ends_at_ms = definition.starts_at_ms, definition.ends_at_ms
    if starts_at_ms is None or ends_at_ms is None:
        return
    last_ms = cutoff_ms(definition, Life(state="scheduled"))
    window = Window(starts_at_ms, ends_at_ms, last_ms)
    for name, border_ms in (("starts", starts_at_ms), ("ends", ends_at_ms)):
        condition = f"{name} at {_local(border_ms, definition.zone)}"
        sides = [_happened(window, border_ms + step_ms, definition.zone) for step_ms in _STEPS_MS]
        yield Limit(condition, "received in time", sides)
    if last_ms < NEVER_MS:
        condition = f"received by {_local(last_ms, definition.zone)}"
        sides = [_received(window, last_ms + step_ms, definition.zone) for step_ms in _STEPS_MS]
        yield Limit(condition, "it happened before the end", sides)


def _happened(window: Window, at_ms: int, zone: str) -> tuple[str, str]:
    return _local(at_ms, zone), _outcome(window, at_ms, min(at_ms, window.cutoff_ms))


def _received(window: Window, received_ms: int, zone: str) -> tuple[str, str]:
    return _local(received_ms, zone), _outcome(window, window.ends_at_ms - _SECOND_MS, received_ms)


def _outcome(window: Window, at_ms: int, received_ms: int) -> str:
    reason = why_excluded(window, _FIRST_DAYS_MS, at_ms, received_ms)
    return "counts" if reason is None else f"does not count: {REASONS[reason]}".rstrip(".")


def _local(at_ms: int, zone: str) -> str:
    return from_ms(at_ms).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")

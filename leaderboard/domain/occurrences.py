"""When windows are open: the runs of one that recurs, a participant's own, and the next time that any opens or closes.

All cuts are local wall-clock times of the campaign's zone, turned into instants at the end: a day on which the clock is
moved has 23 or 25 hours. Who counts when, is for others to decide.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final, Literal, NamedTuple, get_args

from leaderboard.domain.campaigns import Clock, Definition, Window
from leaderboard.domain.campaigns.windows import Weekday, instant_ms

Event = Literal["opens", "closes"]

_MONTHS: Final = {"month": 1, "quarter": 3}


class Occurrence(NamedTuple):
    """One run of a window, `[starts_ms, ends_ms)`; `number` counts from 0."""

    number: int
    starts_ms: int
    ends_ms: int


class Boundary(NamedTuple):
    """An instant at which a run of a window opens or closes. At `at_ms` itself it is open, or closed, already."""

    window: str
    number: int
    event: Event
    at_ms: int


def occurrences(window: Window, clock: Clock) -> list[Occurrence]:
    """The runs of a window that is the same for all, in order: together they are the window, without gap or overlap."""
    span_ms = window.span_ms(clock.zone)
    if span_ms is None:
        raise ValueError("a window that opens for each participant by itself has no runs in common")
    starts_ms, ends_ms = span_ms
    # By their instants, not by the wall clock: a cut in an hour that is skipped moves forward, perhaps past the end
    # of the window, or onto the next cut.
    cuts_ms = {instant_ms(cut, clock.zone) for cut in _cuts(window, clock)}
    inside_ms = sorted(cut_ms for cut_ms in cuts_ms if starts_ms < cut_ms < ends_ms)
    runs = pairwise([starts_ms, *inside_ms, ends_ms])
    return [Occurrence(number, *run) for number, run in enumerate(runs)]


def relative_span_ms(window: Window, anchor_ms: int) -> tuple[int, int]:
    """`[start, end)` of a participant's own window, by the instant of the attribute that it hangs on. It is elapsed
    time, whatever the clock on the wall does meanwhile."""
    if window.anchor is None:
        raise ValueError("a window with a start and an end is the same for every participant")
    start_ms = anchor_ms + (window.after_s or 0) * 1000
    return start_ms, start_ms + (window.length_s or 0) * 1000


def next_boundary(definition: Definition, now_ms: int) -> Boundary | None:
    """The first to come after `now_ms` in the windows that are the same for all; None after the last. What closes at
    the very instant at which another opens comes first."""
    coming = (boundary for boundary in _boundaries(definition) if boundary.at_ms > now_ms)
    return min(coming, key=lambda boundary: (boundary.at_ms, boundary.event == "opens"), default=None)


def _boundaries(definition: Definition) -> Iterator[Boundary]:
    for name, window in definition.windows.items():
        if window.anchor is None:
            for number, starts_ms, ends_ms in occurrences(window, definition.clock):
                yield Boundary(name, number, "opens", starts_ms)
                yield Boundary(name, number, "closes", ends_ms)


def _cuts(window: Window, clock: Clock) -> Iterator[datetime]:
    """Local times at which a window may be cut: days and weeks begin by the clock; months, quarters and counted days
    are reckoned from the window's start."""
    start, end, every = window.start, window.end, window.every
    if start is None or end is None or every is None:
        return
    if every in _MONTHS:
        steps = range(_MONTHS[every], 12 * (end.year - start.year + 1) + 1, _MONTHS[every])
        yield from (_months_later(start, months) for months in steps)
    elif every in ("day", "week"):
        yield from _clock_cuts(start, end, clock, every)
    else:
        length = timedelta(days=int(every.removesuffix("d")))
        yield from (start + n * length for n in range(1, (end - start) // length + 1))


def _clock_cuts(start: datetime, end: datetime, clock: Clock, every: str) -> Iterator[datetime]:
    begin = time.fromisoformat(clock.day_start)
    # From the day before: where the clock skips midnight, its last cut may be moved into the window.
    for n in range(-1, (end.date() - start.date()).days + 1):
        cut = datetime.combine(start.date() + timedelta(days=n), begin)
        if every == "day" or cut.weekday() == get_args(Weekday).index(clock.week_start):
            yield cut


def _months_later(start: datetime, months: int) -> datetime:
    """The same day and time, or the last day of a shorter month."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)

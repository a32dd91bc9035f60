"""The campaign's clock and its windows: local wall-clock times, and the instants they stand for."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from msgspec import Struct

from leaderboard.domain.calendars import MARKETS, UnknownCalendar, check_calendar
from leaderboard.domain.times import to_ms

from .conditions import attribute
from .errors import did_you_mean
from .reader import Table
from .values import day_start, described, duration_s, local_time, one_of, text, zone

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Crossing = Literal["split", "start"]

# Banking days of a region that are meant when business days are promised and no calendar is named.
CALENDAR_OF_REGION = {"US": "US-FED"}

_PERIODS = ("day", "week", "month", "quarter")
_DAYS = re.compile(r"[1-9]\d{0,2}d", re.ASCII)
_NEVER = datetime.fromisoformat("2000-01-01T00:00:00")


class Clock(Struct, frozen=True, kw_only=True):
    """`span` says whether a session over a day's border is split there or belongs to the day it began."""

    zone: str
    day_start: str = "00:00"
    week_start: Weekday = "monday"
    span: Crossing = "split"
    calendar: str | None = None


class Window(Struct, frozen=True, kw_only=True):
    """Either from `start` to `end`, perhaps cut into pieces by `every`; or a `length_s` from an attribute's time.

    Times are the wall clock of the campaign's zone; the end is exclusive.
    """

    start: datetime | None = None
    end: datetime | None = None
    every: str | None = None
    anchor: str | None = None
    after_s: int | None = None
    length_s: int | None = None

    def span_ms(self, zone: str) -> tuple[int, int] | None:
        """`[start, end)` in Unix milliseconds; None when it differs from participant to participant."""
        if self.start is None or self.end is None:
            return None
        return instant_ms(self.start, zone), instant_ms(self.end, zone)


def instant_ms(local: datetime, zone: str) -> int:
    """The instant of a wall-clock time. A time that the clock skips moves forward by the gap (02:30 becomes
    03:30); a time that comes twice means the first."""
    return to_ms(local.replace(tzinfo=ZoneInfo(zone), fold=0))


def read_clock(table: Table, region: str | None) -> Clock:
    clock = Clock(
        zone=table.need("zone", zone, "UTC"),
        day_start=table.read("day_start", day_start, "00:00"),
        week_start=table.read("week_start", one_of(*get_args(Weekday)), "monday"),
        span=table.read("span", one_of(*get_args(Crossing)), "split"),
        calendar=table.read("calendar", _calendar, CALENDAR_OF_REGION.get(region or "")),
    )
    table.close()
    return clock


def read_window(table: Table, clock: Clock) -> Window:
    """A window has `start` and `end`, or `anchor` and `length`; never parts of both."""
    if table.has("anchor"):
        window = Window(
            anchor=table.need("anchor", attribute, ""),
            after_s=table.read("after", duration_s, 0),
            length_s=table.need("length", duration_s, 0),
        )
    else:
        window = Window(
            start=table.need("start", local_time, _NEVER),
            end=table.need("end", local_time, _NEVER),
            every=table.maybe("every", _every),
        )
        _check_order(table, window, clock.zone)
    if table.fine("length") and window.length_s == 0:
        table.report("length", "must be longer than nothing")
    table.close()
    return window


def _check_order(table: Table, window: Window, zone: str) -> None:
    span_ms = window.span_ms(zone)
    if table.fine("start", "end") and span_ms and span_ms[0] >= span_ms[1]:
        table.report("end", "must be later than the start (the end is exclusive)")


def _every(value: object) -> str:
    if value in _PERIODS or (isinstance(value, str) and _DAYS.fullmatch(value)):
        return text(value)
    raise ValueError(f"must be day, week, month, quarter or days such as 14d, not {described(value)}")


def _calendar(value: object) -> str:
    try:
        return check_calendar(text(value))
    except UnknownCalendar as error:
        raise ValueError(f"{error}, not {described(value)}{did_you_mean(text(value), MARKETS)}") from None

"""On which day a bank is to pay what is approved today. Knows no batch, and calendars by name only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from leaderboard.domain.calendars import is_banking_day

# A bank that gets a file pays it on a later day.
LEAST_LEAD_DAYS: Final = 1
_DAY: Final = timedelta(days=1)


def pay_day(due_on: str, today: date, lead_days: int, calendars: Collection[str]) -> date:
    """The day it is due, or the last one before it on which all of `calendars` have banks open; never sooner than
    `lead_days` of them after today, however late it is then. '' for what is not due by any day."""
    soonest = soonest_day(today, lead_days, calendars)
    if not due_on:
        return soonest
    day = date.fromisoformat(due_on)
    while not _is_open(day, calendars):
        day -= _DAY
    return max(day, soonest)


def soonest_day(today: date, lead_days: int, calendars: Collection[str]) -> date:
    """The first day on which a bank can pay what it gets after today."""
    day, left = today, max(LEAST_LEAD_DAYS, lead_days)
    while left:
        day += _DAY
        left -= _is_open(day, calendars)
    return day


def _is_open(day: date, calendars: Collection[str]) -> bool:
    return all(is_banking_day(day, calendar) for calendar in calendars)

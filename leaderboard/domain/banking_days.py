"""Banking days, counted: n days on, n days back, and the day on which awards are due. Knows no calendar."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from leaderboard.domain.calendars import calendar_edition, is_banking_day, known_calendars
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.times import from_ms

__all__ = [
    "banking_day_after",
    "banking_day_before",
    "banking_days_until",
    "calendar_edition",
    "due_on",
    "known_calendars",
    "local_day",
]

_DAY = timedelta(days=1)


def banking_day_after(day: date, n: int, calendar: str) -> date:
    """The n-th banking day after a day, which itself is not counted; the day itself for 0."""
    return _nth(day, n, _DAY, calendar)


def banking_day_before(day: date, n: int, calendar: str) -> date:
    """The n-th banking day before a day, which itself is not counted; the day itself for 0."""
    return _nth(day, n, -_DAY, calendar)


def _nth(day: date, n: int, step: timedelta, calendar: str) -> date:
    if n < 0:
        raise ValueError(f"banking days are counted from 0, not {n}")
    while n:
        day += step
        n -= is_banking_day(day, calendar)
    return day


def banking_days_until(today: date, day: date, calendar: str) -> int:
    """How many banking days are left: after today, up to and with the day. Negative when that many began since."""
    if day < today:
        return -banking_days_until(day, today, calendar)
    between = (today + _DAY * number for number in range(1, (day - today).days + 1))
    return sum(is_banking_day(one, calendar) for one in between)


def local_day(instant_ms: int, zone: str) -> date:
    """The date that the clocks of a zone show."""
    return from_ms(instant_ms).astimezone(ZoneInfo(zone)).date()


def due_on(definition: Definition, ended_ms: int) -> date | None:
    """By which day the awards are to be paid; None where the programme does not say.

    `ended_ms` is exclusive: a campaign that ends at midnight had its last day before it, by the clock of its zone.
    Business days are counted after that day. A wait in elapsed time that is over on a day without banks ends on the
    next day with them, as payments do.
    """
    pay, calendar = definition.settlement.pay, definition.clock.calendar
    if pay is None:
        return None
    day = local_day(ended_ms - 1 + pay.elapsed_s * 1000, definition.zone)
    if calendar is None:
        return day
    if pay.business_days:
        return banking_day_after(day, pay.business_days, calendar)
    return day if is_banking_day(day, calendar) else banking_day_after(day, 1, calendar)

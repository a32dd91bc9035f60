"""The runs of a window in every zone, against a model that knows neither gaps nor folds."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import Clock, Window
from leaderboard.domain.campaigns.windows import Weekday
from leaderboard.domain.occurrences import occurrences
from leaderboard.domain.times import to_ms

DAY = timedelta(days=1)
# Further than any clock is from UTC.
NEAR = timedelta(hours=27)
WEEKDAYS = get_args(Weekday)
# What a machine calls its own zone differs from one to the next.
ZONES = sorted(available_timezones() - {"localtime", "Factory"})


def wall_clock_ms(local: datetime, zone: ZoneInfo) -> int:
    """The first instant at which the wall clock shows a time; where it never does, as if it had not been moved yet."""
    naive = local.replace(tzinfo=UTC)
    before, after = ((naive + shift).astimezone(zone).utcoffset() for shift in (-NEAR, NEAR))
    assert before is not None
    assert after is not None
    guesses = sorted({naive - before, naive - after})
    shown = [guess for guess in guesses if guess.astimezone(zone).replace(tzinfo=None) == local]
    return to_ms(shown[0] if shown else naive - before)


def begins(day: datetime, runs: Window, clock: Clock) -> datetime | None:
    """The local time at which a run has to begin on a day, if one has to."""
    assert runs.start is not None
    assert runs.every is not None
    from_start = datetime.combine(day, runs.start.time())
    months = 12 * (day.year - runs.start.year) + day.month - runs.start.month
    is_months_day = day.day == min(runs.start.day, monthrange(day.year, day.month)[1])
    match runs.every:
        case "day":
            return datetime.combine(day, time.fromisoformat(clock.day_start))
        case "week":
            is_first = WEEKDAYS[day.weekday()] == clock.week_start
            return datetime.combine(day, time.fromisoformat(clock.day_start)) if is_first else None
        case "month":
            return from_start if is_months_day else None
        case "quarter":
            return from_start if is_months_day and months % 3 == 0 else None
        case counted:
            return from_start if (from_start - runs.start).days % int(counted[:-1]) == 0 else None


@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime.fromisoformat("2000-01-02"), datetime.fromisoformat("2190-12-31")),
    lasts=st.timedeltas(timedelta(days=2), timedelta(days=400)),
    every=st.sampled_from(["day", "week", "month", "quarter", "1d", "14d", "100d"]),
    day_start=st.sampled_from(["00:00", "00:30", "01:30", "02:00", "02:30", "03:00", "23:59"]),
    week_start=st.sampled_from(WEEKDAYS),
)
def test_in_every_zone_runs_are_the_window_without_gap_or_overlap_and_cut_by_the_wall_clock(
    zone: str, start: datetime, lasts: timedelta, every: str, day_start: str, week_start: Weekday
) -> None:
    start = start.replace(microsecond=0)
    end = (start + lasts).replace(microsecond=0)
    runs, clock = (
        Window(start=start, end=end, every=every),
        Clock(zone=zone, day_start=day_start, week_start=week_start),
    )
    found = occurrences(runs, clock)

    starts_ms, ends_ms = (wall_clock_ms(local, ZoneInfo(zone)) for local in (start, end))
    days = [datetime.combine(start.date(), time.min) + n * DAY for n in range(-1, lasts.days + 3)]
    due = [local for day in days if (local := begins(day, runs, clock))]
    cuts_ms = {wall_clock_ms(local, ZoneInfo(zone)) for local in due}
    inside_ms = sorted(cut_ms for cut_ms in cuts_ms if starts_ms < cut_ms < ends_ms)
    assert [(one.starts_ms, one.ends_ms) for one in found] == list(pairwise([starts_ms, *inside_ms, ends_ms]))
    assert all(one.starts_ms < one.ends_ms for one in found)

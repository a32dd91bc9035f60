"""Windows and their runs, local days and weeks: by the clock, over its changes, and for one participant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import Clock
from leaderboard.domain.campaigns.windows import Weekday, instant_ms
from leaderboard.recount.metrics import evaluated
from leaderboard.recount.windows import local_days, weeks_of

from .tables import DAY_MS, HOUR_MS, MONDAY_MS, Facts, small

OWN = '[window.own]\nanchor = "attr.joined"\nlength = "2d"\nafter = "1h"\n'
COUNTED = 'source = "order"\nvalue = "count"'


def test_a_day_that_the_zone_skips_is_no_day() -> None:
    clock = Clock(zone="Pacific/Apia")
    begins = instant_ms(datetime.fromisoformat("2011-12-29"), clock.zone)

    days = [day.starts_on.day for day in local_days(clock, begins, begins + 2 * DAY_MS)]

    assert days[days.index(28) :][:4] == [28, 29, 31, 1]


@given(
    zone=st.sampled_from(["America/New_York", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    day_start=st.sampled_from(["00:00", "02:30", "03:00", "23:59"]),
    week_start=st.sampled_from(get_args(Weekday)),
    at_ms=st.integers(946_684_800_000, 4_000_000_000_000),
)
def test_days_and_weeks_follow_each_other_without_gaps(
    zone: str, day_start: str, week_start: Weekday, at_ms: int
) -> None:
    clock = Clock(zone=zone, day_start=day_start, week_start=week_start)
    days = local_days(clock, at_ms, at_ms + 40 * DAY_MS)
    weeks = weeks_of(days, clock)

    for periods, first in ((days, 0), (weeks, 1)):
        assert [one.end_ms for one in periods[:-1]] == [one.start_ms for one in periods[1:]]
        assert [one.number for one in periods] == list(range(periods[0].number, periods[-1].number + 1))
        # There is room on either side, so that a week at the edge is whole.
        assert periods[first].start_ms <= at_ms
        assert periods[-1 - first].end_ms >= at_ms + 40 * DAY_MS
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    assert {names[week.starts_on.weekday()] for week in weeks[1:]} == {week_start}
    assert days[0].number == (days[0].starts_on - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("joined", "opens_ms"),
    [
        (MONDAY_MS, MONDAY_MS + HOUR_MS),
        ("2031-03-03T00:00:00Z", MONDAY_MS + HOUR_MS),
        ("2031-03-02T19:00:00-05:00", MONDAY_MS + HOUR_MS),
        ("2031-03-03T00:00:00", None),
        ("soon", None),
        (True, None),
        (1.5, None),
        (1_930_262_400, None),
    ],
)
def test_a_window_of_ones_own_opens_at_an_attribute(joined: object, opens_ms: int | None) -> None:
    facts = Facts().enroll("a", joined=joined).enroll("b")
    runs = evaluated(facts.connection, small(COUNTED, window=OWN), "own").runs

    expected = {(0, "a"): (opens_ms, opens_ms + 2 * DAY_MS)} if opens_ms else {}
    assert runs == expected


def test_a_metric_over_a_window_of_its_own_is_joined_by_account() -> None:
    definition = small(COUNTED + '\nwindow = "own"', window=f'every = "week"\n{OWN}')
    facts = Facts().enroll("a", joined=MONDAY_MS).enroll("b", joined=MONDAY_MS + DAY_MS).enroll("c")
    facts.add("order", *({"account": account, "at_ms": MONDAY_MS + 2 * HOUR_MS} for account in "abc"))

    found = evaluated(facts.connection, definition, "main").values

    assert {key: row["x"] for key, row in found.items()} == {
        (0, "a"): 1,
        (1, "a"): 1,
        (0, "b"): 0,
        (1, "b"): 0,
        (0, "c"): 0,
        (1, "c"): 0,
    }


def test_a_metric_over_another_recurring_window_is_refused() -> None:
    week = '[window.week]\nstart = 2031-03-03T00:00:00\nend = 2031-03-10T00:00:00\nevery = "day"\n'
    definition = small(COUNTED + '\nwindow = "week"', window=week)
    facts = Facts().enroll("a")

    with pytest.raises(ValueError, match=r"metric\.x\.window: a metric over a recurring window"):
        facts.value(definition, "x", "main")
    assert facts.value(definition, "x", "week", index=6) == 0


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2031-03-03T00:00:00", "2031-03-04T00:00:00", 1),
        ("2031-03-03T00:00:00", "2031-03-04T00:00:01", 2),
        ("2031-03-03T23:59:59", "2031-03-05T00:00:00", 2),
    ],
)
def test_a_mean_over_days_is_over_those_that_the_window_touches(start: str, end: str, days: int) -> None:
    window = f"[window.part]\nstart = {start}\nend = {end}\n"
    mean = 'source = "order"\nsteps = [{ agg = "mean", over = "day" }]'
    at_ms = int(datetime.fromisoformat(end).replace(tzinfo=UTC).timestamp()) * 1000 - 1
    facts = Facts().enroll("a").add("order", {"at_ms": at_ms, "value_minor": 600})

    assert facts.value(small(mean, window=window), "x", "part") == 600 // days


def test_rows_on_the_borders_belong_to_the_run_that_begins() -> None:
    facts = Facts().enroll("a")
    borders = [MONDAY_MS + timedelta(days=7) // timedelta(milliseconds=1) * n for n in (0, 1, 2)]
    facts.add("order", *({"at_ms": border + offset} for border in borders for offset in (-1, 0)))
    facts.live((borders[1] - 1, borders[1] + 1), (borders[0] - 5, borders[0] + 1))
    definition = small(COUNTED, window='every = "week"', more='[metric.y]\nsource = "live"\n')

    found = evaluated(facts.connection, definition, "main").values

    assert found == {(0, "a"): {"x": 2, "y": 2}, (1, "a"): {"x": 2, "y": 1}}

"""Windows and their runs, local days and weeks: by the clock, over its changes, and for one participant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import Clock, Window
from leaderboard.domain.campaigns.windows import Weekday, instant_ms
from leaderboard.domain.times import from_ms
from leaderboard.recount.metrics import evaluated
from leaderboard.recount.windows import instances_of, local_days, weeks_of

from .tables import DAY_MS, HOUR_MS, MONDAY_MS, Facts, small

OWN = '[window.own]\nanchor = "attr.joined"\nlength = "2d"\nafter = "1h"\n'
COUNTED = 'source = "order"\nvalue = "count"'


def starts(window: Window, clock: Clock) -> list[str]:
    """When the instances start, by the wall clock; each ends where the next begins."""
    instances = instances_of(window, clock)
    assert [end for _, end in instances[:-1]] == [start for start, _ in instances[1:]]
    zone = ZoneInfo(clock.zone)
    return [from_ms(start).astimezone(zone).strftime("%m-%d %H:%M") for start, _ in instances]


def window(start: str, end: str, every: str | None = None) -> Window:
    return Window(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end), every=every)


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (None, ["01-31 12:00"]),
        ("month", ["01-31 12:00", "02-28 12:00", "03-31 12:00", "04-30 12:00"]),
        ("quarter", ["01-31 12:00", "04-30 12:00"]),
        ("50d", ["01-31 12:00", "03-22 12:00"]),
        ("91d", ["01-31 12:00", "05-02 12:00"]),
        ("week", ["01-31 12:00", "02-03 00:00", "02-10 00:00"]),
    ],
)
def test_a_window_is_cut_from_its_start_on_and_ends_at_its_end(
    every: str | None, expected: list[str]
) -> None:
    found = starts(window("2031-01-31T12:00", "2031-05-03T00:00", every), Clock(zone="America/New_York"))

    assert found[: len(expected)] == expected
    assert len(found) == (14 if every == "week" else len(expected))


def test_days_and_weeks_begin_by_the_clock() -> None:
    clock = Clock(zone="UTC", day_start="20:00", week_start="wednesday")

    assert starts(window("2031-03-03T20:00", "2031-03-05T21:00", "day"), clock) == [
        "03-03 20:00",
        "03-04 20:00",
        "03-05 20:00",
    ]
    assert starts(window("2031-03-03T20:00", "2031-03-13T00:00", "week"), clock) == [
        "03-03 20:00",
        "03-05 20:00",
        "03-12 20:00",
    ]


def test_a_day_of_the_clock_change_is_as_long_as_it_is() -> None:
    clock = Clock(zone="America/New_York")
    spring = instances_of(window("2031-03-08T00:00", "2031-03-11T00:00", "day"), clock)
    autumn = instances_of(window("2031-11-01T00:00", "2031-11-04T00:00", "day"), clock)

    assert [(end - start) / HOUR_MS for start, end in spring] == [24, 23, 24]
    assert [(end - start) / HOUR_MS for start, end in autumn] == [24, 25, 24]


def test_a_day_that_the_zone_skips_is_no_day() -> None:
    clock = Clock(zone="Pacific/Apia")
    begins = instant_ms(datetime.fromisoformat("2011-12-29"), clock.zone)

    days = [day.starts_on.day for day in local_days(clock, begins, begins + 2 * DAY_MS)]

    assert days[days.index(28) :][:4] == [28, 29, 31, 1]
    assert len(instances_of(window("2011-12-28T00:00", "2012-01-01T00:00", "day"), clock)) == 3


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

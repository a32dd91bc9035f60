"""When windows open and close: worked out by hand where the clock is moved, or the year ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leaderboard.domain.campaigns import Clock, Definition, Window
from leaderboard.domain.occurrences import Boundary, next_boundary, occurrences, relative_span_ms
from leaderboard.domain.times import from_ms, to_ms

from .campaigns.spring import parse_spring

# The window of the spring sale, to be replaced.
SPAN = "start = 2031-03-03T00:00:00\nend = 2031-03-10T00:00:00"
LOS_ANGELES, JAKARTA, BANGKOK = "America/Los_Angeles", "Asia/Jakarta", "Asia/Bangkok"


def utc(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


def window(start: str, end: str, every: str | None = None) -> Window:
    return Window(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end), every=every)


def borders(runs: Window, clock: Clock) -> list[str]:
    """When the runs start, and when the last one ends, in UTC; each has to end where the next one starts."""
    found = occurrences(runs, clock)
    assert [one.ends_ms for one in found[:-1]] == [one.starts_ms for one in found[1:]]
    assert [one.number for one in found] == list(range(len(found)))
    instants_ms = [*(one.starts_ms for one in found), found[-1].ends_ms]
    return [from_ms(instant_ms).strftime("%Y-%m-%dT%H:%M") for instant_ms in instants_ms]


@pytest.mark.parametrize(
    ("zone", "start", "end", "expected"),
    [
        (LOS_ANGELES, "2026-03-08T00:00", "2026-03-09T00:00", ["2026-03-08T08:00", "2026-03-09T07:00"]),
        (LOS_ANGELES, "2026-11-01T00:00", "2026-11-02T00:00", ["2026-11-01T07:00", "2026-11-02T08:00"]),
        # 02:30 is skipped, so it is 03:30; 01:30 comes twice, and means the first.
        (LOS_ANGELES, "2026-03-08T02:30", "2026-03-08T04:00", ["2026-03-08T10:30", "2026-03-08T11:00"]),
        (LOS_ANGELES, "2026-03-08T00:00", "2026-03-08T02:30", ["2026-03-08T08:00", "2026-03-08T10:30"]),
        (LOS_ANGELES, "2026-11-01T01:30", "2026-11-01T02:00", ["2026-11-01T08:30", "2026-11-01T10:00"]),
        (LOS_ANGELES, "2026-11-01T00:00", "2026-11-01T01:30", ["2026-11-01T07:00", "2026-11-01T08:30"]),
        (JAKARTA, "2026-03-08T00:00", "2026-03-09T00:00", ["2026-03-07T17:00", "2026-03-08T17:00"]),
        (BANGKOK, "2026-11-01T00:00", "2026-11-02T00:00", ["2026-10-31T17:00", "2026-11-01T17:00"]),
        (BANGKOK, "2026-12-31T20:00", "2027-01-01T02:00", ["2026-12-31T13:00", "2026-12-31T19:00"]),
        (LOS_ANGELES, "2026-12-31T20:00", "2027-01-01T02:00", ["2027-01-01T04:00", "2027-01-01T10:00"]),
    ],
)
def test_a_window_runs_once_if_nothing_cuts_it(zone: str, start: str, end: str, expected: list[str]) -> None:
    assert borders(window(start, end), Clock(zone=zone)) == expected


SPRING_DAYS = ["2026-03-07T08:00", "2026-03-08T08:00", "2026-03-09T07:00", "2026-03-10T07:00"]
AUTUMN_DAYS = ["2026-10-31T07:00", "2026-11-01T07:00", "2026-11-02T08:00", "2026-11-03T08:00"]
SPRING_FROM_THREE = ["2026-03-07T11:00", "2026-03-08T10:00", "2026-03-09T10:00", "2026-03-10T10:00"]
AUTUMN_FROM_THREE = ["2026-10-31T10:00", "2026-11-01T11:00", "2026-11-02T11:00", "2026-11-03T11:00"]
SPRING_SKIPPED = ["2026-03-07T10:30", "2026-03-08T10:30", "2026-03-09T09:30", "2026-03-10T09:30"]
AUTUMN_TWICE = ["2026-10-31T08:30", "2026-11-01T08:30", "2026-11-02T09:30", "2026-11-03T09:30"]
NEW_YEAR_DAYS = ["2026-12-29T17:00", "2026-12-30T17:00", "2026-12-31T17:00", "2027-01-01T17:00"]
NEW_YEAR_FROM_THREE = ["2026-12-30T20:00", "2026-12-31T20:00", "2027-01-01T20:00"]


@pytest.mark.parametrize(
    ("zone", "day_start", "start", "end", "expected"),
    [
        (LOS_ANGELES, "00:00", "2026-03-07T00:00", "2026-03-10T00:00", SPRING_DAYS),
        (LOS_ANGELES, "00:00", "2026-10-31T00:00", "2026-11-03T00:00", AUTUMN_DAYS),
        (LOS_ANGELES, "03:00", "2026-03-07T03:00", "2026-03-10T03:00", SPRING_FROM_THREE),
        (LOS_ANGELES, "03:00", "2026-10-31T03:00", "2026-11-03T03:00", AUTUMN_FROM_THREE),
        (LOS_ANGELES, "02:30", "2026-03-07T02:30", "2026-03-10T02:30", SPRING_SKIPPED),
        (LOS_ANGELES, "01:30", "2026-10-31T01:30", "2026-11-03T01:30", AUTUMN_TWICE),
        (JAKARTA, "00:00", "2026-12-30T00:00", "2027-01-02T00:00", NEW_YEAR_DAYS),
        (BANGKOK, "03:00", "2026-12-31T03:00", "2027-01-02T03:00", NEW_YEAR_FROM_THREE),
    ],
)
def test_days_begin_by_the_wall_clock(
    zone: str, day_start: str, start: str, end: str, expected: list[str]
) -> None:
    assert borders(window(start, end, "day"), Clock(zone=zone, day_start=day_start)) == expected


def test_a_day_on_which_the_clock_is_moved_has_23_or_25_hours() -> None:
    clock = Clock(zone=LOS_ANGELES, day_start="03:00")
    spring = occurrences(window("2026-03-07T03:00", "2026-03-10T03:00", "day"), clock)
    autumn = occurrences(window("2026-10-30T03:00", "2026-11-02T03:00", "day"), clock)

    assert [(one.ends_ms - one.starts_ms) / 3_600_000 for one in spring] == [23, 24, 24]
    assert [(one.ends_ms - one.starts_ms) / 3_600_000 for one in autumn] == [24, 25, 24]


def test_the_first_and_the_last_day_are_what_the_window_leaves_of_them() -> None:
    found = borders(
        window("2026-03-07T12:00", "2026-03-08T12:00", "day"), Clock(zone=JAKARTA, day_start="03:00")
    )

    assert found == ["2026-03-07T05:00", "2026-03-07T20:00", "2026-03-08T05:00"]


def test_a_cut_that_is_moved_over_the_skipped_hour_stays_inside_the_window() -> None:
    ends_first = borders(
        window("2026-03-07T12:00", "2026-03-08T03:10", "day"), Clock(zone=LOS_ANGELES, day_start="02:30")
    )
    starts_later = borders(
        window("2026-03-08T02:30", "2026-03-08T12:00", "day"), Clock(zone=LOS_ANGELES, day_start="03:00")
    )

    assert ends_first == ["2026-03-07T20:00", "2026-03-08T10:10"]
    assert starts_later == ["2026-03-08T10:30", "2026-03-08T19:00"]


def test_a_midnight_that_is_skipped_is_at_one_o_clock() -> None:
    found = borders(window("2024-04-25T12:00", "2024-04-26T12:00", "day"), Clock(zone="Africa/Cairo"))

    assert found == ["2024-04-25T10:00", "2024-04-25T22:00", "2024-04-26T09:00"]


def test_a_cut_of_the_day_before_the_window_may_be_moved_into_it() -> None:
    # Where the hour before midnight is skipped, half past eleven is half past twelve.
    clock = Clock(zone="America/Scoresbysund", day_start="23:30")

    found = borders(window("2025-03-30T00:00", "2025-03-30T12:00", "day"), clock)

    assert found == ["2025-03-30T01:00", "2025-03-30T01:30", "2025-03-30T13:00"]


def test_a_day_that_the_zone_skips_is_no_run() -> None:
    found = borders(window("2011-12-29T00:00", "2012-01-01T00:00", "day"), Clock(zone="Pacific/Apia"))

    assert found == ["2011-12-29T10:00", "2011-12-30T10:00", "2011-12-31T10:00"]


@pytest.mark.parametrize(
    ("zone", "start", "end", "every", "expected"),
    [
        (
            BANGKOK,
            "2026-10-28T00:00",
            "2026-11-09T00:00",
            "week",
            ["2026-10-27T17:00", "2026-11-01T17:00", "2026-11-08T17:00"],
        ),
        (
            LOS_ANGELES,
            "2026-10-26T00:00",
            "2026-11-09T00:00",
            "week",
            ["2026-10-26T07:00", "2026-11-02T08:00", "2026-11-09T08:00"],
        ),
        # Of a leap year, and of another.
        (
            LOS_ANGELES,
            "2027-12-31T00:00",
            "2028-05-01T00:00",
            "month",
            [
                "2027-12-31T08:00",
                "2028-01-31T08:00",
                "2028-02-29T08:00",
                "2028-03-31T07:00",
                "2028-04-30T07:00",
                "2028-05-01T07:00",
            ],
        ),
        (
            JAKARTA,
            "2026-12-30T00:00",
            "2027-03-30T00:00",
            "month",
            ["2026-12-29T17:00", "2027-01-29T17:00", "2027-02-27T17:00", "2027-03-29T17:00"],
        ),
        (
            LOS_ANGELES,
            "2026-11-01T00:00",
            "2027-05-01T00:00",
            "quarter",
            ["2026-11-01T07:00", "2027-02-01T08:00", "2027-05-01T07:00"],
        ),
        (
            JAKARTA,
            "2026-10-01T00:00",
            "2027-04-01T00:00",
            "quarter",
            ["2026-09-30T17:00", "2026-12-31T17:00", "2027-03-31T17:00"],
        ),
        (
            LOS_ANGELES,
            "2026-02-28T00:00",
            "2026-04-01T00:00",
            "14d",
            ["2026-02-28T08:00", "2026-03-14T07:00", "2026-03-28T07:00", "2026-04-01T07:00"],
        ),
    ],
)
def test_longer_runs_are_cut_by_the_wall_clock_too(
    zone: str, start: str, end: str, every: str, expected: list[str]
) -> None:
    assert borders(window(start, end, every), Clock(zone=zone)) == expected


def test_a_week_begins_on_its_day_at_the_hour_at_which_days_begin() -> None:
    clock = Clock(zone=LOS_ANGELES, day_start="03:00", week_start="sunday")

    found = borders(window("2026-03-01T03:00", "2026-03-15T03:00", "week"), clock)

    assert found == ["2026-03-01T11:00", "2026-03-08T10:00", "2026-03-15T10:00"]


def test_a_border_belongs_to_the_run_that_it_opens() -> None:
    runs = occurrences(window("2026-03-07T00:00", "2026-03-10T00:00", "day"), Clock(zone=LOS_ANGELES))
    instants = [utc("2026-03-07T08:00"), utc("2026-03-09T07:00"), utc("2026-03-10T07:00")]

    holding = [
        [one.number for one in runs if one.starts_ms <= at_ms < one.ends_ms]
        for instant_ms in instants
        for at_ms in (instant_ms - 1, instant_ms)
    ]

    assert holding == [[], [0], [1], [2], [2], []]


def test_a_window_of_ones_own_is_elapsed_time() -> None:
    own = Window(anchor="attr.joined", after_s=3_600, length_s=2 * 86_400)

    # Over the hour that Los Angeles skips, and two days all the same.
    assert relative_span_ms(own, utc("2026-03-08T07:00")) == (
        utc("2026-03-08T08:00"),
        utc("2026-03-10T08:00"),
    )


def test_the_two_kinds_of_windows_are_not_taken_for_each_other() -> None:
    with pytest.raises(ValueError, match="for each participant by itself"):
        occurrences(Window(anchor="attr.joined", after_s=0, length_s=60), Clock(zone="UTC"))
    with pytest.raises(ValueError, match="the same for every participant"):
        relative_span_ms(window("2026-03-08T00:00", "2026-03-09T00:00"), 0)


def of_three_windows() -> Definition:
    """From Saturday to Monday, over the switch to summer time; by days; and a window for each participant."""
    ours = (
        "start = 2026-03-07T00:00:00\nend = 2026-03-09T00:00:00\n"
        '[window.days]\nstart = 2026-03-07T00:00:00\nend = 2026-03-09T00:00:00\nevery = "day"\n'
        '[window.own]\nanchor = "attr.joined"\nlength = "7d"'
    )
    return parse_spring(SPAN, ours)


def test_what_opens_or_closes_next_is_told_over_all_windows() -> None:
    definition = of_three_windows()
    opens_ms, cut_ms, ends_ms = utc("2026-03-07T05:00"), utc("2026-03-08T05:00"), utc("2026-03-09T04:00")

    assert next_boundary(definition, 0) == Boundary("main", 0, "opens", opens_ms)
    assert next_boundary(definition, opens_ms - 1) == Boundary("main", 0, "opens", opens_ms)
    assert next_boundary(definition, opens_ms) == Boundary("days", 0, "closes", cut_ms)
    assert next_boundary(definition, cut_ms - 1) == Boundary("days", 0, "closes", cut_ms)
    assert next_boundary(definition, cut_ms) == Boundary("main", 0, "closes", ends_ms)
    assert next_boundary(definition, ends_ms) is None


def test_windows_of_participants_alone_have_no_next_boundary() -> None:
    own = 'anchor = "attr.joined"\nlength = "7d"'

    assert next_boundary(parse_spring(SPAN, own), 0) is None


def test_what_closes_comes_before_what_opens_at_the_same_instant() -> None:
    two = (
        "start = 2026-03-08T00:00:00\nend = 2026-03-09T00:00:00\n"
        "[window.before]\nstart = 2026-03-07T00:00:00\nend = 2026-03-08T00:00:00"
    )
    definition = parse_spring(SPAN, two)
    both_ms = utc("2026-03-08T05:00")

    assert next_boundary(definition, both_ms - 1) == Boundary("before", 0, "closes", both_ms)

"""Windows: half open, in the wall clock of the campaign, also on the days when the clock is moved."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import Window
from leaderboard.domain.campaigns.windows import instant_ms
from leaderboard.domain.times import from_ms, rfc3339

from .spring import changed, only_problem, parse_spring, problems_of, spring

NEW_YORK = "America/New_York"


def test_a_window_has_its_instants() -> None:
    definition = spring()

    start_ms, end_ms = definition.window_ms("main") or (0, 0)

    assert rfc3339(start_ms) == "2031-03-03T05:00:00.000Z"
    assert rfc3339(end_ms) == "2031-03-10T04:00:00.000Z"  # summer time began on the ninth


def test_a_start_that_the_clock_skips_moves_forward_by_the_gap() -> None:
    local = datetime.fromisoformat("2031-03-09T02:30:00")

    assert from_ms(instant_ms(local, NEW_YORK)).astimezone(ZoneInfo(NEW_YORK)).hour == 3
    assert rfc3339(instant_ms(local, NEW_YORK)) == "2031-03-09T07:30:00.000Z"


def test_a_time_that_comes_twice_is_the_first() -> None:
    local = datetime.fromisoformat("2031-11-02T01:30:00")

    assert rfc3339(instant_ms(local, NEW_YORK)) == "2031-11-02T05:30:00.000Z"
    assert instant_ms(local.replace(fold=1), NEW_YORK) == instant_ms(local, NEW_YORK)


@given(
    st.datetimes(datetime.fromisoformat("2000-01-02"), datetime.fromisoformat("2199-12-30")),
    st.sampled_from([NEW_YORK, "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "Africa/Casablanca"]),
)
def test_an_instant_shows_its_wall_clock_or_one_after_a_gap(local: datetime, zone: str) -> None:
    local = local.replace(microsecond=0)

    shown = from_ms(instant_ms(local, zone)).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)

    assert 0 <= (shown - local).total_seconds() <= 7_200


def test_an_end_that_is_not_later_is_refused() -> None:
    problem = only_problem("end = 2031-03-10T00:00:00", "end = 2031-03-03T00:00:00 #")

    assert str(problem).endswith("window.main.end: must be later than the start (the end is exclusive)")


def test_an_end_inside_the_hour_that_the_clock_skips_is_no_later_than_a_start_moved_over_it() -> None:
    toml = changed("start = 2031-03-03T00:00:00", "start = 2031-03-09T02:30:00")
    toml = toml.replace("end = 2031-03-10T00:00:00", "end = 2031-03-09T03:10:00")

    assert [problem.path for problem in problems_of(toml)] == ["window.main.end"]


def test_a_window_may_be_relative_to_an_attribute() -> None:
    definition = parse_spring(
        "start = 2031-03-03T00:00:00\nend = 2031-03-10T00:00:00",
        'anchor = "attr.joined_at"\nafter = "1d"\nlength = "7d"',
    )

    assert definition.windows["main"] == Window(anchor="attr.joined_at", after_s=86_400, length_s=604_800)
    assert definition.window_ms("main") is None
    assert definition.starts_at_ms is None


@pytest.mark.parametrize(
    ("window", "path", "message"),
    [
        ('anchor = "joined_at"\nlength = "7d"', "anchor", "must be an attribute such as attr.joined_at"),
        ('anchor = "attr.joined_at"', "length", "is required"),
        ('anchor = "attr.joined_at"\nlength = "0s"', "length", "must be longer than nothing"),
        ('anchor = "attr.a"\nlength = "7d"\nstart = 2031-03-03T00:00:00', "start", "unknown key"),
        ("end = 2031-03-10T00:00:00", "start", "is required"),
        (
            'start = 2031-03-03T00:00:00\nend = 2031-03-10T00:00:00\nevery = "hour"',
            "every",
            "must be day, week",
        ),
        ("start = 2031-03-03\nend = 2031-03-10T00:00:00", "start", "must say the time of the day"),
    ],
)
def test_a_window_is_fixed_or_relative_and_whole(window: str, path: str, message: str) -> None:
    [problem] = problems_of(changed("start = 2031-03-03T00:00:00\nend = 2031-03-10T00:00:00", window))

    assert problem.path == f"window.main.{path}"
    assert message in problem.message


def test_a_window_may_recur() -> None:
    for every in ("day", "week", "month", "quarter", "14d"):
        new = f'end = 2031-03-10T00:00:00\nevery = "{every}"'
        assert parse_spring("end = 2031-03-10T00:00:00", new).windows["main"].every == every


def test_a_clock_has_defaults() -> None:
    clock = parse_spring('calendar = "US-FED"', "").clock

    assert (clock.day_start, clock.week_start, clock.span) == ("00:00", "monday", "split")
    assert clock.calendar == "US-FED"


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('day_start = "24:00"', "clock.day_start"),
        ('week_start = "mon"', "clock.week_start"),
        ('span = "end"', "clock.span"),
        ('zone = "Mars/Olympus"', "clock.zone"),
        ('calendar = "my days"', "clock.calendar"),
        ('calendar = "US-FET"', "clock.calendar"),
        ('calendar = "ZZ"', "clock.calendar"),
    ],
)
def test_each_key_of_the_clock_is_checked(line: str, path: str) -> None:
    key = line.split(" ")[0]
    old = {"zone": 'zone = "America/New_York"', "calendar": 'calendar = "US-FED"'}.get(key, "[clock]")
    [problem] = problems_of(changed(old, line if old != "[clock]" else f"[clock]\n{line}"))

    assert problem.path == path


def test_an_unknown_calendar_is_told_how_calendars_are_named() -> None:
    problem = only_problem('calendar = "US-FED"', 'calendar = "US-FDE"')

    assert problem.message == (
        "must be US-FED or EU-TARGET, or a country code of two capital letters such as GB for that country's "
        'public holidays, not "US-FDE"; did you mean `US-FED`?'
    )


def test_a_calendar_may_be_a_country() -> None:
    assert parse_spring('calendar = "US-FED"', 'calendar = "SG"').clock.calendar == "SG"


def test_a_window_that_nobody_knows_is_told() -> None:
    problem = only_problem('window = "main"\nrequire', 'window = "mian"\nrequire')

    assert str(problem).endswith("award.best.window: there is no window `mian`; did you mean `main`?")

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.times import from_ms, rfc3339, to_ms
from leaderboard.replay.recorded_times import parse_time

MIDNIGHT_MS = 1_569_888_000_000


@pytest.mark.parametrize(
    "text",
    [
        "2019-10-01T00:00:00Z",
        "2019-10-01T02:00:00.000+02:00",
        "2019-10-01 00:00:00 UTC",
        "2019-10-01 00:00:00",
        "2019-10-01 00:00",
        " 2019-10-01 ",
        "20191001",
        "10/1/2019 0:00",
        "10/01/2019 00:00:00",
        "1569888000",
        "1569888000.0",
        "1569888000000",
    ],
)
def test_every_way_to_write_a_time_is_the_same_instant(text: str) -> None:
    assert parse_time(text) == MIDNIGHT_MS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "20191001000000",
        "86400",
        "100000000",
        "13/1/2019 0:00",
        "2019-02-30 00:00",
        "99999999999",
    ],
)
def test_what_is_no_time_is_said_with_what_would_be_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as|before the year 2000"):
        parse_time(text)


def test_seconds_may_have_a_fraction() -> None:
    assert parse_time("1569888000.25") == MIDNIGHT_MS + 250


def test_a_zone_is_for_times_without_an_offset_only() -> None:
    london = ZoneInfo("Europe/London")

    assert parse_time("2019-10-01 01:00", london) == MIDNIGHT_MS
    assert parse_time("10/1/2019 1:00", london) == MIDNIGHT_MS
    assert parse_time("2019-10-01 00:00:00 UTC", london) == MIDNIGHT_MS


@given(st.integers(946_684_800_000, 4_102_444_800_000))
def test_our_own_times_come_back(instant_ms: int) -> None:
    assert parse_time(rfc3339(instant_ms)) == instant_ms
    assert parse_time(f"{from_ms(instant_ms):%Y-%m-%d %H:%M:%S.%f} UTC") == instant_ms
    assert parse_time(f"{instant_ms:013d}") == instant_ms


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001 - as a wall clock shows it
def test_american_dates_are_month_first(wall: datetime) -> None:
    text = f"{wall.month}/{wall.day}/{wall.year} {wall.hour}:{wall:%M:%S}"

    assert parse_time(text) == to_ms(wall.replace(microsecond=0, tzinfo=ZoneInfo("UTC")))

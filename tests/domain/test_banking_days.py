"""Banking days, counted: the days on which awards are due, against days that others worked out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import QuantLib as ql  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.banking_days import (
    banking_day_after,
    banking_day_before,
    banking_days_until,
    due_on,
    local_day,
)
from leaderboard.domain.calendars import MARKETS, is_banking_day
from leaderboard.domain.campaigns import Definition, parse_toml
from leaderboard.domain.times import to_ms

from .campaigns.spring import SPRING

LOS_ANGELES = "America/Los_Angeles"
FED = ql.UnitedStates(ql.UnitedStates.FederalReserve)
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
CALENDARS = st.sampled_from((*MARKETS, "GB", "SA", "CN"))


def spring_until(end: str, *, pay: str = 'pay = "20bd"', zone: str = LOS_ANGELES) -> Definition:
    """The spring sale, which ends at another time of another zone."""
    toml = SPRING.replace("America/New_York", zone).replace('pay = "20bd"', pay)
    toml = toml.replace("start = 2031-03-03T00:00:00", "start = 2020-01-01T00:00:00")
    return parse_toml(toml.replace("end = 2031-03-10T00:00:00", f"end = {end}"))


def due(definition: Definition) -> date | None:
    assert definition.ends_at_ms is not None
    return due_on(definition, definition.ends_at_ms)


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("2022-02-28T00:00:00", date(2022, 3, 25)),
        ("2022-02-27T23:59:59", date(2022, 3, 25)),
        ("2026-12-01T00:00:00", date(2026, 12, 29)),
        ("2026-11-29T00:00:00", date(2026, 12, 28)),
        ("2026-12-06T00:00:00", date(2027, 1, 5)),
        ("2026-06-06T00:00:00", date(2026, 7, 6)),
        ("2027-01-01T00:00:00", date(2027, 2, 1)),
    ],
)
def test_awards_are_due_twenty_banking_days_after_the_last_day(end: str, day: date) -> None:
    assert due(spring_until(end)) == day


def test_the_last_day_is_that_of_the_campaign_s_zone() -> None:
    # The same instant is a Monday in Tokyo, and the Sunday before in Los Angeles.
    ended_ms = to_ms(datetime(2026, 6, 7, 21, tzinfo=ZoneInfo(LOS_ANGELES)))
    there, here = (spring_until("2026-06-08T00:00:00", zone=zone) for zone in ("Asia/Tokyo", LOS_ANGELES))

    assert (due_on(here, ended_ms), due_on(there, ended_ms)) == (date(2026, 7, 6), date(2026, 7, 7))


def test_a_campaign_that_was_closed_early_is_due_earlier() -> None:
    closed_ms = to_ms(datetime(2026, 6, 5, 15, tzinfo=ZoneInfo(LOS_ANGELES)))

    assert due_on(spring_until("2026-12-01T00:00:00"), closed_ms) == date(2026, 7, 6)


def test_nothing_is_due_where_the_programme_does_not_say() -> None:
    assert due(spring_until("2026-12-01T00:00:00", pay="")) is None


@pytest.mark.parametrize(
    ("pay", "day"),
    [
        ("7d", date(2026, 6, 12)),
        ("8d", date(2026, 6, 15)),
        ("14d", date(2026, 6, 22)),
        ("0bd", date(2026, 6, 5)),
    ],
)
def test_elapsed_time_that_ends_without_banks_is_due_on_the_next_banking_day(pay: str, day: date) -> None:
    assert due(spring_until("2026-06-06T00:00:00", pay=f'pay = "{pay}"')) == day


def test_elapsed_time_without_a_calendar_is_due_on_its_very_day() -> None:
    toml = SPRING.replace('region = "US"', 'region = "GB"').replace('calendar = "US-FED"\n', "")
    saturday = date(2031, 3, 15)

    assert due(parse_toml(toml.replace('pay = "20bd"', 'pay = "6d"'))) == saturday


def test_another_calendar_has_the_same_due_date_for_every_day_of_ten_years() -> None:
    definition = spring_until("2026-12-01T00:00:00")
    first = date(2025, 1, 1)
    last_days = [first + timedelta(days=number) for number in range((date(2034, 12, 31) - first).days + 1)]

    others = [day for day in last_days if due_on(definition, _midnight_after(day)) != _twenty_after(day)]

    assert len(last_days) == 3652
    assert others == []


def _midnight_after(day: date) -> int:
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(LOS_ANGELES))
    return to_ms(midnight)


def _twenty_after(day: date) -> date:
    found = FED.advance(ql.Date(day.day, day.month, day.year), 20, ql.Days)
    return date(found.year(), found.month(), found.dayOfMonth())


def test_banks_have_to_have_it_two_banking_days_before() -> None:
    assert banking_day_before(date(2026, 7, 6), 2, "US-FED") == date(2026, 7, 2)
    assert banking_day_before(date(2027, 1, 5), 2, "US-FED") == date(2026, 12, 31)


@given(day=DAYS, n=st.integers(1, 40), calendar=CALENDARS)
def test_the_nth_banking_day_is_one_and_has_n_up_to_it(day: date, n: int, calendar: str) -> None:
    after, before = banking_day_after(day, n, calendar), banking_day_before(day, n, calendar)

    assert is_banking_day(after, calendar)
    assert is_banking_day(before, calendar)
    assert banking_days_until(day, after, calendar) == n
    # Counted back, the day itself counts where it is a banking day, and the n-th one before does not.
    assert banking_days_until(before, day, calendar) == n - 1 + is_banking_day(day, calendar)


@given(day=DAYS, calendar=CALENDARS)
def test_no_banking_day_on_or_back_is_the_day_itself(day: date, calendar: str) -> None:
    assert banking_day_after(day, 0, calendar) == banking_day_before(day, 0, calendar) == day
    assert banking_days_until(day, day, calendar) == 0


@given(one=DAYS, other=DAYS.map(lambda day: min(day, date(2022, 1, 1))), calendar=CALENDARS)
def test_what_is_left_one_way_is_over_the_other_way(one: date, other: date, calendar: str) -> None:
    assert banking_days_until(one, other, calendar) == -banking_days_until(other, one, calendar)


def test_banking_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="counted from 0, not -1"):
        banking_day_after(date(2026, 1, 1), -1, "US-FED")


def test_a_day_is_the_one_that_clocks_show() -> None:
    instant_ms = to_ms(datetime(2026, 1, 1, 7, 59, 59, tzinfo=ZoneInfo("UTC")))

    assert local_day(instant_ms, LOS_ANGELES) == date(2025, 12, 31)
    assert local_day(instant_ms, "Asia/Tokyo") == date(2026, 1, 1)

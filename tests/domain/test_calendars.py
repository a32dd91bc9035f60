"""Calendars: the days on which banks work, held against calendars that we did not write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version

import pytest
import QuantLib as ql  # type: ignore[import-untyped]

from leaderboard.domain.calendars import (
    UnknownCalendar,
    calendar_edition,
    check_calendar,
    is_banking_day,
    known_calendars,
)

# As the Federal Reserve lists them. One on a Saturday is not made up for; one on a Sunday is, on the Monday.
FED_HOLIDAYS = {
    2021: "01-01 01-18 02-15 05-31 06-19 07-05 09-06 10-11 11-11 11-25 12-25",
    2022: "01-01 01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
    2023: "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-11 11-23 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-04 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 06-19 07-05 09-06 10-11 11-11 11-25 12-25",
}

COUNTRIES = [
    "US",
    "GB",
    "JP",
    "SG",
    "ID",
    "TH",
    "VN",
    "MY",
    "PH",
    "KR",
    "TW",
    "BR",
    "DE",
    "FR",
    "ES",
    "MX",
    "IN",
]


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def days_of(year: int) -> Iterator[date]:
    return days(date(year, 1, 1), date(year, 12, 31))


@pytest.mark.parametrize("year", FED_HOLIDAYS)
def test_the_fed_keeps_the_holidays_that_it_lists(year: int) -> None:
    listed = {date.fromisoformat(f"{year}-{day}") for day in FED_HOLIDAYS[year].split()}
    expected = [day for day in days_of(year) if day.weekday() < 5 and day not in listed]

    assert [day for day in days_of(year) if is_banking_day(day, "US-FED")] == expected


@pytest.mark.parametrize(
    ("name", "independent"),
    [("US-FED", ql.UnitedStates(ql.UnitedStates.FederalReserve)), ("EU-TARGET", ql.TARGET())],
    ids=["US-FED", "EU-TARGET"],
)
def test_another_calendar_has_the_same_banking_days_for_ten_years(
    name: str, independent: ql.Calendar
) -> None:
    others = [
        day
        for day in days(date(2025, 1, 1), date(2034, 12, 31))
        if is_banking_day(day, name) != independent.isBusinessDay(ql.Date(day.day, day.month, day.year))
    ]

    assert others == []


def test_weekends_are_those_of_the_country() -> None:
    friday, sunday = date(2026, 2, 6), date(2026, 2, 8)

    assert [is_banking_day(day, "SA") for day in (friday, sunday)] == [False, True]
    assert [is_banking_day(day, "GB") for day in (friday, sunday)] == [True, False]


def test_a_weekend_day_may_be_a_working_day_by_decree() -> None:
    saturday = date(2026, 2, 28)

    assert [is_banking_day(saturday, name) for name in ("CN", "US-FED")] == [True, False]


def test_the_year_before_may_hold_a_new_year_s_day_of_the_next() -> None:
    # 2027-12-31 is a Friday, before a New Year's Day on a Saturday: public offices keep it, the Fed does not.
    assert [is_banking_day(date(2027, 12, 31), name) for name in ("US", "US-FED")] == [False, True]


@pytest.mark.parametrize("name", COUNTRIES)
def test_countries_have_holidays_on_working_days(name: str) -> None:
    weekdays = [day for day in days_of(2026) if day.weekday() < 5]

    assert any(not is_banking_day(day, name) for day in weekdays)
    assert is_banking_day(date(2026, 1, 7), name)


def test_every_known_calendar_answers_for_any_year() -> None:
    asked = [date(year, 6, 15) for year in (1, 2000, 2026, 2101, 2199, 9999)]

    assert len(known_calendars()) > 200
    assert {type(is_banking_day(day, name)) for name in known_calendars() for day in asked} == {bool}


@pytest.mark.parametrize("name", ["", "us", "USA", "XFED", "ZZ", "US-FED ", "my days"])
def test_an_unknown_calendar_is_refused(name: str) -> None:
    with pytest.raises(UnknownCalendar, match="must be US-FED or EU-TARGET, or a country code"):
        check_calendar(name)
    with pytest.raises(UnknownCalendar):
        is_banking_day(date(2026, 1, 1), name)


def test_an_edition_names_the_library_and_its_version() -> None:
    assert calendar_edition("US-FED") == f"US-FED holidays {version('holidays')}"

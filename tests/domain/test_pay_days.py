"""On which day a bank is asked to pay: one on which it can, by the due date where there is still time."""

from __future__ import annotations

from datetime import date

import pytest

from leaderboard.domain.pay_days import pay_day, soonest_day

FED = ("US-FED",)
BOTH = ("US-FED", "EU-TARGET")
EARLY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("due_on", "today", "calendars", "day"),
    [
        # In time: the day it is due.
        ("2026-12-29", date(2026, 12, 1), FED, "2026-12-29"),
        # Due on Thanksgiving by another calendar: the day before.
        ("2026-11-26", date(2026, 11, 2), BOTH, "2026-11-25"),
        # Easter Monday, where only TARGET rests: the Thursday before.
        ("2027-03-29", date(2027, 3, 1), BOTH, "2027-03-25"),
        # A Sunday of a country whose week begins then.
        ("2027-01-03", date(2026, 12, 1), FED, "2026-12-31"),
        # Too late: two banking days after today, over a weekend; the Friday before a holiday on Saturday is one.
        ("2026-01-02", date(2026, 7, 2), FED, "2026-07-06"),
        ("", date(2026, 12, 23), FED, "2026-12-28"),
        # What is due tomorrow is late too.
        ("2026-12-02", date(2026, 12, 1), FED, "2026-12-03"),
    ],
)
def test_a_day_on_which_all_banks_are_open(
    due_on: str, today: date, calendars: tuple[str, ...], day: str
) -> None:
    assert pay_day(due_on, today, 2, calendars).isoformat() == day


def test_a_bank_gets_at_least_a_day() -> None:
    assert soonest_day(EARLY, 0, FED) == pay_day("", EARLY, 0, FED) == date(2026, 3, 3)

"""Reminders of payouts: on which days they come, what they say is missing, and when there is nothing to say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.calendars import calendar_edition
from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.money import Money
from leaderboard.domain.payouts import BatchState, Line, LineState
from leaderboard.domain.reminders import (
    Deadline,
    Lack,
    OnHold,
    Outstanding,
    deadline_of,
    outstanding,
    reminder,
    stage,
)

from .campaigns.spring import SPRING, parse_spring, spring

# Due on a Tuesday; banks are shut on Friday the 25th and on New Year's Day.
DEADLINE = Deadline(date(2026, 12, 29), date(2026, 12, 24), "US-FED")
NOTHING_HELD = OnHold()


def award(account: str, minor: int = 500, currency: str = "USD") -> ProvisionalAward:
    return ProvisionalAward("best", account, 1, Money(minor, currency))


def line(account: str, state: LineState, minor: int = 500) -> Line:
    return Line(
        id=f"ID{account}",
        award="best",
        account=account,
        amount=Money(minor, "USD"),
        attempt=1,
        payee_version=1,
        payee_hash="",
        last4="1234",
        state=state,
    )


def left(**lacks: int) -> Outstanding:
    return Outstanding(40, sum(lacks.values()), {"USD": 123_400}, lacks)  # type: ignore[arg-type]


def test_a_deadline_is_two_banking_days_before_the_due_day() -> None:
    definition = spring()

    assert definition.ends_at_ms is not None
    assert deadline_of(definition, definition.ends_at_ms, 2) == Deadline(
        date(2031, 4, 4), date(2031, 4, 2), "US-FED"
    )


def test_there_is_no_deadline_where_nothing_is_promised() -> None:
    definition = parse_spring('pay = "20bd"\n', "")

    assert definition.ends_at_ms is not None
    assert deadline_of(definition, definition.ends_at_ms, 2) is None


def test_there_is_no_deadline_without_a_calendar() -> None:
    toml = SPRING.replace('region = "US"', 'region = "GB"').replace('calendar = "US-FED"\n', "")
    definition = parse_toml(toml.replace('pay = "20bd"', 'pay = "7d"'))

    assert definition.ends_at_ms is not None
    assert deadline_of(definition, definition.ends_at_ms, 2) is None


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 12, 9), None),
        (date(2026, 12, 10), "10"),
        (date(2026, 12, 13), "10"),
        (date(2026, 12, 16), "10"),
        (date(2026, 12, 17), "5"),
        (date(2026, 12, 21), "5"),
        (date(2026, 12, 22), "2"),
        (date(2026, 12, 23), "2"),
        (date(2026, 12, 24), "2026-12-24"),
        (date(2026, 12, 25), "2026-12-25"),
        (date(2027, 2, 1), "2027-02-01"),
    ],
)
def test_it_is_said_ten_five_and_two_banking_days_before_and_then_daily(
    today: date, expected: str | None
) -> None:
    assert stage(DEADLINE, today) == expected


@given(start=st.dates(date(2026, 11, 1), date(2027, 1, 15)), days=st.integers(1, 60))
def test_over_any_time_each_stage_is_said_on_days_in_a_row(start: date, days: int) -> None:
    stages = [stage(DEADLINE, start + timedelta(days=number)) for number in range(days)]

    changes = [one for one, before in zip(stages, [object(), *stages], strict=False) if one != before]
    assert len(changes) == len(set(changes))
    assert [one for one in changes if one in ("10", "5", "2")] == [
        one for one in ("10", "5", "2") if one in changes
    ]


@pytest.mark.parametrize(
    ("batch", "state", "lack"),
    [
        ("prepared", "prepared", "approve"),
        ("approved", "prepared", "export"),
        ("exported", "exported", "settle"),
        ("exported", "paid", None),
        ("settled", "paid", None),
        ("settled", "returned", "prepare"),
        ("void", "void", "prepare"),
    ],
)
def test_what_an_award_lacks_follows_from_its_line(
    batch: BatchState, state: LineState, lack: Lack | None
) -> None:
    found = outstanding([award("a1")], [(batch, line("a1", state))])

    assert found.lacks == ({lack: 1} if lack else {})
    assert (found.awards, found.unpaid, found.is_all_paid) == (1, int(lack is not None), lack is None)


def test_the_newest_attempt_counts_and_not_one_that_came_back() -> None:
    lines: list[tuple[BatchState, Line]] = [
        ("settled", line("a1", "returned")),
        ("settled", line("a1", "paid")),
    ]

    assert outstanding([award("a1")], lines).is_all_paid
    assert outstanding([award("a1")], lines[::-1]).is_all_paid


@pytest.mark.parametrize("state", ["prepared", "exported", "paid"])
def test_an_award_is_not_paid_with_another_amount(state: LineState) -> None:
    found = outstanding([award("a1", 600)], [("settled", line("a1", state, 500))])

    assert found.lacks == {"differ": 1}
    assert found.minor == {"USD": 600}


def test_a_result_without_awards_is_never_paid() -> None:
    assert not outstanding([], []).is_all_paid


def test_what_a_payout_of_a_dropped_award_pays_differs_until_people_have_settled_it() -> None:
    lines: list[tuple[BatchState, Line]] = [
        ("settled", line("a1", "paid")),
        ("settled", line("a9", "paid")),
    ]
    found = outstanding([award("a1")], lines)

    assert (found.awards, found.unpaid, found.lacks, found.minor) == (2, 1, {"differ": 1}, {"USD": 0})
    assert not found.is_all_paid
    assert outstanding([award("a1")], lines, {"best|a9"}).is_all_paid


@pytest.mark.parametrize(("batch", "state"), [("settled", "returned"), ("void", "void")])
def test_what_came_back_of_a_dropped_award_changes_nothing(batch: BatchState, state: LineState) -> None:
    lines: list[tuple[BatchState, Line]] = [("settled", line("a1", "paid")), (batch, line("a9", state))]

    assert outstanding([award("a1")], lines) == outstanding([award("a1")], lines[:1])


def test_a_result_without_awards_is_not_paid_by_settling_what_it_dropped() -> None:
    lines: list[tuple[BatchState, Line]] = [("settled", line("a9", "paid"))]

    assert outstanding([], lines).lacks == {"differ": 1}
    assert not outstanding([], lines, {"best|a9"}).is_all_paid


@pytest.mark.parametrize(("state", "lack"), [("paid", None), ("exported", "settle")])
def test_a_difference_that_people_have_settled_is_paid_once_its_payout_is(
    state: LineState, lack: Lack | None
) -> None:
    found = outstanding([award("a1", 600)], [("exported", line("a1", state, 500))], {"best|a1"})

    assert found.lacks == ({lack: 1} if lack else {})
    assert found.is_all_paid == (lack is None)


def test_what_was_settled_of_one_account_does_not_pay_another() -> None:
    lines: list[tuple[BatchState, Line]] = [
        ("settled", line("a1", "paid", 5)),
        ("settled", line("a2", "paid", 5)),
    ]

    assert outstanding([award("a1"), award("a2")], lines, {"best|a1"}).lacks == {"differ": 1}


@pytest.mark.parametrize("settled", [set(), {"best|a9"}])
def test_nothing_is_all_paid_while_a_payout_of_a_dropped_award_is_with_the_bank(settled: set[str]) -> None:
    lines: list[tuple[BatchState, Line]] = [
        ("exported", line("a1", "paid")),
        ("exported", line("a9", "exported")),
    ]
    found = outstanding([award("a1")], lines, settled)

    assert (found.unpaid, found.in_transit, found.is_all_paid) == (int(not settled), 1, False)


def test_amounts_are_summed_by_currency() -> None:
    found = outstanding([award("a1"), award("a2", 7, "JPY"), award("a3", 9, "JPY")], [])

    assert found.minor == {"USD": 500, "JPY": 16}


def test_a_reminder_says_how_long_there_is_and_what_is_missing() -> None:
    held = OnHold(3, {"disputed": 2, "no_bank_details": 1, "tax_form_missing": 1})
    text = reminder(left(prepare=5, approve=4, export=2, settle=1), DEADLINE, date(2026, 12, 22), held)

    assert text == (
        "12 of 40 awards are not paid (USD 1234.00); they have to be with the bank by 2026-12-24, in 2 banking days "
        f"(are due on 2026-12-29, {calendar_edition('US-FED')}): 5 in no batch, 3 of them on hold (no_bank_details 1, "
        "disputed 2, tax_form_missing 1); 4 prepared and not approved; 2 approved and not exported; 1 with the bank, "
        "which has not said that they are paid"
    )


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (
            date(2026, 12, 23),
            "have to be with the bank by 2026-12-24, in 1 banking day (are due on 2026-12-29",
        ),
        (date(2026, 12, 24), "have to be with the bank today (are due on 2026-12-29"),
        (date(2026, 12, 25), "had to be with the bank by 2026-12-24 (are due on 2026-12-29"),
        (date(2026, 12, 30), "had to be with the bank by 2026-12-24 (were due on 2026-12-29"),
    ],
)
def test_a_reminder_says_what_is_over(today: date, said: str) -> None:
    assert said in reminder(left(differ=1), DEADLINE, today, NOTHING_HELD)


def test_nothing_is_on_hold_that_is_in_a_batch() -> None:
    text = reminder(left(approve=1), DEADLINE, date(2026, 12, 22), OnHold(1, {"disputed": 1}))

    assert text.endswith(": 1 prepared and not approved")

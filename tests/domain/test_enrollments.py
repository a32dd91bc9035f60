"""How much a host may promise, and the one text of a promise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.enrollments import (
    Enrollment,
    HostSchedule,
    Slot,
    canonical,
    most_promised,
    problems,
    slots_of,
)
from leaderboard.domain.live_spans import Spans, common, length, union

START = datetime(2022, 2, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)


def daily(hours: timedelta, days: int, host: str = "ana") -> HostSchedule:
    """A slot at the beginning of each day."""
    begins = [START + timedelta(days=day) for day in range(days)]
    return HostSchedule(host, [Slot(begin, begin + hours) for begin in begins])


def promise(*hosts: HostSchedule, waiver: str | None = None) -> list[str]:
    return problems(Enrollment(list(hosts), waiver))


def test_eighty_four_hours_in_fourteen_days_may_be_promised() -> None:
    assert promise(daily(6 * HOUR, 14)) == []


def test_a_millisecond_more_may_not() -> None:
    almost = daily(6 * HOUR, 13)
    last = START + timedelta(days=13)
    too_much = HostSchedule(
        "ana", [*almost.schedule, Slot(last, last + 6 * HOUR + timedelta(milliseconds=1))]
    )

    assert promise(too_much) == [
        "hosts[0].schedule: ana is promised for 84.01 h in the 14 days from 2022-02-14T00:00:00.000Z, more than 84 h; "
        "shorten the slots, or say in `schedule_waiver` who allowed it and why"
    ]


def test_the_fourteen_days_slide() -> None:
    quiet, busy = daily(4 * HOUR, 14).schedule, daily(8 * HOUR, 28).schedule[14:]
    (problem,) = promise(HostSchedule("ana", [*quiet, *busy]))

    assert problem.startswith(
        "hosts[0].schedule: ana is promised for 112 h in the 14 days from 2022-02-28T00:00"
    )


def test_a_promise_over_a_longer_campaign_is_no_problem_when_no_fourteen_days_hold_too_much() -> None:
    assert promise(daily(6 * HOUR, 31)) == []


def test_each_host_has_its_own_hours() -> None:
    (problem,) = promise(daily(6 * HOUR, 14), daily(7 * HOUR, 14, "bo"))

    assert problem.startswith("hosts[1].schedule: bo is promised for 98 h")


def test_a_waiver_allows_more() -> None:
    assert promise(daily(24 * HOUR, 14), waiver="Ops, J. Kim: a 24/7 shop with changing staff.") == []


def test_slots_that_are_wrong_are_named_before_they_are_added_up() -> None:
    slot = Slot(START, START + timedelta(days=14))

    assert promise(HostSchedule("ana", [slot, slot])) == [
        "hosts[0].schedule: slots of one host overlap at 2022-02-14T00:00:00.000Z"
    ]


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), max_size=8).map(
    lambda pairs: [(start, start + more) for start, more in pairs]
)


@given(spans, st.integers(1, 40))
def test_the_most_is_what_looking_from_every_moment_finds(slots: Spans, within: int) -> None:
    most, start = most_promised(slots, within)
    looked = {at: length(common([(at, at + within)], union(slots))) for at in range(-45, 80)}

    assert most == max(looked.values())
    assert not slots or looked[start] == most


def test_a_waiver_is_part_of_the_text_only_when_there_is_one() -> None:
    assert canonical(Enrollment()) == {"hosts": []}
    assert canonical(Enrollment(schedule_waiver="Ops")) == {"hosts": [], "schedule_waiver": "Ops"}


@pytest.mark.parametrize("turned", [False, True])
def test_slots_are_in_order_and_in_milliseconds(turned: bool) -> None:
    slots = [Slot(1644894000000, 1644901200000), Slot(START, START + HOUR)]
    enrollment = Enrollment([HostSchedule("ana", slots[::-1] if turned else slots), HostSchedule("bo")])

    assert slots_of(enrollment) == {
        "ana": [(1644796800000, 1644800400000), (1644894000000, 1644901200000)],
        "bo": [],
    }

"""Schedules as CSV: what spreadsheets make of them is read, every wrong line is named, and they come back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.enrollment_requests import RequestedHost
from leaderboard.domain.enrollments import Slot
from leaderboard.domain.schedule_csv import LineProblem, ScheduleRefused, parse_schedule, write_schedule

ZONE = "America/Los_Angeles"
HEADER = "host_id,host_name,start,end\n"
EVENING = Slot(1_644_894_000_000, 1_644_901_200_000)


def read(text: str) -> list[RequestedHost]:
    return parse_schedule(text, ZONE)


def wrong(text: str) -> list[str]:
    with pytest.raises(ScheduleRefused) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2022-02-14 19:00", "2022-02-14 21:00"),
        ("2022-02-14T19:00:00", "2022-02-14 21:00:00"),
        ("2022-02-14T19:00:00-08:00", "2022-02-15T05:00:00Z"),
        (" 2022-02-14 19:00 ", "2022-02-15 05:00+00:00"),
    ],
)
def test_times_are_those_of_the_campaigns_zone_or_have_an_offset(start: str, end: str) -> None:
    assert read(f"{HEADER}ana,Ana,{start},{end}\n") == [RequestedHost("ana", "Ana", [EVENING])]


@pytest.mark.parametrize(
    "text",
    [
        "host_id,start,end\nana,2022-02-14 19:00,2022-02-14 21:00",
        "\ufeffhost_id;start;end\r\nana;2022-02-14 19:00;2022-02-14 21:00\r\n",
        'End,"Start",HOST_ID\n2022-02-14 21:00,"2022-02-14 19:00",ana\n\n,,\n',
    ],
)
def test_what_spreadsheets_make_of_it_is_read(text: str) -> None:
    assert read(text) == [RequestedHost("ana", None, [EVENING])]


def test_a_line_without_a_slot_names_a_host_only() -> None:
    assert read(f"{HEADER}ana,Ana,,\nbo,,,\n") == [RequestedHost("ana", "Ana"), RequestedHost("bo")]


def test_a_host_is_named_once_for_all_its_lines() -> None:
    [host] = read(
        f"{HEADER}ana,,2022-02-14 19:00,2022-02-14 21:00\nana,Ana,2022-02-15 19:00,2022-02-15 21:00\n"
    )

    assert (host.name, len(host.schedule)) == ("Ana", 2)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["line 1: is empty; the first line names the columns: host_id, host_name, start, end"]),
        ("host_id,start\n", ["line 1: end: is missing; the columns are host_id, host_name, start, end"]),
        (
            "host_id,start,end,room\n",
            ["line 1: room: is no column here; the columns are host_id, host_name, start, end"],
        ),
        (
            "host_id,start,end,end\n",
            ["line 1: end: is there twice; the columns are host_id, host_name, start, end"],
        ),
        (f"{HEADER}ana,Ana,,,more\n", ["line 2: has 1 more cells than there are columns"]),
        (f'{HEADER}"ana\n', ["line 2: is not CSV: unexpected end of data"]),
        (
            f"{HEADER},Ana,,\n",
            [
                "line 2: host_id: is required; letters, digits and . _ : @ -, at most 128, not starting with a sign"
            ],
        ),
        (f"{HEADER}ana,{'A' * 201},,\n", ["line 2: host_name: is longer than 200 characters"]),
        (
            f"{HEADER}ana,,2022-02-14 21:00,2022-02-14 21:00\n",
            ["line 2: end: must be later than the start"],
        ),
        (f"{HEADER}ana,Ana,,\nana,Bo,,\n", ["line 3: host_name: ana has another name in line 2"]),
        (
            f"{HEADER}ana,,2022-02-14 20:00,2022-02-14 22:00\nbo,,2022-02-14 19:00,2022-02-14 21:00\n"
            "ana,,2022-02-14 19:00,2022-02-14 21:00\n",
            ["line 2: start: overlaps the slot of ana in line 4"],
        ),
    ],
)
def test_a_line_that_is_wrong_is_named(text: str, problems: list[str]) -> None:
    assert wrong(text) == problems


@pytest.mark.parametrize(
    "time", ["x", "", "2022-02-30 19:00", "1999-12-31 23:59", "2200-01-01 00:00", "14.02.2022 19:00", "2022-02-14"]
)  # fmt: skip
def test_a_time_that_is_none_is_refused(time: str) -> None:
    [problem] = wrong(f"{HEADER}ana,,{time},2022-02-14 21:00\n")

    assert problem.startswith("line 2: start: must be a time such as 2022-02-14 19:00")


def test_all_lines_that_are_wrong_are_named_in_order() -> None:
    problems = wrong(f"{HEADER}ana,,x,2022-02-14 21:00\nbo,,2022-02-14 21:00,x\n-,,,\n")

    assert [problem.partition(":")[0] for problem in problems] == ["line 2", "line 3", "line 4"]


def test_a_name_that_a_spreadsheet_would_run_is_written_as_a_text() -> None:
    text = write_schedule([RequestedHost("ana", "=1+1")], {})

    assert text == "host_id,host_name,start,end\r\nana,'=1+1,,\r\n"
    assert read(text) == [RequestedHost("ana", "=1+1")]


def test_hosts_without_a_name_of_their_own_get_the_one_they_are_known_by() -> None:
    assert write_schedule([RequestedHost("ana", None, [EVENING])], {"ana": "Ana"}).splitlines()[1] == (
        "ana,Ana,2022-02-15T03:00:00Z,2022-02-15T05:00:00Z"
    )


IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,20}", fullmatch=True)
NAMES = st.text("aé漢,;\"'=+-@ ", min_size=1, max_size=9).map(str.strip).filter(bool)


@st.composite
def hosts(draw: st.DrawFn) -> list[RequestedHost]:
    """Hosts whose slots lie apart, in order."""
    found = []
    for host_id in draw(st.lists(IDS, max_size=4, unique=True)):
        at_ms, slots = draw(st.integers(946_684_800_000, 4_000_000_000_000)), []
        for gap_ms, length_ms in draw(
            st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**8)), max_size=4)
        ):
            slots.append(Slot(at_ms + gap_ms, at_ms + gap_ms + length_ms))
            at_ms += gap_ms + length_ms
        found.append(RequestedHost(host_id, draw(NAMES), slots))
    return found


@given(hosts())
def test_what_is_written_is_read_again(some: list[RequestedHost]) -> None:
    assert read(write_schedule(some, {})) == some


@given(st.text(max_size=60) | st.lists(st.text('ab,;"\n', max_size=9), max_size=5).map("\n".join))
def test_any_text_is_read_or_refused_by_line(text: Any) -> None:
    problems: list[LineProblem] = []
    try:
        read(HEADER + text)
    except ScheduleRefused as refused:
        problems = refused.problems

    assert all(problem.line >= 1 and problem.detail for problem in problems)

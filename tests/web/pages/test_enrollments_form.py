"""Slots as rows: what is shown comes back as the same instants, or is not shown as rows at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.times import rfc3339
from leaderboard.web.pages.enrollments_form import HostRow, SlotRow, asked_by_rows, rows_of
from leaderboard.web.words import words_of

ZONES = ("America/Los_Angeles", "Asia/Jakarta", "Asia/Kathmandu", "UTC")
MINUTE_MS = 60_000
YEAR_MIN = 366 * 24 * 60
BASE_MS = 1_640_995_200_000


def host(start_ms: int, end_ms: int) -> dict[str, object]:
    return {"host_id": "maya", "schedule": [{"start": rfc3339(start_ms), "end": rfc3339(end_ms)}]}


@given(st.sampled_from(ZONES), st.integers(0, YEAR_MIN), st.integers(1, 24 * 60))
def test_rows_ask_for_what_they_show(zone: str, start_min: int, minutes: int) -> None:
    start_ms = BASE_MS + start_min * MINUTE_MS
    end_ms = start_ms + minutes * MINUTE_MS
    rows = rows_of([host(start_ms, end_ms)], zone)
    asked = asked_by_rows(rows or [], zone, words_of("en"))

    assert rows is None or asked.hosts[0]["schedule"] == [{"start": start_ms, "end": end_ms}]
    assert zone == "America/Los_Angeles" or rows is not None


@pytest.mark.parametrize(
    ("start_ms", "end_ms"),
    [
        (BASE_MS, BASE_MS + 25 * 60 * MINUTE_MS),
        (BASE_MS + 1, BASE_MS + MINUTE_MS),
        # 1:30 comes twice on 6 November 2022; this is the second.
        (1_667_727_000_000, 1_667_727_000_000 + 60 * MINUTE_MS),
    ],
)
def test_a_slot_that_does_not_fit_into_a_row_is_left_to_csv(start_ms: int, end_ms: int) -> None:
    assert rows_of([host(start_ms, end_ms)], "America/Los_Angeles") is None


def test_empty_rows_ask_for_nothing() -> None:
    rows = [HostRow(slots=(SlotRow(),)), HostRow("maya", "", (SlotRow(), SlotRow()))]
    asked = asked_by_rows(rows, "UTC", words_of("en"))

    assert asked.hosts == [{"host_id": "maya", "name": None, "schedule": []}]
    assert asked.is_right


def test_an_end_that_is_not_after_its_start_is_on_the_next_day() -> None:
    row = HostRow("maya", "", (SlotRow("2022-01-01", "22:00", "00:00"),))
    [slot] = asked_by_rows([row], "UTC", words_of("en")).hosts[0]["schedule"]

    assert slot["end"] - slot["start"] == 2 * 60 * MINUTE_MS

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leaderboard.replay.answers import (
    LONGEST_WAIT_S,
    TRY_AGAIN,
    Rejection,
    SendingStopped,
    Taken,
    Trouble,
    problem_text,
    read_answer,
    retry_after_s,
    wait_s,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PROBLEM = b'{"type":"about:blank","title":"Full","status":503,"code":"busy","detail":"the inbox\\nis full"}'


def test_what_is_taken_comes_with_what_is_not() -> None:
    body = b'{"accepted":1,"rejected":[{"index":1,"code":"future","detail":"at: late"}],"request_id":"r"}'

    assert read_answer(202, None, body, NOON) == Taken(1, [Rejection(1, "future", "at: late")])


@pytest.mark.parametrize("status", sorted(TRY_AGAIN))
def test_troubles_that_pass_are_tried_again_when_we_are_asked_to(status: int) -> None:
    answer = read_answer(status, "7", PROBLEM, NOON)

    assert answer == Trouble(str(status), f"{status}: the inbox is full", 7.0)


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 413, 415, 422, 501])
def test_everything_else_stops_with_the_words_of_the_service(status: int) -> None:
    with pytest.raises(SendingStopped, match=f"^{status}: the inbox is full"):
        read_answer(status, None, PROBLEM, NOON)


def test_a_refused_token_says_where_a_token_comes_from() -> None:
    with pytest.raises(SendingStopped, match="LEADERBOARD_TOKEN"):
        read_answer(401, None, b"", NOON)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"accepted":"1"}', b'{"accepted":0,"rejected":[{"index":-1,"code":"x"}]}'],
)
def test_a_202_of_something_else_is_not_believed(body: bytes) -> None:
    with pytest.raises(SendingStopped, match="not the answer of a leaderboard"):
        read_answer(202, None, body, NOON)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("3", 3.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30.0),
        ("soon", None),
        ("-3", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOON) == seconds


def test_waits_double_up_to_a_limit() -> None:
    waits = [wait_s(attempt, None) for attempt in range(2000)]

    assert waits[:4] == [0.1, 0.2, 0.4, 0.8]
    assert max(waits) == waits[-1] == LONGEST_WAIT_S


def test_we_wait_as_long_as_we_are_asked_to_but_never_not_at_all() -> None:
    assert (wait_s(9, 2.0), wait_s(0, 30.0), wait_s(0, 0.0)) == (2.0, 30.0, 0.1)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (PROBLEM, "the inbox is full"),
        (b'{"title":"Full"}', "Full"),
        (b"<h1>Bad\n gateway</h1>", "<h1>Bad gateway</h1>"),
        (b"\xff", "\ufffd"),
        (b"x" * 5000, "x" * 300),
        (b"", ""),
    ],
)
def test_whatever_the_answer_is_there_is_one_line_of_it(body: bytes, text: str) -> None:
    assert problem_text(body) == text

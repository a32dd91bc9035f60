from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.kept_events import FUTURE_TOLERANCE_MS
from leaderboard.replay.pacing import pace
from leaderboard.replay.rebase import NOW, Shift, Span, shift_to, span_of
from leaderboard.replay.recorded import Recorded

NOW_MS = 1_700_000_000_000
HOUR_MS = 3_600_000

times = st.lists(st.integers(946_684_800_000, 1_900_000_000_000), min_size=1, max_size=20)


def recorded(times_ms: list[int]) -> list[Recorded]:
    return [Recorded(b"{}", "f", line, at_ms) for line, at_ms in enumerate(times_ms, 1)]


@given(times)
def test_a_span_goes_from_the_earliest_to_the_latest_in_any_order(times_ms: list[int]) -> None:
    assert span_of(recorded(times_ms)) == Span(min(times_ms), max(times_ms))


def test_nothing_has_no_span() -> None:
    assert span_of([]) is None


def test_a_time_is_where_the_first_event_goes() -> None:
    shift = shift_to(NOW_MS, Span(1000, 5000), now_ms=1, speed=None)

    assert (shift.at_ms(1000), shift.at_ms(5000)) == (NOW_MS, NOW_MS + 4000)


def test_now_is_the_last_event_when_everything_is_sent_at_once() -> None:
    shift = shift_to(NOW, Span(0, HOUR_MS), now_ms=NOW_MS, speed=None)

    assert (shift.at_ms(0), shift.at_ms(HOUR_MS)) == (NOW_MS - HOUR_MS, NOW_MS)


def test_now_is_the_first_event_when_everything_takes_as_long_as_it_took() -> None:
    shift = shift_to(NOW, Span(0, HOUR_MS), now_ms=NOW_MS, speed=1.0)

    assert shift.at_ms(0) == NOW_MS


@given(times, st.sampled_from([None, 0.25, 1.0, 60.0, 5000.0]))
def test_no_event_is_sent_before_it_happens(times_ms: list[int], speed: float | None) -> None:
    span = Span(min(times_ms), max(times_ms))
    shift = shift_to(NOW, span, now_ms=NOW_MS, speed=speed)
    moved_ms = [shift.at_ms(at_ms) for at_ms in times_ms]
    due_s = pace(speed, shift.at_ms(span.first_ms)) if speed else lambda _at_ms: 0.0

    ahead_ms = [at_ms - (NOW_MS + due_s(at_ms) * 1000) for at_ms in moved_ms]

    assert max(ahead_ms) < 2 < FUTURE_TOLERANCE_MS


def test_a_moved_event_has_another_id_and_the_same_again_for_the_same_distance() -> None:
    assert [Shift(255).id("e"), Shift(255).id("e"), Shift(-255).id("e")] == ["e~+ff", "e~+ff", "e~-ff"]


def test_an_event_that_stays_where_it_was_stays_what_it_was() -> None:
    assert Shift(0).id("e") == "e"


@given(st.text(min_size=1, max_size=256), st.text(min_size=1, max_size=256), st.integers(-(10**13), 10**13))
def test_moved_ids_stay_short_enough_and_different(one: str, other: str, offset_ms: int) -> None:
    ids = Shift(offset_ms).id(one), Shift(offset_ms).id(other)

    assert max(map(len, ids)) <= 256
    assert (ids[0] == ids[1]) == (one == other)


@pytest.mark.parametrize("length", [250, 256])
def test_an_id_that_would_become_too_long_is_replaced_by_its_hash(length: int) -> None:
    ids = {Shift(10**12).id("x" * (length - 1) + last) for last in "ab"}

    assert len(ids) == 2
    assert max(map(len, ids)) < 64

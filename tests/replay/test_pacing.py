from __future__ import annotations

import pytest

from leaderboard.replay.pacing import pace, parse_speed
from leaderboard.replay.recorded import UsageError


@pytest.mark.parametrize(("text", "speed"), [("60x", 60.0), ("0.5x", 0.5), ("max", None)])
def test_a_speed_is_a_factor_or_max(text: str, speed: float | None) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["60", "x", "0x", "0.0x", "-1x", "infx", "1e3x", ""])
def test_anything_else_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="give a factor such as 60x, or max"):
        parse_speed(text)


def test_events_are_due_at_their_distance_from_the_first_divided_by_the_speed() -> None:
    due_s = pace(60)

    assert [due_s(at_ms) for at_ms in (5_000, 65_000, 605_000)] == [0.0, 1.0, 10.0]


def test_what_comes_out_of_order_or_without_a_time_is_due_at_once() -> None:
    due_s = pace(1)

    assert [due_s(at_ms) for at_ms in (5_000, 4_000, None)] == [0.0, 0.0, 0.0]


def test_the_first_of_a_measured_recording_need_not_come_first() -> None:
    assert pace(2, first_ms=1_000)(5_000) == 2.0

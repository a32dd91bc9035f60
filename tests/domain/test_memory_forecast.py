"""When memory is full: a middle growth, what a short peak does not change, and what cannot be said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.memory_forecast import (
    DAY_MS,
    HOUR_MS,
    SAMPLE_EVERY_MS,
    SAMPLES_KEPT,
    Sample,
    forecast,
)

MIB = 1 << 20


def growing(a_day: int, samples: int = SAMPLES_KEPT, start: int = 100 * MIB) -> list[Sample]:
    return [
        Sample(n * SAMPLE_EVERY_MS, start + a_day * n * SAMPLE_EVERY_MS // DAY_MS) for n in range(samples)
    ]


def test_what_is_left_is_divided_by_the_growth() -> None:
    found = forecast(growing(10 * MIB), 3 * DAY_MS, used_bytes=130 * MIB, ceiling_bytes=200 * MIB)

    assert found is not None
    assert abs(found.growth_bytes_a_day - 10 * MIB) < 1_000
    assert found.full_at_ms is not None
    assert abs(found.full_at_ms - 10 * DAY_MS) < HOUR_MS
    assert found.span_ms == 3 * DAY_MS - SAMPLE_EVERY_MS


def test_a_short_peak_does_not_tell() -> None:
    samples = growing(0)
    samples[-20:-10] = [Sample(one.at_ms, 5 * one.used_bytes) for one in samples[-20:-10]]
    found = forecast(samples, 3 * DAY_MS, 100 * MIB, 200 * MIB)

    assert found is not None
    assert (found.growth_bytes_a_day, found.full_at_ms) == (0, None)


def test_what_shrinks_is_never_full() -> None:
    found = forecast(growing(-10 * MIB), 3 * DAY_MS, 70 * MIB, 200 * MIB)

    assert found is not None
    assert found.growth_bytes_a_day < 0
    assert found.full_at_ms is None


def test_what_is_full_is_full_now() -> None:
    found = forecast(growing(-1), 3 * DAY_MS, 201 * MIB, 200 * MIB)

    assert found is not None
    assert found.full_at_ms == 3 * DAY_MS


def test_a_few_samples_or_a_short_time_say_nothing() -> None:
    dense = [Sample(n * 1_000, n) for n in range(100)]

    assert forecast([], 0, 1, 2) is None
    assert forecast([Sample(0, 1), Sample(DAY_MS, 2), Sample(2 * DAY_MS, 3)], 2 * DAY_MS, 3, 4) is None
    assert forecast(dense, 100_000, 1, 2) is None


@given(
    st.lists(st.integers(0, 1 << 40), min_size=7, max_size=200),
    st.integers(0, 1 << 40),
    st.integers(1, 1 << 40),
)
def test_it_is_never_full_in_the_past(used: list[int], used_now: int, ceiling: int) -> None:
    samples = [Sample(n * SAMPLE_EVERY_MS, one) for n, one in enumerate(used)]
    now_ms = len(used) * SAMPLE_EVERY_MS
    found = forecast(samples, now_ms, used_now, ceiling)

    assert found is not None
    assert found.full_at_ms is None or found.full_at_ms >= now_ms
    assert found.full_at_ms is not None or found.growth_bytes_a_day <= 0

"""Chances that detectors weigh with are what textbooks say."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.integrity.chances import binomial_at_most, histogram_distance, median
from leaderboard.integrity.corrections import corrected


@given(st.integers(1, 60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_a_binomial_tail_is_the_sum_of_its_terms(tries: int, seen: int, rate: float) -> None:
    summed = sum(comb(tries, k) * rate**k * (1 - rate) ** (tries - k) for k in range(min(seen, tries) + 1))

    assert binomial_at_most(seen, tries, rate) == pytest.approx(summed, rel=1e-9, abs=1e-12)


def test_a_tail_of_millions_is_no_trouble() -> None:
    assert binomial_at_most(500_000, 1_000_000, 0.5) == pytest.approx(0.5, abs=1e-3)
    assert binomial_at_most(400_000, 1_000_000, 0.5) == 0.0


@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0.001, 0.5))
def test_corrected_chances_find_what_the_slow_procedure_finds(chances: list[float], q: float) -> None:
    """The slow one: the largest k for which the k-th smallest is at most k / m * q; all up to it are finds."""
    ordered = sorted(chances)
    finds = [k for k in range(1, len(ordered) + 1) if ordered[k - 1] * len(ordered) / k <= q]
    limit = ordered[max(finds) - 1] if finds else -1.0

    assert [one <= q for one in corrected(chances)] == [one <= limit for one in chances]


def test_the_median_of_an_even_number_is_in_the_middle_of_two() -> None:
    assert (median([4, 1, 2]), median([4, 1, 2, 3]), median([])) == (2, 2.5, None)


def test_a_small_sample_of_the_same_is_at_no_distance() -> None:
    assert histogram_distance([3, 7], [300, 700]) == 0.0


def test_what_has_nothing_in_common_is_at_most_a_bit_apart() -> None:
    assert histogram_distance([10_000, 0], [0, 1]) == pytest.approx(1.0, abs=0.001)


def test_nothing_is_at_no_distance() -> None:
    assert histogram_distance([0, 0], [1, 1]) == 0.0

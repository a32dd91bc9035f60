"""Corrections for many tests: against the textbook's definition, and what must hold of any p-values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.integrity.corrections import benjamini_hochberg, corrected

P_VALUES = st.lists(st.floats(0, 1), max_size=30)


def test_the_example_of_benjamini_and_hochberg_has_four_finds() -> None:
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    published += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]

    assert sum(benjamini_hochberg(published, 0.05)) == 4


@given(P_VALUES, st.floats(0.001, 0.5))
def test_finds_are_the_largest_set_whose_worst_value_is_within_its_share(ps: list[float], q: float) -> None:
    ordered = sorted(ps)
    within = [rank for rank, p in enumerate(ordered, start=1) if p * len(ps) / rank <= q]
    expected = max(within, default=0)

    assert sum(benjamini_hochberg(ps, q)) == expected


@given(P_VALUES)
def test_a_corrected_value_is_never_smaller_and_never_above_one(ps: list[float]) -> None:
    assert all(p <= one <= 1 for p, one in zip(ps, corrected(ps), strict=True))


@given(P_VALUES)
def test_the_order_of_the_values_stays(ps: list[float]) -> None:
    found = corrected(ps)

    for one, p in zip(found, ps, strict=True):
        assert all(one <= other for other, q in zip(found, ps, strict=True) if p < q)

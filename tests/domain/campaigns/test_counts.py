"""Which metrics are exact distinct counts that can be kept live."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import DistinctCount, live_count

from .spring import SPRING, parse_spring

STEPS = 'steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum" }]'


@pytest.mark.parametrize(
    ("new", "count"),
    [
        (STEPS, DistinctCount(of=("visitor",))),
        ('steps = [{ by = ["visitor"], agg = "any" }, { agg = "count" }]', DistinctCount(of=("visitor",))),
        (
            'steps = [{ by = ["visitor", "product"], agg = "any" }, { agg = "sum" }]',
            DistinctCount(of=("visitor", "product")),
        ),
        (
            'steps = [{ by = ["product", "visitor"], agg = "any" }, { agg = "count" }]',
            DistinctCount(of=("visitor", "product")),
        ),
        (STEPS + '\nwindow = "main"', DistinctCount(of=("visitor",))),
        ("", None),
        ("steps = []", None),
        ('steps = [{ by = ["visitor"], agg = "any" }]', None),
        ('steps = [{ by = ["product"], agg = "any" }, { agg = "sum" }]', None),
        ('steps = [{ by = ["visitor", "day"], agg = "any" }, { agg = "sum" }]', None),
        ('steps = [{ by = ["visitor"], agg = "sum" }, { agg = "sum" }]', None),
        ('steps = [{ by = ["visitor"], agg = "any" }, { agg = "max" }]', None),
        ('steps = [{ by = ["visitor"], agg = "any" }, { by = ["day"], agg = "sum" }]', None),
        ('steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum", cap = 10 }]', None),
        (STEPS + "\nat_most = 10", None),
        (STEPS + "\nweight = [{ factor = 2 }]", None),
    ],
)
def test_only_an_exact_distinct_count_is_kept_live(new: str, count: DistinctCount | None) -> None:
    assert live_count(parse_spring(STEPS, new)) == count


def test_views_of_all_kinds_may_be_counted_but_no_others() -> None:
    where = 'value = "count"\nwhere = ["valid == true"]'

    assert live_count(parse_spring(where, "")) == DistinctCount(of=("visitor",))
    assert live_count(parse_spring(where, 'where = ["valid == false"]')) is None
    assert live_count(parse_spring(where, 'where = ["valid == true", "source == live"]')) is None
    assert live_count(parse_spring(where, 'value = "dwell"')) is None
    assert live_count(parse_spring('source = "view"', 'source = "order"')) is None


def test_a_count_over_another_window_is_not_the_score() -> None:
    toml = SPRING.replace(
        "[registration]",
        "[window.before]\nstart = 2030-01-01T00:00:00\nend = 2030-02-01T00:00:00\n[registration]",
    ).replace(STEPS, STEPS + '\nwindow = "before"')

    assert live_count(parse_spring(SPRING, toml)) is None

"""Which metrics are exact distinct counts that can be kept live."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import DistinctCount, live_count, takes_invalid_out

from .spring import SPRING, parse_spring

STEPS = 'steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum" }]'


@pytest.mark.parametrize(
    ("new", "count"),
    [
        (STEPS, DistinctCount(of=("visitor",), valid_only=True)),
        (
            'steps = [{ by = ["visitor"], agg = "any" }, { agg = "count" }]',
            DistinctCount(of=("visitor",), valid_only=True),
        ),
        (
            'steps = [{ by = ["visitor", "product"], agg = "any" }, { agg = "sum" }]',
            DistinctCount(of=("visitor", "product"), valid_only=True),
        ),
        (
            'steps = [{ by = ["product", "visitor"], agg = "any" }, { agg = "count" }]',
            DistinctCount(of=("visitor", "product"), valid_only=True),
        ),
        (STEPS + '\nwindow = "main"', DistinctCount(of=("visitor",), valid_only=True)),
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

    assert live_count(parse_spring(where, "")) == DistinctCount(of=("visitor",), valid_only=False)
    assert live_count(parse_spring(where, 'where = ["valid == false"]')) is None
    assert live_count(parse_spring(where, 'where = ["valid == true", "source == live"]')) is None
    assert live_count(parse_spring(where, 'value = "dwell"')) is None
    assert live_count(parse_spring('source = "view"', 'source = "order"')) is None


@pytest.mark.parametrize(("mode", "taken_out"), [("act", True), ("shadow", False), ("off", False)])
def test_invalid_views_are_no_part_of_the_score_where_integrity_acts(mode: str, taken_out: bool) -> None:
    definition = parse_spring("[registration]", f'[integrity]\nmode = "{mode}"\n[registration]')

    assert takes_invalid_out(definition) == taken_out


def test_who_ranks_by_all_views_takes_none_out() -> None:
    where = 'value = "count"\nwhere = ["valid == true"]'

    assert not takes_invalid_out(parse_spring(where, 'value = "count"'))


def test_a_count_over_another_window_is_not_the_score() -> None:
    toml = SPRING.replace(
        "[registration]",
        "[window.before]\nstart = 2030-01-01T00:00:00\nend = 2030-02-01T00:00:00\n[registration]",
    ).replace(STEPS, STEPS + '\nwindow = "before"')

    assert live_count(parse_spring(SPRING, toml)) is None

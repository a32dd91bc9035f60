"""Metrics: sources, operations, references, units and circles."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leaderboard.domain.campaigns import CountedMetric, DerivedMetric

from .spring import SPRING, changed, parse_spring, problems_of, spring


def test_metrics_have_their_defaults() -> None:
    metrics = spring().metrics

    assert metrics["sales"] == CountedMetric(source="order")
    assert metrics["net_sales"] == DerivedMetric(op="minus", of=("sales", "returned"), absent=Decimal(0))


def test_views_are_counted_unless_said_otherwise() -> None:
    assert parse_spring('value = "count"\n', "").metrics["visitors"] == spring().metrics["visitors"]


def test_weights_and_bounds_are_read() -> None:
    definition = parse_spring(
        'source = "order"',
        'source = "order"\nat_least = "USD 5"\nat_most = 100\n'
        'weight = [{ where = ["channel == wheel"], factor = "80%" }, { factor = 2 }]',
    )

    metric = definition.metrics["sales"]

    assert isinstance(metric, CountedMetric)
    assert [weight.factor for weight in metric.weight] == [Decimal("0.8"), Decimal(2)]
    assert (str(metric.at_least), str(metric.at_most)) == ("USD 5.00", "100")


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ('source = "refund"', 'source = "refnd"', "metric.returned.source", "did you mean `refund`?"),
        ('source = "refund"', "", "metric.returned.source", "is required, or `op`"),
        ('source = "refund"', 'source = "refund"\nop = "max"', "metric.returned.source", "unknown key"),
        ('op = "ratio"', 'op = "rato"', "metric.return_rate.op", "did you mean `ratio`?"),
        ('of = ["returned", "sales"]', 'of = ["sales"]', "metric.return_rate.of", "of two metrics, not of 1"),
        ('op = "minus"', 'op = "plus"\nof_ = 1', "metric.net_sales.of_", "did you mean `of`?"),
        ('of = ["sales", "returned"]', 'of = ["sales", "sals"]', "metric.net_sales.of[1]", "mean `sales`?"),
        (
            'of = ["sales", "returned"]',
            'of = ["sales", "on_air"]',
            "metric.net_sales.of",
            "not money and time",
        ),
        (
            'source = "refund"',
            'source = "refund"\nwindow = "may"',
            "metric.returned.window",
            "no window `may`",
        ),
        (
            'source = "refund"',
            'source = "refund"\nat_most = "2h"',
            "metric.returned.at_most",
            "an amount such",
        ),
        ("[metric.sales]", "[metric.split]", "metric.split", "kept for ties"),
        ("[metric.sales]", "[metric.Sales]", "metric.Sales", "is no name"),
        ('where = ["effective == true"]', 'where = "effective"', "metric.on_air.where", "must be a list"),
        ('where = ["effective == true"]', "weight = [{}]", "metric.on_air.weight[0].factor", "is required"),
    ],
)
def test_what_is_wrong_with_a_metric_is_told(old: str, new: str, path: str, message: str) -> None:
    problems = {problem.path: problem.message for problem in problems_of(changed(old, new))}

    assert message in problems[path]


def test_metrics_that_go_round_in_a_circle_are_named() -> None:
    toml = SPRING + (
        '[metric.a]\nop = "plus"\nof = ["b", "sales"]\n'
        '[metric.b]\nop = "plus"\nof = ["c", "sales"]\n'
        '[metric.c]\nop = "plus"\nof = ["a", "sales"]\n'
        '[metric.self]\nop = "max"\nof = ["self", "sales"]\n'
    )

    messages = [problem.message for problem in problems_of(toml)]

    assert sorted(message.count("→") for message in messages) == [1, 3]
    assert "goes round in a circle: self → self" in messages


def test_a_long_chain_of_metrics_is_no_circle() -> None:
    links = (
        f'[metric.m{n}]\nop = "plus"\nof = ["{f"m{n - 1}" if n else "sales"}", "sales"]\n'
        for n in range(2_000)
    )

    toml = changed("[settlement]", "".join(links) + "[settlement]")

    assert problems_of(toml + 'close = "never"\n')[0].path == "settlement.close"


def test_the_kind_of_a_metric_follows_from_its_parts_and_steps() -> None:
    toml = SPRING + (
        '[metric.double]\nop = "plus"\nof = ["net_sales", "sales"]\n'
        '[metric.sessions]\nsource = "live"\nsteps = [{ by = ["session"], agg = "any" }, { agg = "sum" }]\n'
        '[[eligibility]]\nid = "more"\n'
        'require = ["double >= 2h", "sessions >= 1h", "sessions >= 3", "double > USD 7"]\n'
    )

    assert [problem.path for problem in problems_of(toml)] == [
        "eligibility.more.require[0]",
        "eligibility.more.require[1]",
    ]


def test_rows_of_awards_name_awards_of_the_file() -> None:
    toml = SPRING + '[metric.won]\nsource = "award"\nvalue = "count"\nwhere = ["award == bst", "rank <= 3"]\n'

    [problem] = problems_of(toml)

    assert (problem.path, problem.message) == (
        "metric.won.where[0]",
        "there is no award `bst`; did you mean `best`?",
    )

"""Metrics: what is counted from which rows, through which steps, and what is worked out of other metrics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Literal, get_args

from msgspec import Struct

from .conditions import Condition, Scalar, Unit, about_rows, scalar
from .reader import Table
from .steps import Step, check_literal, field, read_steps, unit_after
from .values import existing, number, one_of, share

Source = Literal["live", "schedule", "view", "order", "refund", "ad_spend", "gift", "award"]
Op = Literal["minus", "plus", "ratio", "growth", "min", "max"]

_NATURAL_UNIT: dict[Source, Unit] = {
    "live": "time",
    "schedule": "time",
    "view": "count",
    "order": "money",
    "refund": "money",
    "ad_spend": "money",
}
_UNIT_OF_VALUE: dict[str, Unit] = {
    "count": "count",
    "dwell_s": "time",
    "cart_items": "count",
    "viewers": "count",
    "rank": "count",
}
_OF_TWO = ("minus", "ratio", "growth")
# Words with a meaning of their own in an award's `ties`.
RESERVED = ("reached", "split")


class Weight(Struct, frozen=True, kw_only=True):
    where: tuple[Condition, ...]
    factor: Decimal


class CountedMetric(Struct, frozen=True, kw_only=True):
    """Counted from the rows of a source. `value` None is their own measure: time, or an amount of money.

    What the last step leaves is added up.
    """

    source: Source
    value: str | None = None
    where: tuple[Condition, ...] = ()
    window: str | None = None
    weight: tuple[Weight, ...] = ()
    steps: tuple[Step, ...] = ()
    at_least: Scalar | None = None
    at_most: Scalar | None = None


class DerivedMetric(Struct, frozen=True, kw_only=True):
    """Worked out of other metrics; `absent` stands in for a metric that has no rows."""

    op: Op
    of: tuple[str, ...]
    absent: Decimal = Decimal(0)
    at_least: Scalar | None = None
    at_most: Scalar | None = None


Metric = CountedMetric | DerivedMetric


class _Scope(Struct, frozen=True, kw_only=True):
    """What a metric may refer to."""

    currency: str
    windows: Collection[str]
    awards: Collection[str]
    metrics: Collection[str]


def read_metrics(
    tables: Mapping[str, Table], currency: str, windows: Collection[str], awards: Collection[str]
) -> tuple[dict[str, Metric], dict[str, Unit]]:
    """The metrics and the unit of each. A metric with problems has the unit "any", so as to cause no more."""
    scope = _Scope(currency=currency, windows=windows, awards=awards, metrics=tables)
    read = {name: _read_metric(table, scope) for name, table in tables.items()}
    metrics = {name: metric for name, metric in read.items() if metric is not None}
    units: dict[str, Unit] = dict.fromkeys(tables, "any")
    for name in _in_order(metrics, tables):
        if tables[name].fine("source", "value", "op", "of"):
            units[name] = _unit(metrics[name], units, tables[name])
            _check_bounds(metrics[name], units[name], tables[name])
    for name in set(tables).intersection(RESERVED):
        tables[name].refuse(f"the name `{name}` is kept for ties")
    return metrics, units


def _read_metric(table: Table, scope: _Scope) -> Metric | None:
    if table.has("op"):
        return _read_derived(table, scope)
    if table.has("source"):
        return _read_counted(table, scope)
    table.report("source", "is required, or `op` for a metric worked out of others")
    return None


def _read_counted(table: Table, scope: _Scope) -> CountedMetric:
    source: Source = table.need("source", one_of(*get_args(Source)), "view")
    value = table.read("value", field, "count" if source == "view" else None)
    unit = unit_of_rows(source, value) if table.fine("source") else "any"
    metric = CountedMetric(
        source=source,
        value=value,
        where=table.each("where", _about_rows_of(source, scope)),
        window=table.maybe("window", existing("window", scope.windows)),
        weight=tuple(_read_weight(row, _about_rows_of(source, scope)) for row in table.rows("weight")),
        steps=read_steps(table, scope.currency, unit),
        at_least=table.maybe("at_least", scalar(scope.currency)),
        at_most=table.maybe("at_most", scalar(scope.currency)),
    )
    table.close()
    return metric


def _about_rows_of(source: Source, scope: _Scope) -> Callable[[object], Condition]:
    """Conditions on rows; rows of awards may name the awards of this document only."""
    parse = about_rows(scope.currency)

    def parse_about_awards(value: object) -> Condition:
        condition = parse(value)
        if condition.name == "award":
            for award in str(condition.literal).split(", "):
                existing("award", scope.awards)(award)
        return condition

    return parse_about_awards if source == "award" else parse


def _read_weight(table: Table, condition: Callable[[object], Condition]) -> Weight:
    weight = Weight(
        where=table.each("where", condition),
        factor=table.need("factor", _factor, Decimal(1)),
    )
    table.close()
    return weight


def _read_derived(table: Table, scope: _Scope) -> DerivedMetric:
    metric = DerivedMetric(
        op=table.need("op", one_of(*get_args(Op)), "plus"),
        of=table.each("of", existing("metric", scope.metrics)),
        absent=table.read("absent", number, Decimal(0)),
        at_least=table.maybe("at_least", scalar(scope.currency)),
        at_most=table.maybe("at_most", scalar(scope.currency)),
    )
    if table.fine("of", "op"):
        _check_operands(table, metric)
    table.close()
    return metric


def _check_operands(table: Table, metric: DerivedMetric) -> None:
    if metric.op in _OF_TWO and len(metric.of) != 2:
        table.report("of", f"`{metric.op}` is of two metrics, not of {len(metric.of)}")
    elif len(metric.of) < 2:
        table.report("of", f"`{metric.op}` is of two metrics or more, not of {len(metric.of)}")


def _in_order(metrics: Mapping[str, Metric], tables: Mapping[str, Table]) -> list[str]:
    """Each metric after those it is worked out of. Those that go round in a circle are reported."""
    graph = {name: _operands(metric) for name, metric in metrics.items()}
    while True:
        try:
            return [name for name in TopologicalSorter(graph).static_order() if name in metrics]
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            tables[circle[0]].report("of", f"goes round in a circle: {' → '.join(circle)}")
            for name in circle:
                graph[name] = ()


def _operands(metric: Metric) -> tuple[str, ...]:
    return metric.of if isinstance(metric, DerivedMetric) else ()


def _unit(metric: Metric, units: Mapping[str, Unit], table: Table) -> Unit:
    if isinstance(metric, CountedMetric):
        unit = unit_of_rows(metric.source, metric.value)
        for step in metric.steps:
            unit = unit_after(step, unit)
        return unit
    if metric.op in ("ratio", "growth"):
        return "share"
    found = {units[name] for name in metric.of} - {"any"}
    if len(found) > 1:
        table.report("of", f"`{metric.op}` needs metrics of one kind, not {' and '.join(sorted(found))}")
    return found.pop() if len(found) == 1 else "any"


def unit_of_rows(source: Source, value: str | None) -> Unit:
    """What a metric without steps gives."""
    if value is not None:
        return _UNIT_OF_VALUE.get(value, "any")
    return _NATURAL_UNIT.get(source, "any")


def _check_bounds(metric: Metric, unit: Unit, table: Table) -> None:
    check_literal(table, "at_least", metric.at_least, unit)
    check_literal(table, "at_most", metric.at_most, unit)


def _factor(value: object) -> Decimal:
    """A share of the row's value, or a multiple of it."""
    return share(value) if isinstance(value, str) and value.endswith("%") else number(value)

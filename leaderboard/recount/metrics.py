"""Works out the metrics of a definition over the tables of facts. It judges nobody: conditions are put by others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from leaderboard.domain.campaigns import CountedMetric, Definition, DerivedMetric
from leaderboard.domain.campaigns.conditions import Unit
from leaderboard.domain.campaigns.uncounted import OTHER_PERIOD, recurs_apart, uncounted
from leaderboard.domain.live_metrics import score_metrics

from . import sql
from .conditions import of_account
from .derived import bounded, derived, or_absent
from .quantities import Quantity, places_of, places_of_literals, unit_of, units_through
from .rows import Plan
from .steps import MEAN_DECIMALS, keys_of_rows, total_of
from .windows import prepare_windows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Value = int | float | None

NO_DISCOUNTS: Final[Mapping[str, int]] = MappingProxyType({})


class Run(NamedTuple):
    """When a window runs for an account, `[start_ms, end_ms)`."""

    start_ms: int
    end_ms: int


class Evaluated(NamedTuple):
    """The values, and the run of the window that they are of, by (index of the run, account); the units by metric."""

    units: dict[str, Unit]
    runs: dict[tuple[int, str], Run]
    values: dict[tuple[int, str], dict[str, Value]]


def evaluate(
    connection: DuckDBPyConnection,
    definition: Definition,
    window: str,
    metrics: Collection[str] | None = None,
    discounts: Mapping[str, int] = NO_DISCOUNTS,
) -> dict[str, Quantity]:
    """Make the table `metric_values(window_index, account, "metric.NAME" …)` and return what its columns hold, by
    metric: the metrics asked for (None: all) and those they are worked out of.

    A row for each participant in each instance of the window. A counted metric without rows is 0 there; NULL is no
    value, such as a share of nothing. ValueError names a metric that cannot be counted. `discounts`: account → what is
    taken off the score, which of all metrics is the only one.
    """
    names = _in_order(definition, definition.metrics if metrics is None else metrics)
    _refuse(definition, window, names)
    windows = {window, *(_window(definition, name, window) for name in names)}
    prepare_windows(connection, definition, sorted(windows))
    plans = {name: _plan(definition, name, window) for name in names if _is_counted(definition, name)}
    for name, plan in plans.items():
        table = sql.name(f"total.{name}")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {total_of(plan)}")
        if discounts and name in score_metrics(definition):
            _discount(connection, table, discounts)
    statement, columns = _values(definition, window, plans, names)
    kept = ", ".join(["window_index", "account", *(_column(name) for name in names)])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE metric_values AS SELECT {kept} FROM ({statement})")
    return columns


def _discount(connection: DuckDBPyConnection, table: str, discounts: Mapping[str, int]) -> None:
    told = "SELECT unnest($1::VARCHAR[]) AS account, unnest($2::BIGINT[]) AS uv"
    connection.execute(
        f"UPDATE {table} SET total = greatest(0, total - d.uv) FROM ({told}) d WHERE d.account = {table}.account",
        [list(discounts), list(discounts.values())],
    )


def values(
    connection: DuckDBPyConnection,
    definition: Definition,
    window: str,
    metrics: Collection[str] | None = None,
    discounts: Mapping[str, int] = NO_DISCOUNTS,
) -> dict[tuple[int, str], dict[str, Value]]:
    """The metrics by (index of the window's instance, account): time in ms, money in minor units, shares as
    fractions, None for no value."""
    return evaluated(connection, definition, window, metrics, discounts).values


def evaluated(
    connection: DuckDBPyConnection,
    definition: Definition,
    window: str,
    metrics: Collection[str] | None = None,
    discounts: Mapping[str, int] = NO_DISCOUNTS,
) -> Evaluated:
    """The values with their units, and the times that they are of."""
    columns = evaluate(connection, definition, window, metrics, discounts)
    names = [name for name in definition.metrics if name in (columns if metrics is None else metrics)]
    asked = ", ".join(f"m.{column}" for column in ["window_index", "account", *map(_column, names)])
    rows = connection.execute(
        f"SELECT w.start_ms, w.end_ms, {asked} FROM metric_values m JOIN window_spans w ON "
        'w."window" = ? AND w.window_index = m.window_index AND coalesce(w.account, m.account) = m.account '
        "ORDER BY m.window_index, m.account",
        [window],
    ).fetchall()
    return Evaluated(
        units={name: columns[name].unit for name in names},
        runs={(index, account): Run(start_ms, end_ms) for start_ms, end_ms, index, account, *_ in rows},
        values={
            (index, account): {
                name: _plain(found, columns[name]) for name, found in zip(names, row, strict=True)
            }
            for _, _, index, account, *row in rows
        },
    )


def countable(definition: Definition, window: str) -> list[str]:
    """The metrics that have a value over a window: not those over a recurring window of their own, nor what is worked
    out of them."""
    return [
        name
        for name in definition.metrics
        if not any(
            recurs_apart(definition, definition.metrics[one], window) for one in _in_order(definition, [name])
        )
    ]


def _in_order(definition: Definition, names: Collection[str]) -> list[str]:
    """The metrics and those they are worked out of, each after its operands."""
    found: dict[str, None] = {}
    for name in names:
        metric = definition.metrics[name]
        if isinstance(metric, DerivedMetric):
            found |= dict.fromkeys(_in_order(definition, metric.of))
        found[name] = None
    return list(found)


def _refuse(definition: Definition, window: str, names: Collection[str]) -> None:
    parts = [
        (name, path, sentence) for name in names for path, sentence in uncounted(definition.metrics[name])
    ]
    parts += [
        (name, "window", OTHER_PERIOD)
        for name in names
        if recurs_apart(definition, definition.metrics[name], window)
    ]
    problems = [f"metric.{name}.{path}: {sentence}" for name, path, sentence in parts]
    if problems:
        raise ValueError("; ".join(problems))


def _is_counted(definition: Definition, name: str) -> bool:
    return isinstance(definition.metrics[name], CountedMetric)


def _window(definition: Definition, name: str, window: str) -> str:
    metric = definition.metrics[name]
    return (metric.window if isinstance(metric, CountedMetric) else None) or window


def _plan(definition: Definition, name: str, window: str) -> Plan:
    metric = definition.metrics[name]
    assert isinstance(metric, CountedMetric)
    return Plan(
        definition=definition,
        metric=metric,
        window=_window(definition, name, window),
        keys=keys_of_rows(metric.steps),
        places=_places(metric, definition.currency),
        over_days=any(step.over for step in metric.steps),
    )


def _places(metric: CountedMetric, currency: str) -> int:
    """The decimals that all amounts of a metric are carried with, so that each of them is a whole number."""
    has_mean = any(step.agg == "mean" for step in metric.steps)
    literals = [
        places_of_literals((step.keep.literal if step.keep else None, step.cap), unit, currency)
        for step, unit in zip(metric.steps, units_through(metric), strict=True)
    ]
    factors = [places_of(weight.factor) for weight in metric.weight]
    return max([MEAN_DECIMALS if has_mean else 0, *literals, *factors])


def _values(
    definition: Definition, window: str, plans: Mapping[str, Plan], names: Collection[str]
) -> tuple[str, dict[str, Quantity]]:
    """SELECT of a column for each metric, and what the columns hold."""
    totals = {name: _total(name, plan) for name, plan in plans.items()}
    columns = {name: total._replace(sql=_column(name)) for name, total in totals.items()}
    statement = _participants(definition, window, plans)
    shown = [f"coalesce({total.sql}, 0) AS {_column(name)}" for name, total in totals.items()]
    statement = f"SELECT {', '.join(['r.*', *shown])} FROM ({statement}) r"
    for name in names:
        metric = definition.metrics[name]
        if isinstance(metric, DerivedMetric):
            operands = [
                or_absent(totals[of], metric.absent, definition.currency) if of in totals else columns[of]
                for of in metric.of
            ]
            found = derived(metric, operands, of_account(definition.currency))
            statement = f"SELECT r.*, {found.sql} AS {_column(name)} FROM ({statement}) r"
            columns[name] = found._replace(sql=_column(name))
    return statement, columns


def _participants(definition: Definition, window: str, plans: Mapping[str, Plan]) -> str:
    """Every participant in every instance of the window, with the total of each metric; NULL where it has no rows."""
    of_own = "AND w.account = p.account" if definition.windows[window].anchor else ""
    joins = [f'JOIN window_spans w ON w."window" = {sql.text(window)} {of_own}']
    totals = []
    for number, (name, plan) in enumerate(plans.items()):
        same = f" AND t{number}.window_index = w.window_index" if plan.window == window else ""
        table = sql.name(f"total.{name}")
        joins.append(f"LEFT JOIN {table} t{number} ON t{number}.account = p.account{same}")
        totals.append(f"t{number}.total AS {table}")
    return (
        f"SELECT {', '.join(['w.window_index', 'p.account', *totals])} FROM participants p {' '.join(joins)}"
    )


def _total(name: str, plan: Plan) -> Quantity:
    """The total with its bounds; time and money are then rounded down to whole units. NULL where it has no rows,
    unless there is a least value."""
    unit = unit_of(plan.metric)
    column = f"r.{sql.name(f'total.{name}')}"
    if plan.metric.at_least is not None:
        column = f"coalesce({column}, 0)"
    total = bounded(plan.metric, Quantity(column, unit, plan.places), plan.beside)
    return _whole(total, unit)


def _whole(total: Quantity, unit: Unit) -> Quantity:
    if unit not in ("time", "money") or not total.decimals:
        return total
    return Quantity(sql.divided_down(total.sql, sql.whole(10**total.decimals)), unit, 0)


def _column(name: str) -> str:
    return sql.name(f"metric.{name}")


def _plain(found: int | float | None, column: Quantity) -> Value:
    if not isinstance(found, int) or not column.decimals:
        return found
    exact = Decimal(found).scaleb(-column.decimals)
    return int(exact) if exact == int(exact) else float(exact)

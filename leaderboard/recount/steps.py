"""The steps of a metric as nested statements: gates let rows through, folds leave one amount for each group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from leaderboard.domain.campaigns import Step
from leaderboard.domain.campaigns.conditions import Unit
from leaderboard.domain.campaigns.steps import Aggregate

from . import sql
from .conditions import amount, compared
from .quantities import Quantity, units_through
from .rows import Plan, key_column, rows_of, week_of
from .time_rows import measured, stretches

# A mean is kept to this many decimals of its unit, rounded down.
MEAN_DECIMALS = 6


class Stage(NamedTuple):
    """The statement so far. `keys` are the fields at hand; `is_time` as long as its rows are spans."""

    statement: str
    keys: tuple[str, ...]
    is_time: bool


def total_of(plan: Plan) -> str:
    """SELECT window_index, account, total: what the last step leaves, added up. No row where nothing is left."""
    stage = Stage(rows_of(plan), plan.keys, plan.is_time)
    for step, unit in zip(plan.metric.steps, units_through(plan.metric), strict=True):
        stage = _fold(stage, step, unit, plan) if step.agg else _gate(stage, step, unit, plan)
    if stage.is_time:
        stage = Stage(_totals(stage, plan.group, plan), (), False)
    return f"SELECT window_index, account, sum(amount) AS total FROM ({stage.statement}) GROUP BY ALL"


def keys_of_rows(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """The keys that rows must carry: those of the steps up to the first fold, which leaves only its own."""
    keys: dict[str, None] = {}
    for step in steps:
        keys |= dict.fromkeys(step.by)
        if step.agg:
            break
    return tuple(keys)


def _gate(stage: Stage, step: Step, unit: Unit, plan: Plan) -> Stage:
    """The rows of the groups whose total passes; the rows themselves stay as they were."""
    by = _columns(step, plan)
    rows = _with_keys(stage, step, plan)
    rows = measured(rows, by, plan) if stage.is_time else rows
    tested = f"SELECT *, sum(amount) OVER (PARTITION BY {', '.join(by)}) AS gate_total FROM ({rows})"
    excluded = "gate_total, amount" if stage.is_time else "gate_total"
    passing = _passing("r.gate_total", step, unit, plan)
    return Stage(
        f"SELECT r.* EXCLUDE ({excluded}) FROM ({tested}) r WHERE {passing}", stage.keys, stage.is_time
    )


def _fold(stage: Stage, step: Step, unit: Unit, plan: Plan) -> Stage:
    by = _columns(step, plan)
    fold = _FOLDS[step.agg or "sum"]
    folded = fold(stage._replace(statement=_with_keys(stage, step, plan)), by, plan, step)
    kept = f"SELECT r.* FROM ({folded}) r WHERE {_passing('r.amount', step, unit, plan)}"
    if step.cap is not None:
        cap = amount(step.cap, unit, plan.places, plan.beside)
        kept = f"SELECT r.* REPLACE (least(r.amount, {cap}) AS amount) FROM ({kept}) r"
    return Stage(kept, step.by, False)


def _passing(total: str, step: Step, unit: Unit, plan: Plan) -> str:
    if step.keep is None:
        return "true"
    left = Quantity(total, unit, plan.places)
    return compared(left, step.keep.operator, step.keep.literal, plan.beside)


def _columns(step: Step, plan: Plan) -> tuple[str, ...]:
    return (*plan.group, *(key_column(key) for key in step.by))


def _with_keys(stage: Stage, step: Step, plan: Plan) -> str:
    """The rows that have a value for every key of the step: a row without one is in no group."""
    rows = stage.statement
    if "week" in step.by and "week" not in stage.keys:
        week = week_of(key_column("day"), plan)
        rows = f"SELECT *, {week} AS {key_column('week')} FROM ({rows})"
    known = [f"{key_column(key)} IS NOT NULL" for key in step.by]
    return f"SELECT * FROM ({rows}) WHERE {sql.all_of(known)}" if known else rows


def _totals(stage: Stage, by: tuple[str, ...], plan: Plan) -> str:
    return _grouped(_amounts(stage, by, plan), by, "sum(amount)")


def _amounts(stage: Stage, by: tuple[str, ...], plan: Plan) -> str:
    return measured(stage.statement, by, plan) if stage.is_time else stage.statement


def _lengths(stage: Stage, by: tuple[str, ...], plan: Plan) -> str:
    """Amounts of which one is the largest: of time, the unbroken stretches."""
    return stretches(stage.statement, by, plan) if stage.is_time else stage.statement


def _grouped(rows: str, by: tuple[str, ...], value: str) -> str:
    columns = ", ".join(by)
    return f"SELECT {columns}, {value} AS amount FROM ({rows}) GROUP BY {columns}"


def _sum(stage: Stage, by: tuple[str, ...], plan: Plan, _: Step) -> str:
    return _totals(stage, by, plan)


def _count(stage: Stage, by: tuple[str, ...], plan: Plan, _: Step) -> str:
    return _grouped(stage.statement, by, f"count(*) * {sql.whole(10**plan.places)}")


def _any(stage: Stage, by: tuple[str, ...], plan: Plan, _: Step) -> str:
    return _grouped(stage.statement, by, sql.whole(10**plan.places))


def _max(stage: Stage, by: tuple[str, ...], plan: Plan, _: Step) -> str:
    return _grouped(_lengths(stage, by, plan), by, "max(amount)")


def _min(stage: Stage, by: tuple[str, ...], plan: Plan, _: Step) -> str:
    return _grouped(_lengths(stage, by, plan), by, "min(amount)")


def _mean(stage: Stage, by: tuple[str, ...], plan: Plan, step: Step) -> str:
    if step.over:
        return _grouped(
            _amounts(stage, by, plan), by, sql.divided_down("sum(amount)", "any_value(window_days)")
        )
    return _grouped(_lengths(stage, by, plan), by, sql.divided_down("sum(amount)", "count(*)"))


def _streak(stage: Stage, by: tuple[str, ...], plan: Plan, _: Step) -> str:
    """Days that follow each other differ from their rank by the same number."""
    number = key_column("day" if "day" in stage.keys else "week")
    columns = ", ".join(by)
    days = f"SELECT DISTINCT {columns}, {number} AS number FROM ({stage.statement})"
    ranked = (
        f"SELECT *, number - row_number() OVER (PARTITION BY {columns} ORDER BY number) AS run FROM ({days})"
    )
    runs = f"SELECT {columns}, count(*) AS amount FROM ({ranked}) GROUP BY {columns}, run"
    return _grouped(runs, by, f"max(amount) * {sql.whole(10**plan.places)}")


_FOLDS: Mapping[Aggregate, Callable[[Stage, tuple[str, ...], Plan, Step], str]] = MappingProxyType(
    {
        "sum": _sum,
        "count": _count,
        "max": _max,
        "min": _min,
        "mean": _mean,
        "any": _any,
        "streak": _streak,
    }
)

"""Measures spans of time in groups: what overlaps counts once, with the heaviest of its weights."""

from __future__ import annotations

from itertools import pairwise

from . import sql
from .quantities import scaled
from .rows import Plan


def measured(rows: str, by: tuple[str, ...], plan: Plan) -> str:
    """Each row with `amount`, what it adds to those of its group that start before it, weighted: the sum of any
    whole group is the measure of its union."""
    added = " + ".join(f"{_fresh(grade)} * {step}" for grade, step in enumerate(_steps_down(plan)))
    return (
        f"SELECT *, {added} AS amount FROM ({rows}) WINDOW before AS "
        f"({_partition(by)} ORDER BY start_ms, end_ms, grade ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    )


def stretches(rows: str, by: tuple[str, ...], plan: Plan) -> str:
    """A row for each unbroken stretch of a group's union, with its weighted measure as `amount`."""
    columns = ", ".join(by)
    # The same span twice would have no order, and so no certain stretch.
    distinct = f"SELECT DISTINCT {columns}, start_ms, end_ms, grade FROM ({rows})"
    opens = "SELECT *, start_ms > coalesce(max(end_ms) OVER before, start_ms - 1) AS opens"
    before = f"({_partition(by)} ORDER BY start_ms, end_ms, grade ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    opened = f"{opens} FROM ({measured(distinct, by, plan)}) WINDOW before AS {before}"
    numbered = (
        f"SELECT *, count_if(opens) OVER ({_partition(by)} ORDER BY start_ms, end_ms, grade "
        f"ROWS UNBOUNDED PRECEDING) AS stretch FROM ({opened})"
    )
    return f"SELECT {columns}, sum(amount) AS amount FROM ({numbered}) GROUP BY {columns}, stretch"


def _steps_down(plan: Plan) -> list[str]:
    """By how much each grade outweighs the next lighter one; the lightest outweighs nothing at all."""
    factors = [*plan.grades, None]
    return [
        scaled(heavier - (lighter or 0), plan.places)
        for heavier, lighter in pairwise(factors)
        if heavier is not None
    ]


def _fresh(grade: int) -> str:
    """What a row adds to the union of the rows of this grade or heavier."""
    covered = f"max(end_ms) FILTER (WHERE grade <= {grade}) OVER before"
    start = f"greatest(start_ms, coalesce({covered}, start_ms))"
    return f"CASE WHEN grade <= {grade} THEN CAST(greatest(end_ms - {start}, 0) AS HUGEINT) ELSE {sql.whole(0)} END"


def _partition(by: tuple[str, ...]) -> str:
    return f"PARTITION BY {', '.join(by)}"

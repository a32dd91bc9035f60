"""The steps of a metric: folds, which leave one value per group, and gates, which let rows through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, get_args

from msgspec import Struct

from .conditions import Scalar, Threshold, Unit, check_unit, scalar, threshold
from .reader import Table
from .values import described, one_of, text

Aggregate = Literal["sum", "count", "max", "min", "mean", "any", "streak"]

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


class Step(Struct, frozen=True, kw_only=True):
    """With `agg` a fold, which leaves one value for each `by`; without it a gate, which keeps or drops rows."""

    by: tuple[str, ...] = ()
    agg: Aggregate | None = None
    over: Literal["day"] | None = None
    keep: Threshold | None = None
    cap: Scalar | None = None


def read_steps(table: Table, currency: str, unit: Unit) -> tuple[Step, ...]:
    steps = []
    for row in table.rows("steps"):
        steps.append(_read_step(row, currency))
        unit = unit_after(steps[-1], unit)
        check_literal(row, "keep", _literal(steps[-1].keep), unit)
        check_literal(row, "cap", steps[-1].cap, unit)
    return tuple(steps)


def _read_step(table: Table, currency: str) -> Step:
    step = Step(
        by=table.each("by", field),
        agg=table.maybe("agg", one_of(*get_args(Aggregate))),
        over=table.maybe("over", one_of("day")),
        keep=table.maybe("keep", threshold(currency)),
        cap=table.maybe("cap", scalar(currency)),
    )
    for key, message in _complaints(step, table):
        table.report(key, message)
    table.close()
    return step


def _complaints(step: Step, table: Table) -> Iterator[tuple[str, str]]:
    if not table.has("agg") and not table.has("keep"):
        yield "agg", "is required, or `keep` for a step that only lets rows through"
    if step.cap and not table.has("agg"):
        yield "cap", "needs `agg`: a step without it changes no values"
    if step.over and step.agg != "mean":
        yield "over", "goes with the aggregate `mean` only"
    if len(set(step.by)) < len(step.by):
        yield "by", "names a key twice"


def unit_after(step: Step, unit: Unit) -> Unit:
    return "count" if step.agg in ("count", "any", "streak") else unit


def _literal(keep: Threshold | None) -> Scalar | None:
    return keep.literal if keep else None


def check_literal(table: Table, key: str, literal: Scalar | None, unit: Unit) -> None:
    try:
        if literal is not None:
            check_unit(literal, unit, "the value")
    except ValueError as error:
        table.report(key, str(error))


def field(value: object) -> str:
    if not _FIELD.fullmatch(text(value)):
        raise ValueError(f"must be a field: a-z, 0-9 and `_`, a letter first, not {described(value)}")
    return text(value)

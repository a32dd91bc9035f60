"""Metrics that are worked out of other metrics: differences, sums, shares, growth, the lowest and the highest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from leaderboard.domain.campaigns import DerivedMetric, Metric
from leaderboard.domain.campaigns.metrics import Op

from . import sql
from .conditions import Beside, amount, double
from .quantities import (
    Quantity,
    per_plain_number,
    places_of,
    places_of_literals,
    scaled,
    unit_of,
)


def or_absent(operand: Quantity, absent: Decimal, currency: str) -> Quantity:
    """A counted metric, or where it has no rows the number that stands in for it."""
    number = absent * per_plain_number(operand.unit, currency)
    places = max(operand.decimals or 0, places_of(number))
    value = f"coalesce({operand.scaled(places)}, {scaled(number, places)})"
    return Quantity(value, operand.unit, places)


def derived(metric: DerivedMetric, operands: Sequence[Quantity], beside: Beside) -> Quantity:
    """The value and its bounds; NULL when an operand has no value or a share would be of nothing."""
    unit = unit_of(metric, [operand.unit for operand in operands])
    numbers, places = _aligned(operands)
    value = _OPS[metric.op](numbers)
    is_share = metric.op in ("ratio", "growth")
    return bounded(metric, Quantity(value, unit, None if is_share else places), beside)


def bounded(metric: Metric, value: Quantity, beside: Beside) -> Quantity:
    """Clamped between the metric's bounds; a bound by an attribute that the account lacks bounds nothing."""
    if value.decimals is None:
        return _bounded_share(metric, value, beside)
    bounds = (metric.at_least, metric.at_most)
    places = max(value.decimals, places_of_literals(bounds, value.unit, beside.currency))
    found = value.scaled(places)
    for literal, pick in zip(bounds, ("greatest", "least"), strict=True):
        if literal is not None:
            found = _clamped(found, pick, amount(literal, value.unit, places, beside))
    return Quantity(found, value.unit, places)


def _bounded_share(metric: Metric, value: Quantity, beside: Beside) -> Quantity:
    found = value.sql
    for literal, pick in ((metric.at_least, "greatest"), (metric.at_most, "least")):
        if literal is not None:
            found = _clamped(found, pick, double(value, literal, beside))
    return value._replace(sql=found)


def _clamped(value: str, pick: str, bound: str) -> str:
    # greatest and least pass over NULL: no value must stay none.
    return f"CASE WHEN ({value}) IS NOT NULL THEN {pick}({value}, {bound}) END"


def _aligned(operands: Sequence[Quantity]) -> tuple[list[str], int | None]:
    """All as whole numbers of one scale, or all as DOUBLE."""
    decimals = [operand.decimals for operand in operands]
    known = [places for places in decimals if places is not None]
    if len(known) < len(decimals):
        return [operand.double() for operand in operands], None
    return [operand.scaled(max(known)) for operand in operands], max(known)


def _share(part: str, whole: str) -> str:
    # Both are whole numbers below 2^53, so that the one division rounds correctly.
    return f"(CAST({part} AS DOUBLE) / nullif(CAST({whole} AS DOUBLE), 0))"


def _pick(function: str, numbers: Sequence[str]) -> str:
    known = sql.all_of(f"({number}) IS NOT NULL" for number in numbers)
    return f"CASE WHEN {known} THEN {function}({', '.join(numbers)}) END"


_OPS: Mapping[Op, Callable[[Sequence[str]], str]] = MappingProxyType(
    {
        "minus": lambda numbers: f"({numbers[0]} - {numbers[1]})",
        "plus": lambda numbers: f"({' + '.join(numbers)})",
        "ratio": lambda numbers: _share(numbers[0], numbers[1]),
        "growth": lambda numbers: _share(f"({numbers[0]} - {numbers[1]})", numbers[1]),
        "min": lambda numbers: _pick("least", numbers),
        "max": lambda numbers: _pick("greatest", numbers),
    }
)

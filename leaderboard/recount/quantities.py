"""Amounts in statements: an expression, what it counts, and its scale. Literals of a definition are put into the same
units here: time in ms, money in minor units, shares as fractions."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from leaderboard.domain.campaigns import CountedMetric, DerivedMetric, Metric, Scalar
from leaderboard.domain.campaigns.conditions import Unit
from leaderboard.domain.campaigns.metrics import unit_of_rows
from leaderboard.domain.campaigns.steps import unit_after
from leaderboard.domain.money import Money, decimals

from . import sql

# Attributes are read to this many decimals.
ATTRIBUTE_DECIMALS = 9


class Quantity(NamedTuple):
    """`decimals` n: a whole number (HUGEINT) of 10^-n of the unit; None: a DOUBLE. SQL NULL is no value."""

    sql: str
    unit: Unit
    decimals: int | None

    def scaled(self, places: int) -> str:
        """The whole number of 10^-places; `places` is not less than the decimals."""
        assert self.decimals is not None
        return sql.times(self.sql, 10 ** (places - self.decimals))

    def double(self) -> str:
        if self.decimals is None:
            return self.sql
        cast = f"CAST({self.sql} AS DOUBLE)"
        return f"({cast} / {10**self.decimals}e0)" if self.decimals else cast


def in_unit(literal: Scalar, unit: Unit, currency: str) -> Decimal:
    """A literal in the unit of what it stands beside. A plain number beside time is seconds, beside money whole
    units of the currency. ValueError for a text or a flag."""
    match literal.value:
        case Money(minor, _):
            return Decimal(minor)
        case bool() | str() | tuple():
            raise ValueError(f"`{literal}` is not an amount")
        case int():
            return Decimal(literal.value * 1000)
        case number:
            return number if literal.kind == "percent" else number * per_plain_number(unit, currency)


def per_plain_number(unit: Unit, currency: str) -> int:
    """How many ms or minor units a plain 1 is."""
    if unit == "money":
        return int(10 ** decimals(currency))
    return 1000 if unit == "time" else 1


def places_of(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def places_of_literals(literals: Iterable[Scalar | None], unit: Unit, currency: str) -> int:
    """How many decimals are needed to write all of them as whole numbers."""
    places = [0]
    for literal in literals:
        if literal is None:
            continue
        is_attribute = literal.kind == "reference"
        places.append(ATTRIBUTE_DECIMALS if is_attribute else places_of(in_unit(literal, unit, currency)))
    return max(places)


def scaled(number: Decimal, places: int) -> str:
    """The number as a whole number of 10^-places, exactly."""
    return sql.whole(int(number.scaleb(places)))


def units_through(metric: CountedMetric) -> list[Unit]:
    """The unit after each step."""
    units, unit = [], unit_of_rows(metric.source, metric.value)
    for step in metric.steps:
        unit = unit_after(step, unit)
        units.append(unit)
    return units


def unit_of(metric: Metric, operands: Iterable[Unit] = ()) -> Unit:
    """What a metric amounts to; a derived one is given the units of its operands."""
    if isinstance(metric, DerivedMetric):
        return "share" if metric.op in ("ratio", "growth") else next(iter(operands))
    return (units_through(metric) or [unit_of_rows(metric.source, metric.value)])[-1]

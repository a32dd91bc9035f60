"""Which metrics of a definition the counters keep live, and how they are read from a row of the standings.

All other metrics have to be worked out from the archive. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import wraps
from math import floor
from operator import attrgetter, sub
from typing import Any, Final, Literal, TypeVar

from leaderboard.domain.campaigns import (
    Condition,
    CountedMetric,
    Definition,
    DerivedMetric,
    Metric,
    Scalar,
    live_count,
)
from leaderboard.domain.campaigns.conditions import Unit
from leaderboard.domain.campaigns.counts import distinct_count
from leaderboard.domain.campaigns.metrics import unit_of_rows
from leaderboard.domain.campaigns.steps import unit_after
from leaderboard.domain.money import Money, decimals
from leaderboard.domain.standings import Row

Number = int | Fraction
# Gives a Number, or None for no value. What is worked out of others is only made of those that always have one.
Reader = Callable[[Row], Any]
Made = TypeVar("Made")

# (source, value, where) of a metric without steps, weights and bounds → the field of the row that keeps it.
_KEPT: Final[Mapping[tuple[str, str | None, frozenset[str]], str]] = {
    ("live", None, frozenset({"effective == true", "host.registered == true"})): "effective_ms",
    ("live", None, frozenset({"in_schedule == true"})): "kept_ms",
    ("schedule", None, frozenset()): "promised_ms",
    ("order", "count", frozenset()): "orders",
    ("order", None, frozenset()): "sales_minor",
    ("refund", "count", frozenset()): "refunded_orders",
    ("refund", None, frozenset()): "refunded_minor",
}
_SHARES: Final = ("ratio", "growth")


def once_per_definition(make: Callable[[Definition], Made]) -> Callable[[Definition], Made]:
    """Remembers what is made of a definition: definitions are few, and are asked thousands of times a second."""
    made: dict[int, tuple[Definition, Made]] = {}

    @wraps(make)
    def remembered(definition: Definition) -> Made:
        found = made.get(id(definition))
        # The definition is kept with the answer, so its id cannot pass to another one meanwhile.
        if found is None:
            if len(made) >= 1_000:
                made.clear()
            found = made[id(definition)] = (definition, make(definition))
        return found[1]

    return remembered


def live_values(definition: Definition, row: Row) -> dict[str, Number | None]:
    """The metrics that are kept live: time in ms, money in minor units, shares exact; None is no value."""
    return {name: read(row) for name, read in live_readers(definition).items()}


def not_live(definition: Definition) -> set[str]:
    """The metrics that a condition of the definition asks for, or an award goes by, and no counter keeps."""
    readers = live_readers(definition)
    asked = {one.name for one in conditions(definition) if _is_metric(one)}
    return asked.union(*(award.metrics for award in definition.awards)) - readers.keys()


def kept_where(definition: Definition) -> dict[str, Literal["live", "archive"]]:
    """Of each metric, whether counters keep it live or it is worked out from the archive."""
    readers = live_readers(definition)
    return {name: "live" if name in readers else "archive" for name in definition.metrics}


def conditions(definition: Definition) -> Iterator[Condition]:
    """All conditions on metrics and attributes that decide about an account."""
    for part in definition.eligibility:
        yield from part.require
        yield from part.any
    for validator in definition.validators:
        yield from validator.when
    for award in definition.awards:
        yield from award.require
        if award.cohort:
            yield from definition.cohorts[award.cohort].where


def _is_metric(condition: Condition) -> bool:
    return "." not in condition.name


@once_per_definition
def units_of(definition: Definition) -> dict[str, Unit]:
    """The unit of each metric."""
    units: dict[str, Unit] = {}
    for name in definition.metrics:
        _unit(name, definition.metrics, units)
    return units


def _unit(name: str, metrics: Mapping[str, Metric], units: dict[str, Unit]) -> Unit:
    if name not in units:
        metric = metrics[name]
        if isinstance(metric, CountedMetric):
            unit = unit_of_rows(metric.source, metric.value)
            for step in metric.steps:
                unit = unit_after(step, unit)
        elif metric.op in _SHARES:
            unit = "share"
        else:
            found = {_unit(operand, metrics, units) for operand in metric.of} - {"any"}
            unit = found.pop() if found else "any"
        units[name] = unit
    return units[name]


def in_unit(literal: Scalar, unit: Unit, currency: str) -> Number:
    """A literal as the metric's own values are: ms for time, minor units for money, 0.3 for 30%."""
    match literal.kind, literal.value:
        case "duration", int(seconds):
            return seconds * 1000
        case "money", Money(minor, _):
            return minor
        case _, value:
            return whole(Fraction(str(value)) * scale(unit, currency))


def scale(unit: Unit, currency: str) -> int:
    """A plain number of this unit (seconds, dollars) times this is the metric's own value."""
    if unit == "time":
        return 1000
    return int(10 ** decimals(currency)) if unit == "money" else 1


def whole(number: Fraction) -> Number:
    """An int where it is one: comparing those takes a tenth of the time."""
    return number.numerator if number.denominator == 1 else number


@once_per_definition
def live_readers(definition: Definition) -> dict[str, Reader]:
    """How each metric that is kept live is read from a row."""
    return _Readers(definition).all()


def score_metrics(definition: Definition) -> set[str]:
    """The metrics that are the score itself, whatever they are called."""
    readers = _Readers(definition)
    counted = (
        (name, metric) for name, metric in definition.metrics.items() if isinstance(metric, CountedMetric)
    )
    return {name for name, metric in counted if readers.is_the_score(metric)}


class _Readers:
    """Finds the readers of one definition, those of operands first."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._units = units_of(definition)
        self._found: dict[str, Reader | None] = {}

    def all(self) -> dict[str, Reader]:
        found = {name: self._reader(name) for name in self._definition.metrics}
        return {name: reader for name, reader in found.items() if reader}

    def _reader(self, name: str) -> Reader | None:
        if name not in self._found:
            metric = self._definition.metrics[name]
            reader = self._unbounded(metric)
            self._found[name] = self._bounded(reader, name) if reader else None
        return self._found[name]

    def _unbounded(self, metric: Metric) -> Reader | None:
        return self._counted(metric) if isinstance(metric, CountedMetric) else self._derived(metric)

    def _counted(self, metric: CountedMetric) -> Reader | None:
        if not self._over_the_campaign(metric):
            return None
        if self.is_the_score(metric):
            return attrgetter("score")
        if metric.steps or metric.weight:
            return None
        where = frozenset(str(condition) for condition in metric.where)
        field = _KEPT.get((metric.source, metric.value, where))
        return attrgetter(field) if field else None

    def _over_the_campaign(self, metric: CountedMetric) -> bool:
        """Counters run over the whole campaign, so its awards must have one window, and this metric the same."""
        definition, ranking = self._definition, self._definition.ranking
        if ranking is None or metric.window not in (None, ranking.window):
            return False
        span_ms = definition.window_ms(ranking.window)
        has_one_window = all(definition.window_ms(award.window) == span_ms for award in definition.awards)
        return span_ms is not None and has_one_window and not definition.windows[ranking.window].every

    def is_the_score(self, metric: CountedMetric) -> bool:
        """Whether it counts what the campaign ranks by."""
        definition, ranking = self._definition, self._definition.ranking
        kept = live_count(definition)
        if ranking is None or kept is None or distinct_count(metric, ranking.window) != kept:
            return False
        ranked = definition.metrics[ranking.metric]
        return isinstance(ranked, CountedMetric) and metric.where == ranked.where

    def _derived(self, metric: DerivedMetric) -> Reader | None:
        readers = [self._reader(name) for name in metric.of]
        found = [reader for reader in readers if reader]
        # Whether a share without a value is absent, and what absent money is counted in, the archive knows.
        if len(found) < len(readers) or any(self._units[name] == "share" for name in metric.of):
            return None
        if metric.absent:
            if not all(self._is_bare_count(name) for name in metric.of):
                return None
            absent = whole(Fraction(metric.absent))
            found = [_or_absent(reader, absent) for reader in found]
        return _MAKERS[metric.op](*found)

    def _is_bare_count(self, name: str) -> bool:
        metric = self._definition.metrics[name]
        is_bounded = metric.at_least is not None or metric.at_most is not None
        return isinstance(metric, CountedMetric) and self._units[name] == "count" and not is_bounded

    def _bounded(self, reader: Reader, name: str) -> Reader | None:
        metric, unit, currency = self._definition.metrics[name], self._units[name], self._definition.currency
        for bound, choose in ((metric.at_least, max), (metric.at_most, min)):
            if bound is None:
                continue
            if bound.kind == "reference":
                return None  # a bound of the participant's own is in no counter
            limit = in_unit(bound, unit, currency)
            if isinstance(metric, CountedMetric) and unit in ("time", "money"):
                limit = floor(limit)  # counted time and money are whole ms and minor units
            reader = _within(reader, limit, choose)
        return reader


def _within(read: Reader, bound: Number, choose: Callable[[Number, Number], Number]) -> Reader:
    def bounded(row: Row) -> Number | None:
        value = read(row)
        return None if value is None else choose(value, bound)

    return bounded


def _or_absent(read: Reader, absent: Number) -> Reader:
    return lambda row: read(row) or absent


def _ratio(above: Reader, below: Reader) -> Reader:
    def ratio(row: Row) -> Number | None:
        under = below(row)
        return Fraction(above(row), under) if under else None

    return ratio


def _growth(now: Reader, before: Reader) -> Reader:
    return _ratio(_of_two(sub)(now, before), before)


def _of_two(work_out: Callable[[Number, Number], Number]) -> Callable[[Reader, Reader], Reader]:
    return lambda first, second: lambda row: work_out(first(row), second(row))


def _of_many(work_out: Callable[[Iterator[Number]], Number]) -> Callable[..., Reader]:
    return lambda *readers: lambda row: work_out(read(row) for read in readers)


_MAKERS: Final[Mapping[str, Callable[..., Reader]]] = {
    "minus": _of_two(sub),
    "plus": _of_many(sum),
    "ratio": _ratio,
    "growth": _growth,
    "min": _of_many(min),
    "max": _of_many(max),
}

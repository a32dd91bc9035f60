"""The grammar of metrics read slowly and plainly: sets of minutes instead of spans, fractions instead of whole numbers.

It knows no SQL and takes nothing from the code that it checks but the parsed definition.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from leaderboard.domain.campaigns import Clock, CountedMetric, Definition, Scalar, Step
from leaderboard.domain.money import Money

TICK_MS = 60_000
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, entries: value in entries,
    "not in": lambda value, entries: value not in entries,
}

# A row is a table of keys, with `amount`, or with `minutes` and the `factor` that they weigh.
Row = dict[str, Any]


def totals(
    definition: Definition, name: str, rows: Iterable[Mapping[str, Any]], span_ms: tuple[int, int]
) -> dict[str, Fraction]:
    """The metric for each account that has rows left."""
    metric = definition.metrics[name]
    assert isinstance(metric, CountedMetric)
    reader = Reader(definition.clock, metric, span_ms)
    by_account = defaultdict(list)
    for row in rows:
        by_account[row["account"]].append(row)
    found = {account: reader.total(own) for account, own in by_account.items()}
    return {account: total for account, total in found.items() if total is not None}


class Reader:
    def __init__(self, clock: Clock, metric: CountedMetric, span_ms: tuple[int, int]) -> None:
        self.clock, self.metric = clock, metric
        self.start_ms, self.end_ms = span_ms
        self.is_time = metric.source in ("live", "schedule") and metric.value is None
        self.zone = ZoneInfo(clock.zone)

    def total(self, rows: list[Mapping[str, Any]]) -> Fraction | None:
        left = self.spans(rows) if self.is_time else self.points(rows)
        for step in self.metric.steps:
            left = self.fold(left, step) if step.agg else self.gate(left, step)
        if not left:
            return None
        if "minutes" in left[0]:
            return measure(left)
        return sum((row["amount"] for row in left), Fraction(0))

    def points(self, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
        inside = [row for row in rows if self.start_ms <= row["at_ms"] < self.end_ms]
        return [self.point(row) for row in inside if self.counts(row)]

    def point(self, row: Mapping[str, Any]) -> Row:
        amount = Fraction(1 if self.metric.value == "count" else row["value_minor"])
        return {**row, "amount": amount * self.factor(row), **self.calendar(row["at_ms"])}

    def counts(self, row: Mapping[str, Any]) -> bool:
        if self.metric.source == "order" and self.metric.value is None and row["currency"] != "USD":
            return False
        return all(self.holds(row, one) for one in self.metric.where)

    def holds(self, row: Mapping[str, Any], condition: Any) -> bool:
        value = row[condition.name]
        return value is not None and COMPARE[condition.operator](value, plain(condition.literal))

    def factor(self, row: Mapping[str, Any]) -> Fraction:
        for weight in self.metric.weight:
            if all(self.holds(row, one) for one in weight.where):
                return Fraction(weight.factor)
        return Fraction(1)

    def spans(self, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
        """The minutes of each row inside the window, apart for each day or week that the steps name."""
        cut = [{**row, "minutes": self.minutes(row)} for row in rows]
        cut = [row for row in cut if row["minutes"]]
        begun: dict[Any, int] = {}
        for row in cut:
            who = (row["host"], row["session"])
            begun[who] = min(begun.get(who, self.end_ms), min(row["minutes"]))
        pieces = []
        for row in filter(self.counts, cut):
            who = (row["host"], row["session"])
            named = {"session": who, "factor": self.factor(row)}
            if self.clock.span == "start":
                pieces.append({**row, **named, **self.calendar(begun[who])})
            else:
                pieces += [{**row, **named, **piece} for piece in self.split(row["minutes"])]
        return pieces

    def minutes(self, row: Mapping[str, Any]) -> frozenset[int]:
        minutes = range(row["start_ms"], row["end_ms"], TICK_MS)
        return frozenset(minute for minute in minutes if self.start_ms <= minute < self.end_ms)

    def split(self, minutes: frozenset[int]) -> list[Row]:
        named = {key for step in self.metric.steps for key in step.by}
        border = "day" if "day" in named else "week"
        if not named & {"day", "week"}:
            return [{"minutes": minutes}]
        parts = defaultdict(set)
        for minute in minutes:
            parts[self.calendar(minute)[border]].add(minute)
        return [{"minutes": frozenset(part), **self.calendar(min(part))} for part in parts.values()]

    def calendar(self, at_ms: int) -> Row:
        day = self.day(at_ms)
        first = day - timedelta((day.weekday() - WEEKDAYS.index(self.clock.week_start)) % 7)
        return {"day": day, "week": first}

    def day(self, at_ms: int) -> date:
        """The last day that has begun."""
        near = datetime.fromtimestamp(at_ms / 1000, UTC).date()
        return max(day for n in range(-2, 3) if self.begins_ms(day := near + timedelta(n)) <= at_ms)

    def begins_ms(self, day: date) -> int:
        begins = datetime.combine(day, time.fromisoformat(self.clock.day_start), self.zone)
        return int(begins.timestamp() * 1000)

    def gate(self, rows: list[Row], step: Step) -> list[Row]:
        groups = grouped(rows, step.by)
        assert step.keep is not None
        return [row for group in groups.values() if passes(amount_of(group), step) for row in group]

    def fold(self, rows: list[Row], step: Step) -> list[Row]:
        folded = []
        for key, group in grouped(rows, step.by).items():
            amount = self.folded(group, step)
            if step.keep is None or passes(amount, step):
                amount = min(amount, limit(step.cap)) if step.cap else amount
                folded.append({**dict(zip(step.by, key, strict=True)), **kept(group, step), "amount": amount})
        return folded

    def folded(self, group: list[Row], step: Step) -> Fraction:
        match step.agg:
            case "sum":
                return amount_of(group)
            case "count":
                return Fraction(len(group))
            case "any":
                return Fraction(1)
            case "streak":
                return Fraction(longest_run(group))
            case "mean" if step.over:
                return down(amount_of(group) / self.days())
        amounts = stretches(group) if "minutes" in group[0] else [row["amount"] for row in group]
        if step.agg == "mean":
            return down(sum(amounts, Fraction(0)) / len(amounts))
        return max(amounts) if step.agg == "max" else min(amounts)

    def days(self) -> int:
        return len({self.day(minute) for minute in range(self.start_ms, self.end_ms, TICK_MS)})


def grouped(rows: Iterable[Row], by: tuple[str, ...]) -> dict[tuple[Any, ...], list[Row]]:
    groups = defaultdict(list)
    for row in rows:
        key = tuple(row[name] for name in by)
        if None not in key:
            groups[key].append(row)
    return groups


def kept(group: list[Row], step: Step) -> Row:
    """A day knows its week."""
    return {"week": group[0]["week"]} if "day" in step.by else {}


def amount_of(group: list[Row]) -> Fraction:
    if "minutes" in group[0]:
        return measure(group)
    return sum((row["amount"] for row in group), Fraction(0))


def measure(rows: list[Row]) -> Fraction:
    return sum(heaviest(rows).values(), Fraction(0))


def heaviest(rows: list[Row]) -> dict[int, Fraction]:
    """Each minute with the ms that it weighs."""
    weights: dict[int, Fraction] = {}
    for row in rows:
        for minute in row["minutes"]:
            weight = row["factor"] * TICK_MS
            weights[minute] = max(weights.get(minute, weight), weight)
    return weights


def stretches(rows: list[Row]) -> list[Fraction]:
    weights = heaviest(rows)
    found: list[Fraction] = []
    for minute in sorted(weights):
        if minute - TICK_MS in weights:
            found[-1] += weights[minute]
        else:
            found.append(weights[minute])
    return found


def longest_run(rows: list[Row]) -> int:
    key, length = ("day", 1) if "day" in rows[0] else ("week", 7)
    days = {row[key] for row in rows}
    runs = {day: 0 for day in days}
    for day in sorted(days):
        runs[day] = runs.get(day - timedelta(length), 0) + 1
    return max(runs.values())


def passes(amount: Fraction, step: Step) -> bool:
    return step.keep is None or COMPARE[step.keep.operator](amount, limit(step.keep.literal))


def limit(literal: Scalar) -> Fraction:
    match literal.value:
        case Money(minor, _):
            return Fraction(minor)
        case int():
            return Fraction(literal.value * 1000)
    return Fraction(str(literal.value))


def plain(literal: Scalar) -> Any:
    return (
        tuple(plain(entry) for entry in literal.value) if isinstance(literal.value, tuple) else literal.value
    )


def down(amount: Fraction) -> Fraction:
    return Fraction(floor(amount * 10**6), 10**6)

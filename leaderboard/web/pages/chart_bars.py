"""Bars of counts by the hour or the day, with a second series on top where there is one. Geometry only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from leaderboard.web.pages.chart_scales import Number, Scale, Table, Tick, across, least_step, nice_ticks

HEIGHT: Final = 180
_FILLED: Final = 0.84  # of a bar's place; the rest is the gap to its neighbour
_WIDEST: Final = 10.0  # percent: where there are few, each is a bar all the same and no wall


class Count(NamedTuple):
    """What was counted in an hour or a day, which `label` names in full; `second` is stacked on top of it."""

    label: str
    value: float
    second: float = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: `x` and `width` in percent, `y` and `height` in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One place of the chart: what it says, and its boxes from the ground up. `place` is the whole column."""

    label: str
    said: tuple[tuple[str, str], ...]
    place: Box
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart as it is drawn."""

    height: int
    bars: tuple[Bar, ...]
    series: tuple[str, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    table: Table


def bars(
    counts: Sequence[Count],
    *,
    head: str,
    series: Sequence[str],
    marks: Sequence[tuple[int, str]] = (),
    number: Number,
) -> Bars:
    """`series` names one or two values, `head` what the labels are; a mark is a bar's index and a text below it."""
    sums = [max(one.value, 0) + max(one.second, 0) for one in counts]
    ticks = nice_ticks(0, max(sums, default=0), least_step(sums))
    up = Scale(0, ticks[-1], HEIGHT)
    drawn = tuple(
        _bar(one, index, len(counts), up, tuple(series), number) for index, one in enumerate(counts)
    )
    rows = tuple((bar.label, *(text for _, text in bar.said)) for bar in drawn)
    return Bars(
        HEIGHT,
        drawn,
        tuple(series),
        across(marks, Scale(0, max(len(counts), 1), 100)),
        tuple(Tick(up.down(tick), number(tick)) for tick in ticks),
        Table((head, *series), rows),
    )


def _bar(one: Count, index: int, count: int, up: Scale, series: tuple[str, ...], number: Number) -> Bar:
    left, right = index * 100 / count, (index + 1) * 100 / count
    values = (one.value, one.second)[: len(series)]
    said = tuple((name, number(value)) for name, value in zip(series, values, strict=True))
    place = Box(round(left, 3), 0, round(right - left, 3), HEIGHT)
    width = min((right - left) * _FILLED, _WIDEST)
    x = (left + right - width) / 2
    return Bar(one.label, said, place, tuple(_stacked(values, up, round(x, 3), round(width, 3))))


def _stacked(values: Sequence[float], up: Scale, x: float, width: float) -> list[Box]:
    """An empty box keeps its place in the list, so that the second one is always the second series."""
    boxes, ground = [], 0.0
    for value in values:
        top = ground + max(value, 0)
        boxes.append(Box(x, up.down(top), width, round(up.at(top) - up.at(ground), 2)))
        ground = top
    return boxes

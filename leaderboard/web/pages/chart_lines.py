"""Lines over time, at most eight: places with 1 on top, or scores. Named at their ends; no value, no line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from leaderboard.web.pages.chart_scales import (
    Instant,
    Number,
    Scale,
    Table,
    Tick,
    across,
    least_step,
    nice_ticks,
    rank_ticks,
    said,
    shortened,
)

HEIGHT: Final = 220
MOST_LINES: Final = 8  # of which each has its own colour, dashes and marker
_LABEL_APART: Final = 15.0  # pixels between two names at the right edge

Point = tuple[float, float]


class Line(NamedTuple):
    """A name, and a value for each time of the chart; None where there is none."""

    name: str
    values: Sequence[float | None]
    ours: bool = False


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """`look` is one of eight looks; `parts` are the unbroken pieces, `lone` what has no neighbour to join.

    `end` is the last point there is, `label_y` where its short name stands at the right edge.
    """

    name: str
    short: str
    ours: bool
    look: int
    parts: tuple[str, ...]
    lone: tuple[Point, ...]
    end: Point | None
    label_y: float
    last: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A line chart as it is drawn; `freeze` marks the instant at which public standings stopped."""

    height: int
    lines: tuple[DrawnLine, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    freeze: Tick | None
    table: Table

    @property
    def has_names_aside(self) -> bool:
        """Whether a name stands elsewhere than beside its line's last point, so that names need markers too."""
        ends = ((line.end, line.label_y) for line in self.lines if line.end is not None)
        return any(x < 100 or abs(y - label_y) > 1 for (x, y), label_y in ends)


class Axis(NamedTuple):
    """What lies along the time: when values were taken, the words of such a time, and texts to put below."""

    head: str
    times_ms: Sequence[int]
    instant: Instant
    marks: Sequence[tuple[int, str]] = ()
    freeze: tuple[int, str] | None = None


def ranks(lines: Sequence[Line], axis: Axis, *, number: Number) -> Lines:
    """Places over time: first on top."""
    worst = max([2, *(round(value) for value in _values(lines))])
    up = Scale(worst, 1, HEIGHT)
    return _chart(lines, axis, up, rank_ticks(worst), number)


def scores(lines: Sequence[Line], axis: Axis, *, number: Number) -> Lines:
    """Scores over time, from the lowest to the highest there is."""
    values = _values(lines) or [0]
    ticks = nice_ticks(min(values), max(values), least_step(values))
    return _chart(lines, axis, Scale(ticks[0], ticks[-1], HEIGHT), ticks, number)


def _values(lines: Sequence[Line]) -> list[float]:
    return [value for line in lines[:MOST_LINES] for value in line.values if value is not None]


def _chart(lines: Sequence[Line], axis: Axis, up: Scale, ticks: Sequence[float], number: Number) -> Lines:
    shown = lines[:MOST_LINES]
    along = Scale(min(axis.times_ms, default=0), max(axis.times_ms, default=0), 100)
    ends = [_end(_points(line, axis, along, up)) for line in shown]
    label_ys = apart([end[1] if end else HEIGHT for end in ends])
    frozen = across([axis.freeze], along) if axis.freeze else ()
    return Lines(
        HEIGHT,
        tuple(
            _drawn(line, look, _points(line, axis, along, up), label_ys[look], number)
            for look, line in enumerate(shown)
        ),
        across(axis.marks, along),
        tuple(Tick(up.down(tick), number(tick)) for tick in ticks),
        frozen[0] if frozen else None,
        _table(shown, axis, number),
    )


def _points(line: Line, axis: Axis, along: Scale, up: Scale) -> list[Point | None]:
    return [
        None if value is None else (along.at(at_ms), up.down(value))
        for at_ms, value in zip(axis.times_ms, line.values, strict=True)
    ]


def _end(points: Sequence[Point | None]) -> Point | None:
    return next((point for point in reversed(points) if point is not None), None)


def _drawn(
    line: Line, look: int, points: Sequence[Point | None], label_y: float, number: Number
) -> DrawnLine:
    pieces = unbroken(points)
    values = [value for value in line.values if value is not None]
    return DrawnLine(
        line.name,
        shortened(line.name),
        line.ours,
        look,
        tuple(path(piece) for piece in pieces if len(piece) > 1),
        tuple(piece[0] for piece in pieces if len(piece) == 1),
        _end(points),
        label_y,
        said(values[-1] if values else None, number),
    )


def unbroken(points: Sequence[Point | None]) -> list[list[Point]]:
    """The pieces of a line between its gaps."""
    runs = groupby(points, key=lambda point: point is not None)
    return [[point for point in run if point is not None] for there, run in runs if there]


def path(points: Sequence[Point]) -> str:
    """Points as an SVG polyline has them."""
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def apart(wanted: Sequence[float]) -> list[float]:
    """The same heights in the same order, moved so little that no two names overlap and none leaves the chart."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    lowest = 0.0
    for index in order:
        placed[index] = max(wanted[index], lowest)
        lowest = placed[index] + _LABEL_APART
    highest = float(HEIGHT)
    for index in reversed(order):
        placed[index] = min(placed[index], highest)
        highest = placed[index] - _LABEL_APART
    return placed


def _table(lines: Sequence[Line], axis: Axis, number: Number) -> Table:
    rows = (
        (axis.instant(at_ms), *(said(line.values[row], number) for line in lines))
        for row, at_ms in enumerate(axis.times_ms)
    )
    return Table((axis.head, *(line.name for line in lines)), tuple(rows))

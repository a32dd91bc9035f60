"""Small charts: shares beside those of peers, a line in a table's cell, the rhythm of heartbeats. Geometry only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from leaderboard.web.pages.chart_lines import Point, path, unbroken
from leaderboard.web.pages.chart_scales import Number, Scale, Table, Tick, across, nice_ticks, said

SPARK_HEIGHT: Final = 24
_SPARK_EDGE: Final = 3  # pixels that keep a line and its dot inside
BEATS_HEIGHT: Final = 110
_INTERVALS_LISTED: Final = 12


class Share(NamedTuple):
    """A part of an account's visitors, and of its peers'; None where there is nothing to divide."""

    label: str
    ours: float | None
    peers: float | None


@dataclass(frozen=True, slots=True)
class ShownShare:
    """Two bars, in percent of the room there is, with their words."""

    label: str
    ours: float
    ours_text: str
    peers: float
    peers_text: str


def shares(rows: Sequence[Share], *, percent: Number) -> tuple[ShownShare, ...]:
    """Rows in the order given, on a scale from nothing to all."""
    return tuple(
        ShownShare(
            row.label,
            _length(row.ours),
            said(row.ours, percent),
            _length(row.peers),
            said(row.peers, percent),
        )
        for row in rows
    )


def _length(share: float | None) -> float:
    return Scale(0, 1, 100).at(share or 0)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line without axes, 100 wide; `end` is its last point."""

    height: int
    parts: tuple[str, ...]
    lone: tuple[Point, ...]
    end: Point | None


def sparkline(values: Sequence[float | None], *, first_on_top: bool = False) -> Sparkline:
    """Values at even steps, between the least and the most; for places, the least is on top."""
    there = [value for value in values if value is not None]
    inner = Scale(min(there, default=0), max(there, default=0), SPARK_HEIGHT - 2 * _SPARK_EDGE)
    along = Scale(0, max(len(values) - 1, 1), 100 - 2 * _SPARK_EDGE)
    points: list[Point | None] = [
        None
        if value is None
        else (
            round(_SPARK_EDGE + along.at(index), 2),
            round(_SPARK_EDGE + (inner.at(value) if first_on_top else inner.down(value)), 2),
        )
        for index, value in enumerate(values)
    ]
    pieces = unbroken(points)
    return Sparkline(
        SPARK_HEIGHT,
        tuple(path(piece) for piece in pieces if len(piece) > 1),
        tuple(piece[0] for piece in pieces if len(piece) == 1),
        pieces[-1][-1] if pieces else None,
    )


@dataclass(frozen=True, slots=True)
class Beats:
    """A dot for each heartbeat: when it came, and how long after the one before.

    Those after a longer wait than the axis has are `beyond` it, at its top. `table` counts the commonest waits.
    """

    height: int
    dots: str
    beyond: tuple[float, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    table: Table


def beats(
    times_ms: Sequence[int],
    *,
    longest_s: float,
    heads: tuple[str, str],
    marks: Sequence[tuple[int, str]] = (),
    seconds: Number,
    number: Number,
) -> Beats:
    """`longest_s` is the longest wait that has a height; `heads` name a wait and how often it occurred."""
    ordered = sorted(times_ms)
    waits = [(later, (later - earlier) / 1000) for earlier, later in pairwise(ordered)]
    along = Scale(min(ordered, default=0), max(ordered, default=0), 100)
    ticks = nice_ticks(0, longest_s)
    up = Scale(0, ticks[-1], BEATS_HEIGHT)
    # One path for thousands of dots: each a line without length, with round ends.
    dots = "".join(f"M{along.at(at):g} {up.down(wait):g}h0" for at, wait in waits if wait <= ticks[-1])
    common = Counter(round(wait) for _, wait in waits).most_common(_INTERVALS_LISTED)
    return Beats(
        BEATS_HEIGHT,
        dots,
        tuple(along.at(at) for at, wait in waits if wait > ticks[-1]),
        across(marks, along),
        tuple(Tick(up.down(tick), seconds(tick)) for tick in ticks),
        Table(heads, tuple((seconds(wait), number(count)) for wait, count in common)),
    )

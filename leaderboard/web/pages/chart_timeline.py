"""A day of hosts as rows of spans: what was promised, what counted, and what did not and why. Geometry only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

from leaderboard.web.pages.chart_scales import Instant, Scale, Tick, across

Kind = Literal["effective", "idle", "away", "gap", "not_counted", "overlap"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
# What our API says of a span → how it is drawn; whatever else it says is a reason why it does not count.
_KIND_OF: Final[dict[str, Kind]] = {
    "effective": "effective",
    "bridged": "effective",
    "idle": "idle",
    "away": "away",
}

ROW_HEIGHT: Final = 52


class Span(NamedTuple):
    """What a host did in `[start_ms, end_ms)`; `why` says in words why it did not count."""

    start_ms: int
    end_ms: int
    kind: Kind
    why: str = ""


class Host(NamedTuple):
    """A row: a host, its promised slots and its spans."""

    name: str
    slots: Sequence[tuple[int, int]]
    spans: Sequence[Span]


def kind_of(reason: str) -> Kind:
    """The kind of a span by its reason in the API."""
    return _KIND_OF.get(reason, "not_counted")


@dataclass(frozen=True, slots=True)
class Piece:
    """A slot or a span within its row; `x` and `width` in percent, times in words and not cut to the window."""

    x: float
    width: float
    kind: Kind | Literal["slot"]
    start: str
    end: str
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """A host's row, `top` pixels down."""

    name: str
    top: int
    slots: tuple[Piece, ...]
    spans: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A timeline as it is drawn; `kinds` are those that occur, for the legend."""

    height: int
    rows: tuple[Row, ...]
    kinds: tuple[Kind, ...]
    across: tuple[Tick, ...]


def timeline(
    hosts: Sequence[Host],
    window_ms: tuple[int, int],
    *,
    marks: Sequence[tuple[int, str]] = (),
    clock: Instant,
) -> Timeline:
    """Hosts in the order given, cut to a window; a mark is an instant and the text below it."""
    along = Scale(*window_ms, 100)
    rows = tuple(_row(host, index * ROW_HEIGHT, along, clock) for index, host in enumerate(hosts))
    there = {span.kind for row in rows for span in row.spans}
    return Timeline(
        len(rows) * ROW_HEIGHT,
        rows,
        tuple(kind for kind in KINDS if kind in there),
        across(marks, along),
    )


def _row(host: Host, top: int, along: Scale, clock: Instant) -> Row:
    slots = (_piece(*slot, "slot", "", along, clock) for slot in host.slots)
    # Overlaps come last: they are drawn over the spans that overlap.
    spans = sorted(host.spans, key=lambda span: (span.kind == "overlap", span.start_ms, span.end_ms))
    pieces = (_piece(*span, along, clock) for span in spans)
    return Row(
        host.name,
        top,
        tuple(piece for piece in slots if piece.width > 0),
        tuple(piece for piece in pieces if piece.width > 0),
    )


def _piece(
    start_ms: int, end_ms: int, kind: Kind | Literal["slot"], why: str, along: Scale, clock: Instant
) -> Piece:
    x, right = along.at(start_ms), along.at(end_ms)
    return Piece(x, round(right - x, 2), kind, clock(start_ms), clock(end_ms), why)

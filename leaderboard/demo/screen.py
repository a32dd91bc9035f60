"""How the demo looks: a table on a terminal, plain lines in a pipe. Given a snapshot, it asks nobody."""

from __future__ import annotations

from msgspec import Struct, field
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from leaderboard.demo.feeder import Counts

BANNER = "MADE-UP DATA"
BAR_CELLS = 14
WIDTH_WITHOUT_BAR = 96
PLAIN_WIDTH = 100


class Row(Struct, frozen=True):
    """One line of the board. `moved` is places gained lately; `gap` what is missing to the place above.

    `live` is effective live time, `award` the place among the eligible or why there is none: both in words.
    """

    rank: int
    moved: int
    name: str
    score: int
    gap: int | None
    share: float
    live: str
    award: str


class Excluded(Struct, frozen=True):
    """How many events did not count for one reason, and the reason in words."""

    code: str
    count: int
    why: str


class Snapshot(Struct, frozen=True):
    """All that the screen shows at one moment. `clock` says how long it goes on."""

    seed: int
    url: str
    clock: str
    counts: Counts
    lag_ms: int | None = None
    rows: list[Row] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)


def _arrow(moved: int) -> str:
    return f"▲{moved}" if moved > 0 else f"▼{-moved}" if moved < 0 else ""


def _figures(counts: Counts) -> str:
    return f"sent {counts.sent:,}, accepted {counts.accepted:,}, rejected {counts.rejected:,}"


def _lag(lag_ms: int | None) -> str:
    return "lag -" if lag_ms is None else f"lag {lag_ms:,} ms"


def render(snapshot: Snapshot, width: int) -> RenderableType:
    """For a terminal of `width` columns; a narrow one does without the bars."""
    figures = Text(f"{_figures(snapshot.counts)} · {_lag(snapshot.lag_ms)}")
    return Panel(
        Group(
            figures,
            _board_table(snapshot.rows, min(BAR_CELLS, width - WIDTH_WITHOUT_BAR)),
            _excluded_table(snapshot),
        ),
        title=Text(f"{BANNER} · Apollo, seed {snapshot.seed} · {snapshot.clock}", style="bold yellow"),
        subtitle=Text(snapshot.url, style="dim"),
    )


def _empty_table() -> Table:
    return Table(expand=True, pad_edge=False, collapse_padding=True, box=None, header_style="dim")


def _board_table(rows: list[Row], bar_cells: int) -> Table:
    table = _empty_table()
    table.add_column("", justify="right", no_wrap=True, min_width=2)
    table.add_column("", no_wrap=True, width=3)
    table.add_column("account", no_wrap=True, min_width=21)
    table.add_column("UV", justify="right", no_wrap=True, min_width=7)
    table.add_column("to next", justify="right", no_wrap=True, min_width=7)
    if bar_cells > 0:
        table.add_column("", no_wrap=True, width=bar_cells)
    table.add_column("live", justify="right", no_wrap=True, min_width=11)
    table.add_column("award now", no_wrap=True, min_width=18, ratio=1)
    for row in rows:
        table.add_row(*_cells(row, bar_cells))
    return table


def _cells(row: Row, bar_cells: int) -> list[Text]:
    bar = [Text("█" * max(1, round(row.share * bar_cells)), style="cyan")] if bar_cells > 0 else []
    return [
        Text(str(row.rank), style="bold"),
        Text(_arrow(row.moved), style="green" if row.moved > 0 else "red"),
        Text(row.name),
        Text(f"{row.score:,}", style="bold"),
        Text("" if row.gap is None else f"{row.gap:,}"),
        *bar,
        Text(row.live),
        Text(row.award, style="green" if row.award[:1].isdigit() else "yellow"),
    ]


def _excluded_table(snapshot: Snapshot) -> Table:
    table = _empty_table()
    table.add_column("not counted", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True, ratio=1)
    for line in snapshot.excluded:
        table.add_row(Text(f"{line.count:,}"), Text(line.code, style="yellow"), Text(line.why, style="dim"))
    for code, count in snapshot.counts.codes.most_common():
        table.add_row(Text(f"{count:,}"), Text(code, style="red"), Text("rejected at the door", style="dim"))
    return table


def plain(snapshot: Snapshot) -> str:
    """The same for a pipe or a file: only text."""
    lines = [
        f"{BANNER} | seed {snapshot.seed} | {snapshot.clock} | {_figures(snapshot.counts)} "
        f"| {_lag(snapshot.lag_ms)}"
    ]
    lines += [_plain_row(row) for row in snapshot.rows]
    lines += [
        _clipped(f"not counted: {line.count:>9,} {line.code:<20} {line.why}") for line in snapshot.excluded
    ]
    lines += [f"rejected:    {count:>9,} {code}" for code, count in snapshot.counts.codes.most_common()]
    return "\n".join(lines) + "\n"


def _clipped(line: str) -> str:
    return line if len(line) <= PLAIN_WIDTH else f"{line[: PLAIN_WIDTH - 3].rstrip()}..."


def _plain_row(row: Row) -> str:
    moved = f"{row.moved:+d}" if row.moved else ""
    gap = "" if row.gap is None else f"{row.gap:,} behind"
    line = f"{row.rank:>3} {moved:>3} {row.name:<26} {row.score:>8,} UV {gap:<13} {row.live:>12}  {row.award}"
    return line.rstrip()

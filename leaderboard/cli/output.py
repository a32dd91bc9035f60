"""What commands print: tables by rich on a terminal, plain aligned text in a pipe, JSON, and notes on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from textwrap import wrap
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table as RichTable
from rich.text import Text

GAP = "  "
_INDENT = "    "
_UNBOUNDED = 100_000


class Column(NamedTuple):
    """A column; numbers stand on the `right`. Where a terminal is too narrow, `below` stands in a line of its own."""

    title: str
    right: bool = False
    below: bool = False


class Table(NamedTuple):
    """Cells as texts, in the order of the columns."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]

    def used(self) -> Table:
        """Without the columns in which no row has anything."""
        kept = [i for i in range(len(self.columns)) if any(row[i] for row in self.rows)]
        if not self.rows:
            return self
        return self._of(kept)

    def without(self, titles: Collection[str]) -> Table:
        """Without the columns of these titles."""
        return self._of([i for i, column in enumerate(self.columns) if column.title not in titles])

    def _of(self, kept: Sequence[int]) -> Table:
        return Table([self.columns[i] for i in kept], [[row[i] for i in kept] for row in self.rows])


def clean(text: object) -> str:
    """A text on one line, without characters that a terminal would obey: names come from others."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(text))


def plain_lines(table: Table) -> Iterator[str]:
    """Aligned columns, two spaces apart."""
    rows = [
        [column.title for column in table.columns],
        *([clean(cell) for cell in row] for row in table.rows),
    ]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, table.columns, strict=True)
        yield GAP.join(_padded(cell, width, column.right) for cell, width, column in cells).rstrip()


def _padded(cell: str, width: int, right: bool) -> str:
    padding = " " * (width - cell_len(cell))
    return padding + cell if right else cell + padding


def rich_table(table: Table) -> RichTable:
    """The same for a terminal, which cuts what is too wide for it."""
    shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in table.columns:
        shown.add_column(column.title, justify="right" if column.right else "left", no_wrap=column.right)
    for row in table.rows:
        shown.add_row(*(Text(clean(cell)) for cell in row))
    return shown


def folded_lines(table: Table, width: int) -> Iterator[str]:
    """A table with what stands `below` under each row, wrapped and never cut."""
    below = [i for i, column in enumerate(table.columns) if column.below]
    head, *rows = plain_lines(table.without([table.columns[i].title for i in below]))
    yield head
    for line, row in zip(rows, table.rows, strict=True):
        yield line
        said = (f"{table.columns[i].title}: {clean(row[i])}" for i in below if row[i])
        for filled in _filled(said, width - len(_INDENT)):
            yield _INDENT + filled


def _filled(parts: Iterable[str], width: int) -> Iterator[str]:
    """As many parts on a line as have room; only one that is longer than a line is broken, between its words."""
    line = ""
    for part in parts:
        longer = f"{line}{GAP}{part}" if line else part
        if line and cell_len(longer) > width:
            yield from _wrapped(line, width)
            longer = part
        line = longer
    yield from _wrapped(line, width)


def _wrapped(line: str, width: int) -> list[str]:
    return wrap(line, width, break_long_words=False, break_on_hyphens=False)


def print_table(table: Table) -> None:
    """A table as it suits stdout."""
    if not sys.stdout.isatty():
        print_lines(plain_lines(table))
        return
    console, shown = Console(file=sys.stdout), rich_table(table)
    unbounded = console.options.update_width(_UNBOUNDED)
    is_wide = console.measure(shown, options=unbounded).maximum > console.width
    if is_wide and any(column.below for column in table.columns):
        print_lines(folded_lines(table, console.width))
    else:
        console.print(shown)


def terminal_width() -> int | None:
    """How many columns stdout has; None where it is no terminal, and nothing is too wide."""
    return Console(file=sys.stdout).width if sys.stdout.isatty() else None


def print_lines(lines: Iterable[str]) -> None:
    """Lines on stdout, at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def print_json(document: object, *, in_one_line: bool = False) -> None:
    """JSON on stdout."""
    text = orjson.dumps(document, option=None if in_one_line else orjson.OPT_INDENT_2)
    print_lines([text.decode()])


def say(text: str) -> None:
    """A note or a problem, on stderr: stdout holds data only."""
    sys.stderr.write(f"leaderboard: {clean(text)}\n")
    sys.stderr.flush()


@contextmanager
def progress_of(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, and nothing in a pipe; call what it gives after each step."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def zone_of(name: str) -> tzinfo:
    """A time zone, or UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def moment(text: str | None, zone: tzinfo = UTC) -> str:
    """`2022-02-14 00:00:05` of a time as the service gives it; nothing for none."""
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M:%S}" if text else ""


def minute(text: str | None, zone: tzinfo = UTC) -> str:
    """The same for times that are set by people: without seconds where there are none."""
    return moment(text, zone).removesuffix(":00")


def count(number: int, noun: str) -> str:
    """`1 account`, `1,234 accounts`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

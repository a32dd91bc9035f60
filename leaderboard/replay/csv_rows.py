"""The rows of a CSV text as events. What is not a row of the header's width is skipped, with its line number."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import msgspec

from leaderboard.replay.amounts import settled
from leaderboard.replay.csv_mapping import Mapping, Row, RowMapper
from leaderboard.replay.rebase import MOVED_IDS, Shift
from leaderboard.replay.recorded import BadRow, Events, Lines, Recorded, ReplayError
from leaderboard.replay.tally import Tally

Lost = Callable[[int, list[str]], None]
"""Is told the lines that make no rows, and the number of the first."""

encode = msgspec.json.Encoder().encode


def read_rows(name: str, lines: Lines, tally: Tally, mapping: Mapping, shift: Shift | None = None) -> Events:
    """One event a row. The first row is the header; ReplayError when it lacks a column of the mapping."""
    rows = rows_of(name, lines, tally, mapping.delimiter)
    if (first := next(rows, None)) is None:
        return
    header = first[1]
    mapper = mapper_of(name, mapping, header)
    for number, row in rows:
        try:
            check_width(row, len(header))
            if not mapper.is_wanted(row):
                tally.left_out += 1
                continue
            content = content_of(row)
            event = mapper.event(row)
            set_amount(event, mapper.amount(row), mapping, tally, (name, number))
        except BadRow as error:
            tally.skip(error.code, name, number, str(error))
            continue
        event.setdefault("id", _id(content))
        move(event, shift)
        yield Recorded(encode(event), name, number, event["at"])


def mapper_of(name: str, mapping: Mapping, header: Row) -> RowMapper:
    """The mapping applied to a header; ReplayError for one that lacks a column of it."""
    try:
        content_of(header)
        return RowMapper(mapping, header)
    except (BadRow, ReplayError) as error:
        raise ReplayError(f"{name}: its header: {error}") from error


def rows_of(
    name: str, lines: Lines, tally: Tally, delimiter: str, lost: Lost = lambda _start, _lines: None
) -> Iterator[tuple[int, Row]]:
    """Rows with the number of the line they begin on. Damaged quoting costs the lines it swallows, no more."""
    numbered = _Numbered(lines)
    reader = csv.reader(numbered, strict=True, delimiter=delimiter)
    while True:
        start = numbered.last + 1
        numbered.taken.clear()
        try:
            row = next(reader, None)
        except csv.Error as error:
            where = f", lines {start} to {numbered.last}" if numbered.last > start else ""
            tally.skip("not_csv", name, start, f"{error}{where}")
            lost(start, numbered.taken)
            continue
        if row is None:
            return
        if row:
            yield start, row


class _Numbered:
    """Lines for the csv module: which was the `last`, and what was `taken` for the row in hand."""

    def __init__(self, lines: Lines) -> None:
        self.last = 0
        self.taken: list[str] = []
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        for number, line in self._lines:
            self.last = number
            # What is not UTF-8 goes along, so that quoting stays intact, and is found in its row.
            text = line.decode("utf-8", "surrogateescape") + "\n"
            self.taken.append(text)
            yield text


def check_width(row: Row, width: int) -> None:
    """BadRow for a row that has more or fewer cells than the header."""
    if len(row) != width:
        raise BadRow("columns", f"it has {len(row)} columns, the header has {width}")


def content_of(row: Row) -> bytes:
    """All cells, however they were quoted, as bytes that no other row has."""
    text = "\0".join(row)
    if text.count("\0") >= len(row):
        raise BadRow("nul", "it has a NUL character in it")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRow("not_utf8", "it is not UTF-8") from None


def set_amount(
    event: dict[str, Any], total: Decimal | None, mapping: Mapping, tally: Tally, place: tuple[str, int]
) -> None:
    """Gives the event its computed amount, if it has one; BadRow for one that cannot be money of the event."""
    if total is None:
        return
    value = event["value"]
    amount = settled(total, mapping.event_type, value["currency"], rounds=mapping.rounds)
    value["amount"] = amount.text
    if amount.exact is not None:
        tally.rounded.add(*place, f"{amount.exact} to {amount.text} {value['currency']}")


def move(event: dict[str, Any], shift: Shift | None) -> None:
    """To its new time and under its new ids, where the recording is moved."""
    if shift is None:
        return
    event["at"] = shift.at_ms(event["at"])
    for name in MOVED_IDS & event.keys():
        event[name] = shift.id(event[name])


def _id(content: bytes) -> str:
    """Without a mapped id the row's content is the id: a row that stands there twice is one event, sent twice.

    So neither the file's name, nor the order, nor a second replay makes another event of it.
    """
    return "row-" + blake2b(content, digest_size=12).hexdigest()

"""The rows of a CSV text as events. What is not a row of the header's width is skipped, with its line number."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from leaderboard.replay.csv_mapping import BadRow, Mapping, Row, RowMapper
from leaderboard.replay.rebase import MOVED_IDS, Shift
from leaderboard.replay.recorded import Events, Lines, Recorded, ReplayError
from leaderboard.replay.tally import Tally

_encode = msgspec.json.Encoder().encode


def read_rows(name: str, lines: Lines, tally: Tally, mapping: Mapping, shift: Shift | None = None) -> Events:
    """One event a row. The first row is the header; ReplayError when it lacks a column of the mapping."""
    rows = _rows(name, lines, tally, mapping.delimiter)
    if (first := next(rows, None)) is None:
        return
    header = first[1]
    mapper = _mapper(name, mapping, header)
    for number, row in rows:
        try:
            _check_width(row, len(header))
            if not mapper.is_wanted(row):
                tally.left_out += 1
                continue
            content = _content(row)
            event = mapper.event(row)
        except BadRow as error:
            tally.skip(error.code, name, number, str(error))
            continue
        _identify(event, content, shift)
        yield Recorded(_encode(event), name, number, event["at"])


def _mapper(name: str, mapping: Mapping, header: Row) -> RowMapper:
    try:
        _content(header)
        return RowMapper(mapping, header)
    except (BadRow, ReplayError) as error:
        raise ReplayError(f"{name}: its header: {error}") from error


def _rows(name: str, lines: Lines, tally: Tally, delimiter: str) -> Iterator[tuple[int, Row]]:
    """Rows with the number of the line they begin on. Damaged quoting costs the lines it swallows, no more."""
    numbered = _Numbered(lines)
    reader = csv.reader(numbered, strict=True, delimiter=delimiter)
    while True:
        start = numbered.last + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            where = f", lines {start} to {numbered.last}" if numbered.last > start else ""
            tally.skip("not_csv", name, start, f"{error}{where}")
            continue
        if row is None:
            return
        if row:
            yield start, row


class _Numbered:
    """Lines for the csv module, which remembers where it has got to."""

    def __init__(self, lines: Lines) -> None:
        self.last = 0
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        for number, line in self._lines:
            self.last = number
            # What is not UTF-8 goes along, so that quoting stays intact, and is found in its row.
            yield line.decode("utf-8", "surrogateescape") + "\n"


def _check_width(row: Row, width: int) -> None:
    if len(row) != width:
        raise BadRow("columns", f"it has {len(row)} columns, the header has {width}")


def _content(row: Row) -> bytes:
    """All cells, however they were quoted, as bytes that no other row has."""
    text = "\0".join(row)
    if text.count("\0") >= len(row):
        raise BadRow("nul", "it has a NUL character in it")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRow("not_utf8", "it is not UTF-8") from None


def _identify(event: dict[str, Any], content: bytes, shift: Shift | None) -> None:
    """Without a mapped id the row's content is the id: a row that stands there twice is one event, sent twice.

    So neither the file's name, nor the order, nor a second replay makes another event of it.
    """
    if "id" not in event:
        event["id"] = "row-" + blake2b(content, digest_size=12).hexdigest()
    if shift is not None:
        event["at"] = shift.at_ms(event["at"])
        for name in MOVED_IDS & event.keys():
            event[name] = shift.id(event[name])

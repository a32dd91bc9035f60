"""Rows that share a value put together to one event: an invoice of several lines. Half an invoice is no event."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import Struct

from leaderboard.replay.amounts import plus
from leaderboard.replay.csv_mapping import ACCOUNT, Mapping, Row, RowMapper
from leaderboard.replay.csv_rows import check_width, content_of, encode, mapper_of, move, rows_of, set_amount
from leaderboard.replay.rebase import Shift
from leaderboard.replay.recorded import BadRow, Events, Lines, Recorded, ReplayError
from leaderboard.replay.tally import Tally

MAX_HELD: Final = 2_000_000
"""Events and gathered values, of up to half a kilobyte each: a column of the wrong kind must not fill the memory."""

_decode = msgspec.json.Decoder().decode

_Fields = dict[str, Any]


class _Group(Struct):
    """An event so far. `start` has the fields of its first row, without what is summed and gathered."""

    file: str
    line: int
    account: str
    currency: str | None
    start: bytes
    total: Decimal | None = None
    lists: dict[str, dict[str, None]] = {}
    rows: int = 0


class _Stray(Struct, frozen=True):
    """A line that no event got: one of `cell`, if that is one, else probably of the row `before` it."""

    place: str
    cell: str
    before: str


class Groups:
    """Takes the rows of every text, wherever those of one event stand, and gives the events at the end."""

    def __init__(self, mapping: Mapping, tally: Tally, max_held: int = MAX_HELD) -> None:
        self._mapping = mapping
        self._tally = tally
        self._left = max_held
        self._column = mapping.group_by or ""
        self._conditions = [condition for condition in mapping.where if condition.column == self._column]
        self._groups: dict[str, _Group] = {}
        self._incomplete: dict[str, str] = {}
        self._strays: list[_Stray] = []
        self._name, self._index, self._before = "", -1, ""

    def read(self, name: str, lines: Lines) -> None:
        """Takes all rows of a text. A broken one is skipped with its line, and later its whole event is."""
        self._name, self._index, self._before = name, -1, ""
        rows = rows_of(name, lines, self._tally, self._mapping.delimiter, self._lose)
        if (first := next(rows, None)) is None:
            return
        header = first[1]
        mapper = mapper_of(name, self._mapping, header)
        self._index = header.index(self._column)
        for number, row in rows:
            self._take(number, row, mapper, len(header))

    def events(self, shift: Shift | None = None) -> Events:
        """One event a group, in the order of their first rows; ReplayError when any of them may lack rows."""
        self._refuse_gaps()
        self._settle_strays()
        for key, group in self._groups.items():
            try:
                event = self._event(key, group)
            except BadRow as error:
                lines = f"{group.rows} line{'' if group.rows == 1 else 's'}"
                detail = f"{self._column} {key!r}, all its {lines}: {error}"
                self._tally.skip(error.code, group.file, group.line, detail)
                continue
            move(event, shift)
            yield Recorded(encode(event), group.file, group.line, event["at"])

    def _take(self, number: int, row: Row, mapper: RowMapper, width: int) -> None:
        try:
            check_width(row, width)
            if mapper.is_wanted(row):
                content_of(row)
                self._add(number, row, mapper)
            else:
                self._tally.left_out += 1
            self._before = row[self._index]
        except BadRow as error:
            self._tally.skip(error.code, self._name, number, str(error))
            self._stray(number, row)

    def _add(self, number: int, row: Row, mapper: RowMapper) -> None:
        key = row[self._index]
        if not key:
            hint = f"--where {self._column}!= leaves such rows out"
            raise BadRow("empty", f"{self._column} (to group by) is empty; {hint}")
        try:
            self._join(key, number, mapper.event(row), mapper.amount(row))
        except BadRow as error:
            self._tally.skip(error.code, self._name, number, str(error))
            self._incomplete.setdefault(key, f"{self._name}:{number}")

    def _join(self, key: str, number: int, event: _Fields, amount: Decimal | None) -> None:
        lists = {name: event.pop(name) for name, value in tuple(event.items()) if isinstance(value, list)}
        group = self._groups.get(key)
        if group is None:
            self._hold(1)
            account, currency = event[ACCOUNT], _currency(event)
            group = _Group(
                self._name, number, account, currency, encode(event), lists={name: {} for name in lists}
            )
            self._groups[key] = group
        _check_same(group, event)
        group.total = amount if group.total is None or amount is None else plus(group.total, amount)
        group.rows += 1
        self._tally.grouped += 1
        for name, values in lists.items():
            self._gather(group.lists.setdefault(name, {}), values)

    def _gather(self, gathered: dict[str, None], values: list[str]) -> None:
        before = len(gathered)
        gathered.update(dict.fromkeys(values))
        self._hold(len(gathered) - before)

    def _hold(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            hint = (
                "is it the column that the rows of one event share? If it is, replay the recording in parts"
            )
            raise ReplayError(
                f"--group-by {self._column}: there are too many events to hold them all; {hint}"
            )

    def _event(self, key: str, group: _Group) -> _Fields:
        if (place := self._incomplete.get(key)) is not None:
            raise BadRow(
                "incomplete", f"it lacks what could not be read at {place}, and half an event is none"
            )
        event: _Fields = _decode(group.start)
        event.setdefault("id", key)
        event.update({name: list(values) for name, values in group.lists.items()})
        set_amount(event, group.total, self._mapping, self._tally, (group.file, group.line))
        return event

    def _stray(self, number: int, row: Row) -> None:
        cell = row[self._index] if len(row) > self._index else ""
        # A file may end within the cell itself: then it only looks like one that is not wanted.
        is_wanted = all(condition.holds(cell) for condition in self._conditions)
        if is_wanted or self._before.startswith(cell):
            self._strays.append(_Stray(f"{self._name}:{number}", cell, self._before))

    def _lose(self, number: int, lines: list[str]) -> None:
        # Nothing is grouped before there is a header.
        if self._index >= 0:
            for further, line in enumerate(lines):
                self._stray(number + further, _cells(line, self._mapping.delimiter))

    def _settle_strays(self) -> None:
        for stray in self._strays:
            is_known = stray.cell in self._groups or stray.cell in self._incomplete
            self._incomplete.setdefault(stray.cell if is_known else stray.before, stray.place)

    def _refuse_gaps(self) -> None:
        gaps = list(self._tally.broken)
        if (too_long := self._tally.skipped.get("too_long")) is not None:
            first = too_long.examples[0]
            gaps.append(f"{first.file}:{first.line}: {first.detail}")
        if gaps:
            self._tally.broken.clear()
            raise ReplayError(
                f"{'; '.join(gaps)}; nothing is sent, as any event may lack what could not be read"
            )


def _currency(event: _Fields) -> str | None:
    currency: str | None = event.get("value", {}).get("currency")
    return currency


def _check_same(group: _Group, event: _Fields) -> None:
    """Other fields are those of the first row; of these two, one of them would get or lose money by that."""
    for name, first, here in (
        (ACCOUNT, group.account, event[ACCOUNT]),
        ("value.currency", group.currency, _currency(event)),
    ):
        if first != here:
            raise BadRow(
                "mixed", f"{name} is {here!r}, in {group.file}:{group.line} it is {first!r}; an event has one"
            )


def _cells(line: str, delimiter: str) -> Row:
    """The cells of a line that makes no row, as well as can be."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []

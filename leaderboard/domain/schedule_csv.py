"""Schedules of hosts as CSV, in and out: a line a slot. Whether a promise is allowed is checked elsewhere."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import StringIO
from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.domain.accounts import Id
from leaderboard.domain.campaigns.windows import instant_ms
from leaderboard.domain.enrollment_requests import HostName, RequestedHost
from leaderboard.domain.enrollments import Slot
from leaderboard.domain.times import from_ms, rfc3339, to_ms

COLUMNS: Final = ("host_id", "host_name", "start", "end")
_NEEDED: Final = ("host_id", "start", "end")
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?", re.ASCII)
_YEARS: Final = range(2000, 2200)
# What a spreadsheet would run as a formula gets an apostrophe before it, and loses it on the way back.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")


class LineProblem(Struct, frozen=True):
    """What is wrong with a line, which is counted from 1; the header is one."""

    line: int
    column: str
    detail: str

    def __str__(self) -> str:
        return (
            f"line {self.line}: {self.column}: {self.detail}"
            if self.column
            else f"line {self.line}: {self.detail}"
        )


class ScheduleRefused(ValueError):
    """The text is no schedule; `problems` has each line that is wrong, in order."""

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class _Line(Struct, frozen=True):
    """A line that is right by itself; without a slot it only names its host."""

    number: int
    host_id: str
    name: str
    slot: tuple[int, int] | None


def parse_schedule(text: str, zone: str) -> list[RequestedHost]:
    """The hosts in the order in which they come. Times without an offset are those of `zone`.

    Commas or semicolons, as the header has it. ScheduleRefused gives every line that is wrong.
    """
    rows, problems = _rows(text), list[LineProblem]()
    number, header = next(rows)
    columns = _columns(number, header)
    lines = []
    for number, row in rows:
        try:
            lines.append(_line(number, dict(zip(columns, row, strict=False)), len(row) - len(columns), zone))
        except ScheduleRefused as refused:
            problems += refused.problems
    problems += [*_other_names(lines), *_overlaps(lines)]
    if problems:
        raise ScheduleRefused(sorted(problems, key=lambda problem: problem.line))
    return _hosts(lines)


def write_schedule(hosts: Iterable[RequestedHost], names: Mapping[str, str]) -> str:
    """A line a slot, and one for a host without any; `names` of hosts that have none here. Times in UTC."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for host in hosts:
        named = (host.host_id, _guarded(host.name or names.get(host.host_id, "")))
        slots = [(_shown(slot.start), _shown(slot.end)) for slot in host.schedule] or [("", "")]
        writer.writerows((*named, *slot) for slot in slots)
    return text.getvalue()


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every line that has any; the header first."""
    text = text.removeprefix("\ufeff")
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    is_empty = True
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                is_empty = False
                yield reader.line_num, cells
    except csv.Error as error:
        raise _refused(reader.line_num, "", f"is not CSV: {error}") from error
    if is_empty:
        raise _refused(1, "", f"is empty; the first line names the columns: {', '.join(COLUMNS)}")


def _columns(number: int, header: list[str]) -> list[str]:
    columns = [cell.lower() for cell in header]
    missing = [name for name in _NEEDED if name not in columns]
    unknown = [name for name in columns if name not in COLUMNS]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    for names, wrong in ((missing, "is missing"), (unknown, "is no column here"), (twice, "is there twice")):
        if names:
            raise _refused(number, names[0][:40], f"{wrong}; the columns are {', '.join(COLUMNS)}")
    return columns


def _line(number: int, cells: Mapping[str, str], too_many: int, zone: str) -> _Line:
    if too_many > 0:
        raise _refused(number, "", f"has {too_many} more cells than there are columns")
    host_id = _checked(number, "host_id", cells.get("host_id", ""), Id)
    name = _unguarded(cells.get("host_name", ""))
    if name:
        _checked(number, "host_name", name, HostName)
    if not cells.get("start") and not cells.get("end"):
        return _Line(number, host_id, name, None)
    start_ms, end_ms = (_instant(number, column, cells.get(column, ""), zone) for column in ("start", "end"))
    if end_ms <= start_ms:
        raise _refused(number, "end", "must be later than the start")
    return _Line(number, host_id, name, (start_ms, end_ms))


def _checked(number: int, column: str, value: str, kind: object) -> str:
    try:
        return str(msgspec.convert(value, kind))
    except msgspec.ValidationError as error:
        shape = (
            "is required; letters, digits and . _ : @ -, at most 128, not starting with a sign"
            if column == "host_id"
            else "is longer than 200 characters"
        )
        raise _refused(number, column, shape) from error


def _instant(number: int, column: str, value: str, zone: str) -> int:
    try:
        found = datetime.fromisoformat(value.replace(" ", "T", 1) if _LOCAL.fullmatch(value) else value)
        is_said = found.year in _YEARS and len(value) >= len("2022-02-14 19:00")
    except ValueError:
        is_said = False
    if not is_said:
        detail = (
            "must be a time such as 2022-02-14 19:00 (of the campaign's zone) or 2022-02-14T19:00:00-08:00"
        )
        raise _refused(number, column, detail)
    return instant_ms(found, zone) if found.tzinfo is None else to_ms(found)


def _other_names(lines: Iterable[_Line]) -> Iterator[LineProblem]:
    first: dict[str, _Line] = {}
    for line in lines:
        known = first.setdefault(line.host_id, line) if line.name else line
        if known.name != line.name:
            detail = f"{line.host_id} has another name in line {known.number}"
            yield LineProblem(line.number, "host_name", detail)


def _overlaps(lines: Iterable[_Line]) -> Iterator[LineProblem]:
    """The later of two slots of one host that share some time."""
    last: dict[str, tuple[int, int]] = {}
    timed = [(line.slot, line) for line in lines if line.slot]
    for (start_ms, end_ms), line in sorted(timed, key=lambda pair: pair[0]):
        until_ms, number = last.get(line.host_id, (start_ms, 0))
        if start_ms < until_ms:
            yield LineProblem(line.number, "start", f"overlaps the slot of {line.host_id} in line {number}")
        last[line.host_id] = max((until_ms, number), (end_ms, line.number))


def _hosts(lines: Sequence[_Line]) -> list[RequestedHost]:
    names = {line.host_id: line.name for line in lines if line.name}
    slots: dict[str, list[Slot]] = {line.host_id: [] for line in lines}
    for line in lines:
        if line.slot:
            slots[line.host_id].append(Slot(*line.slot))
    return [RequestedHost(host_id, names.get(host_id), schedule) for host_id, schedule in slots.items()]


def _shown(instant: datetime | int) -> str:
    at_ms = instant if isinstance(instant, int) else to_ms(instant)
    return rfc3339(at_ms) if at_ms % 1000 else f"{from_ms(at_ms):%Y-%m-%dT%H:%M:%SZ}"


def _guarded(name: str) -> str:
    return f"'{name}" if _FORMULA.match(name) else name


def _unguarded(name: str) -> str:
    return name[1:] if name.startswith("'") and _FORMULA.match(name) else name


def _refused(line: int, column: str, detail: str) -> ScheduleRefused:
    return ScheduleRefused([LineProblem(line, column, detail)])

"""Reads a bank's report of payouts, CSV or NACHA. What is wrong in it is told with its line; asks nobody."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

from leaderboard.cli.opening import CannotRun
from leaderboard.domain.money import format_minor
from leaderboard.domain.nacha_returns import CannotRead, Return, read_returns
from leaderboard.domain.payouts import ID_LENGTH
from leaderboard.domain.reconciling import Status

_NEEDED: Final = ("id", "status")
_COLUMNS: Final = (*_NEEDED, "code", "amount", "reference")
_ID: Final = re.compile(rf"[A-Z2-7]{{{ID_LENGTH}}}", re.ASCII)
_AMOUNT: Final = re.compile(r"\d{1,16}(\.\d{1,6})?", re.ASCII)
_MOST_PROBLEMS: Final = 10
# How a service names a line that it was sent, and a field of it.
_SENT: Final = re.compile(r"lines\[(\d{1,6})\](?:\.(.*))?", re.ASCII)

Line = dict[str, str]


class BankReport(NamedTuple):
    """What was read of a file. `places`: where each line stands in it; '' of a file whose lines nobody looks at."""

    source: str
    lines: list[Line]
    places: list[str]

    def of(self, ids: Container[str]) -> BankReport:
        """The lines of these payouts."""
        kept = [(line, at) for line, at in zip(self.lines, self.places, strict=True) if line["id"] in ids]
        return BankReport(self.source, [line for line, _ in kept], [at for _, at in kept])

    def told(self, errors: Sequence[Mapping[str, Any]]) -> str:
        """What the service finds wrong in it, with the lines of the file in place of those that were sent."""
        return _told(self.source, [self._told_one(one) for one in errors])

    def _told_one(self, error: Mapping[str, Any]) -> str:
        path, detail = str(error.get("path") or ""), str(error.get("detail") or "")
        found = _SENT.fullmatch(path)
        place = self.places[int(found[1])] if found and int(found[1]) < len(self.places) else ""
        field = found[2] if found else path
        return ": ".join([one for one in (place, field, detail) if one])


class _Wrong(ValueError):
    """A line says what cannot be meant."""


def read_report(source: str) -> BankReport:
    """The lines of a report, without the cells that are empty. CannotRun tells the lines that are wrong."""
    rows = _rows(_text(source), source)
    header = [name.strip().lower() for name in next(rows, (0, []))[1]]
    _check_header(header, source)
    lines, problems, seen = [], [], dict[str, int]()
    for number, cells in rows:
        try:
            line = _line(header, cells)
            if line["id"] in seen:
                raise _Wrong(f"{line['id']} is in line {seen[line['id']]} already")
            seen[line["id"]] = number
            lines.append(line)
        except _Wrong as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise CannotRun(_told(source, problems))
    if not lines:
        raise CannotRun(f"{source}: has a header and no lines")
    return BankReport(source, lines, [f"line {number}" for number in seen.values()])


def read_bank_returns(source: str) -> BankReport:
    """The lines of a NACHA file of returns and corrections. CannotRun tells the line that is wrong."""
    try:
        found = read_returns(_text(source))
    except CannotRead as error:
        raise CannotRun(f"{source}: {error}") from error
    if not found:
        raise CannotRun(f"{source}: nothing came back")
    return BankReport(source, [_returned(one) for one in found], [""] * len(found))


def _returned(one: Return) -> Line:
    if one.is_correction:
        return {"id": one.id, "status": "corrected", "code": one.code}
    return {
        "id": one.id,
        "status": "returned",
        "code": one.code,
        "amount": format_minor(one.amount_minor, "USD"),
    }


def _text(source: str) -> str:
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise CannotRun(f"{source}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CannotRun(f"{source}: is not text in UTF-8: save it as CSV UTF-8") from error


def _rows(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its last line, cells) of every line that has something in it."""
    first = text.partition("\n")[0]
    # Spreadsheets write what the user's country separates with.
    separator = ";" if ";" in first and "," not in first else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells):
                yield rows.line_num, cells
    except csv.Error as error:
        raise CannotRun(f"{source}: line {rows.line_num}: is not CSV: {error}") from error


def _check_header(header: list[str], source: str) -> None:
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise CannotRun(f"{source}: line 1 must name the columns, and has no {' and no '.join(missing)}")
    twice = [name for name in _COLUMNS if header.count(name) > 1]
    if twice:
        raise CannotRun(f"{source}: line 1 names the column {twice[0]} twice")


def _line(header: list[str], cells: list[str]) -> Line:
    if len(cells) != len(header):
        raise _Wrong(f"has {len(cells)} cells, and the header {len(header)}")
    named: dict[str, Any] = dict(zip(header, cells, strict=True))
    line = {name: named[name].strip() for name in _COLUMNS if named.get(name, "").strip()}
    line |= {"id": line.get("id", "").upper(), "status": line.get("status", "").lower()}
    line |= {"code": line["code"].upper()} if "code" in line else {}
    _check(line)
    return line


def _check(line: Line) -> None:
    status = line["status"]
    if not _ID.fullmatch(line["id"]):
        raise _Wrong(
            f"id must be that of a payout, {ID_LENGTH} letters and digits as in the file for the bank"
        )
    if status not in get_args(Status):
        raise _Wrong(f"status must be paid, returned or corrected, not {status[:20]!r}")
    if status != "paid" and "code" not in line:
        raise _Wrong(
            f"a {status} payout needs the bank's code, such as {'R03' if status == 'returned' else 'C01'}"
        )
    if not _AMOUNT.fullmatch(line.get("amount", "0")):
        raise _Wrong("amount must be a plain number such as 1250.00, without sign, currency or separators")


def _told(source: str, problems: list[str]) -> str:
    more = f"; and {len(problems) - _MOST_PROBLEMS:,} more" if len(problems) > _MOST_PROBLEMS else ""
    return f"{source}: {'; '.join(problems[:_MOST_PROBLEMS])}{more}"

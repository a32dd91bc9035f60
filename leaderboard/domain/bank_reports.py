"""A bank's report of payouts, CSV or NACHA, read from a text. What is wrong in it is told with its line; opens no file
and compares nothing with what was sent."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Container, Iterator
from typing import Any, Final, NamedTuple, get_args

from leaderboard.domain.money import format_minor
from leaderboard.domain.nacha_returns import CannotRead, Return, read_returns
from leaderboard.domain.payouts import ID_LENGTH
from leaderboard.domain.reconciling import Status

_NEEDED: Final = ("id", "status")
_COLUMNS: Final = (*_NEEDED, "code", "amount", "reference")
_ID: Final = re.compile(rf"[A-Z2-7]{{{ID_LENGTH}}}", re.ASCII)
_AMOUNT: Final = re.compile(r"\d{1,16}(\.\d{1,6})?", re.ASCII)

ReportLine = dict[str, str]


class WrongReport(ValueError):
    """A report cannot be taken as it is. `problems`: a sentence each, most with the line that it is about."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class ReportRead(NamedTuple):
    """What a report says. `places`: where each line stands in it; '' of a file whose lines nobody looks at."""

    lines: list[ReportLine]
    places: list[str]

    def of(self, ids: Container[str]) -> ReportRead:
        """The lines of these payouts."""
        kept = [(line, at) for line, at in zip(self.lines, self.places, strict=True) if line["id"] in ids]
        return ReportRead([line for line, _ in kept], [at for _, at in kept])


class _Wrong(ValueError):
    """A line says what cannot be meant."""


def text_of(content: bytes) -> str:
    """The text of a file. WrongReport where it is none."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongReport("is not text in UTF-8: save it as CSV UTF-8") from error


def read_any(text: str) -> ReportRead:
    """A report of either kind: a file of NACHA begins with its header record, a CSV with the names of its columns."""
    return read_nacha(text) if text.startswith("101") else read_csv(text)


def read_csv(text: str) -> ReportRead:
    """The lines of a CSV, without the cells that are empty."""
    rows = _rows(text)
    header = [name.strip().lower() for name in next(rows, (0, []))[1]]
    _check_header(header)
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
        raise WrongReport(*problems)
    if not lines:
        raise WrongReport("has a header and no lines")
    return ReportRead(lines, [f"line {number}" for number in seen.values()])


def read_nacha(text: str) -> ReportRead:
    """The lines of a NACHA file of returns and corrections."""
    try:
        found = read_returns(text)
    except CannotRead as error:
        raise WrongReport(str(error)) from error
    if not found:
        raise WrongReport("nothing came back")
    return ReportRead([_returned(one) for one in found], [""] * len(found))


def _returned(one: Return) -> ReportLine:
    if one.is_correction:
        return {"id": one.id, "status": "corrected", "code": one.code}
    return {
        "id": one.id,
        "status": "returned",
        "code": one.code,
        "amount": format_minor(one.amount_minor, "USD"),
    }


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
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
        raise WrongReport(f"line {rows.line_num}: is not CSV: {error}") from error


def _check_header(header: list[str]) -> None:
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise WrongReport(f"line 1 must name the columns, and has no {' and no '.join(missing)}")
    twice = [name for name in _COLUMNS if header.count(name) > 1]
    if twice:
        raise WrongReport(f"line 1 names the column {twice[0]} twice")


def _line(header: list[str], cells: list[str]) -> ReportLine:
    if len(cells) != len(header):
        raise _Wrong(f"has {len(cells)} cells, and the header {len(header)}")
    named: dict[str, Any] = dict(zip(header, cells, strict=True))
    line = {name: named[name].strip() for name in _COLUMNS if named.get(name, "").strip()}
    line |= {"id": line.get("id", "").upper(), "status": line.get("status", "").lower()}
    line |= {"code": line["code"].upper()} if "code" in line else {}
    _check(line)
    return line


def _check(line: ReportLine) -> None:
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

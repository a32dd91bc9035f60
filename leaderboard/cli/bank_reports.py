"""A bank's report of payouts from a file or stdin. What is wrong in it is told with its line; asks nobody."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from leaderboard.cli.opening import CannotRun
from leaderboard.domain.bank_reports import (
    ReportLine,
    ReportRead,
    WrongReport,
    read_csv,
    read_nacha,
    text_of,
)

_MOST_PROBLEMS: Final = 10
# How a service names a line that it was sent, and a field of it.
_SENT: Final = re.compile(r"lines\[(\d{1,6})\](?:\.(.*))?", re.ASCII)

Line = ReportLine


class BankReport(NamedTuple):
    """What was read of a file. `places`: where each line stands in it; '' of a file whose lines nobody looks at."""

    source: str
    lines: list[Line]
    places: list[str]

    def of(self, ids: Container[str]) -> BankReport:
        """The lines of these payouts."""
        return BankReport(self.source, *ReportRead(self.lines, self.places).of(ids))

    def told(self, errors: Sequence[Mapping[str, Any]]) -> str:
        """What the service finds wrong in it, with the lines of the file in place of those that were sent."""
        return _told(self.source, [self._told_one(one) for one in errors])

    def _told_one(self, error: Mapping[str, Any]) -> str:
        path, detail = str(error.get("path") or ""), str(error.get("detail") or "")
        found = _SENT.fullmatch(path)
        place = self.places[int(found[1])] if found and int(found[1]) < len(self.places) else ""
        field = found[2] if found else path
        return ": ".join([one for one in (place, field, detail) if one])


def read_report(source: str) -> BankReport:
    """The lines of a report, without the cells that are empty. CannotRun tells the lines that are wrong."""
    return _read(source, read_csv)


def read_bank_returns(source: str) -> BankReport:
    """The lines of a NACHA file of returns and corrections. CannotRun tells the line that is wrong."""
    return _read(source, read_nacha)


def _read(source: str, reader: Callable[[str], ReportRead]) -> BankReport:
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return BankReport(source, *reader(text_of(content)))
    except OSError as error:
        raise CannotRun(f"{source}: {error.strerror}") from error
    except WrongReport as error:
        raise CannotRun(_told(source, error.problems)) from error


def _told(source: str, problems: Sequence[str]) -> str:
    more = f"; and {len(problems) - _MOST_PROBLEMS:,} more" if len(problems) > _MOST_PROBLEMS else ""
    return f"{source}: {'; '.join(problems[:_MOST_PROBLEMS])}{more}"

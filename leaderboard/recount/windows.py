"""The windows of a definition as tables: when each run opens and closes, and the campaign's local days and weeks.

All instants are worked out before, by the zone's own rules (runs in `domain/occurrences.py`, local days here);
statements only compare them.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, get_args
from zoneinfo import ZoneInfo

from leaderboard.domain.campaigns import Clock, Definition
from leaderboard.domain.campaigns.windows import Weekday, instant_ms
from leaderboard.domain.occurrences import occurrences, relative_span_ms
from leaderboard.domain.times import EARLIEST_MS, from_ms, to_ms

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EPOCH = date(1970, 1, 1)
_END_MS = 7_258_118_400_000  # 2200-01-01T00:00:00Z


class Instance(NamedTuple):
    """One run of a window, `[start_ms, end_ms)`; `account` None is everybody's. `days` is how many
    local days it touches."""

    window: str
    number: int
    account: str | None
    start_ms: int
    end_ms: int
    days: int


class Period(NamedTuple):
    """A local day or week: its number (consecutive ones follow each other) and `[start_ms, end_ms)`."""

    number: int
    start_ms: int
    end_ms: int
    starts_on: date


def prepare_windows(connection: DuckDBPyConnection, definition: Definition, windows: Collection[str]) -> None:
    """Make `window_spans("window", window_index, account, start_ms, end_ms, days)`, and `local_days` and `local_weeks`
    `(number, start_ms, end_ms, starts_on)` to cover them."""
    instances = [instance for name in windows for instance in _instances(connection, definition, name)]
    starts_ms = [instance.start_ms for instance in instances] or [0]
    ends_ms = [instance.end_ms for instance in instances] or [0]
    days = local_days(definition.clock, min(starts_ms), max(ends_ms))
    _fill(
        connection,
        "window_spans",
        '"window" VARCHAR, window_index BIGINT, account VARCHAR, start_ms BIGINT, end_ms BIGINT, days BIGINT',
        _with_days(instances, days),
    )
    columns = "number BIGINT, start_ms BIGINT, end_ms BIGINT, starts_on DATE"
    _fill(connection, "local_days", columns, days)
    _fill(connection, "local_weeks", columns, weeks_of(days, definition.clock))


def local_days(clock: Clock, start_ms: int, end_ms: int) -> list[Period]:
    """The local days that cover a span, and a whole week on either side. A day that the zone skips is left out."""
    first, last = (from_ms(at_ms).astimezone(ZoneInfo(clock.zone)).date() for at_ms in (start_ms, end_ms))
    dates = [first + timedelta(days=n) for n in range(-8, (last - first).days + 10)]
    begin = time.fromisoformat(clock.day_start)
    instants = [instant_ms(datetime.combine(day, begin), clock.zone) for day in dates]
    return [
        Period((day - _EPOCH).days, begins_ms, ends_ms, day)
        for day, (begins_ms, ends_ms) in zip(dates, pairwise(instants), strict=False)
        if begins_ms < ends_ms
    ]


def weeks_of(days: Sequence[Period], clock: Clock) -> list[Period]:
    """The weeks that the days make up; the first and the last may be cut short."""
    weeks: dict[int, Period] = {}
    for day in days:
        number = (day.number + week_shift(clock)) // 7
        begun = weeks.get(number, day)
        weeks[number] = Period(number, begun.start_ms, day.end_ms, begun.starts_on)
    return list(weeks.values())


def week_shift(clock: Clock) -> int:
    """What is added to the number of a day so that its week is a seventh of it: day 0 was a Thursday."""
    return 3 - get_args(Weekday).index(clock.week_start)


def _instances(connection: DuckDBPyConnection, definition: Definition, name: str) -> Iterator[Instance]:
    window = definition.windows[name]
    if window.anchor is None:
        for number, starts_ms, ends_ms in occurrences(window, definition.clock):
            yield Instance(name, number, None, starts_ms, ends_ms, 0)
        return
    key = window.anchor.removeprefix("attr.")
    found = connection.execute("SELECT account, attributes[?] FROM participants ORDER BY account", [key])
    for account, attribute in found.fetchall():
        anchor_ms = _instant(attribute)
        if anchor_ms is not None:
            yield Instance(name, 0, account, *relative_span_ms(window, anchor_ms), 0)


def _instant(attribute: str | None) -> int | None:
    """The instant of an attribute, from its JSON text: RFC 3339 with an offset, or whole milliseconds. None for
    everything else: a window that opens at no known time is nobody's."""
    value = json.loads(attribute) if attribute else None
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            value = to_ms(moment) if moment.tzinfo else None
    except ValueError:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if EARLIEST_MS <= value < _END_MS else None


def _with_days(instances: Iterable[Instance], days: Sequence[Period]) -> list[Instance]:
    starts_ms, ends_ms = [day.start_ms for day in days], [day.end_ms for day in days]
    return [
        one._replace(days=bisect_left(starts_ms, one.end_ms) - bisect_right(ends_ms, one.start_ms))
        for one in instances
    ]


def _fill(connection: DuckDBPyConnection, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    """Replace a table by these rows, in one statement: a statement a row would be slow."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    by_column = [list(column) for column in zip(*rows, strict=True)]
    if by_column:
        places = ", ".join("unnest(?)" for _ in by_column)
        connection.execute(f"INSERT INTO {table} SELECT {places}", by_column)

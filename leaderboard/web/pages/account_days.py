"""One day of an account's hosts: what was promised, what counted, what did not and why. Draws no chart by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from leaderboard.domain.live_spans import Spans, common, union
from leaderboard.domain.times import from_ms, to_ms
from leaderboard.web.pages import charts
from leaderboard.web.pages.review_charts import instant_ms
from leaderboard.web.words import Words

Document = dict[str, Any]

HOUR_MS: Final = 3_600_000
_MOST_DAYS: Final = 100


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a campaign in its zone, with the days around it that are in the campaign, too."""

    day: date
    first: date
    last: date
    start_ms: int
    end_ms: int
    now_ms: int

    @property
    def before(self) -> date | None:
        """The day before, if there is one."""
        return self.day - timedelta(days=1) if self.day > self.first else None

    @property
    def after(self) -> date | None:
        """The day after, if it has begun."""
        return self.day + timedelta(days=1) if self.day < self.last else None

    @property
    def all(self) -> list[date]:
        """The days to choose from, the last first: of a very long campaign the last ones, and the one that is shown."""
        count = min((self.last - self.first).days + 1, _MOST_DAYS)
        days = [self.last - timedelta(days=back) for back in range(count)]
        return days if self.day in days else [*days, self.day]


@dataclass(frozen=True, slots=True)
class Uncounted:
    """How long a host's time did not count for one reason, which `why` says in words, on a day."""

    host: str
    why: str
    seconds: float


def day_of(campaign: Document, now_ms: int, asked: str) -> Day:
    """The day that is asked for, if the campaign has it and it has begun; else the last such day."""
    zone = ZoneInfo(campaign["zone"])
    starts_ms, ends_ms = instant_ms(campaign["starts_at"]), instant_ms(campaign["ends_at"])
    first = from_ms(starts_ms).astimezone(zone).date()
    last = max(first, from_ms(min(ends_ms - 1, now_ms)).astimezone(zone).date())
    day = min(max(_read(asked) or last, first), last)
    return Day(day, first, last, _midnight_ms(day, zone), _midnight_ms(day + timedelta(days=1), zone), now_ms)


def _read(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=zone))


def timeline_of(words: Words, hosts: Sequence[Document], day: Day, zone: str) -> charts.Timeline:
    """The hosts of an account on a day, from before the first to after the last that there is to see."""
    rows = [row for host in hosts if (row := _row(words, host, day)) is not None]
    window = _window(rows, day)
    marks = charts.hour_marks(*window, ZoneInfo(zone), _every_h(window))
    return charts.timeline(
        rows,
        window,
        marks=[(at_ms, words.clock(at_ms, zone)) for at_ms in marks],
        clock=lambda at_ms: words.clock(at_ms, zone),
    )


def _window(rows: Sequence[charts.Host], day: Day) -> tuple[int, int]:
    """Whole hours, an hour more at either side, within the day."""
    seen = [slot for row in rows for slot in row.slots]
    seen += [(span.start_ms, span.end_ms) for row in rows for span in row.spans]
    if not seen:
        return day.start_ms, day.end_ms
    first, last = min(start for start, _ in seen), max(end for _, end in seen)
    return (
        max((first // HOUR_MS - 1) * HOUR_MS, day.start_ms),
        min((-(-last // HOUR_MS) + 1) * HOUR_MS, day.end_ms),
    )


def _every_h(window: tuple[int, int]) -> int:
    return 1 if window[1] - window[0] <= 10 * HOUR_MS else 3


def _row(words: Words, host: Document, day: Day) -> charts.Host | None:
    slots, sessions = list(_within(host["schedule"], day)), _by_session(host, day)
    if not slots and not sessions:
        return None
    drawn = [
        charts.Span(start, end, charts.kind_of(one["reason"]), words.said(one["detail"]))
        for one in host["spans"]
        for start, end in _within([one], day)
    ]
    drawn += [charts.Span(*gap, "gap", _silence(words)) for gap in _gaps(sessions)]
    at_once = words.gettext("this host was in two live sessions at once")
    drawn += [charts.Span(*both, "overlap", at_once) for both in _overlaps(sessions)]
    return charts.Host(host["host_id"], slots, drawn)


def _silence(words: Words) -> str:
    return words.gettext("no heartbeat was received")


def _within(pieces: Iterable[Document], day: Day) -> Iterator[tuple[int, int]]:
    for one in pieces:
        start, end = max(instant_ms(one["start"]), day.start_ms), min(instant_ms(one["end"]), day.end_ms)
        if start < end:
            yield start, end


def _by_session(host: Document, day: Day) -> list[Spans]:
    """When each live session was heard of, on a day."""
    found: dict[str, list[tuple[int, int]]] = {}
    for one in host["spans"]:
        found.setdefault(one["live_session_id"], []).extend(_within([one], day))
    return [union(pieces) for pieces in found.values() if pieces]


def _gaps(sessions: Sequence[Spans]) -> Iterator[tuple[int, int]]:
    """Silence within a live session in which no other one of the host was heard of."""
    heard = union(span for session in sessions for span in session)
    for (_, start), (end, _) in pairwise(heard):
        if any(session[0][0] < start and end < session[-1][1] for session in sessions):
            yield start, end


def _overlaps(sessions: Sequence[Spans]) -> Spans:
    """When two live sessions of a host were heard of at once."""
    return union(
        span
        for place, session in enumerate(sessions)
        for later in sessions[place + 1 :]
        for span in common(session, later)
    )


def ahead_s(hosts: Iterable[Document], now_ms: int) -> float:
    """How much of what the hosts promised is still to come."""
    slots = (slot for host in hosts for slot in host["schedule"])
    return sum(max(instant_ms(one["end"]) - max(instant_ms(one["start"]), now_ms), 0) for one in slots) / 1000


def uncounted_of(words: Words, hosts: Sequence[Document], day: Day) -> list[Uncounted]:
    """What did not count on a day, by host and reason, the longest first. Live sessions at once add up."""
    lost: Counter[tuple[str, str]] = Counter()
    for host in hosts:
        for why, start, end in _lost(words, host, day):
            lost[host["host_id"], why] += end - start
    return [Uncounted(*name, lost_ms / 1000) for name, lost_ms in lost.most_common()]


def _lost(words: Words, host: Document, day: Day) -> Iterator[tuple[str, int, int]]:
    for one in host["spans"]:
        if not one["counts"]:
            yield from ((words.said(one["detail"]), *piece) for piece in _within([one], day))
    sessions = _by_session(host, day)
    silent = list(_gaps(sessions))
    yield from ((_silence(words), *piece) for piece in silent)
    away = words.gettext("promised, and nobody was live")
    known = union([*silent, *(span for session in sessions for span in session)])
    for start, end in _within(host["schedule"], day):
        yield from ((away, *piece) for piece in _without((start, min(end, day.now_ms)), known))


def _without(slot: tuple[int, int], known: Spans) -> Iterator[tuple[int, int]]:
    """What of a slot has passed in none of the spans."""
    at, end = slot
    for start, until in common([slot], known):
        if at < start:
            yield at, start
        at = until
    if at < end:
        yield at, end

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
from leaderboard.web.pages.chart_timeline import Kind
from leaderboard.web.pages.review_charts import instant_ms
from leaderboard.web.words import Words

Document = dict[str, Any]

_KINDS: Final[dict[str, Kind]] = {
    "effective": "effective",
    "bridged": "effective",
    "idle": "idle",
    "away": "away",
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a campaign in its zone, with the days around it that are in the campaign, too."""

    day: date
    first: date
    last: date
    start_ms: int
    end_ms: int

    @property
    def before(self) -> date | None:
        """The day before, if there is one."""
        return self.day - timedelta(days=1) if self.day > self.first else None

    @property
    def after(self) -> date | None:
        """The day after, if it has begun."""
        return self.day + timedelta(days=1) if self.day < self.last else None


@dataclass(frozen=True, slots=True)
class Uncounted:
    """How long a host's time did not count for one reason, on a day."""

    host: str
    reason: str
    seconds: float


def day_of(campaign: Document, now_ms: int, asked: str) -> Day:
    """The day that is asked for, if the campaign has it and it has begun; else the last such day."""
    zone = ZoneInfo(campaign["zone"])
    starts_ms, ends_ms = instant_ms(campaign["starts_at"]), instant_ms(campaign["ends_at"])
    first = from_ms(starts_ms).astimezone(zone).date()
    last = max(first, from_ms(min(ends_ms - 1, now_ms)).astimezone(zone).date())
    day = min(max(_read(asked) or last, first), last)
    return Day(day, first, last, _midnight_ms(day, zone), _midnight_ms(day + timedelta(days=1), zone))


def _read(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=zone))


def timeline_of(words: Words, hosts: Sequence[Document], day: Day, zone: str) -> charts.Timeline:
    """The hosts of an account on a day; those with nothing promised and nothing done are left out."""
    rows = [row for host in hosts if (row := _row(words, host, day)) is not None]
    marks = charts.hour_marks(day.start_ms, day.end_ms, ZoneInfo(zone))
    return charts.timeline(
        rows,
        (day.start_ms, day.end_ms),
        marks=[(at_ms, words.clock(at_ms, zone)) for at_ms in marks],
        clock=lambda at_ms: words.clock(at_ms, zone),
    )


def _row(words: Words, host: Document, day: Day) -> charts.Host | None:
    slots = list(_within(host["schedule"], day))
    spans = [(one, *cut) for one in host["spans"] for cut in _within([one], day)]
    if not slots and not spans:
        return None
    drawn = [
        charts.Span(start, end, _KINDS.get(one["reason"], "not_counted"), words.said(one["detail"]))
        for one, start, end in spans
    ]
    by_session = _by_session(spans)
    drawn += [
        charts.Span(*gap, "gap", words.gettext("no heartbeat was received")) for gap in _gaps(by_session)
    ]
    drawn += [
        charts.Span(*both, "overlap", words.gettext("this host was in two live sessions at once"))
        for both in _overlaps(by_session)
    ]
    return charts.Host(host["host_id"], slots, drawn)


def _within(pieces: Iterable[Document], day: Day) -> Iterator[tuple[int, int]]:
    for one in pieces:
        start, end = max(instant_ms(one["start"]), day.start_ms), min(instant_ms(one["end"]), day.end_ms)
        if start < end:
            yield start, end


def _by_session(spans: Iterable[tuple[Document, int, int]]) -> list[Spans]:
    found: dict[str, list[tuple[int, int]]] = {}
    for one, start, end in spans:
        found.setdefault(one["live_session_id"], []).append((start, end))
    return [union(pieces) for pieces in found.values()]


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


def uncounted_of(hosts: Sequence[Document], day: Day) -> list[Uncounted]:
    """What did not count on a day, by host and reason, the longest first. Live sessions at once add up."""
    lost: Counter[tuple[str, str]] = Counter()
    for host in hosts:
        for one in host["spans"]:
            for start, end in _within([one], day):
                lost[host["host_id"], one["detail"]] += 0 if one["counts"] else end - start
    return [Uncounted(*name, lost_ms / 1000) for name, lost_ms in lost.most_common() if lost_ms]

"""Charts of a flag's evidence: visitors by the hour, measures beside those of peers, the hours of a host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from leaderboard.domain.times import from_ms, to_ms
from leaderboard.web.pages import charts
from leaderboard.web.words import Words

HOUR_MS: Final = 3_600_000
_MOST_BARS: Final = 24 * 16
_DAY_H: Final = 24
# Around a span that is looked at, so that it can be told from what is usual.
_AROUND_MS: Final = HOUR_MS
_LONGEST_TIMELINE_MS: Final = 24 * HOUR_MS

Document = Mapping[str, Any]
Span = tuple[int, int]


def instant_ms(text: str) -> int:
    """Unix milliseconds of a time as our API writes it."""
    return to_ms(datetime.fromisoformat(text))


def span_of(flag: Document) -> Span | None:
    """When what was found happened."""
    span = flag.get("span")
    return (instant_ms(span["since"]), instant_ms(span["until"])) if span else None


def visitors_by_hour(words: Words, account: Document, span: Span | None) -> charts.Bars | None:
    """By the hour, or by the day where it has been too many hours; what is within the span stands out."""
    found = {instant_ms(one["hour"]): one["new_visitors"] for one in account["by_hour"]}
    if not found:
        return None
    zone, hours = account["campaign"]["zone"], (max(found) - min(found)) // HOUR_MS + 1
    step_ms = HOUR_MS if hours <= _MOST_BARS else _DAY_H * HOUR_MS
    starts = range(min(found), max(found) + 1, step_ms)
    counted = [_counted(words, found, (at, at + step_ms), span, zone) for at in starts]
    names = [words.gettext("At other times"), words.gettext("In the time that was found")]
    return charts.bars(
        counted,
        head=words.gettext("Hour") if step_ms == HOUR_MS else words.gettext("Day"),
        series=names if span else [words.gettext("Visitors")],
        marks=[
            ((at - min(found)) // step_ms, words.day_of_year(from_ms(at).astimezone(ZoneInfo(zone))))
            for at in charts.day_marks(min(found), max(found), ZoneInfo(zone))
        ],
        number=words.number,
    )


def _counted(words: Words, found: Mapping[int, int], bar: Span, span: Span | None, zone: str) -> charts.Count:
    within = [(at, n) for at, n in found.items() if bar[0] <= at < bar[1]]
    # An hour belongs to the span wherever they meet.
    inside = sum(n for at, n in within if span and at < span[1] and at + HOUR_MS > span[0])
    return charts.Count(words.when(bar[0], zone), sum(n for _, n in within) - inside, inside)


def beside_peers(
    words: Words, measures: Sequence[Document], said: Mapping[str, str]
) -> Sequence[charts.ShownShare]:
    """The measures that are shares and known of peers, too; `said` names them."""
    rows = [
        charts.Share(said.get(one["name"], one["name"]), one["value"], one["peers"])
        for one in measures
        if one["peers"] is not None and _is_share(one["value"]) and _is_share(one["peers"])
    ]
    return charts.shares(rows, percent=words.percent)


def _is_share(value: float) -> bool:
    return 0 <= value <= 1


def live_window(flag: Document) -> Span | None:
    """The hours of a host to look at; None where it is not about one, or not about a time."""
    span = span_of(flag)
    if span is None or not flag.get("host"):
        return None
    return span[0] - _AROUND_MS, min(span[1] + _AROUND_MS, span[0] + _LONGEST_TIMELINE_MS)


def hosts_of(words: Words, account: Document, flag: Document, window: Span) -> charts.Timeline:
    """What the hosts did whom a flag is about."""
    named, zone = set(str(flag["host"]).split(", ")), account["campaign"]["zone"]
    rows = [
        charts.Host(
            host["host_id"],
            [(instant_ms(one["start"]), instant_ms(one["end"])) for one in host["schedule"]],
            list(_spans(words, host["spans"])),
        )
        for host in account["hosts"]
        if host["host_id"] in named
    ]
    marks = [(at, words.clock(at, zone)) for at in charts.hour_marks(*window, ZoneInfo(zone), 1)]
    return charts.timeline(rows, window, marks=marks, clock=lambda at: words.when(at, zone))


def _spans(words: Words, spans: Sequence[Document]) -> Iterator[charts.Span]:
    for one in spans:
        kind = charts.kind_of(one["reason"])
        yield charts.Span(instant_ms(one["start"]), instant_ms(one["end"]), kind, words.said(one["detail"]))

"""An account's live time as a person looks at it: host by host, what counted, what did not and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from leaderboard.domain.live_beats import COUNTING
from leaderboard.domain.live_sessions import Session, Span
from leaderboard.domain.live_spans import Spans, length, union
from leaderboard.domain.live_time import AccountTime


class KeptSlot(NamedTuple):
    """A promised slot `[start_ms, end_ms)` and how much of it the host was live, whatever they did."""

    start_ms: int
    end_ms: int
    kept_ms: int


class ShownHost(NamedTuple):
    """`effective` is the union over the host's live sessions; `sessions` is live session id → its time with reasons."""

    host: str
    effective: Spans
    slots: Sequence[KeptSlot]
    sessions: Mapping[str, Sequence[Span]]

    @property
    def effective_ms(self) -> int:
        return length(self.effective)

    @property
    def kept_ms(self) -> int:
        return sum(slot.kept_ms for slot in self.slots)

    @property
    def promised_ms(self) -> int:
        return sum(slot.end_ms - slot.start_ms for slot in self.slots)


def shown_hosts(
    time: AccountTime, slots: Mapping[str, Sequence[tuple[int, int]]], from_ms: int, until_ms: int
) -> list[ShownHost]:
    """Every host with live time or promised slots, of a range that is cut to the campaign's window."""
    start, end = max(from_ms, time.window[0]), min(until_ms, time.window[1])
    spans = time.intervals_by_host(from_ms, until_ms)
    return [
        _shown(time, host, slots.get(host, ()), spans.get(host, {}), (start, max(start, end)))
        for host in sorted({*slots, *spans})
    ]


def _shown(
    time: AccountTime,
    host: str,
    slots: Sequence[tuple[int, int]],
    spans: Mapping[str, Sequence[Span]],
    range_ms: tuple[int, int],
) -> ShownHost:
    sessions = list(time.hosts.get(host, {}).values())
    effective = union(
        (span.start_ms, span.end_ms)
        for one in sessions
        for span in one.explained(time.rules, *range_ms)
        if span.reason in COUNTING
    )
    first, last = range_ms
    inside = [(max(start, first), min(end, last)) for start, end in slots if start < last and first < end]
    return ShownHost(host, effective, [_kept(time, sessions, *slot) for slot in inside], spans)


def _kept(time: AccountTime, sessions: Sequence[Session], start_ms: int, end_ms: int) -> KeptSlot:
    spans = (span for one in sessions for span in one.explained(time.rules, start_ms, end_ms))
    claimed = union((span.start_ms, span.end_ms) for span in spans)
    return KeptSlot(start_ms, end_ms, length(claimed))

"""The live time of an account in a campaign: the union of its sessions, cut to the window; the schedule kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from leaderboard.domain.live_beats import COUNTING, Beat, LiveRules
from leaderboard.domain.live_sessions import Session, Span
from leaderboard.domain.live_spans import Spans, common, length, union

_FORMAT: Final = b"\x01"

# (length of a window of evidence, sessions as (id, start_ms, length_ms, body))
_Packed = tuple[int, list[tuple[str, int, int, bytes]]]
_READ: Final = msgspec.msgpack.Decoder(_Packed)

Slots = Mapping[str, Sequence[tuple[int, int]]]


class AccountTime:
    """All live sessions of an account: `hosts` is host id → live session id → session.

    `window` and `slots` (host id → promised spans) are `[start_ms, end_ms)`. Every heartbeat that is added must be one
    that counts. Measures are whole milliseconds.
    """

    def __init__(self, rules: LiveRules, window: tuple[int, int], slots: Slots) -> None:
        self.rules = rules
        self.window = window
        self.hosts: dict[str, dict[str, Session]] = {}
        self.slots = {host: union(spans) for host, spans in slots.items()}

    def load(self, host: str, packed: bytes) -> None:
        """Takes in what `pack` gave for a host. ValueError when it has another form or was kept by other rules."""
        if packed[:1] != _FORMAT:
            raise ValueError(f"the live time of host {host} has the form {packed[:1]!r}, not {_FORMAT!r}")
        evidence_ms, sessions = _READ.decode(memoryview(packed)[1:])
        if evidence_ms != self.rules.evidence_ms:
            raise ValueError(
                f"the live time of host {host} was kept with windows of evidence of {evidence_ms} ms, "
                f"not {self.rules.evidence_ms} ms"
            )
        self.hosts[host] = {
            session_id: Session.unpacked(start_ms, length_ms, body)
            for session_id, start_ms, length_ms, body in sessions
        }

    def pack(self, host: str) -> bytes:
        """All sessions of a host; the same claims give the same bytes."""
        sessions = [
            (session_id, *session.packed()) for session_id, session in self.hosts.get(host, {}).items()
        ]
        sessions.sort(key=lambda one: (one[1], one[0]))
        return _FORMAT + msgspec.msgpack.encode((self.rules.evidence_ms, sessions))

    def add_all(self, beats: Iterable[tuple[str, str, Beat]]) -> tuple[int, int]:
        """Takes (host, live session id, heartbeat) in. By how much (effective_ms, kept_ms) have grown or shrunk."""
        taken = [(self._session(host, session_id), beat) for host, session_id, beat in beats]
        ranges = self._ranges(taken)
        before = [self.measure(start, end) for start, end in ranges]
        for session, beat in taken:
            session.add(beat, self.rules)
        after = [self.measure(start, end) for start, end in ranges]
        effective_ms = sum(one[0] for one in after) - sum(one[0] for one in before)
        return effective_ms, sum(one[1] for one in after) - sum(one[1] for one in before)

    def _session(self, host: str, session_id: str) -> Session:
        sessions = self.hosts.get(host)
        if sessions is None:
            sessions = self.hosts[host] = {}
        session = sessions.get(session_id)
        if session is None:
            session = sessions[session_id] = Session()
        return session

    def _ranges(self, taken: Sequence[tuple[Session, Beat]]) -> Spans:
        """What the heartbeats may change together, however they follow one another."""
        ranges: Spans = []
        low = high = 0
        for session, beat in taken:
            start, end = session.reach(beat, self.rules)
            if start <= high and low <= end:
                low, high = min(low, start), max(high, end)
            else:
                ranges.append((low, high))
                low, high = start, end
        return union([*ranges, (low, high)])

    def measure(self, from_ms: int, until_ms: int) -> tuple[int, int]:
        """(effective_ms, kept_ms) of the part of a range that lies in the window."""
        start, end = max(from_ms, self.window[0]), min(until_ms, self.window[1])
        effective: Spans = []
        kept: Spans = []
        for host, sessions in self.hosts.items():
            near = [one for one in sessions.values() if one.start_ms < end and start < one.end_ms]
            spans = [span for one in near for span in one.spans(self.rules, start, end)]
            effective += [(low, high) for low, high, reason in spans if reason in COUNTING]
            if spans and (slots := self.slots.get(host)):
                kept += common(union((low, high) for low, high, _ in spans), slots)
        return length(union(effective)), length(union(kept))

    def total(self) -> tuple[int, int]:
        """(effective_ms, kept_ms) of the whole window."""
        return self.measure(*self.window)

    def intervals_by_host(self, from_ms: int, until_ms: int) -> dict[str, dict[str, list[Span]]]:
        """Host id → live session id → why its time in a range counts or not; sessions without any are left out."""
        shown: dict[str, dict[str, list[Span]]] = {}
        for host, sessions in sorted(self.hosts.items()):
            for session_id, session in sorted(sessions.items(), key=lambda item: (item[1].start_ms, item[0])):
                if spans := self._explained(session, from_ms, until_ms):
                    shown.setdefault(host, {})[session_id] = spans
        return shown

    def _explained(self, session: Session, from_ms: int, until_ms: int) -> list[Span]:
        opens, closes = (min(max(edge, from_ms), until_ms) for edge in self.window)
        return [
            *_outside(session.explained(self.rules, from_ms, opens)),
            *session.explained(self.rules, opens, closes),
            *_outside(session.explained(self.rules, closes, until_ms)),
        ]


def _outside(spans: Iterable[Span]) -> Iterable[Span]:
    joined = union((span.start_ms, span.end_ms) for span in spans)
    return (Span(start, end, "outside_window") for start, end in joined)


def promised_ms(slots: Slots, window: tuple[int, int]) -> int:
    """How long at least one host has promised to be live in the window."""
    promised = union(span for spans in slots.values() for span in spans)
    return length(common([window], promised))

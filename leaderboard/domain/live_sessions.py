"""A live session of a host: what its heartbeats claim, in any order, and which of that time is effective.

Claims are kept whole; `live_time.py` cuts them to the campaign's window and joins the sessions of an account.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from leaderboard.domain.live_beats import COUNTING, Beat, LiveRules, State
from leaderboard.domain.live_steps import NOTHING, PackedSteps, Steps

_EFFECTIVE: Final = int(State.EFFECTIVE)
_REASON: Final = ("", *(state.reason for state in State))
_ALIVE: Final = 1

# (claims, first alive window, alive windows, windows with one product as (first, how many, product))
_Body = tuple[PackedSteps, int, PackedSteps, list[tuple[int, int, str]]]


class Span(NamedTuple):
    """`[start_ms, end_ms)` and, as one of `REASONS`, why it counts or not."""

    start_ms: int
    end_ms: int
    reason: str


class Session:
    """What was claimed of a session. Adding is commutative, and adding again changes nothing.

    A session that was packed is opened only when somebody looks into it.
    """

    __slots__ = ("_alive", "_body", "_products", "_sealed", "_steps", "end_ms", "start_ms")

    def __init__(self) -> None:
        self.start_ms = self.end_ms = 0  # of all claims; equal for a session without any
        self._steps = Steps()
        # Windows of evidence by number: those with a sign of life, and the one product seen in each of the others.
        self._alive = Steps()
        self._products: dict[int, str] = {}
        self._body: bytes | None = None  # packed, as long as nothing has changed
        self._sealed = False

    def reach(self, beat: Beat, rules: LiveRules) -> tuple[int, int]:
        """The range of time whose meaning a heartbeat may change when it is added: beyond its span, as the rules go."""
        start, end = beat[0], beat[1]
        low, high = start - rules.bridge_ms, end + rules.bridge_ms
        if evidence_ms := rules.evidence_ms:
            low = min(low, start - start % evidence_ms)
            high = max(high, end + -end % evidence_ms)
            # With an earlier start, the grace ends earlier too.
            if start < self.start_ms:
                high = max(high, self.start_ms + rules.opening_grace_ms)
        return low, high

    def add(self, beat: Beat, rules: LiveRules) -> bool:
        """Takes a heartbeat in; whether anything has changed by it."""
        if self._sealed:
            self._open()
        start, end, state, alive, product = beat
        changed = self._steps.raise_to(start, end, state)
        if rules.evidence_ms and (alive or product is not None):
            changed = self._take_evidence(beat, rules.evidence_ms) or changed
        if changed:
            self._body = None
            if self.start_ms == self.end_ms:
                self.start_ms, self.end_ms = start, end
            elif end > self.end_ms:
                self.end_ms = end
            if start < self.start_ms:
                self.start_ms = start
        return changed

    def _take_evidence(self, beat: Beat, evidence_ms: int) -> bool:
        changed = False
        edges = self._alive.edges
        for window in range(beat.start_ms // evidence_ms, (beat.end_ms - 1) // evidence_ms + 1):
            if edges and edges[-2] <= window < edges[-1]:
                continue
            if beat.alive or self._products.get(window, beat.product) != beat.product:
                changed = self._alive.raise_to(window, window + 1, _ALIVE) or changed
                self._products.pop(window, None)
            elif window not in self._products and not self._alive.at(window)[0]:
                self._products[window] = str(beat.product)
                changed = True
        return changed

    def explained(self, rules: LiveRules, from_ms: int, until_ms: int) -> list[Span]:
        """The claimed and bridged time in a range, in order, with its reasons; silence has no span."""
        spans: list[Span] = []
        for start, end, reason in self.spans(rules, from_ms, until_ms):
            if spans and spans[-1].end_ms == start and spans[-1].reason == reason:
                spans[-1] = spans[-1]._replace(end_ms=end)
            else:
                spans.append(Span(start, end, reason))
        return spans

    def spans(self, rules: LiveRules, from_ms: int, until_ms: int) -> Iterator[tuple[int, int, str]]:
        """(start_ms, end_ms, reason) as `explained` has them, but those with one reason may touch."""
        if self._sealed:
            self._open()
        for start, end, reason in self._bridged(rules.bridge_ms, from_ms, until_ms):
            low, high = max(start, from_ms), min(end, until_ms)
            if rules.evidence_ms and reason in COUNTING:
                yield from self._with_evidence(low, high, reason, rules)
            else:
                yield low, high, reason

    def _bridged(self, bridge_ms: int, from_ms: int, until_ms: int) -> Iterator[tuple[int, int, str]]:
        """The steps near a range, with the silences that effective time on both sides closes."""
        edges, states = self._steps.edges, self._steps.states
        for index in self._steps.near(from_ms, until_ms):
            start, end, state = edges[index], edges[index + 1], states[index]
            if state != NOTHING:
                yield start, end, _REASON[state]
            elif end - start <= bridge_ms and states[index - 1] == _EFFECTIVE == states[index + 1]:
                yield start, end, "bridged"

    def _with_evidence(
        self, start: int, end: int, reason: str, rules: LiveRules
    ) -> Iterator[tuple[int, int, str]]:
        grace_end_ms = self.start_ms + rules.opening_grace_ms
        if start < grace_end_ms:
            yield start, min(end, grace_end_ms), reason
            start = grace_end_ms
        while start < end:
            alive, until_window = self._alive.at(start // rules.evidence_ms)
            until = end if until_window is None else min(end, until_window * rules.evidence_ms)
            yield start, until, reason if alive else "no_evidence"
            start = until

    def packed(self) -> tuple[int, int, bytes]:
        """(start_ms, how long, the rest), for `unpacked`; equal sessions are packed alike."""
        if self._body is None:
            alive = self._alive
            first_alive = alive.edges[0] if alive.edges else 0
            body: _Body = (self._steps.packed(), first_alive, alive.packed(), _runs(self._products))
            self._body = msgspec.msgpack.encode(body)
        return self.start_ms, self.end_ms - self.start_ms, self._body

    @classmethod
    def unpacked(cls, start_ms: int, length_ms: int, body: bytes) -> Session:
        """A session as it was packed."""
        session = cls()
        session.start_ms, session.end_ms, session._body = start_ms, start_ms + length_ms, body
        session._sealed = True
        return session

    def _open(self) -> None:
        steps, first_alive, alive, runs = _READ_BODY.decode(self._body or b"")
        self._steps = Steps.unpacked(self.start_ms, steps)
        self._alive = Steps.unpacked(first_alive, alive)
        self._products = {
            window: product for first, count, product in runs for window in range(first, first + count)
        }
        self._sealed = False


_READ_BODY: Final = msgspec.msgpack.Decoder(_Body)


def _runs(products: dict[int, str]) -> list[tuple[int, int, str]]:
    """Windows with the same product, one after the other, as (first, how many, product)."""
    runs: list[tuple[int, int, str]] = []
    for window in sorted(products):
        if runs and runs[-1][0] + runs[-1][1] == window and runs[-1][2] == products[window]:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1, products[window])
        else:
            runs.append((window, 1, products[window]))
    return runs

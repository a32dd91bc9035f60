"""The way from a host's phone: heartbeats that are lost, late or doubled. What a whole feed suffers: `network.py`."""

from __future__ import annotations

import heapq
from random import Random

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.hosts import LiveSession

LOST_SHARE = 0.004  # of any host's heartbeats
# A flaky link: how often a burst of losses begins, how many heartbeats it takes at most, and the rest.
BURST_SHARE = 0.045
LONGEST_BURST = 5
FLAKY_LATE_SHARE = 0.1
FLAKY_TWICE_SHARE = 0.05
LATE_MS = 5_000, 120_000


class Links:
    """Holds what is under way. Of all heartbeats, one to two in a hundred never arrive."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._under_way: list[tuple[int, int, RawEvent]] = []
        self._sent = 0
        self._bursts: dict[str, int] = {}

    def send(self, session: LiveSession, beat: RawEvent, at_ms: int) -> None:
        """What the phone sends at `at_ms`."""
        # Whether the account that is nearly there gets there must not hang on chance.
        is_spared = session.account.role == "nearly"
        if session.host.habit == "flaky":
            self._send_flaky(session.id, beat, at_ms)
        elif is_spared or self._rng.random() >= LOST_SHARE:
            self._push(at_ms, beat)

    def due(self, until_ms: int | None = None) -> list[RawEvent]:
        """What arrives before `until_ms`, or all."""
        arrived = []
        while self._under_way and (until_ms is None or self._under_way[0][0] < until_ms):
            arrived.append(heapq.heappop(self._under_way)[2])
        return arrived

    def _send_flaky(self, session_id: str, beat: RawEvent, at_ms: int) -> None:
        rng = self._rng
        left = self._bursts.pop(session_id, 0)
        if not left and rng.random() < BURST_SHARE:
            left = rng.randint(1, LONGEST_BURST)
        if left:
            if left > 1:
                self._bursts[session_id] = left - 1
            return
        is_late = rng.random() < FLAKY_LATE_SHARE
        self._push(at_ms + (rng.randrange(*LATE_MS) if is_late else 0), beat)
        if rng.random() < FLAKY_TWICE_SHARE:
            self._push(at_ms + rng.randrange(*LATE_MS), beat)

    def _push(self, due_ms: int, beat: RawEvent) -> None:
        self._sent += 1
        heapq.heappush(self._under_way, (due_ms, self._sent, beat))

"""Who is on air: live sessions that begin, beat and end. What their viewers do: `traffic.py`."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from itertools import accumulate
from random import Random

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.hosts import LiveSession
from leaderboard.demo.links import Links
from leaderboard.demo.world import World

ON_AIR_SHARE = 0.3  # of all hosts, at most
SHORTEST_MS, LONGEST_MS = 40_000, 180_000
NEARLY_MS = 600_000  # the account that is nearly there stays on air until it is
HAND_OVER_MS = 60_000  # how long two phones of one host are live at once
BURST_MS = 20_000  # viewers rush in when a host goes live, and thin out over this time
BURST = 3.0
EMPTY_ROOM = 0.02  # of its pull is left of a session whose host has gone
EVERY_MS = 15_000  # a metronomic host's heartbeats; those of the others come up to five seconds later


class Stage:
    """Keeps about the same number of hosts on air: when one goes, another comes."""

    def __init__(self, world: World, rng: Random, start_ms: int, most_on_air: int) -> None:
        self._rng = rng
        self._accounts = world.accounts
        self._slots = [
            (place, host) for place, account in enumerate(world.accounts) for host in account.hosts
        ]
        # By slot; a host's second phone by the negative of what follows it.
        self._on_air: dict[int, LiveSession] = {}
        self._beats: list[tuple[int, int, LiveSession]] = []
        self._links = Links(Random(rng.random()))
        self.live: list[LiveSession] = []
        self.weights: list[float] = []
        self._open(start_ms, max(1, min(most_on_air, int(len(self._slots) * ON_AIR_SHARE))))

    def _open(self, start_ms: int, wanted: int) -> None:
        """As if it had been going on for a while: sessions are at every stage of their length."""
        for slot, (place, _) in enumerate(self._slots):
            if self._accounts[place].role == "nearly" and not self._on_air:
                self._begin(slot, start_ms, NEARLY_MS)
        while len(self._on_air) < wanted:
            self._begin(self._free_slot(), start_ms, self._rng.randrange(5_000, LONGEST_MS))
        self.refresh(start_ms)

    def _free_slot(self) -> int:
        while (slot := self._rng.randrange(len(self._slots))) in self._on_air:
            pass
        return slot

    def _begin(self, slot: int, now_ms: int, length_ms: int) -> None:
        place, host = self._slots[slot if slot >= 0 else -1 - slot]
        session = LiveSession(
            place=place,
            account=self._accounts[place],
            host=host,
            slot=slot,
            begun_ms=now_ms,
            ends_ms=now_ms + length_ms,
            id=f"{host.id}-live-{now_ms:x}{'-2' if slot < 0 else ''}",
        )
        self._on_air[slot] = session
        self._schedule(session, now_ms)

    def _schedule(self, session: LiveSession, now_ms: int) -> None:
        wait_ms = EVERY_MS
        if session.host.habit != "metronomic":
            wait_ms = self._rng.randrange(EVERY_MS, EVERY_MS + 5_001)
        due_ms = min(now_ms + wait_ms, session.silent_ms)
        if now_ms < session.ends_ms:
            due_ms = min(due_ms, session.ends_ms)
        heapq.heappush(self._beats, (due_ms, session.slot, session))

    def advance(self, until_ms: int) -> list[RawEvent]:
        """The heartbeats that arrive before `until_ms`."""
        while self._beats[0][0] < until_ms:
            due_ms, slot, session = heapq.heappop(self._beats)
            if due_ms - session.beaten_ms >= 1000:
                self._links.send(session, session.beat(self._rng, due_ms), due_ms)
            if due_ms < session.silent_ms:
                self._schedule(session, due_ms)
                self._hand_over(session, due_ms)
            else:
                self._end(slot, due_ms)
        return self._links.due(until_ms)

    def _end(self, slot: int, now_ms: int) -> None:
        del self._on_air[slot]
        if slot >= 0:
            self._begin(self._free_slot(), now_ms, self._rng.randrange(SHORTEST_MS, LONGEST_MS))

    def _hand_over(self, session: LiveSession, now_ms: int) -> None:
        """The second phone goes live while the first has its last minute."""
        second = -1 - session.slot
        is_due = session.slot >= 0 and session.ends_ms - now_ms <= HAND_OVER_MS
        if session.host.habit == "hands_over" and is_due and second not in self._on_air:
            self._begin(
                second, now_ms, session.ends_ms - now_ms + self._rng.randrange(SHORTEST_MS, LONGEST_MS)
            )

    def refresh(self, now_ms: int, crowds: Mapping[int, float] | None = None) -> None:
        """Where the viewers of this moment are: `weights` goes with `live`, cumulated. `crowds`: place → factor."""
        self.live = list(self._on_air.values())
        crowds = crowds or {}
        self.weights = list(
            accumulate(self._pull(session, now_ms) * crowds.get(session.place, 1.0) for session in self.live)
        )

    def _pull(self, session: LiveSession, now_ms: int) -> float:
        """Divided by the hosts: an account with four is on air more often, not four times as popular."""
        pull = session.account.popularity / len(session.account.hosts)
        if now_ms > session.ends_ms:
            return pull * EMPTY_ROOM
        return pull * (1 + BURST * max(0.0, 1 - (now_ms - session.begun_ms) / BURST_MS))

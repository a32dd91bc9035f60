"""Who is on air: live sessions that begin, beat and end. What their viewers do: `traffic.py`."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.catalogue import MASK_BITS, PRODUCT_SUFFIXES
from leaderboard.demo.world import Account, Host, World
from leaderboard.domain.times import rfc3339

ON_AIR_SHARE = 0.3  # of all hosts, at most
SHORTEST_MS, LONGEST_MS = 40_000, 180_000
NEARLY_MS = 600_000  # the account that is nearly there stays on air until it is
BURST_MS = 20_000  # viewers rush in when a host goes live, and thin out over this time
BURST = 3.0

ACTIVITIES = ("explaining",) * 11 + ("displaying",) * 6 + ("idle",) * 2 + ("away",)
IDLE_CLAIMS = ("displaying",) * 7 + ("idle",) * 3


@dataclass(slots=True, eq=False)
class LiveSession:
    """One host on air from `begun_ms` to `ends_ms`; what its heartbeats say moves smoothly, as people do."""

    place: int
    account: Account
    host: Host
    slot: int
    begun_ms: int
    ends_ms: int
    beaten_ms: int
    id: str
    seq: int = 0
    motion: float = 0.4

    def beat(self, rng: Random, at_ms: int) -> RawEvent:
        """Attests the time since the last beat."""
        covers_s = (at_ms - self.beaten_ms) / 1000
        self.beaten_ms = at_ms
        self.seq += 1
        return {
            "type": "heartbeat",
            "id": f"{self.id}-{self.seq}",
            "at": rfc3339(at_ms),
            "account_id": self.account.id,
            "host_id": self.host.id,
            "live_session_id": self.id,
            "covers": covers_s,
            "seq": self.seq,
            **(self._hung_up(rng) if self.account.role == "idle" else self._at_work(rng)),
        }

    def _at_work(self, rng: Random) -> RawEvent:
        activity = "explaining" if self.account.role == "nearly" else rng.choice(ACTIVITIES)
        self.motion = min(1.0, max(0.02, 0.8 * self.motion + 0.2 * rng.uniform(0.05, 0.85)))
        said: RawEvent = {
            "activity": activity,
            "order_channel": "authorized" if self.place % 5 == 4 else "in_app",
            "viewers": int(2000 * self.account.popularity * rng.uniform(0.6, 1.4)) + 1,
            "audio_db": round(-24 + rng.gauss(0, 4), 1),
            "motion": round(self.motion, 3),
            "replies": rng.randrange(4),
            "ingest_bytes": rng.randrange(3_000_000, 6_000_000),
        }
        if activity in ("explaining", "displaying"):
            suffixes = PRODUCT_SUFFIXES[self.account.catalogue]
            said["product_id"] = self.account.id + suffixes[rng.getrandbits(MASK_BITS)]
        return said

    def _hung_up(self, rng: Random) -> RawEvent:
        """A still picture, an empty room, one product for ever."""
        return {
            "activity": rng.choice(IDLE_CLAIMS),
            "order_channel": "in_app",
            "product_id": f"{self.account.id}-p001",
            "viewers": rng.randrange(5),
            "audio_db": -58.0,
            "motion": 0.004,
            "replies": 0,
            "ingest_bytes": rng.randrange(200_000, 210_000),
        }


class Stage:
    """Keeps about the same number of hosts on air: when one goes, another comes."""

    def __init__(self, world: World, rng: Random, start_ms: int, most_on_air: int) -> None:
        self._rng = rng
        self._accounts = world.accounts
        self._slots = [
            (place, host) for place, account in enumerate(world.accounts) for host in account.hosts
        ]
        self._on_air: dict[int, LiveSession] = {}
        self._beats: list[tuple[int, int, LiveSession]] = []
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
        place, host = self._slots[slot]
        session = LiveSession(
            place=place,
            account=self._accounts[place],
            host=host,
            slot=slot,
            begun_ms=now_ms,
            beaten_ms=now_ms,
            ends_ms=now_ms + length_ms,
            id=f"{host.id}-live-{now_ms:x}",
        )
        self._on_air[slot] = session
        self._schedule(session, now_ms)

    def _schedule(self, session: LiveSession, now_ms: int) -> None:
        due_ms = min(now_ms + self._rng.randrange(15_000, 20_001), session.ends_ms)
        heapq.heappush(self._beats, (due_ms, session.slot, session))

    def advance(self, until_ms: int) -> list[RawEvent]:
        """The heartbeats before `until_ms`."""
        beats = []
        while self._beats[0][0] < until_ms:
            due_ms, slot, session = heapq.heappop(self._beats)
            if due_ms - session.beaten_ms >= 1000:
                beats.append(session.beat(self._rng, due_ms))
            if due_ms < session.ends_ms:
                self._schedule(session, due_ms)
            else:
                del self._on_air[slot]
                self._begin(self._free_slot(), due_ms, self._rng.randrange(SHORTEST_MS, LONGEST_MS))
        return beats

    def refresh(self, now_ms: int) -> None:
        """Where the viewers of this moment are: `weights` goes with `live`, cumulated."""
        self.live = list(self._on_air.values())
        self.weights = list(accumulate(self._pull(session, now_ms) for session in self.live))

    def _pull(self, session: LiveSession, now_ms: int) -> float:
        """Divided by the hosts: an account with four is on air more often, not four times as popular."""
        since = (now_ms - session.begun_ms) / BURST_MS
        return session.account.popularity / len(session.account.hosts) * (1 + BURST * max(0.0, 1 - since))

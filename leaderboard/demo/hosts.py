"""What a host's live session says of itself, heartbeat by heartbeat, by the host's habit. When it beats: `stage.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.catalogue import MASK_BITS, PRODUCT_SUFFIXES
from leaderboard.demo.labels import Habit
from leaderboard.demo.world import Account, Host
from leaderboard.domain.times import rfc3339

ACTIVITIES = ("explaining",) * 24 + ("displaying",) * 15 + ("idle",)
IDLE_CLAIMS = ("displaying",) * 7 + ("idle",) * 3
SHOWING = ("explaining", "displaying")

# Of heartbeats: what even a good host forgets, and when one goes away.
NO_PRODUCT_SHARE = 0.01
NO_CHANNEL_SHARE = 0.005
PAUSE_SHARE = 0.002
PAUSING_SHARE = 0.02  # for a host who likes pauses
SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS = 60_000, 300_000
NEW_PRODUCT_SHARE = 0.2

LONGEST_BEAT_MS = 60_000  # that the door takes
LEFT_ON_MS = 90_000  # how long a phone that was left on still beats, unless told
FLOOR_DB = -62.0  # what a microphone hears in an empty room
LOOP = tuple((n * 37 % 23 / 23, n * 11 % 17) for n in range(40))  # the beats of a recording, over and over


@dataclass(slots=True, eq=False)
class LiveSession:
    """One host on air from `begun_ms` to `ends_ms`; what its heartbeats say moves smoothly, as people do.

    A phone that is left on goes on beating until `silent_ms`.
    """

    place: int
    account: Account
    host: Host
    begun_ms: int
    ends_ms: int
    id: str
    slot: int = 0
    left_on_ms: int = LEFT_ON_MS
    beaten_ms: int = 0
    seq: int = 0
    motion: float = 0.4
    product_id: str = ""
    away_until_ms: int = 0

    def __post_init__(self) -> None:
        self.beaten_ms = self.begun_ms

    @property
    def silent_ms(self) -> int:
        return self.ends_ms + (self.left_on_ms if self.host.habit == "left_on" else 0)

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
            **self._said(rng, at_ms),
        }

    def _said(self, rng: Random, at_ms: int) -> RawEvent:
        if self.host.habit not in _WITHOUT_PAUSES and self._is_away(rng, at_ms):
            return _away(self, rng)
        said = _MANNERS.get(self.host.habit, _at_work)(self, rng)
        return said if self.account.role == "nearly" else _forgetful(said, rng)

    def _is_away(self, rng: Random, at_ms: int) -> bool:
        """A host who has hung up the headset, or who takes a short pause."""
        if at_ms > self.ends_ms or at_ms <= self.away_until_ms:
            return True
        chance = PAUSING_SHARE if self.host.habit == "pausing" else PAUSE_SHARE
        if self.account.role == "nearly" or rng.random() >= chance:
            return False
        pause_ms = rng.randrange(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS + 1)
        self.away_until_ms = at_ms - LONGEST_BEAT_MS + pause_ms
        return True


def _at_work(session: LiveSession, rng: Random) -> RawEvent:
    account = session.account
    activity = "explaining" if account.role == "nearly" else rng.choice(ACTIVITIES)
    session.motion = min(1.0, max(0.06, 0.8 * session.motion + 0.2 * rng.uniform(0.05, 0.85)))
    said: RawEvent = {
        "activity": activity,
        "order_channel": "authorized" if session.place % 5 == 4 else "in_app",
        "viewers": int(2000 * account.popularity * rng.uniform(0.6, 1.4)) + 1,
        "audio_db": round(-24 + rng.gauss(0, 4), 1),
        "motion": round(session.motion, 3),
        "replies": rng.randrange(4),
        "ingest_bytes": rng.randrange(3_000_000, 6_000_000),
    }
    if activity in SHOWING:
        if not session.product_id or rng.random() < NEW_PRODUCT_SHARE:
            suffixes = PRODUCT_SUFFIXES[account.catalogue]
            session.product_id = account.id + suffixes[rng.getrandbits(MASK_BITS)]
        said["product_id"] = session.product_id
    return said


def _signing(session: LiveSession, rng: Random) -> RawEvent:
    """Hands speak: no sound, more motion."""
    moving = {"audio_db": round(FLOOR_DB + rng.uniform(0, 2), 1), "motion": round(rng.uniform(0.3, 0.9), 3)}
    return _at_work(session, rng) | moving


def _one_product(session: LiveSession, rng: Random) -> RawEvent:
    said = _at_work(session, rng)
    return said | {"product_id": _first_product(session)} if "product_id" in said else said


def _metronomic(session: LiveSession, rng: Random) -> RawEvent:
    """Every twelve beats the next product, and the same gestures for each."""
    turn, step = divmod(session.seq, 12)
    return _at_work(session, rng) | {
        "activity": "displaying" if step == 0 else "explaining",
        "product_id": f"{session.account.id}-p{turn % session.account.catalogue + 1:03d}",
        "motion": round(0.3 + 0.03 * step + rng.uniform(0, 0.02), 3),
        "audio_db": round(-22 - 0.5 * step + rng.uniform(0, 0.4), 1),
    }


def _hung_up(session: LiveSession, rng: Random) -> RawEvent:
    """A still picture, an empty room, one product for ever."""
    return {
        "activity": rng.choice(IDLE_CLAIMS),
        "order_channel": "in_app",
        "product_id": _first_product(session),
        "viewers": rng.randrange(5),
        "audio_db": -58.0,
        "motion": 0.004,
        "replies": 0,
        "ingest_bytes": rng.randrange(200_000, 210_000),
    }


def _recording(session: LiveSession, rng: Random) -> RawEvent:
    """The same film again and again, as its sender admits."""
    motion, loudness = LOOP[session.seq % len(LOOP)]
    return _at_work(session, rng) | {
        "activity": "explaining",
        "product_id": _first_product(session),
        "motion": round(0.1 + 0.6 * motion, 3),
        "audio_db": -20.0 - loudness,
        "replies": 0,
        "recorded": True,
    }


def _away(session: LiveSession, rng: Random) -> RawEvent:
    """An empty chair."""
    return {
        "activity": "away",
        "order_channel": "in_app",
        "viewers": rng.randrange(20),
        "audio_db": FLOOR_DB,
        "motion": 0.01,
        "replies": 0,
        "ingest_bytes": rng.randrange(200_000, 210_000),
    }


def _forgetful(said: RawEvent, rng: Random) -> RawEvent:
    chance = rng.random()
    if chance < NO_CHANNEL_SHARE:
        said["order_channel"] = "none"
    elif chance < NO_CHANNEL_SHARE + NO_PRODUCT_SHARE:
        said.pop("product_id", None)
    return said


def _first_product(session: LiveSession) -> str:
    return f"{session.account.id}-p001"


_MANNERS: dict[Habit, Callable[[LiveSession, Random], RawEvent]] = {
    "signing": _signing,
    "one_product": _one_product,
    "metronomic": _metronomic,
    "hangs_up": _hung_up,
    "plays_recording": _recording,
}
# A picture and a film stay where they are, and a clock does not rest.
_WITHOUT_PAUSES = frozenset({"hangs_up", "plays_recording", "metronomic"})

"""What one heartbeat says of its span of time, and the rules that a campaign reads heartbeats by."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from msgspec import Struct

from leaderboard.domain.campaigns import Live
from leaderboard.domain.kept_events import KeptHeartbeat

# Signs of life of a host, measured on simulated hosts: a picture that moves, a voice that is heard.
MOTION_SEEN: Final = 0.05
VOICE_HEARD_DB: Final = -45.0


class State(IntEnum):
    """What a live session did at a moment. Where its heartbeats overlap, the higher one stands."""

    AWAY = 1
    IDLE = 2
    RECORDED = 3
    NO_PRODUCT = 4
    NO_ORDER_CHANNEL = 5
    EFFECTIVE = 6

    @property
    def reason(self) -> str:
        """The state as one of `REASONS`."""
        return self.name.lower()


# States of a moment, and what the rules make of them, in words for the host.
REASONS: Final = {
    "effective": "counts: the host shows or explains a product, and viewers can order",
    "bridged": "counts: a short silence between two spans that count",
    "away": "the host was away",
    "idle": "the host was idle: neither shown nor explained",
    "recorded": "a recording was played",
    "no_product": "no product was pinned",
    "no_order_channel": "viewers could not order in the app or through an authorised channel",
    "no_evidence": "no sign of life: neither motion, voice, replies nor a change of product",
    "outside_window": "outside the campaign's window",
}
COUNTING: Final = frozenset({"effective", "bridged"})


class Beat(NamedTuple):
    """A heartbeat: the state of `[start_ms, end_ms)`, whether it shows life by itself, the product it names."""

    start_ms: int
    end_ms: int
    state: int
    alive: bool
    product: str | None


def beat_of(heartbeat: KeptHeartbeat) -> Beat:
    """What a heartbeat says, its whole span."""
    end_ms = heartbeat.at_ms
    return Beat(
        end_ms - heartbeat.covers_ms,
        end_ms,
        _state(heartbeat),
        _shows_life(heartbeat),
        heartbeat.product_id,
    )


def _state(heartbeat: KeptHeartbeat) -> State:
    """The first of these reasons that there is; without one the time is effective."""
    if heartbeat.activity == "away":
        return State.AWAY
    if heartbeat.activity == "idle":
        return State.IDLE
    if heartbeat.recorded:
        return State.RECORDED
    if heartbeat.product_id is None:
        return State.NO_PRODUCT
    return State.NO_ORDER_CHANNEL if heartbeat.order_channel == "none" else State.EFFECTIVE


def _shows_life(heartbeat: KeptHeartbeat) -> bool:
    motion, audio_db, replies = heartbeat.motion, heartbeat.audio_db, heartbeat.replies
    return (
        (motion is not None and motion >= MOTION_SEEN)
        or (audio_db is not None and audio_db > VOICE_HEARD_DB)
        or (replies is not None and replies > 0)
    )


class LiveRules(Struct, frozen=True):
    """`[live]` of a campaign's definition in milliseconds; 0 turns a rule off. `campaigns/live.py` has their sense."""

    bridge_ms: int = 0
    evidence_ms: int = 0
    opening_grace_ms: int = 0

    @classmethod
    def of(cls, live: Live) -> LiveRules:
        """The rules of a definition."""
        return cls(live.bridge_s * 1000, (live.evidence_s or 0) * 1000, live.opening_grace_s * 1000)

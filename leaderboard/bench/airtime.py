"""Ordinary use of a studio, made up from a seed: when a host is on air, what he does, his heartbeats. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from random import Random
from typing import Final

from msgspec import Struct

from leaderboard.demo.audience import RawEvent
from leaderboard.domain.times import DAY_MS

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
BEAT_MS: Final = 20_000
LOST_SHARE: Final = 0.01  # of heartbeats
OPENING_HOURS: Final = (9, 14, 19)
SHORTEST_MS, LONGEST_MS = 90 * MINUTE_MS, 180 * MINUTE_MS
AT_WORK_MINUTES: Final = (8, 40)
# What interrupts the work, and for how many minutes; None: no heartbeats at all.
BREAKS: Final[tuple[tuple[str | None, int, int], ...]] = (
    *((("idle", 1, 4),) * 5),
    *((("away", 1, 3),) * 3),
    *(((None, 2, 10),) * 2),
)
AT_WORK: Final = "explaining"
PRODUCTS: Final = 24
PROMISED_HOURS: Final = (19, 21)  # every day


class Claim(Struct, frozen=True):
    """A part of a live session that its heartbeats attest without a hole; whole heartbeats long."""

    session: str
    start_ms: int
    end_ms: int
    activity: str
    product: str

    @property
    def is_effective(self) -> bool:
        return self.activity == AT_WORK


def slots(first_day_ms: int, days: int) -> list[tuple[int, int]]:
    """What every host promises."""
    opens_ms, closes_ms = (hour * HOUR_MS for hour in PROMISED_HOURS)
    mornings = range(first_day_ms, first_day_ms + days * DAY_MS, DAY_MS)
    return [(morning + opens_ms, morning + closes_ms) for morning in mornings]


def claims(rng: Random, host: str, first_day_ms: int, days: int) -> Iterator[Claim]:
    """Day by day one or two sessions of 1.5 to 3 hours, with idle minutes, pauses, and heartbeats that got lost."""
    for day_ms in range(first_day_ms, first_day_ms + days * DAY_MS, DAY_MS):
        for hour in sorted(rng.sample(OPENING_HOURS, rng.randint(1, 2))):
            start_ms = day_ms + hour * HOUR_MS + rng.randrange(HOUR_MS)
            end_ms = start_ms + rng.randrange(SHORTEST_MS, LONGEST_MS)
            yield from _session(rng, f"{host}-live-{start_ms:x}", start_ms, end_ms)


def _session(rng: Random, session: str, start_ms: int, end_ms: int) -> Iterator[Claim]:
    at_ms, is_at_work = start_ms, True
    while at_ms < end_ms:
        break_ = rng.choice(BREAKS)
        activity, least, most = (AT_WORK, *AT_WORK_MINUTES) if is_at_work else break_
        until_ms = min(at_ms + rng.randint(least, most) * MINUTE_MS, end_ms)
        if activity is not None:
            product = f"p{rng.randrange(PRODUCTS):03}"
            for start, end in _heard(rng, at_ms, until_ms):
                yield Claim(session, start, end, activity, product)
        at_ms, is_at_work = until_ms, not is_at_work


def _heard(rng: Random, start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
    """A stretch without the heartbeats that got lost; what is left at its end is too short for one."""
    while end_ms - start_ms >= BEAT_MS:
        beats = min(int(log(1 - rng.random()) / log(1 - LOST_SHARE)), (end_ms - start_ms) // BEAT_MS)
        if beats:
            yield start_ms, start_ms + beats * BEAT_MS
        start_ms += (beats + 1) * BEAT_MS


def heartbeats(rng: Random, account: str, host: str, claim: Claim) -> Iterator[RawEvent]:
    """The heartbeats of a claim, in order."""
    for at_ms in range(claim.start_ms + BEAT_MS, claim.end_ms + 1, BEAT_MS):
        yield {
            "type": "heartbeat",
            "id": f"{claim.session}-{at_ms // BEAT_MS:x}",
            "at": at_ms,
            "account_id": account,
            "host_id": host,
            "live_session_id": claim.session,
            "covers": BEAT_MS // 1000,
            "activity": claim.activity,
            "order_channel": "in_app",
            "product_id": f"{account}-{claim.product}",
            "viewers": rng.randrange(400),
            "audio_db": round(-24 + rng.gauss(0, 4), 1),
            "motion": round(rng.uniform(0.05, 0.85), 3),
            "replies": rng.randrange(4),
            "ingest_bytes": rng.randrange(3_000_000, 6_000_000),
        }

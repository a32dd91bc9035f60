"""The days before the demo began: heartbeats of the promised hours that were kept, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.campaign import DemoCampaign, enrolled, promised
from leaderboard.demo.traffic import BATCH
from leaderboard.demo.world import PAST_DAYS, Account, World
from leaderboard.domain.times import rfc3339

BEAT_S = 60  # the longest span that one heartbeat may attest


def history(world: World, campaign: DemoCampaign) -> Iterator[list[RawEvent]]:
    """Batches as for the door, in no order: late news need not come in order."""
    rng = Random(f"history/{world.seed}")
    beats = [beat for account in enrolled(world) for beat in _kept_hours(account, campaign, rng)]
    rng.shuffle(beats)
    for begin in range(0, len(beats), BATCH):
        yield beats[begin : begin + BATCH]


def _kept_hours(account: Account, campaign: DemoCampaign, rng: Random) -> Iterator[RawEvent]:
    """The promised slots of the days that are over, until the account's kept time is used up."""
    left_s = account.kept_s
    for host_id, start_ms, end_ms in promised(account, campaign)[:PAST_DAYS]:
        kept_s = min(left_s, (end_ms - start_ms) // 1000)
        left_s -= kept_s
        yield from _session(account, host_id, start_ms, kept_s, rng)


def _session(account: Account, host_id: str, start_ms: int, length_s: int, rng: Random) -> Iterator[RawEvent]:
    session_id, motion, idle = f"{host_id}-live-{start_ms:x}", 0.4, account.role == "idle"
    for seq, done_s in enumerate(range(0, length_s, BEAT_S), 1):
        covers_s = min(BEAT_S, length_s - done_s)
        motion = 0.8 * motion + 0.2 * rng.uniform(0.05, 0.85)
        yield {
            "type": "heartbeat",
            "id": f"{session_id}-{seq}",
            "at": rfc3339(start_ms + (done_s + covers_s) * 1000),
            "account_id": account.id,
            "host_id": host_id,
            "live_session_id": session_id,
            "covers": covers_s,
            "activity": "displaying" if idle or seq % 3 == 0 else "explaining",
            "order_channel": "in_app",
            "product_id": f"{account.id}-p001"
            if idle
            else f"{account.id}-p{seq // 12 % account.catalogue + 1:03d}",
            "viewers": rng.randrange(5)
            if idle
            else int(2000 * account.popularity * rng.uniform(0.6, 1.4)) + 1,
            "audio_db": -58.0 if idle else round(-24 + rng.gauss(0, 4), 1),
            "motion": 0.004 if idle else round(motion, 3),
            "replies": 0 if idle else rng.randrange(4),
            "seq": seq,
        }

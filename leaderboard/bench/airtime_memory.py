"""What the store needs for a host's live time: ordinary use counted the real way, then weighed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct
from redis import Redis

from leaderboard.bench.airtime import claims, heartbeats, slots
from leaderboard.bench.live_answer import LiveAnswer, LiveTime, wrong_accounts
from leaderboard.bench.live_recording import HOSTS, cast
from leaderboard.bench.memory import chunks, throw_away, used_bytes
from leaderboard.bench.recording import kept
from leaderboard.bench.setting_up import PROBE, PROBE_HOST, enroll_everybody, put_campaign
from leaderboard.demo.audience import RawEvent
from leaderboard.demo.campaign import CAMPAIGN_ID, DAYS, DemoCampaign, apollo_now
from leaderboard.demo.world import Account
from leaderboard.store.store import Store
from workers.ingest import IngestWorker

AT_ONCE: Final = 1_000
IDS: Final = "*:ids|*"
LIVE: Final = "*:live|*"
CALM_S: Final = 3.0  # the store takes buffers back from connections that are idle for two


class HostMemory(Struct, frozen=True):
    """Bytes of the store's memory. `each`: per host, all that counting its heartbeats left, but the ids remembered.

    `packed_each`: as much of it as the keys of the live times take. Apart from that: `id_each`, per heartbeat for as
    long as ids are remembered, and `enrolled_each`, the settings per host with a promised slot a day.
    """

    hosts: int
    days: int
    beats: int
    each: float
    packed_each: float
    id_each: float
    enrolled_each: float
    wrong: int

    @property
    def exact(self) -> bool:
        return not self.wrong


async def measure_hosts(data: Path, accounts: int, days: int) -> HostMemory:
    """Lets the accounts' hosts be on air for some days, through inbox and worker, and weighs what stays."""
    now_ms = time.time_ns() // 1_000_000
    campaign, members = apollo_now(now_ms), cast(accounts).accounts
    hosts = len(members) * HOSTS
    async with throw_away(data) as (store, redis):
        await _set_up(store, campaign, members, now_ms)
        enrolled = _weight(redis, "*:enrollments|*") + _weight(redis, "*:registrations|*")
        on_air = _OnAir(store, campaign, days)
        # One host first: whatever any number of hosts shares is there after him.
        await on_air.count(PROBE, [PROBE_HOST])
        at_start = await _calm_bytes(redis)
        beats = sum([await on_air.count(one.id, [host.id for host in one.hosts]) for one in members])
        id_bytes = _freed(redis, IDS)
        at_end = await _calm_bytes(redis)
        return HostMemory(
            hosts=hosts,
            days=days,
            beats=beats,
            each=(at_end - at_start) / hosts,
            packed_each=_weight(redis, LIVE) / (hosts + 1),
            id_each=id_bytes / beats,
            enrolled_each=enrolled / (hosts + 1),
            wrong=await on_air.wrong(),
        )


class _OnAir:
    """Sends hosts on air, and knows how long."""

    def __init__(self, store: Store, campaign: DemoCampaign, days: int) -> None:
        self._store, self._campaign, self._days = store, campaign, days
        self._worker = IngestWorker(store)
        self._answer = LiveAnswer(slots(campaign.starts_at_ms, DAYS))

    async def count(self, account: str, hosts: Sequence[str]) -> int:
        """Has all heartbeats of an account counted and published; how many there were."""
        beats = 0
        for events in _batches(account, hosts, self._campaign.starts_at_ms, self._days):
            self._answer.take(events)
            await self._store.inbox.append(kept(events, self._campaign.ends_at_ms), "bench")
            while await self._worker.step():
                pass
            beats += len(events)
        await self._worker.publish()
        return beats

    async def wrong(self) -> int:
        """How many accounts show another time than they must."""
        standings = self._store.standings
        rows = await standings.rows(CAMPAIGN_ID, await standings.accounts(CAMPAIGN_ID))
        shown = {row.account_id: LiveTime(row.effective_ms, row.kept_ms) for row in rows}
        return wrong_accounts(shown, self._answer.times())


async def _set_up(store: Store, campaign: DemoCampaign, members: Sequence[Account], now_ms: int) -> None:
    await put_campaign(store.settings, campaign, now_ms)
    await enroll_everybody(store.client, members, campaign, now_ms, slots(campaign.starts_at_ms, DAYS))
    await store.inbox.create()
    await store.directory.open()


def _batches(account: str, hosts: Sequence[str], first_day_ms: int, days: int) -> Iterator[list[RawEvent]]:
    rng = Random(f"ordinary/{account}")
    beats = chain.from_iterable(
        heartbeats(rng, account, host, claim)
        for host in hosts
        for claim in claims(rng, host, first_day_ms, days)
    )
    return iter(lambda: list(islice(beats, AT_ONCE)), [])


async def _calm_bytes(redis: Redis) -> int:
    """The memory without what is there for a while only: ids, counted events, what connections needed."""
    _freed(redis, IDS)
    for name in redis.scan_iter("*:inbox"):
        redis.xtrim(name, maxlen=0, approximate=False)
    await asyncio.sleep(CALM_S)
    return used_bytes(redis)


def _freed(redis: Redis, pattern: str) -> int:
    """What deleting some keys gives back."""
    before = used_bytes(redis)
    for names in chunks(redis.scan_iter(pattern, count=AT_ONCE)):
        redis.delete(*names)
    return before - used_bytes(redis)


def _weight(redis: Redis, pattern: str) -> int:
    return sum(redis.memory_usage(name, samples=0) or 0 for name in redis.scan_iter(pattern, count=AT_ONCE))

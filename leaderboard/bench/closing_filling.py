"""A campaign as its last event left it: everybody's row and the archive that it follows from. Closes nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from leaderboard.archive import settings_file
from leaderboard.bench import long_archive
from leaderboard.bench.door import BenchError, Door, Questions
from leaderboard.bench.long_archive import Expected, Original
from leaderboard.bench.recording import SEED
from leaderboard.bench.setting_up import enroll_everybody, gathering
from leaderboard.config import Config
from leaderboard.demo.campaign import (
    CAMPAIGN_ID,
    DAYS,
    DemoCampaign,
    apollo_now,
    closed_by_hand,
    only_counted,
)
from leaderboard.demo.world import World, make_world
from leaderboard.domain.times import DAY_MS
from leaderboard.store import keys
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.embedded_address import embedded_url
from leaderboard.store.store import Store, open_store

ORIGINAL_EVENTS: Final = 250_000  # which are repeated
CLAIMED_WITHIN_S: Final = 30.0
WINDOW_DAYS: Final = 8  # of which the last is over


async def prepare_campaign(door: Door, data: Path, accounts: int) -> World:
    """Applies a campaign whose window is over and whose close is for people, and enrols everybody."""
    world, now_ms = make_world(SEED, accounts), time.time_ns() // 1_000_000
    campaign = _over(now_ms)
    path = f"/v1/campaigns/{CAMPAIGN_ID}"
    with Questions(door) as questions:
        questions.send("PUT", path, campaign.toml.encode(), "application/toml")
    async with gathering(_store_url(data)) as client:
        await enroll_everybody(client, world.accounts, campaign, now_ms)
    await _until_claimed(data / "archive")
    return world


async def fill_campaign(data: Path, world: World, events: int) -> int:
    """While the service is stopped: rows and archive, as if events had come in, been counted, archived and trimmed."""
    with EmbeddedStore(data) as embedded:
        async with open_store(embedded.url, partitions=Config().ingest.partitions) as store:
            return await _fill(store, data / "archive", world, events)


async def _fill(store: Store, archive: Path, world: World, events: int) -> int:
    await store.directory.open()
    definition = store.directory.campaigns[CAMPAIGN_ID].definition
    starts_ms = definition.starts_at_ms or 0
    one = _hurried(long_archive.original(world, min(events, ORIGINAL_EVENTS), starts_ms + DAY_MS))
    repetitions, first_ms = max(1, events // one.events), await store.now_ms() + 1
    await _show(store, long_archive.expected(world, definition, one, repetitions, first_ms))
    through = await asyncio.to_thread(long_archive.write, archive, one, repetitions, first_ms, store.inbox)
    for partition, entry in through.items():
        await store.client.do("XSETID", keys.inbox(partition), entry)
    await store.archiving.acknowledge(through)
    # A close before the last event would leave it out.
    received_ms = first_ms + repetitions * one.length_ms
    await asyncio.sleep(max(0, received_ms - await store.now_ms()) / 1000)
    return one.events * repetitions


def _hurried(one: Original) -> Original:
    """The same, received a batch a millisecond, so that all of it has come in by the time it is written."""
    batches = [(number, events) for number, (_, events) in enumerate(one.batches)]
    return replace(one, batches=batches, length_ms=len(batches))


async def _show(store: Store, expected: Sequence[Expected]) -> None:
    await store.judge.publish(CAMPAIGN_ID, [one.row for one in expected], await store.now_ms())
    for one in expected:
        tally = keys.tally(store.inbox.partition_of(one.row.account_id), CAMPAIGN_ID, one.row.account_id)
        sums = [(f"g:{currency}", minor) for currency, minor in one.sales.items()]
        sums += [(f"b:{currency}", minor) for currency, minor in one.refunds.items()]
        if sums:
            await store.client.do("HSET", tally, *(text for pair in sums for text in pair))


def _over(now_ms: int) -> DemoCampaign:
    """Apollo with a window that is over, and nothing held back after it."""
    campaign = closed_by_hand(only_counted(apollo_now(now_ms)))
    toml = campaign.toml
    for old, new in (
        (_end(campaign, DAYS), _end(campaign, WINDOW_DAYS)),
        ('hold = "7d"', 'hold = "0s"'),
    ):
        if toml.count(old) != 1:
            raise BenchError(f"the demo's campaign has no line {old}")
        toml = toml.replace(old, new)
    return replace(campaign, toml=toml)


def _end(campaign: DemoCampaign, days: int) -> str:
    return f"end = {campaign.first_day.date() + timedelta(days=days)}T00:00:00"


def _store_url(data: Path) -> str:
    url = embedded_url(data)
    if url is None:
        raise BenchError("the store of the service is gone")
    return url


async def _until_claimed(archive: Path) -> None:
    """Until the archiver has made the directory the store's own."""
    until_s = time.monotonic() + CLAIMED_WITHIN_S
    while await asyncio.to_thread(settings_file.read, archive) is None:
        if time.monotonic() > until_s:
            raise BenchError(f"there was no archive within {CLAIMED_WITHIN_S:.0f} s")
        await asyncio.sleep(0.1)

"""The archiver at the demo's mix: how fast, at what cost, and how small. Every event is looked up afterwards."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct
from redis import Redis

from leaderboard.archive import manifest, reading
from leaderboard.archive.layout import Layout
from leaderboard.archive.lines import Archived
from leaderboard.archive.writing import ArchiveWriter
from leaderboard.bench.memory import throw_away
from leaderboard.bench.recording import SEED, kept
from leaderboard.bench.throughput import MILLION
from leaderboard.demo.traffic import generate
from leaderboard.domain.kept_events import TYPE_OF_KEPT, KeptEvent
from leaderboard.store import keys
from leaderboard.store.inbox import GROUP
from leaderboard.store.store import Store
from workers.archive import ArchiveWorker

RATE: Final = 2_000  # events a second of the made-up clock, in requests of a tenth of that, as in the demo
WAIT_MS: Final = 1


class ArchiveFigures(Struct, frozen=True):
    """`per_s` and `cpu_s`, per million events, are those of archiver and sealing together.

    `bytes_each`: on the disk, sealed. `inbox_before`, `inbox_after`: bytes of the store's memory per event that is to
    be archived, and when it has been. `found`: events that the archive has, as they were sent.
    """

    events: int
    bytes_each: float
    per_s: float
    cpu_s: float
    inbox_before: float
    inbox_after: float
    found: int

    @property
    def exact(self) -> bool:
        return self.found == self.events


async def measure_archive(data: Path, events: int) -> ArchiveFigures:
    """Fills an inbox, lets an archiver empty it, seals what it wrote, and reads it back."""
    directory = data / "archive"
    async with throw_away(data) as (store, redis):
        await store.inbox.create()
        sent = await _fill(store, redis, events)
        before = _inbox_bytes(redis)
        began_s, began_cpu_s = time.monotonic(), time.process_time()
        await _archive(store, directory)
        await asyncio.to_thread(_seal, directory)
        seconds, cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
        after = _inbox_bytes(redis)
    sealed = manifest.newest(Layout(directory).manifest).values()
    return ArchiveFigures(
        events=events,
        bytes_each=sum(one.bytes for one in sealed) / events,
        per_s=events / seconds,
        cpu_s=cpu_s * MILLION / events,
        inbox_before=before / events,
        inbox_after=after / events,
        found=await asyncio.to_thread(_found, directory, sent),
    )


async def _fill(store: Store, redis: Redis, events: int) -> Counter[tuple[str, str]]:
    """Puts events into the inbox, as if workers were through with them; (type, id) of all."""
    now_ms = time.time_ns() // 1_000_000
    sent: Counter[tuple[str, str]] = Counter()
    for batch in generate(SEED, now_ms - events * 1000 // RATE, count=events, rate=RATE):
        one = kept(batch, now_ms)
        sent.update(_named(one))
        await store.inbox.append(one, "bench")
    for partition in store.inbox.partitions:
        redis.xgroup_setid(keys.inbox(partition), GROUP, "$")
    return sent


def _named(events: list[KeptEvent]) -> Iterator[tuple[str, str]]:
    return ((TYPE_OF_KEPT[type(event)], event.id) for event in events)


async def _archive(store: Store, directory: Path) -> None:
    worker = ArchiveWorker(store, directory)
    while await store.archiving.lag_ms(await store.now_ms()):
        if not await worker.step(WAIT_MS):
            await worker.flush()
    stopping = asyncio.Event()
    stopping.set()
    await worker.run(stopping)  # reports, trims, and gives the archive back


def _seal(directory: Path) -> None:
    """What the archiver does itself when a segment is full or old."""
    writer = ArchiveWriter(directory)
    try:
        writer.turn(0, 0)
        while work := writer.work(None, lambda: False):
            work()
    finally:
        writer.close()


def _inbox_bytes(redis: Redis) -> int:
    return sum(redis.memory_usage(name, samples=0) or 0 for name in redis.scan_iter("*:inbox"))


def _found(directory: Path, sent: Counter[tuple[str, str]]) -> int:
    """How many of the events are there; less for every one that is there too often."""
    lines = (line.event for line in reading.events(directory) if isinstance(line, Archived))
    archived = Counter((TYPE_OF_KEPT[type(event)], event.id) for event in lines)
    return (archived & sent).total() - (archived - sent).total()

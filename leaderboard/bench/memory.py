"""What the store needs per visitor and per event, and what plain sets would need."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from redis import Redis

from leaderboard.bench.contestants import WITHOUT_FILE
from leaderboard.bench.filling import fill, scattered
from leaderboard.config import Config
from leaderboard.demo.world import make_world
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.store import Store, open_store

CAMPAIGN: Final = "memory"
AT_ONCE: Final = 10_000
PARTS: Final = {
    "tally": "counters",
    "ids": "ids of events seen",
    "product": "estimates per product",
    "products": "estimates per product",
    "orders": "orders and refunds",
    "refunds": "orders and refunds",
    "refunded": "orders and refunds",
    "live": "live times",
    "inbox": "inbox, compressed",
    "standings": "standings",
    "rows": "standings",
}


class VisitorMemory(Struct, frozen=True):
    """Bytes of the store's memory per unique visitor. `counted` is what it says there are."""

    what: str
    visitors: int
    bytes_each: float
    counted: int

    @property
    def exact(self) -> bool:
        return self.counted == self.visitors


def used_bytes(redis: Redis) -> int:
    """All memory that the store has handed out, but to connections. What was deleted is given back in a moment."""
    while (memory := redis.info("memory"))["lazyfree_pending_objects"]:
        time.sleep(0.01)
    return int(memory["used_memory"]) - int(memory["mem_clients_normal"])


@asynccontextmanager
async def throw_away(data: Path) -> AsyncIterator[tuple[Store, Redis]]:
    """A store of its own without a file, opened twice: our way and the plain way."""
    await asyncio.to_thread(data.mkdir)
    with EmbeddedStore(data, extra_arguments=WITHOUT_FILE) as embedded, Redis.from_url(embedded.url) as redis:
        async with open_store(embedded.url, partitions=Config().ingest.partitions) as store:
            yield store, redis


async def measure_counters(data: Path, visitors: int, accounts: int) -> VisitorMemory:
    """Ours: what deleting the counters gives back, the table of keys included."""
    members = make_world(1, accounts).accounts
    async with throw_away(data) as (store, redis):
        names = [account.id for account in members]
        await fill(store, CAMPAIGN, names, [account.popularity for account in members], visitors)
        page = await store.standings.page(CAMPAIGN, 0, accounts)
        before = used_bytes(redis)
        for names_found in chunks(redis.scan_iter("*:tally|*", count=AT_ONCE)):
            redis.delete(*names_found)
        freed = before - used_bytes(redis)
    what = f"our counters, {accounts:,} account{'s' if accounts > 1 else ''}"
    return VisitorMemory(what, visitors, freed / visitors, sum(row.score for row in page.rows))


async def measure_set(data: Path, visitors: int, *, hashed: bool) -> VisitorMemory:
    """A plain SET: of ids with 36 letters, or of their 64-bit hashes as 8 bytes."""
    what = "a SET of 64-bit hashes" if hashed else "a SET of 36-letter ids"
    async with throw_away(data) as (_, redis):
        before = used_bytes(redis)
        for numbers in chunks(iter(range(visitors))):
            redis.sadd("visitors", *(_member(number, hashed) for number in numbers))
        return VisitorMemory(what, visitors, (used_bytes(redis) - before) / visitors, redis.scard("visitors"))


def _member(number: int, hashed: bool) -> bytes:
    visitor = scattered(number)
    return visitor.to_bytes(8, "big") if hashed else b"visitor-%028x" % visitor


def chunks(things: Iterator[Any]) -> Iterator[list[Any]]:
    """Lists of some thousands."""
    chunk = []
    for thing in things:
        chunk.append(thing)
        if len(chunk) >= AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class EventMemory(Struct, frozen=True):
    """Bytes of the store's memory per event, by what they are for; `events` have been counted."""

    events: int
    parts: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.parts.values())


def measure_parts(redis: Redis, events: int, used_before: int) -> EventMemory:
    """Weighs every key of a running store. What is left of the growth is the table of keys and the like."""
    parts = dict.fromkeys([*PARTS.values(), "table of keys, buffers"], 0.0)
    grown = used_bytes(redis) - used_before
    for names in chunks(redis.scan_iter(count=AT_ONCE)):
        pipe = redis.pipeline(transaction=False)
        for name in names:
            pipe.memory_usage(name, samples=0)
        for name, weight in zip(names, pipe.execute(), strict=True):
            if part := _part_of(name):
                parts[part] += weight or 0
    parts["table of keys, buffers"] = grown - sum(parts.values())
    return EventMemory(events, {part: weight / events for part, weight in parts.items()})


def _part_of(name: bytes) -> str | None:
    return PARTS.get(name.decode("utf-8", "replace").partition("}:")[2].partition("|")[0])

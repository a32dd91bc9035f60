"""The store as one thing: its nouns, opened together and closed together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from leaderboard.store.archiving import Archiving
from leaderboard.store.client import Client
from leaderboard.store.connection import open_blocking_client, open_client
from leaderboard.store.directory import Directory
from leaderboard.store.exclusions import Exclusions
from leaderboard.store.inbox import Inbox
from leaderboard.store.live_times import LiveTimes
from leaderboard.store.settings import Settings
from leaderboard.store.standings import Standings
from leaderboard.store.tallies import Tallies
from leaderboard.store.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Store:
    """All that is kept, by noun."""

    client: Client
    inbox: Inbox
    tallies: Tallies
    live_times: LiveTimes
    standings: Standings
    exclusions: Exclusions
    settings: Settings
    directory: Directory
    tokens: Tokens
    archiving: Archiving

    async def now_ms(self) -> int:
        """The store's clock, which decides what is late and what lies in the future."""
        seconds, micros = await self.client.do("TIME")
        return int(seconds) * 1000 + int(micros) // 1000


@asynccontextmanager
async def open_store(
    url: str,
    *,
    partitions: int,
    durability: Literal["write", "fsync"] = "write",
    id_memory_h: int = 48,
) -> AsyncIterator[Store]:
    """Connects to a store; the caller has checked it (`health.inspect`, `installation.check`)."""
    client, blocking = Client(open_client(url)), Client(open_blocking_client(url))
    settings = Settings(client)
    store = Store(
        client=client,
        inbox=Inbox(client, blocking, partitions, durability),
        tallies=Tallies(client, partitions, id_memory_h),
        live_times=LiveTimes(client, partitions),
        standings=Standings(client),
        exclusions=Exclusions(client, partitions),
        settings=settings,
        directory=Directory(client, settings),
        tokens=Tokens(client, settings),
        archiving=Archiving(client, blocking, partitions),
    )
    try:
        yield store
    finally:
        await client.close()
        await blocking.close()

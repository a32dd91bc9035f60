"""What the archive has of the inbox: its own consumer group, the lease of its writer, its figures. Knows no files.

The group is used as a bookmark: entries are read by their ids, in the order of the stream, and the group's place moves
on when they are on the disk. So nothing is ever pending that a second archiver could overlook.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.inbox import ARCHIVE_GROUP, GROUP, Entry, read_entries
from leaderboard.store.leases import Lease
from leaderboard.store.scripts import BEHIND, TRIM

ARCHIVE_FIELD: Final = "archive"
PROBLEM: Final = "problem"
PROBLEM_AT: Final = "problem_at"


class Archiving:
    """`client` answers at once; `blocking` may wait inside a read."""

    def __init__(self, client: Client, blocking: Client, partitions: int) -> None:
        self._client = client
        self._blocking = blocking
        self._partitions = range(partitions)

    async def hold(self, token: str, lease_ms: int) -> bool:
        """Takes the lease, or prolongs it; False where another archiver has it."""
        return await Lease(self._client, "archive", token).hold(lease_ms)

    async def let_go(self, token: str) -> None:
        """Gives the lease back, where it is still this one's."""
        await Lease(self._client, "archive", token).let_go()

    async def archive_id(self) -> str | None:
        """Which archive belongs to this store; None before the first."""
        found = await self._client.do("HGET", keys.INSTALLATION, ARCHIVE_FIELD)
        return found.decode() if found else None

    async def claim(self, archive_id: str, *, instead: bool = False) -> None:
        """From now on this archive belongs to the store, if it has none; `instead` of the one it has."""
        word = "HSET" if instead else "HSETNX"
        await self._client.do(word, keys.INSTALLATION, ARCHIVE_FIELD, archive_id)

    async def read(self, after: Mapping[int, str], entries: int, wait_ms: int) -> list[Entry]:
        """What follows in each partition, at most `entries` of it, in order; waits for the first up to `wait_ms`.

        `after`: the id to read on from; a partition without one is read from its beginning.
        """
        numbers = {keys.inbox(partition).encode(): partition for partition in self._partitions}
        places = [after.get(partition, "0-0") for partition in self._partitions]
        command = ("XREAD", "COUNT", entries, "BLOCK", max(1, wait_ms))
        answer = await self._blocking.do(*command, "STREAMS", *numbers, *places)
        return [entry for name, found in answer or () for entry in read_entries(numbers[name], found)]

    async def acknowledge(self, through: Mapping[int, str]) -> None:
        """What is up to these ids is on the disk."""
        await self._client.together(
            [
                ("XGROUP", "SETID", keys.inbox(partition), ARCHIVE_GROUP, entry_id)
                for partition, entry_id in through.items()
            ]
        )

    async def trim(self) -> int:
        """Takes out of the inbox what workers and archive are both through with; how many entries went."""
        return sum(await asyncio.gather(*map(self._trim, self._partitions)))

    async def _trim(self, partition: int) -> int:
        return int(await TRIM(self._client, [keys.inbox(partition)], GROUP, ARCHIVE_GROUP))

    async def lag_ms(self, now_ms: int) -> int:
        """The age of the oldest entry that is not archived; 0 without one."""
        found = await asyncio.gather(*map(self._oldest, self._partitions))
        waiting_ms = [int(entry_id.partition(b"-")[0]) for entry_id in found if entry_id]
        return max(0, now_ms - min(waiting_ms)) if waiting_ms else 0

    async def _oldest(self, partition: int) -> bytes:
        found: bytes = await BEHIND(self._client, [keys.inbox(partition)], ARCHIVE_GROUP)
        return found

    async def has_begun(self) -> bool:
        """Whether anything was ever acknowledged. The inbox exists."""
        answers = await self._client.together(
            [("XINFO", "GROUPS", keys.inbox(partition)) for partition in self._partitions]
        )
        groups = [mapping(group) for answer in answers for group in answer]
        return any(
            group[b"name"] == ARCHIVE_GROUP.encode() and group[b"last-delivered-id"] != b"0-0"
            for group in groups
        )

    async def trouble(self, problem: str, now_ms: int) -> None:
        """Says why nothing is archived; it stands `since` the first time until `well`."""
        await self._client.together(
            [
                ("HSET", keys.ARCHIVE_FIGURES, PROBLEM, problem),
                ("HSETNX", keys.ARCHIVE_FIGURES, PROBLEM_AT, now_ms),
            ]
        )

    async def well(self) -> None:
        """Archiving goes on."""
        await self._client.do("HDEL", keys.ARCHIVE_FIGURES, PROBLEM, PROBLEM_AT)

    async def problem(self) -> tuple[str, int] | None:
        """Why nothing is archived, and since when (ms); None where all is well."""
        text, at_ms = await self._client.do("HMGET", keys.ARCHIVE_FIGURES, PROBLEM, PROBLEM_AT)
        return (text.decode(), int(at_ms or 0)) if text else None

    async def report(self, events: int, segments: int, size_bytes: int) -> None:
        """Says how much is archived, for those who cannot look at its files."""
        figures = ("events", events, "segments", segments, "bytes", size_bytes)
        await self._client.do("HSET", keys.ARCHIVE_FIGURES, *figures)

    async def figures(self) -> dict[str, int]:
        """`events`, `segments`, `bytes` as last reported; zeros before that."""
        found = mapping(await self._client.do("HGETALL", keys.ARCHIVE_FIGURES))
        return {name: int(found.get(name.encode(), 0)) for name in ("events", "segments", "bytes")}

"""The inbox: accepted batches, one stream a partition, each entry counted once on its way through."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from redis.exceptions import ResponseError

from leaderboard.domain.kept_events import KeptEvent
from leaderboard.store import keys
from leaderboard.store.batches import FORMAT, decode_batch, encode_batch
from leaderboard.store.client import Argument, Client, Command, mapping
from leaderboard.store.scripts import BURY, COMMIT, PROGRESS, UNBURY

GROUP: Final = "workers"
ARCHIVE_GROUP: Final = "archive"
SAMPLES_KEPT: Final = 100
FSYNC_WAIT_MS: Final = 5_000


class NotDurable(ConnectionError):
    """The store did not confirm that the disk has the batch; the sender has to send it again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request's events of one partition, as they lie in the stream."""

    partition: int
    id: str
    events_count: int
    batch: bytes
    fields: Mapping[bytes, bytes]

    @property
    def received_ms(self) -> int:
        """When the store received it: the stream id, or the first one where it was buried in between."""
        return int(self.first_id.partition("-")[0])

    @property
    def position(self) -> str:
        """Orders entries as they were received: fixed width, so that texts compare like numbers."""
        milliseconds, _, sequence = self.first_id.partition("-")
        return f"{int(milliseconds):013d}-{int(sequence):06d}"

    @property
    def first_id(self) -> str:
        """Its stream id, or the one it had before it was buried or the store was restored."""
        return self.fields.get(b"at", b"").decode() or self.id

    def decode(self) -> list[KeptEvent]:
        """The events; UnreadableBatch where they cannot be read."""
        return decode_batch(self.batch)


@dataclass(frozen=True, slots=True)
class Ended:
    """What is to be counted when an entry has been applied: events per (campaign, reason), with samples as JSON."""

    entry_id: str
    events_count: int
    exclusions: Sequence[tuple[str, str, int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Progress:
    """Events on their way. `lag_ms` is the age of the oldest that has not been applied."""

    accepted: int
    applied: int
    buried: int
    lag_ms: int

    @property
    def pending(self) -> int:
        return self.accepted - self.applied - self.buried


class Inbox:
    """`client` answers at once; `blocking` may wait inside a read."""

    def __init__(
        self, client: Client, blocking: Client, partitions: int, durability: Literal["write", "fsync"]
    ) -> None:
        self._client = client
        self._blocking = blocking
        self._partitions = partitions
        self._fsync = durability == "fsync"

    async def create(self) -> None:
        """Makes the streams and their consumer groups where they are missing.

        Both at once: what comes in before the first archiver runs must wait for it, too.
        """
        for partition in range(self._partitions):
            for group in (GROUP, ARCHIVE_GROUP):
                await self._create_group(partition, group)

    async def _create_group(self, partition: int, group: str) -> None:
        try:
            await self._client.do("XGROUP", "CREATE", keys.inbox(partition), group, "0", "MKSTREAM")
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    def by_partition(self, events: Iterable[KeptEvent]) -> dict[int, list[KeptEvent]]:
        """The events of a request, sorted by the partition of their account."""
        found: dict[str, list[KeptEvent]] = {}
        sorted_: dict[int, list[KeptEvent]] = {}
        for event in events:
            target = found.get(event.account_id)
            if target is None:
                partition = keys.partition_of(event.account_id, self._partitions)
                target = found[event.account_id] = sorted_.setdefault(partition, [])
            target.append(event)
        return sorted_

    def partition_of(self, account: str) -> int:
        """The partition that an account's events go through."""
        return keys.partition_of(account, self._partitions)

    async def append(self, events: Iterable[KeptEvent], request_id: str) -> None:
        """Keeps a request's events, all or none. When this returns they are in the append-only file."""
        commands: list[Command] = []
        for partition, batch in self.by_partition(events).items():
            fields = ("v", FORMAT, "r", request_id, "n", len(batch), "b", encode_batch(batch))
            commands.append(("XADD", keys.inbox(partition), "*", *fields))
            commands.append(("HINCRBY", keys.progress(partition), "accepted", len(batch)))
        await self._client.together(commands, atomic=True)
        if commands and self._fsync:
            await self._wait_for_disk()

    async def _wait_for_disk(self) -> None:
        local, _ = await self._client.do("WAITAOF", 1, 0, FSYNC_WAIT_MS)
        if local < 1:
            raise NotDurable(f"the disk did not confirm within {FSYNC_WAIT_MS} ms")

    async def pending(self) -> int:
        """Accepted events that have been neither applied nor buried."""
        rows = await self._client.together(
            [
                ("HMGET", keys.progress(partition), "accepted", "applied", "buried")
                for partition in self.partitions
            ]
        )
        return sum(int(row[0] or 0) - int(row[1] or 0) - int(row[2] or 0) for row in rows)

    @property
    def partitions(self) -> Sequence[int]:
        """The numbers of all partitions."""
        return range(self._partitions)

    async def read(
        self, consumer: str, entries: int, wait_ms: int, partitions: Sequence[int] | None = None
    ) -> list[Entry]:
        """New entries, at most `entries` of each partition; waits for the first up to `wait_ms`."""
        numbers = {keys.inbox(partition).encode(): partition for partition in partitions or self.partitions}
        streams = list(numbers)
        command = ("XREADGROUP", "GROUP", GROUP, consumer, "COUNT", entries, "BLOCK", max(1, wait_ms))
        answer = await self._blocking.do(*command, "STREAMS", *streams, *[">"] * len(streams))
        return [entry for name, found in answer or () for entry in read_entries(numbers[name], found)]

    async def take_over(
        self, consumer: str, idle_ms: int, entries: int, partitions: Sequence[int] | None = None
    ) -> list[Entry]:
        """Entries that another worker read but did not end for `idle_ms`; they are this one's now."""
        taken: list[Entry] = []
        for partition in partitions or self.partitions:
            command = ("XAUTOCLAIM", keys.inbox(partition), GROUP, consumer, idle_ms, "0-0", "COUNT", entries)
            answer = await self._client.do(*command)
            taken += read_entries(partition, answer[1])
        return taken

    async def begin_attempt(self, entry: Entry) -> int:
        """Notes that an entry is about to be applied by itself; how often that has been begun without an end."""
        return int(await self._client.do("HINCRBY", keys.attempts(entry.partition), entry.id, 1))

    async def undo_attempt(self, entry: Entry) -> None:
        """Takes back an attempt that failed for no fault of the entry."""
        await self._client.do("HINCRBY", keys.attempts(entry.partition), entry.id, -1)

    async def forget_attempts(self, entry: Entry) -> None:
        """An attempt has come to its end."""
        await self._client.do("HDEL", keys.attempts(entry.partition), entry.id)

    async def end(self, partition: int, ended: Sequence[Ended]) -> int:
        """Ends the way of applied entries and counts what did not count, once however often it is called."""
        packed = [msgspec.msgpack.encode((one.entry_id, one.events_count, one.exclusions)) for one in ended]
        names = (keys.inbox(partition), keys.progress(partition))
        arguments: list[Argument] = [keys.tag(partition), GROUP, SAMPLES_KEPT, *packed]
        return int(await COMMIT(self._client, names, *arguments))

    async def bury(self, entry: Entry, reason: str) -> bool:
        """Sets an entry aside that cannot be applied, with the reason; False where somebody else ended it."""
        names = (keys.inbox(entry.partition), keys.progress(entry.partition), keys.buried(entry.partition))
        fields = [part for pair in entry.fields.items() for part in pair]
        arguments: list[Argument] = [GROUP, entry.id, entry.events_count, reason[:2000], *fields]
        return bool(await BURY(self._client, names, *arguments))

    async def buried(self, limit: int = 100) -> list[Buried]:
        """The buried entries, oldest first within a partition."""
        found: list[Buried] = []
        for partition in range(self._partitions):
            command = ("XRANGE", keys.buried(partition), "-", "+", "COUNT", limit - len(found))
            answer = await self._client.do(*command) if len(found) < limit else []
            found += [Buried.read(partition, entry_id, fields) for entry_id, fields in answer]
        return found

    async def unbury(self, partition: int, buried_id: str) -> int:
        """Puts a buried entry back into the inbox; its events, or -1 where there is none."""
        names = (keys.inbox(partition), keys.progress(partition), keys.buried(partition))
        return int(await UNBURY(self._client, names, buried_id))

    async def forget_idle_consumers(self, idle_ms: int) -> None:
        """Removes the names of workers that are long gone and hold nothing."""
        for partition in range(self._partitions):
            answer = await self._client.do("XINFO", "CONSUMERS", keys.inbox(partition), GROUP)
            for consumer in map(mapping, answer):
                if consumer[b"pending"] == 0 and consumer[b"idle"] > idle_ms:
                    await self._client.do(
                        "XGROUP", "DELCONSUMER", keys.inbox(partition), GROUP, consumer[b"name"]
                    )

    async def consumers(self, idle_ms: int) -> int:
        """How many workers were heard of within `idle_ms`."""
        answer = await self._client.do("XINFO", "CONSUMERS", keys.inbox(0), GROUP)
        return sum(1 for consumer in map(mapping, answer) if consumer[b"idle"] <= idle_ms)

    async def progress(self, now_ms: int) -> Progress:
        """Where the events are."""
        rows = await asyncio.gather(*map(self._partition_progress, self.partitions))
        accepted, applied, buried = (sum(row[i] for row in rows) for i in range(3))
        oldest_ms = [int(row[3].partition(b"-")[0]) for row in rows if row[3]]
        return Progress(accepted, applied, buried, max(0, now_ms - min(oldest_ms)) if oldest_ms else 0)

    async def _partition_progress(self, partition: int) -> Any:
        return await PROGRESS(self._client, (keys.inbox(partition), keys.progress(partition)), GROUP)


@dataclass(frozen=True, slots=True)
class Buried:
    """An entry that could not be applied. `id` names it over all partitions, `stream_id` within its own."""

    id: str
    partition: int
    stream_id: str
    entry_id: str
    events_count: int
    reason: str

    @staticmethod
    def read(partition: int, buried_id: bytes, fields: Any) -> Buried:
        values = mapping(fields)
        return Buried(
            f"{partition}:{buried_id.decode()}",
            partition,
            buried_id.decode(),
            values[b"entry"].decode(),
            int(values.get(b"n", 0)),
            values[b"reason"].decode("utf-8", "replace"),
        )


def read_entries(partition: int, found: Iterable[Any]) -> list[Entry]:
    """The entries of a partition's part of a stream answer."""
    entries = []
    for entry_id, flat in found:
        if flat is None:  # deleted while it was pending; there is nothing left to apply
            continue
        fields = mapping(flat)
        entries.append(
            Entry(partition, entry_id.decode(), int(fields.get(b"n", 0)), fields.get(b"b", b""), fields)
        )
    return entries

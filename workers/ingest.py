"""The ingest worker: reads the inbox, has it counted, publishes the scores, and only then ends the entries.

It may be killed at any point: what was read and not ended is taken over by another worker and applied again, which
changes nothing that was applied before.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from time import monotonic
from typing import Final

from leaderboard.domain.counted_work import Exclusion, Received
from leaderboard.domain.counting import Counting, why_refund_excluded
from leaderboard.domain.exclusions import is_over
from leaderboard.store.connection import is_unavailable
from leaderboard.store.inbox import Entry
from leaderboard.store.stale import StaleCampaign
from leaderboard.store.store import Store
from leaderboard.store.tallies import Applied
from workers.following import Following
from workers.live import LiveCounting
from workers.pausing import pause
from workers.unpublished import Unpublished

log = logging.getLogger(__name__)

ENTRIES_PER_READ: Final = 48  # of each partition; only a worker that is behind finds so many
IDLE_WAIT_MS: Final = 1_000
HOUSEKEEPING_S: Final = 3_600
MOVES_IN_A_ROW: Final = 5  # of campaigns, while one batch is being applied
PAUSE_WITHOUT_STORE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker behaves; see `[workers]` in config.toml."""

    publish_interval_ms: int = 250
    takeover_after_ms: int = 10_000
    tries: int = 3
    settings_interval_ms: int = 1_000


class IngestWorker:
    """One of any number of workers on the same inbox; `partitions` are those it reads, all unless told."""

    def __init__(
        self, store: Store, pace: Pace | None = None, partitions: Sequence[int] | None = None
    ) -> None:
        self._store = store
        self._partitions = partitions or store.inbox.partitions
        self._pace = pace or Pace()
        self._name = f"{socket.gethostname()}-{os.getpid()}-{token_hex(3)}"
        self._next_takeover_s = 0.0
        self._next_housekeeping_s = monotonic() + HOUSEKEEPING_S
        self._published_s = 0.0
        self._applied = Unpublished()
        self._live = LiveCounting(store)
        self._following = Following(store, self._live, self._partitions, self._pace.settings_interval_ms)

    async def run(self, stopping: asyncio.Event) -> None:
        """Works until `stopping` is set; survives any time without a store."""
        await self._until_ready(stopping)
        while not stopping.is_set():
            try:
                await self.step(IDLE_WAIT_MS)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                log.warning("the store is away (%s); trying again", type(error).__name__)
                await pause(stopping, PAUSE_WITHOUT_STORE_S)
        await self._drain()

    async def _drain(self) -> None:
        try:
            await self.publish()
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("stopped without a store; what was not published will be applied again")

    async def _until_ready(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self._store.inbox.create()
                await self._store.directory.open()
                return
            except Exception as error:
                if not is_unavailable(error):
                    raise
                await pause(stopping, PAUSE_WITHOUT_STORE_S)

    async def step(self, wait_ms: int = 1) -> int:
        """One round: what others left behind, what is new, and the publication if it is due."""
        await self._housekeeping()
        self._applied.add_rows(await self._following.rows())
        taken = await self._take_over()
        wait_ms = min(wait_ms, self._until_publication_ms()) if self._applied.is_news else wait_ms
        fresh = await self._store.inbox.read(self._name, ENTRIES_PER_READ, wait_ms, self._partitions)
        if fresh:
            await self._work_through(fresh)
        if self._applied.is_news and self._until_publication_ms() <= 0:
            await self.publish()
        return len(taken) + len(fresh)

    def _until_publication_ms(self) -> int:
        due_s = self._published_s + self._pace.publish_interval_ms / 1000
        return max(0, int((due_s - monotonic()) * 1000))

    async def _take_over(self) -> list[Entry]:
        if monotonic() < self._next_takeover_s:
            return []
        idle_ms = self._pace.takeover_after_ms
        taken = await self._store.inbox.take_over(self._name, idle_ms, ENTRIES_PER_READ, self._partitions)
        # What this worker has applied and not yet shown is no one's leaving.
        taken = [entry for entry in taken if not self._applied.holds(entry)]
        if taken:
            log.info("took over %d entries that another worker left behind", len(taken))
            await self._store.directory.refresh()
            await self._one_by_one(taken)
        else:
            self._next_takeover_s = monotonic() + idle_ms / 2000
        return taken

    async def _work_through(self, entries: Sequence[Entry]) -> None:
        # After the read: an enrolment that was saved before an event came in is seen here. Outside of the net below:
        # settings that cannot be read are no fault of any entry, so nothing is set aside for them.
        await self._store.directory.refresh()
        for same_generation in self._by_generation(entries):
            try:
                await self._apply(same_generation)
            except Exception as error:
                if is_unavailable(error):
                    raise
                log.exception(
                    "a batch of %d entries could not be applied; trying one by one", len(same_generation)
                )
                await self._one_by_one(same_generation)

    def _by_generation(self, entries: Sequence[Entry]) -> list[list[Entry]]:
        generations: dict[int, list[Entry]] = defaultdict(list)
        for entry in entries:
            generations[self._store.tallies.generation(entry.received_ms)].append(entry)
        return list(generations.values())

    async def _one_by_one(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            await self._apply_or_bury(entry)

    async def _apply_or_bury(self, entry: Entry) -> None:
        """An entry that fails again and again, or that workers die of, is set aside with its reason."""
        inbox = self._store.inbox
        if await inbox.begin_attempt(entry) > 3 * self._pace.tries:
            await self._bury(entry, "worker after worker ended while applying it")
            return
        try:
            reason = await self._try(entry)
        except Exception as error:
            if is_unavailable(error):
                with suppress(Exception):  # the store may be away for this, too
                    await inbox.undo_attempt(entry)
            raise
        if reason:
            await self._bury(entry, reason)
        await inbox.forget_attempts(entry)

    async def _try(self, entry: Entry) -> str:
        """Applies an entry; why it cannot be, after several tries, or an empty text."""
        reason = ""
        for attempt in range(1, self._pace.tries + 1):
            try:
                await self._apply([entry])
                return ""
            except Exception as error:
                if is_unavailable(error):
                    raise
                reason = f"{type(error).__name__}: {error}"
                log.warning("entry %s, try %d of %d: %s", entry.id, attempt, self._pace.tries, reason)
        return reason

    async def _bury(self, entry: Entry, reason: str) -> None:
        if await self._store.inbox.bury(entry, reason):
            log.error("buried entry %s with %d events: %s", entry.id, entry.events_count, reason)

    async def _apply(self, entries: Sequence[Entry]) -> None:
        """Applies entries; decided anew where a campaign moved on between the decision and the write."""
        for attempt in range(1, MOVES_IN_A_ROW + 1):
            try:
                await self._apply_as_known(entries)
                return
            except StaleCampaign as error:
                if attempt == MOVES_IN_A_ROW:
                    raise
                log.info("%s; deciding anew", error)
                await self._store.directory.reload()

    async def _apply_as_known(self, entries: Sequence[Entry]) -> None:
        received = [await _received(entry) for entry in entries]
        counting = await self._counting(received)
        newest_ms = max(one.received_ms for one in received)
        applied = await self._store.tallies.apply(counting.work, newest_ms)
        applied.update(await self._live.count(counting.work, applied.uncounted))
        excluded = counting.excluded + _uncounted(applied, received)
        excluded += await self._store.tallies.of_counted_orders(counting.late_refunds)
        self._applied.add(applied, entries, excluded)

    async def _counting(self, received: Sequence[Received]) -> Counting:
        directory = self._store.directory
        accounts = {event.account_id for one in received for event in one.events}
        enrolled = await directory.enrolled(accounts)
        counting = Counting(enrolled, directory.counted)
        for number, one in enumerate(received):
            counting.add(number, one)
            await asyncio.sleep(0)
        return counting

    async def publish(self) -> None:
        """Shows what has been applied, then ends the entries it came from: what is not pending is visible."""
        done, now_ms = self._applied, await self._store.now_ms()
        for campaign, rows in done.rows.items():
            await self._store.judge.publish(campaign, rows.values(), now_ms)
        for partition, ended in done.ended.items():
            await self._store.inbox.end(partition, ended)
        self._applied, self._published_s = Unpublished(), monotonic()

    async def _housekeeping(self) -> None:
        if monotonic() >= self._next_housekeeping_s:
            self._next_housekeeping_s = monotonic() + HOUSEKEEPING_S
            await self._store.inbox.forget_idle_consumers(HOUSEKEEPING_S * 1000)


async def _received(entry: Entry) -> Received:
    # Between entries another lane may hand the store its next piece of work.
    await asyncio.sleep(0)
    return Received(entry.received_ms, entry.position, entry.decode())


async def run_lanes(store: Store, pace: Pace, lanes: int, stopping: asyncio.Event) -> None:
    """Several workers in one process, each on its own partitions: while the store works for one, another decides.

    An account belongs to one lane, so its events are applied in the order in which they were received.
    """
    partitions = store.inbox.partitions
    workers = [
        IngestWorker(store, pace, partitions[lane::lanes]) for lane in range(min(lanes, len(partitions)))
    ]
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.run(stopping))


def _uncounted(applied: Applied, received: Sequence[Received]) -> list[Exclusion]:
    found = []
    for one in applied.uncounted:
        entry, event = one.source
        received_ms = received[entry].received_ms
        for campaign in one.campaigns:
            if received_ms < campaign.created_ms or is_over(campaign.window, event.at_ms, received_ms):
                continue  # what goes on before its time, and after it in others, is no concern of it
            if reason := one.reason or why_refund_excluded(campaign, event, received_ms):
                found.append(Exclusion(entry, campaign.id, reason, event, received_ms))
    return found

"""What an archiver does beside writing events: trims the inbox, saves the settings, seals segments, cuts addresses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Final

from leaderboard.archive import settings_file
from leaderboard.archive.errors import Abandoned, ArchiveError
from leaderboard.archive.writing import ArchiveWriter
from leaderboard.store import settings_backup
from leaderboard.store.store import Store
from workers.archive_pace import ArchivePace

log = logging.getLogger(__name__)

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
LOOK_FOR_WORK_S: Final = 60.0
# A snapshot of very many settings is made less often: it shall take a twentieth of the time, not more.
SNAPSHOT_SHARE: Final = 20


class Chores:
    """Each at its own interval; sealing and cutting one at a time, in a thread."""

    def __init__(self, store: Store, directory: Path, writer: ArchiveWriter, pace: ArchivePace) -> None:
        self._store = store
        self._directory = directory
        self._writer = writer
        self._pace = pace
        self._next_s = self._next_settings_s = self._next_work_s = 0.0
        self._settings_version: tuple[bytes, ...] | None = None
        self._work: asyncio.Task[bool] | None = None
        self._stopping = Event()

    async def step(self, *, is_well: bool) -> None:
        """Does what is due. `is_well`: what was read has been written."""
        now_s = monotonic()
        if now_s < self._next_s:
            return
        # What is gone from the disk is perhaps still in the inbox.
        await asyncio.to_thread(self._writer.assure)
        await self._store.archiving.trim()
        if now_s >= self._next_settings_s:
            await self.save_settings()
        await self._look_for_work(now_s)
        await self.report()
        if is_well:
            await self._store.archiving.well()
        self._next_s = now_s + self._pace.chores_interval_ms / 1000

    async def finish(self) -> None:
        """What is short is done once more before the end."""
        await asyncio.to_thread(self._writer.assure)
        await self._store.archiving.trim()
        await self.save_settings()
        await self.report()

    async def report(self) -> None:
        """Tells the store how much is archived."""
        figures = await asyncio.to_thread(self._writer.figures)
        await self._store.archiving.report(figures.events, figures.segments, figures.bytes)

    async def save_settings(self) -> None:
        """Writes the snapshot of the settings, where they have changed since the last one."""
        began_s, client = monotonic(), self._store.client
        version = await settings_backup.version(client)
        if version != self._settings_version:
            dumped, now_ms = await settings_backup.dump(client), await self._store.now_ms()
            await asyncio.to_thread(settings_file.write, self._directory, dumped, now_ms)
            self._settings_version = version
        pause_s = max(self._pace.settings_interval_ms / 1000, SNAPSHOT_SHARE * (monotonic() - began_s))
        self._next_settings_s = monotonic() + pause_s

    async def _look_for_work(self, now_s: float) -> None:
        if self._work and self._work.done():
            # Where there was something to do, there may be more; what failed is tried again later.
            self._next_work_s = now_s if self._work.result() else now_s + LOOK_FOR_WORK_S
            self._work = None
        if self._work or not (await self._turn() or now_s >= self._next_work_s):
            return
        self._next_work_s = now_s + LOOK_FOR_WORK_S
        days = self._pace.cut_addresses_after_days
        cut_before_ms = await self._store.now_ms() - days * DAY_MS if days else None
        work = await asyncio.to_thread(self._writer.work, cut_before_ms, self._stopping.is_set)
        if work:
            self._work = asyncio.create_task(_in_thread(work))

    async def _turn(self) -> bool:
        old_ms = await self._store.now_ms() - self._pace.segment_age_h * HOUR_MS
        return self._writer.turn(self._pace.segment_mib << 20, old_ms)

    async def stop(self) -> None:
        """Leaves work that can be done anew, and waits until it is left."""
        self._stopping.set()
        if self._work:
            await self._work


async def _in_thread(work: Callable[[], None]) -> bool:
    """Does it; False for what fails: it is said, and holds up no event."""
    try:
        await asyncio.to_thread(work)
    except Abandoned:
        return False
    except (OSError, ArchiveError):
        log.exception("an older part of the archive could not be sealed or cut; it stays as it is")
        return False
    return True

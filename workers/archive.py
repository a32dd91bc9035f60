"""The archiver: writes every accepted event to the disk, and only then lets the inbox forget it. Counts nothing.

What is archived is known from the files alone, and read on from there: after a crash at any point nothing is twice and
nothing is missing. One archiver writes at a time; others stand by and take over when its lease runs out.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Final
from uuid import getnode

from leaderboard.archive.errors import ArchiveError, ArchiveGone, ArchiveInUse
from leaderboard.archive.writing import ArchiveWriter
from leaderboard.store.connection import is_unavailable
from leaderboard.store.inbox import Entry
from leaderboard.store.store import Store
from workers.archive_chores import Chores
from workers.archive_claim import Elsewhere, claim
from workers.archive_gathering import Gathered
from workers.archive_pace import ArchivePace
from workers.pausing import pause

log = logging.getLogger(__name__)

ENTRIES_PER_READ: Final = 32  # of each partition
PAUSE_S: Final = 0.5
STAND_BY_S: Final = 1.0


class ArchiveWorker:
    """One of any number of archivers of a store. `begin_anew`: where the archive is lost, make a new one."""

    def __init__(
        self, store: Store, directory: Path, pace: ArchivePace | None = None, *, begin_anew: bool = False
    ) -> None:
        self._store = store
        self._directory = directory
        self._pace = pace or ArchivePace()
        self._begin_anew = begin_anew
        # Of the machine and not of the process: whoever starts again after a kill need not wait for his own lease,
        # and two on one machine are kept apart by the lock of the directory.
        self._token = f"{socket.gethostname()}|{getnode():x}|{directory.resolve()}"
        self._held_until_s = 0.0
        self._tenure: _Tenure | None = None
        self._said = ""

    async def run(self, stopping: asyncio.Event) -> None:
        """Works until `stopping` is set; survives any time without a store, and a disk that is full for a while.

        Raises WrongArchive where the directory holds the archive of another store.
        """
        try:
            while not stopping.is_set():
                await self._one_round(stopping)
            await self._finish()
        finally:
            await self._retire()

    async def _one_round(self, stopping: asyncio.Event) -> None:
        try:
            fresh = await self.step(self._pace.flush_interval_ms)
            if self._tenure is None:
                await pause(stopping, STAND_BY_S)
            elif fresh < ENTRIES_PER_READ:
                # Few reads of many entries cost less than many of few.
                await pause(stopping, self._pace.flush_interval_ms / 10_000)
        except Exception as error:
            if not _may_pass(error):
                raise
            await self._trouble(error)
            if isinstance(error, ArchiveGone) or monotonic() > self._held_until_s:
                await self._retire()  # another one may be able to; what is moved back is opened again
            await pause(stopping, PAUSE_S)

    async def _finish(self) -> None:
        try:
            if self._tenure:
                await self.flush()
                await self._tenure.chores.finish()
        except Exception as error:
            if not _may_pass(error):
                raise
            log.warning("stopped in the middle (%s); the rest will be archived at the next start", error)

    async def step(self, wait_ms: int = 1) -> int:
        """One round: reads what is new, writes it down when it is time; how many entries were new."""
        if not await self._leads(self._pace.lease_ms * 2 / 3000) or self._tenure is None:
            return 0
        gathered, fresh = self._tenure.gathered, list[Entry]()
        if not gathered.is_full:
            wait_ms = min(wait_ms, gathered.until_due_ms(self._pace)) if gathered.through else wait_ms
            fresh = await self._store.archiving.read(gathered.read_from, ENTRIES_PER_READ, wait_ms)
            for entry in fresh:
                gathered.add(entry)
        if gathered.through and (gathered.is_full or gathered.until_due_ms(self._pace) <= 0):
            await self.flush()
        if self._tenure:
            tenure = self._tenure
            tenure.is_well = tenure.is_well or not gathered.through
            await tenure.chores.step(is_well=tenure.is_well)
            if tenure.is_well:
                self._said = ""
        return len(fresh)

    async def flush(self) -> None:
        """Writes down what has been gathered, then moves the archive's place in the inbox on."""
        # Nothing is written on the strength of a lease that may have run out meanwhile.
        if not await self._leads(self._pace.lease_ms / 2000) or self._tenure is None:
            return
        gathered = self._tenure.gathered
        if text := gathered.text():
            await asyncio.to_thread(self._tenure.writer.append, text)
            gathered.written()
        if gathered.through:
            # What cannot be found any more is not archived, wherever it was written.
            await asyncio.to_thread(self._tenure.writer.assure)
            await self._store.archiving.acknowledge(gathered.through)
            gathered.acknowledged()
            self._tenure.is_well = True

    async def _leads(self, least_s: float) -> bool:
        """Whether this archiver may write for at least `least_s` more."""
        if self._tenure and monotonic() + least_s < self._held_until_s:
            return True
        asked_s = monotonic()
        if not await self._store.archiving.hold(self._token, self._pace.lease_ms):
            if self._tenure:
                log.warning("another archiver has taken over")
            await self._retire()
            return False
        self._held_until_s = asked_s + self._pace.lease_ms / 1000
        return self._tenure is not None or await self._begin()

    async def _begin(self) -> bool:
        """Opens the archive. Where it cannot be this one's now, the lease goes back."""
        try:
            await self._store.inbox.create()
            await claim(self._store.archiving, self._directory, begin_anew=self._begin_anew)
            self._tenure = await self._open()
        except ArchiveInUse as error:
            # With the lease of that process, so it is not given back.
            await self._stand_by(error)
            return False
        except Elsewhere as error:
            await self._stand_by(error)
            await self._store.archiving.let_go(self._token)
            return False
        except BaseException as error:
            text = str(error)
            if isinstance(error, ArchiveError):
                await _if_store_answers(lambda: self._report(text))
            await _if_store_answers(lambda: self._store.archiving.let_go(self._token))
            raise
        return True

    async def _open(self) -> _Tenure:
        writer = await asyncio.to_thread(ArchiveWriter, self._directory)
        tenure = _Tenure(self._store, self._directory, writer, self._pace)
        try:
            # Before any event: by its settings an archive is known as this store's.
            await tenure.chores.save_settings()
            # What was written just before a crash may not have been acknowledged, and nothing more may come.
            if writer.through:
                await self._store.archiving.acknowledge(writer.through)
        except BaseException:
            await tenure.close()
            raise
        return tenure

    async def _retire(self) -> None:
        """Writes no more. What was gathered and not written is read again by whoever comes next."""
        tenure, self._tenure = self._tenure, None
        if tenure:
            await tenure.close()
            await _if_store_answers(lambda: self._store.archiving.let_go(self._token))

    async def _stand_by(self, error: ArchiveError) -> None:
        self._say(f"standing by: {error}")
        await self._report(str(error))

    async def _trouble(self, error: Exception) -> None:
        """Says what went wrong, and tells the store unless it is the store."""
        if self._tenure:
            self._tenure.is_well = False
        if is_unavailable(error):
            self._say(f"cannot archive now ({type(error).__name__}: {error}); trying again")
            return
        where = f"cannot write to {self._directory} ([archive] directory)"
        text = str(error) if isinstance(error, ArchiveGone) else f"{where}: {error}"
        self._say(f"{text}; trying again", logging.ERROR)
        await _if_store_answers(lambda: self._report(text))

    async def _report(self, problem: str) -> None:
        await self._store.archiving.trouble(problem, await self._store.now_ms())

    def _say(self, what: str, level: int = logging.WARNING) -> None:
        if what != self._said:
            log.log(level, what)
            self._said = what


class _Tenure:
    """The time in which one archiver has the archive open."""

    def __init__(self, store: Store, directory: Path, writer: ArchiveWriter, pace: ArchivePace) -> None:
        self.writer = writer
        self.is_well = False
        self.gathered = Gathered(writer.through)
        self.chores = Chores(store, directory, writer, pace)

    async def close(self) -> None:
        await self.chores.stop()
        await asyncio.to_thread(self.writer.close)


def _may_pass(error: Exception) -> bool:
    return is_unavailable(error) or isinstance(error, (OSError, ArchiveGone))


async def _if_store_answers(call: Callable[[], Awaitable[None]]) -> None:
    try:
        await call()
    except Exception as error:
        if not is_unavailable(error):
            raise

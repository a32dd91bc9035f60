"""What an archiver has read and not yet written: lines, and how far they go. No store, no files."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from time import monotonic
from typing import Final

from leaderboard.archive.lines import Unreadable, entry_text, order, unreadable_text
from leaderboard.store.batches import UnreadableBatch
from leaderboard.store.inbox import Entry
from workers.archive_pace import ArchivePace

log = logging.getLogger(__name__)

FULL_BYTES: Final = 16 << 20


class Gathered:
    """`archived`: the last entry of each partition that is in the archive.

    `read_from`: how far each partition has been read; `through`: the same, since the last time it was acknowledged.
    """

    def __init__(self, archived: Mapping[int, str]) -> None:
        self._archived = {partition: order(entry) for partition, entry in archived.items()}
        self._texts: list[bytes] = []
        self._bytes = 0
        self._since_s = 0.0
        self.read_from = dict(archived)
        self.through: dict[int, str] = {}

    @property
    def is_full(self) -> bool:
        """Whether it has to be written before more is read."""
        return self._bytes >= FULL_BYTES

    def until_due_ms(self, pace: ArchivePace) -> int:
        """When it is to be written at the latest."""
        return max(0, int(pace.flush_interval_ms - (monotonic() - self._since_s) * 1000))

    def add(self, entry: Entry) -> None:
        """Takes an entry in, in the order of its stream; not again what is in the archive under its first id."""
        if not self.through:
            self._since_s = monotonic()
        self.read_from[entry.partition] = self.through[entry.partition] = entry.id
        first = order(entry.first_id)
        if first > self._archived.get(entry.partition, (0, 0)):
            text = _text(entry)
            self._texts.append(text)
            self._bytes += len(text)
            self._archived[entry.partition] = first

    def text(self) -> bytes:
        """All lines that wait to be written."""
        return b"".join(self._texts)

    def written(self) -> None:
        """The lines are on the disk."""
        self._texts, self._bytes = [], 0

    def acknowledged(self) -> None:
        """The store knows it."""
        self.through = {}


def _text(entry: Entry) -> bytes:
    try:
        return entry_text(entry.partition, entry.first_id, entry.received_ms, entry.decode())
    except UnreadableBatch as error:
        log.error("entry %s of partition %d is archived as it is: %s", entry.id, entry.partition, error)
        unreadable = Unreadable(
            entry.partition, entry.first_id, entry.received_ms, entry.events_count, entry.batch
        )
        return unreadable_text(unreadable)

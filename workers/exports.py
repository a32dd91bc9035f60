"""Manifests of exports, kept beside the archive: after a lost store they say what had gone to the bank."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from leaderboard.archive import documents
from leaderboard.archive.documents import Document
from leaderboard.archive.errors import ArchiveError
from leaderboard.domain.payouts import Batch
from leaderboard.store.store import Store

log = logging.getLogger(__name__)


class ExportKeeping:
    """Keeps each manifest once; after a start it looks at all of them again."""

    def __init__(self, store: Store, archive: Path) -> None:
        self._store = store
        self._archive = archive
        self._kept: dict[str, str] = {}
        self._problems: dict[str, str] = {}
        self._looked_at = 0

    async def step(self) -> None:
        """Keeps what is new. Asks for no more than a count while nothing was exported."""
        count = await self._store.payouts.exports_count()
        if count == self._looked_at:
            return
        exported = [batch for batch in await self._store.payouts.every() if batch.file_sha256]
        left = [batch for batch in exported if self._kept.get(batch.id) != batch.file_sha256]
        for batch in left:
            await self._attempt(batch)
        if all(self._kept.get(batch.id) == batch.file_sha256 for batch in left):
            self._looked_at = count

    async def _attempt(self, batch: Batch) -> None:
        """One that cannot be kept is said once, and tried again; the others are kept."""
        try:
            await self._keep(batch)
        except (ArchiveError, OSError) as error:
            if self._problems.get(batch.id) != str(error):
                log.error("the manifest of batch %s could not be kept: %s", batch.id, error)
            self._problems[batch.id] = str(error)
            return
        self._problems.pop(batch.id, None)
        self._kept[batch.id] = batch.file_sha256

    async def _keep(self, batch: Batch) -> None:
        content = await self._store.payouts.export(f"{batch.id}|manifest")
        if content is not None:
            document = Document(batch.campaign, f"export|{batch.number}", content.encode())
            await asyncio.to_thread(documents.keep, self._archive, document)

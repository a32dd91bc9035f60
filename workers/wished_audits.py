"""Audits that people wish for on a page: made by the scheduler, one after the other, each as the command makes it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from leaderboard.domain.checkpoints import Failure, Wish
from leaderboard.store.connection import is_unavailable
from leaderboard.store.store import Store
from workers.auditing import How, TooSlow, audit

log = logging.getLogger(__name__)

# Somebody waits at a page: what does not settle within the time is told instead.
PATIENCE_S: Final = 60.0


class WishedAudits:
    """May be run by two at once: each finds the same, and the later one stands."""

    def __init__(self, store: Store, how: How) -> None:
        self._store, self._how = store, replace(how, wait_s=PATIENCE_S)

    async def step(self) -> list[str]:
        """Makes every audit that is wished for; the campaigns that were audited."""
        wishes = await self._store.audits.wishes()
        return [name for name, wish in wishes.items() if await self._fulfil(name, wish)]

    async def _fulfil(self, name: str, wish: Wish) -> bool:
        try:
            found = await audit(self._store, name, self._how)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.warning(
                "the audit of %s that was asked for failed", name, exc_info=not isinstance(error, TooSlow)
            )
            failure = Failure(await self._store.now_ms(), str(error) or type(error).__name__, wish.by)
            await self._store.audits.fulfilled(name, failure)
            return False
        log.info("%s: audited, %d differences", name, found.differences_count)
        await self._store.audits.fulfilled(name)
        return True

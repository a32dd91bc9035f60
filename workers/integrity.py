"""When campaigns are looked at for what is suspicious: daily, when somebody asks, and where a close was not looked at.

It runs beside closing and certifying, which never wait for it. Review has its checkpoint made by the close itself.
"""

from __future__ import annotations

import logging
from time import monotonic
from typing import Final

from leaderboard.archive.errors import ArchiveError
from leaderboard.domain.checkpoints import Checkpointed, Failure, is_daily_due, why_not
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from workers.checkpointing import checkpoint, keep_document
from workers.closing import SCHEDULER
from workers.looking_over import Detect, all_detectors
from workers.moments import How, TooSlow

__all__ = ["SCHEDULER", "Checkpoints", "checkpoint"]

log = logging.getLogger(__name__)

# After one that failed the clock waits so long, or nine times what it took; who asks is tried at once.
REST_S: Final = 600.0
REST_FACTOR: Final = 9


class Checkpoints:
    """Of all campaigns of a store, one at a time."""

    def __init__(self, store: Store, how: How, detect: Detect = all_detectors) -> None:
        self._store = store
        self._how = how
        self._detect = detect
        self._rest_until_s: dict[str, float] = {}
        self._kept: dict[str, int] = {}
        self._problems: dict[str, str] = {}
        self._quiet: dict[str, tuple[int, str]] = {}
        self._has_begun = False

    async def step(self) -> str | None:
        """Makes one checkpoint that is due; the campaign it was of."""
        await self._store.directory.refresh()
        now_ms = await self._store.now_ms()
        for name, campaign in list(self._store.directory.campaigns.items()):
            if self._quiet.get(name) == _edition(campaign):
                continue
            if actor := await self._actor(name, campaign, now_ms):
                await self._make(name, actor)
                return name
        self._has_begun = True
        return None

    async def _actor(self, name: str, campaign: Campaign, now_ms: int) -> str:
        """Who one is to be made for; empty for nobody."""
        known = await self._store.checkpoints.last(name)
        await self._tidy(name, known)
        if why_not(campaign.definition, campaign.life):
            # One that is to open at this moment may have been asked for already.
            if known.asked and campaign.life.state != "scheduled":
                await self._store.checkpoints.drop_wish(name)
            if known.last is None or name in self._kept:
                # Nothing becomes due until it moves on.
                self._quiet[name] = _edition(campaign)
            return ""
        if known.asked:
            return known.asked.by
        is_resting = monotonic() < self._rest_until_s.get(name, 0.0)
        return SCHEDULER if not is_resting and self._is_due(campaign, known, now_ms) else ""

    async def _tidy(self, name: str, known: Checkpointed) -> None:
        """What was cut off by a crash."""
        if known.running and not self._has_begun:
            await self._store.checkpoints.stop(name)
        if known.last is None or self._kept.get(name) == known.last.number:
            return
        try:
            await keep_document(self._store, name, self._how.archive)
        except (ArchiveError, OSError) as error:
            if self._problems.get(name) != str(error):
                log.error("checkpoint %d of %s could not be kept: %s", known.last.number, name, error)
            self._problems[name] = str(error)
            return
        self._kept[name] = known.last.number

    def _is_due(self, campaign: Campaign, known: Checkpointed, now_ms: int) -> bool:
        window = campaign.counted.window
        if campaign.life.state == "review":
            return not known.covers_close(window.cutoff_ms)
        last_ms = known.last.at_ms if known.last else 0
        return campaign.life.state == "live" and is_daily_due(
            campaign.definition.zone, window.starts_at_ms, last_ms, now_ms
        )

    async def _make(self, name: str, actor: str) -> None:
        began_s, made = monotonic(), None
        try:
            made = await checkpoint(self._store, name, self._how, actor, self._detect)
        except TooSlow as error:
            log.warning("no checkpoint of %s: %s", name, error)
            failure = Failure(await self._store.now_ms(), str(error), actor)
            await self._store.checkpoints.fail(name, failure)
        except Exception:
            # The store went away, and could not be told that nobody is at work.
            self._has_begun = False
            raise
        if made is None:
            rest_s = max(REST_S, REST_FACTOR * (monotonic() - began_s))
            self._rest_until_s[name] = monotonic() + rest_s


def _edition(campaign: Campaign) -> tuple[int, str]:
    return campaign.life.version, campaign.hash

"""Rescorings in the scheduler: previews are worked out from the archive, and what is voided is kept up to date.

A preview decides nothing: people apply it, or not. It may be killed at any time, and is then made anew.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final

from msgspec.structs import replace

from leaderboard.domain.campaigns.states import State
from leaderboard.domain.rescorings import Rescoring
from leaderboard.store.connection import is_unavailable
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from workers.closing import SCHEDULER
from workers.moments import How
from workers.rescoring_previews import ids_in_force, previewed
from workers.voiding import void_anew

log = logging.getLogger(__name__)

# What is voided is recounted at most a tenth of the time.
REST_FACTOR: Final = 9
_MOVING: Final[tuple[State, ...]] = ("live", "closing", "review")


@dataclass(frozen=True, slots=True)
class _Voided:
    """By which rescorings figures were worked out, when, and from when on they may be again."""

    ids: tuple[str, ...]
    at_ms: int
    rest_until_s: float


class RescoringWork:
    """Of all campaigns of a store."""

    def __init__(self, store: Store, how: How, interval_s: float) -> None:
        self._store = store
        self._how = how
        self._interval_ms = interval_s * 1000
        self._voided: dict[str, _Voided] = {}

    async def step(self) -> list[str]:
        """Prepares what somebody has asked for, and brings up to date what is voided; what was done, by campaign."""
        await self._store.directory.refresh()
        done = []
        for name, campaign in list(self._store.directory.campaigns.items()):
            rescorings = await self._store.rescorings.of(name)
            if rescorings and await self._work(name, campaign, rescorings):
                done.append(name)
        return done

    async def _work(self, name: str, campaign: Campaign, rescorings: Mapping[str, Rescoring]) -> bool:
        did = False
        for one in rescorings.values():
            if one.state == "preparing":
                did = await prepare(self._store, one, self._how) or did
        if await self._is_due(name, campaign, rescorings):
            await self._void(name, rescorings)
            did = True
        return did

    async def _is_due(self, name: str, campaign: Campaign, rescorings: Mapping[str, Rescoring]) -> bool:
        if campaign.life.state not in _MOVING or campaign.life.certifying:
            return False
        known, ids = self._voided.get(name), ids_in_force(rescorings)
        if known is None or known.ids != ids:
            return bool(ids) or bool(await self._store.reviews.voided(name))
        if not ids or monotonic() < known.rest_until_s:
            return False
        newest_ms = max(
            (int(entry.partition("-")[0]) for entry in (await self._store.audits.newest()).values()),
            default=0,
        )
        return newest_ms >= known.at_ms and await self._store.now_ms() - known.at_ms >= self._interval_ms

    async def _void(self, name: str, rescorings: Mapping[str, Rescoring]) -> None:
        began_s, at_ms = monotonic(), await self._store.now_ms()
        try:
            await void_anew(self._store, name, self._how)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("what is voided of %s could not be recounted", name)
            return
        rest_until_s = monotonic() + REST_FACTOR * (monotonic() - began_s)
        self._voided[name] = _Voided(ids_in_force(rescorings), at_ms, rest_until_s)


async def prepare(store: Store, rescoring: Rescoring, how: How) -> bool:
    """Works out the preview of a rescoring and saves it; False where somebody has moved it meanwhile.

    A failure is kept with it, for whoever asked to see.
    """
    try:
        preview, prepared = await previewed(store, rescoring, how)
    except Exception as error:
        if is_unavailable(error):
            raise
        log.exception("rescoring %s of %s could not be prepared", rescoring.id, rescoring.campaign)
        failed = replace(rescoring.moved("failed"), problem=f"{type(error).__name__}: {error}")
        return await store.rescorings.move(rescoring, failed, actor=SCHEDULER) == "done"
    ready = replace(rescoring.moved("prepared"), preview=preview, problem="")
    return await store.rescorings.move(rescoring, ready, actor=SCHEDULER, prepared=prepared) == "done"

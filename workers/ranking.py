"""Notes who was where: one snapshot a slot of each campaign that runs, and past hours of those that nobody noted.

What is due stands in the store: a slot that has its snapshot is not due, whoever took it. Ranks nothing itself but past
hours, from visitors by the time of their events: of campaigns that began before the service did, that are replayed, or
whose store was restored.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from leaderboard.domain.rank_history import from_hours, is_moving, missing_hours, slot_of, window_ends_ms
from leaderboard.store.connection import is_unavailable
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store

log = logging.getLogger(__name__)

# Past hours are ranked among those who lead when they are worked out: who is far behind them is in no chart.
LEADERS: Final = 1_000


class RankNotes:
    """Of all campaigns of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._slots: dict[str, int] = {}
        self._worked_out: dict[str, int] = {}

    async def step(self) -> list[str]:
        """Takes the snapshots that are due; the campaigns they are of."""
        await self._store.directory.refresh()
        now_ms = await self._store.now_ms()
        campaigns = list(self._store.directory.campaigns.items())
        return [name for name, campaign in campaigns if await self._note(name, campaign, now_ms)]

    async def _note(self, name: str, campaign: Campaign, now_ms: int) -> bool:
        """At most once a slot; a failure is logged, and the next slot is another try."""
        if self._slots.get(name) == slot_of(now_ms) or not _has_begun(campaign, now_ms):
            return False
        self._slots[name] = slot_of(now_ms)
        try:
            is_news = await self._take(name, campaign, now_ms)
            await self._work_out_hours(name, campaign, now_ms)
        except Exception as error:
            if is_unavailable(error):
                del self._slots[name]
                raise
            log.exception("the ranks of %s could not be noted", name)
            return False
        return is_news

    async def _take(self, name: str, campaign: Campaign, now_ms: int) -> bool:
        history = self._store.rank_history
        if not is_moving(campaign.newest, campaign.life, now_ms):
            return False
        if await history.is_taken(name, slot_of(now_ms)):
            return False
        order = await self._store.standings.order(name)
        if order:
            in_window = now_ms <= window_ends_ms(campaign.newest, campaign.life, now_ms)
            await history.take(name, order, now_ms, in_window=in_window)
        return bool(order)

    async def _work_out_hours(self, name: str, campaign: Campaign, now_ms: int) -> None:
        """Past hours of which nothing was noted, anew when visitors may have come to them."""
        history, version = self._store.rank_history, await self._store.standings.version(name)
        if self._worked_out.get(name) == version:
            return
        # What is frozen changes only by what is taken out, and hours are from before that.
        is_needed = is_moving(campaign.newest, campaign.life, now_ms) or not await history.has_hours(name)
        ends_ms = window_ends_ms(campaign.newest, campaign.life, now_ms)
        missing = missing_hours(campaign.counted.window.starts_at_ms, ends_ms, await history.taken_ms(name))
        if is_needed and missing:
            await self._put_hours(name, missing)
        self._worked_out[name] = version

    async def _put_hours(self, name: str, missing: Sequence[int]) -> None:
        history = self._store.rank_history
        page = await self._store.standings.page(name, 0, LEADERS)
        visitors = await history.visitors_by_hour(name, [row.account_id for row in page.rows])
        # In a thread, since a thousand accounts in hundreds of hours take a while.
        moments = await asyncio.to_thread(from_hours, visitors, missing)
        if moments:
            await history.put_hours(name, moments)


def _has_begun(campaign: Campaign, now_ms: int) -> bool:
    started = now_ms >= campaign.counted.window.starts_at_ms
    return started and campaign.life.state not in ("draft", "cancelled")

"""The scheduler: a clock that asks what is due. What is due stands in the store, so it may be killed at any time.

Several may run. Moves that need the clock alone are made by whoever comes first; what needs the archive, freezes,
certifications and recounts, by the one that has the lease.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from leaderboard.config import Payouts
from leaderboard.domain.lifecycle import Life
from leaderboard.domain.live_metrics import not_live
from leaderboard.domain.signing import SigningKey
from leaderboard.store.connection import is_unavailable
from leaderboard.store.directory import Campaign
from leaderboard.store.leases import Lease
from leaderboard.store.store import Store
from workers.awarding import Awarding
from workers.certifying import certify, finish
from workers.closing import freeze, keep_documents
from workers.exports import ExportKeeping
from workers.integrity import Checkpoints
from workers.life import attempt, due_for, sweep
from workers.metric_recount import recount_metrics
from workers.moments import How
from workers.payouts import PayoutWatch
from workers.ranking import RankNotes
from workers.rescoring import RescoringWork
from workers.versions import activate_due
from workers.wished_audits import WishedAudits

log = logging.getLogger(__name__)

SWEEP_S: Final = 0.5
TICK_S: Final = 1.0
AWARD_S: Final = 2.0
PAYOUTS_S: Final = 5.0
MEMORY_S: Final = 30.0
LEASE_MS: Final = 10_000
# However long a recount takes, it is not to take more than a tenth of the time.
REST_FACTOR: Final = 9
# How long a freeze waits for workers and archive before it says what it waits for, and asks again at the next tick.
PATIENCE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Recounting:
    """Where the archive is, how old a value may be, and what results are signed with: without a key none is certified
    here. `apart`: closing and certifying recount in a process of their own."""

    archive: Path
    id_memory_h: int
    interval_s: float = 60.0
    signing_key: SigningKey | None = None
    apart: bool = True

    @property
    def how(self) -> How:
        """How a campaign is examined when it is closed or certified."""
        return How(self.archive, self.id_memory_h, wait_s=PATIENCE_S, apart=self.apart)


_AS_SHIPPED: Final = Payouts()


class Scheduler:
    """One of any number on a store."""

    def __init__(self, store: Store, recounting: Recounting, payouts: Payouts = _AS_SHIPPED) -> None:
        self._store = store
        self._recounting = recounting
        self._lease = Lease(store.client, "scheduler", token_hex(8))
        self._rest_until_s: dict[str, float] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._tidied: dict[str, int] = {}
        self._awarding = Awarding(store)
        self._exports = ExportKeeping(store, recounting.archive)
        self._payouts = PayoutWatch(store, payouts)
        self._checkpoints = Checkpoints(store, recounting.how)
        self._ranks = RankNotes(store)
        self._audits = WishedAudits(store, recounting.how)
        self._rescoring = RescoringWork(store, recounting.how, recounting.interval_s)

    async def run(self, stopping: asyncio.Event) -> None:
        """Ticks until `stopping` is set; survives any time without a store."""
        clock = AsyncIOScheduler(timezone="UTC")
        self._every(clock, SWEEP_S, self._sweep)
        self._every(clock, TICK_S, self._work)
        self._every(clock, AWARD_S, self.award)
        self._every(clock, TICK_S, self.keep_exports)
        self._every(clock, TICK_S, self.look)
        self._every(clock, PAYOUTS_S, self._payouts.look)
        self._every(clock, TICK_S, self.rescore)
        self._every(clock, TICK_S, self.note_ranks)
        self._every(clock, TICK_S, self.audit)
        self._every(clock, MEMORY_S, self.note_memory)
        clock.start()
        try:
            await stopping.wait()
        finally:
            clock.shutdown(wait=False)
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            await self._let_go()

    def _every(self, clock: AsyncIOScheduler, seconds: float, job: Callable[[], Awaitable[object]]) -> None:
        async def run() -> None:
            task = asyncio.create_task(_safely(job))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await asyncio.wait([task])

        # A tick that could not be is not made up for: the next one asks for everything that is due by then.
        clock.add_job(
            run,
            "interval",
            seconds=seconds,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )

    async def _let_go(self) -> None:
        try:
            await self._lease.let_go()
        except Exception as error:
            if not is_unavailable(error):
                raise

    async def _sweep(self) -> None:
        await activate_due(self._store, await self._store.now_ms())
        await sweep(self._store)

    async def _work(self) -> None:
        await self.tick()

    async def tick(self) -> list[str]:
        """Does all that is due, if this scheduler is the one that acts; the campaigns that were recounted."""
        await self._sweep()
        if not await self._lease.hold(LEASE_MS):
            return []
        renewing = asyncio.create_task(self._keep_lease())
        try:
            await self._close_and_certify()
            return await self._recount_what_is_due()
        finally:
            renewing.cancel()

    async def award(self) -> list[str]:
        """Has provisional awards worked out, as `tick`; beside it, so that no freeze and no certification waits."""
        return await self._awarding.step() if await self._lease.hold(LEASE_MS) else []

    async def keep_exports(self) -> None:
        """Keeps manifests of exports, as `tick`; beside it, as a file may be on its way to the bank within seconds."""
        if await self._lease.hold(LEASE_MS):
            await self._exports.step()

    async def rescore(self) -> list[str]:
        """Prepares rescorings and recounts what is voided, as `tick`; beside it, as it reads the whole archive."""
        return await self._rescoring.step() if await self._lease.hold(LEASE_MS) else []

    async def note_ranks(self) -> list[str]:
        """Notes who is where, as `tick`; beside it, since a slot that is over cannot be noted any more."""
        return await self._ranks.step() if await self._lease.hold(LEASE_MS) else []

    async def audit(self) -> list[str]:
        """Makes the audits that people wish for, as `tick`; beside it, as one reads the whole archive."""
        return await self._audits.step() if await self._lease.hold(LEASE_MS) else []

    async def note_memory(self) -> bool:
        """Notes how much memory the store uses, for its forecast, where that is due."""
        if not await self._lease.hold(LEASE_MS):
            return False
        return await self._store.server.note_memory(await self._store.now_ms())

    async def look(self) -> str | None:
        """Makes a checkpoint that is due, as `tick`; beside it, so that no freeze and no certification waits."""
        return await self._checkpoints.step() if await self._lease.hold(LEASE_MS) else None

    async def _close_and_certify(self) -> None:
        how, key = self._recounting.how, self._recounting.signing_key
        for name in await due_for(self._store, "freeze"):
            await attempt(self._store, name, partial(freeze, self._store, name, how))
        if key is not None:
            for name in await due_for(self._store, "certify"):
                await attempt(self._store, name, partial(certify, self._store, name, how, key))
        await self._tidy_up()

    async def _tidy_up(self) -> None:
        """What belongs to a move and was not part of its step; asked only once after every move of a campaign."""
        for name, campaign in list(self._store.directory.campaigns.items()):
            if self._tidied.get(name) != campaign.life.version:
                await attempt(self._store, name, partial(self._tidy, name, campaign.life))

    async def _tidy(self, name: str, life: Life) -> None:
        if life.is_final:
            await finish(self._store, name)
        await keep_documents(self._store, name, self._recounting.how)
        self._tidied[name] = life.version

    async def _recount_what_is_due(self) -> list[str]:
        now_ms = await self._store.now_ms()
        campaigns = list(self._store.directory.campaigns.items())
        due = [name for name, campaign in campaigns if await self._is_due(name, campaign, now_ms)]
        return [name for name in due if await self._recount(name)]

    async def _is_due(self, name: str, campaign: Campaign, now_ms: int) -> bool:
        if not not_live(campaign.definition) or monotonic() < self._rest_until_s.get(name, 0.0):
            return False
        as_of_ms = await self._store.metric_values.as_of_ms(name)
        return is_due(campaign, as_of_ms, now_ms, self._recounting.interval_s, await self._news_ms())

    async def _news_ms(self) -> int:
        """When the last event came in, or the last setting changed."""
        places = [await self._store.audits.settings_place(), *(await self._store.audits.newest()).values()]
        return max(int(place.partition("-")[0]) for place in places)

    async def _recount(self, name: str) -> bool:
        """Has the values of one campaign recounted, stored and judged by; a failure is logged and tried again."""
        started_s = monotonic()
        try:
            archive, id_memory_h = self._recounting.archive, self._recounting.id_memory_h
            await recount_metrics(self._store, name, archive, id_memory_h)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("the metrics of %s could not be recounted", name)
            return False
        finally:
            took_s = monotonic() - started_s
            self._rest_until_s[name] = monotonic() + REST_FACTOR * took_s
        return True

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(LEASE_MS / 3000)
            await self._lease.hold(LEASE_MS)


async def _safely(job: Callable[[], Awaitable[object]]) -> None:
    """APScheduler would log an error and go on by itself; what is no outage is said as what it is."""
    try:
        await job()
    except Exception as error:
        if is_unavailable(error):
            log.warning("the store is away (%s); asking again", type(error).__name__)
        else:
            log.exception("a tick failed")


def is_due(campaign: Campaign, as_of_ms: int, now_ms: int, interval_s: float, news_ms: int) -> bool:
    """Whether values of that age are too old; `news_ms`: when the last event came in or the last setting changed.

    After the cut-off, too: a refund counts with its order, whenever it comes. Of a certified campaign only where there
    are none, as after a restore.
    """
    if (
        (campaign.life.is_final and as_of_ms)
        or now_ms < campaign.counted.window.starts_at_ms
        or (as_of_ms and news_ms < as_of_ms)
    ):
        return False
    return now_ms - as_of_ms >= interval_s * 1000

"""The course for live time: a service of its own, hosts with days behind them, then one load after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from leaderboard.bench.airtime_filling import fill_airtime
from leaderboard.bench.contestants import Ours, started_ours
from leaderboard.bench.live_load import LiveLoad, measure_live
from leaderboard.bench.live_recording import ALONE, DAYS_BEHIND, MIXED, LiveRecording, record_live
from leaderboard.bench.plan import LivePlan
from leaderboard.config import Config
from leaderboard.demo.campaign import apollo_now
from leaderboard.store.store import open_store

BOTH, BEATS = "views and heartbeats", "heartbeats alone"


async def measure_live_time(
    directory: Path, plan: LivePlan, accounts: int, tell: Callable[[str], None]
) -> list[LiveLoad]:
    """Views and heartbeats at their rates and as fast as they are taken, then heartbeats alone."""
    now_ms = time.time_ns() // 1_000_000
    first_day_ms = apollo_now(now_ms).starts_at_ms
    recording = await asyncio.to_thread(_record, directory / "traffic", plan, accounts, now_ms, first_day_ms)
    async with started_ours(directory / "ours", recording, recording.slots) as ours:
        tell(f"{accounts:,} accounts have been on air for {DAYS_BEHIND} days")
        await _days_behind(ours, recording, first_day_ms)
        found = []
        for part, (what, rate) in zip(
            recording.parts, ((BOTH, plan.rate), (BOTH, None), (BEATS, None)), strict=True
        ):
            tell(f"{what}, {'as fast as taken' if rate is None else f'{rate:,.0f} events/s'}")
            one = await asyncio.to_thread(
                measure_live, ours, recording, part, what, rate=rate, first_ms=first_day_ms
            )
            found.append(one)
    return found


def _record(path: Path, plan: LivePlan, accounts: int, now_ms: int, first_day_ms: int) -> LiveRecording:
    steady = round(plan.rate * plan.steady_s / plan.batch_events)
    wanted = ((MIXED, steady), (MIXED, plan.batches), (ALONE, plan.batches))
    return record_live(
        path,
        wanted,
        accounts=accounts,
        now_ms=now_ms,
        first_day_ms=first_day_ms,
        batch_events=plan.batch_events,
        warm_up_s=plan.warm_up_s,
    )


async def _days_behind(ours: Ours, recording: LiveRecording, first_day_ms: int) -> None:
    async with open_store(ours.store_url, partitions=Config().ingest.partitions) as store:
        await fill_airtime(store, recording.world.accounts, first_day_ms, DAYS_BEHIND, recording.answer)

"""How the machinery is, for those who run it: the store's server, its memory and when that is full, who is at work."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from msgspec import Struct

from leaderboard.domain.memory_forecast import Forecast, forecast
from leaderboard.domain.times import rfc3339
from leaderboard.store.health import Concern
from leaderboard.store.server_figures import Figures
from leaderboard.web.answers import Time
from leaderboard.web.keys import CONFIG, NOW_MS, STORE
from leaderboard.web.stream_hub import HUB

# The year 2100: growth of a few bytes a day ends in a year that no calendar has.
_LAST_MS: Final = 4_102_444_800_000


class MemoryForecast(Struct):
    """`full_at`: when `ceiling_bytes` are used if memory grows as in the last `span_s`; null where it does not grow."""

    growth_bytes_a_day: int
    full_at: Time | None
    span_s: int


class MemoryStatus(Struct):
    """`limit_bytes` is the server's own, null without one; `ceiling_bytes` that, or what its machine has.

    `resident_bytes` is what the system gave, more than `used_bytes` by what is fragmented. `samples`: what was used
    over time, the oldest first, one every ten minutes. `forecast` is null while they are too few.
    """

    used_bytes: int
    peak_bytes: int
    resident_bytes: int
    limit_bytes: int | None
    ceiling_bytes: int
    samples: list[int]
    forecast: MemoryForecast | None


class ConcernShown(Struct):
    """What speaks against the server: `refuse` what is not safe, `warn` what its operator should know."""

    severity: str
    setting: str
    detail: str


class Operations(Struct):
    """`sync`: the server's `appendfsync`. `is_file_written`: its append-only file took the last write.

    `scheduler`, `archiver`: one is at work. `streams`: open ones, of the process that answers. `inbox_limit`: with more
    events pending, no more are accepted.
    """

    product: str
    version: str
    uptime_s: int
    keeps_file: bool
    sync: str
    is_file_written: bool
    concerns: list[ConcernShown]
    memory: MemoryStatus
    scheduler: bool
    archiver: bool
    streams: int
    inbox_limit: int


async def operations(request: web.Request) -> Operations:
    """As it is at this moment."""
    store = request.app[STORE]
    figures = await store.server.read()
    scheduler, archiver = await store.server.at_work()
    return Operations(
        product=figures.product,
        version=figures.version,
        uptime_s=figures.uptime_s,
        keeps_file=figures.keeps_file,
        sync=figures.sync,
        is_file_written=figures.is_file_written,
        concerns=[_concern(one) for one in figures.concerns],
        memory=await _memory(request, figures),
        scheduler=scheduler,
        archiver=archiver,
        streams=request.app[HUB].streams,
        inbox_limit=request.app[CONFIG].ingest.inbox_limit_events,
    )


def _concern(concern: Concern) -> ConcernShown:
    return ConcernShown(concern.severity, concern.setting, concern.detail)


async def _memory(request: web.Request, figures: Figures) -> MemoryStatus:
    samples = await request.app[STORE].server.memory()
    ceiling = figures.limit_bytes or figures.machine_bytes
    expected = forecast(samples, request[NOW_MS], figures.used_bytes, ceiling)
    return MemoryStatus(
        used_bytes=figures.used_bytes,
        peak_bytes=figures.peak_bytes,
        resident_bytes=figures.resident_bytes,
        limit_bytes=figures.limit_bytes or None,
        ceiling_bytes=ceiling,
        samples=[one.used_bytes for one in samples],
        forecast=_forecast(expected) if expected else None,
    )


def _forecast(expected: Forecast) -> MemoryForecast:
    return MemoryForecast(
        growth_bytes_a_day=expected.growth_bytes_a_day,
        full_at=_time(expected.full_at_ms),
        span_s=expected.span_ms // 1000,
    )


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None or at_ms > _LAST_MS else rfc3339(at_ms)

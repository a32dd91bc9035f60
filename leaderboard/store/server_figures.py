"""How the store's server is: its version, memory, files, who works on it; and its memory over time. Judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from redis.exceptions import ResponseError

from leaderboard.domain.memory_forecast import SAMPLE_EVERY_MS, SAMPLES_KEPT, Sample
from leaderboard.store import health_keys, keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.health import Concern, concerns_of

# Those who do for all what one has to do: the names of their leases.
SCHEDULER: Final = "scheduler"
ARCHIVER: Final = "archive"

_CONFIGURED: Final = ("appendonly", "appendfsync", "maxmemory-policy", "proc-title-template")
# How `embedded_settings` names the process of the server that we start ourselves.
_OUR_TITLE: Final = "leaderboard-store"


class Figures(NamedTuple):
    """`limit_bytes` is 0 where the server has none. `machine_bytes` is what the machine has, as the server sees it."""

    product: str
    version: str
    uptime_s: int
    used_bytes: int
    peak_bytes: int
    resident_bytes: int
    limit_bytes: int
    machine_bytes: int
    keeps_file: bool
    sync: str
    is_file_written: bool
    concerns: tuple[Concern, ...]


class ServerFigures:
    """Of one server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def read(self) -> Figures:
        """As it is at this moment."""
        info, config = await self._info(), await self._config()
        ours = config.get("proc-title-template", "").startswith(_OUR_TITLE)
        product = "Valkey" if "valkey_version" in info else "Redis"
        return Figures(
            product=product,
            version=info.get("valkey_version") or info.get("redis_version", ""),
            uptime_s=_number(info, "uptime_in_seconds"),
            used_bytes=_number(info, "used_memory"),
            peak_bytes=_number(info, "used_memory_peak"),
            resident_bytes=_number(info, "used_memory_rss"),
            limit_bytes=_number(info, "maxmemory"),
            machine_bytes=_number(info, "total_system_memory"),
            keeps_file=info.get("aof_enabled") == "1",
            sync=config.get("appendfsync", ""),
            is_file_written=info.get("aof_last_write_status", "ok") == "ok",
            concerns=tuple(concerns_of(info, config, embedded=ours)),
        )

    async def _info(self) -> dict[str, str]:
        text: bytes = await self._client.do("INFO")
        rows = (line.partition(":") for line in text.decode("utf-8", "replace").splitlines())
        return {name: value for name, colon, value in rows if colon}

    async def _config(self) -> Mapping[str, str]:
        try:
            found = mapping(await self._client.do("CONFIG", "GET", *_CONFIGURED))
        except ResponseError:  # a server of others may not let us read it
            return {}
        return {name.decode(): value.decode() for name, value in found.items()}

    async def at_work(self) -> tuple[bool, bool]:
        """Whether a scheduler, and whether an archiver, holds its lease."""
        commands = [("EXISTS", keys.lease(name)) for name in (SCHEDULER, ARCHIVER)]
        scheduler, archiver = await self._client.together(commands)
        return bool(scheduler), bool(archiver)

    async def note_memory(self, now_ms: int) -> bool:
        """Keeps a sample where one is due; the oldest go as new ones come."""
        newest = await self._samples(1)
        if newest and now_ms - newest[0].at_ms < SAMPLE_EVERY_MS:
            return False
        used = _number(await self._info(), "used_memory")
        commands = [
            ("LPUSH", health_keys.MEMORY_SAMPLES, f"{now_ms} {used}"),
            ("LTRIM", health_keys.MEMORY_SAMPLES, 0, SAMPLES_KEPT - 1),
        ]
        await self._client.together(commands, atomic=True)
        return True

    async def memory(self) -> list[Sample]:
        """What was used, the oldest first."""
        return (await self._samples(SAMPLES_KEPT))[::-1]

    async def _samples(self, most: int) -> list[Sample]:
        rows: list[bytes] = await self._client.do("LRANGE", health_keys.MEMORY_SAMPLES, 0, most - 1)
        return [Sample(*map(int, row.split())) for row in rows]


def _number(info: Mapping[str, str], name: str) -> int:
    return int(info.get(name) or 0)

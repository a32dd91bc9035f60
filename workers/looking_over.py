"""Looking a campaign over: all detectors over its archive as it is now, in a process of its own. Keeps nothing."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from leaderboard.archive.reading import freeze
from leaderboard.domain.findings import Finding
from leaderboard.domain.integrity_report import Traffic
from leaderboard.integrity.archived import open_tables
from leaderboard.integrity.figures import figures
from leaderboard.recount.settings import CampaignSettings
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from workers.apart import apart
from workers.moments import How, Positions, wait_until
from workers.recount_settings import read_settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Detect = Callable[["DuckDBPyConnection"], list[Finding]]

# Behind ingest, workers and archiver: nobody waits for it but who asked.
NICENESS: Final = 10
_INVALID: Final = """
SELECT account, invalid, count(DISTINCT visitor) FROM views WHERE invalid IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


def all_detectors(connection: DuckDBPyConnection) -> list[Finding]:
    """What any of them finds."""
    from leaderboard.integrity.examine import (
        examine,
    )  # only here: it takes a while to load, and commands pass by

    return examine(connection)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What another process is asked to look at. `detect` has to be a function of a module."""

    archive: Path
    settings: CampaignSettings
    until: Positions
    memory_limit: str
    threads: int
    detect: Detect


class Looked(NamedTuple):
    """What was found, in which entries, and by when everything had been received that was looked at."""

    findings: list[Finding]
    traffic: dict[str, Traffic]
    positions: Positions
    through_ms: int
    began_s: float


async def look_over(store: Store, campaign: Campaign, how: How, detect: Detect) -> Looked:
    """Has everything looked at that has been received until now. TooSlow where the archive stands still.

    It is in a process of its own where `how` says so. FailedApart, or what a detector raises, where it fails.
    """
    began_s, through_ms = monotonic(), await store.now_ms() - 1
    settings = await read_settings(store, campaign.definition.id, how.id_memory_h)
    until = await store.audits.newest()
    await wait_until(how, store.audits.archived_through, until, "the archive has not taken in")
    threads = how.threads or (1 if campaign.life.state == "live" else 2)
    asked = _Asked(how.archive, settings, until, how.memory_limit, threads, detect)
    if how.apart:
        findings, traffic = await apart(_found_quietly, asked)
    else:
        findings, traffic = await asyncio.to_thread(_found, asked)
    return Looked(findings, traffic, until, through_ms, began_s)


def _found_quietly(asked: _Asked) -> tuple[list[Finding], dict[str, Traffic]]:
    os.nice(NICENESS)
    return _found(asked)


def _found(asked: _Asked) -> tuple[list[Finding], dict[str, Traffic]]:
    with TemporaryDirectory(dir=asked.archive) as directory:
        tables = open_tables(
            freeze(asked.archive, Path(directory)),
            asked.settings,
            until=asked.until,
            memory_limit=asked.memory_limit,
            temp_dir=Path(directory),
            threads=asked.threads,
        )
        with tables as connection:
            return asked.detect(connection), _traffic(connection)


def _traffic(connection: DuckDBPyConnection) -> dict[str, Traffic]:
    """Account → its visitors, after it has been examined."""
    invalid: dict[str, dict[str, int]] = defaultdict(dict)
    for account, reason, visitors in connection.execute(_INVALID).fetchall():
        invalid[account][reason] = visitors
    return {
        account: Traffic(one.gross_uv, one.invalid_uv, one.counted_uv, invalid.get(account, {}))
        for account, one in figures(connection).items()
    }

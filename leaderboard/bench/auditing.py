"""The audit of a long archive, by the command itself: how long, how much memory, and whether it agrees."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from msgspec import Struct

from leaderboard.bench import long_archive
from leaderboard.bench.door import BenchError
from leaderboard.bench.long_archive import Expected, Original
from leaderboard.bench.recording import SEED
from leaderboard.bench.setting_up import enroll_everybody, gathering, put_campaign
from leaderboard.cli.processes import PARENT_VARIABLE
from leaderboard.config import Config
from leaderboard.demo.campaign import CAMPAIGN_ID, apollo_now, only_counted
from leaderboard.demo.world import make_world
from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.times import DAY_MS
from leaderboard.store import keys
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.store import Store, open_store

ORIGINAL_EVENTS: Final = 250_000  # which are repeated
AGREES, DIFFERS = 0, 1


class AuditFigures(Struct, frozen=True):
    """`seconds` from the start of the process to its end, its checking of the files included.

    `recounted` of the events were read, which must be `to_recount`: all but the funnel steps, which nothing is paid on.
    """

    events: int
    accounts: int
    archive_bytes: int
    seconds: float
    peak_bytes: int
    to_recount: int
    recounted: int
    differing: int

    @property
    def exact(self) -> bool:
        return not self.differing and self.recounted == self.to_recount


async def measure_audit(data: Path, events: int, accounts: int) -> AuditFigures:
    """Writes an archive of about so many events, shows what it must give, and has it audited."""
    await asyncio.to_thread(data.mkdir)
    with EmbeddedStore(data) as embedded:
        async with open_store(embedded.url, partitions=Config().ingest.partitions) as store:
            one, repetitions = await _prepare(embedded.url, store, data / "archive", events, accounts)
        began_s = time.monotonic()
        found = await _audit(data)
        seconds = time.monotonic() - began_s
    segments = (data / "archive" / "segments").iterdir()
    return AuditFigures(
        events=one.events * repetitions,
        accounts=found["accounts"],
        archive_bytes=sum(path.stat().st_size for path in segments),
        seconds=seconds,
        peak_bytes=found["peak_memory_bytes"],
        to_recount=one.to_recount * repetitions,
        recounted=found["events"],
        differing=found["differing_accounts"],
    )


async def _prepare(url: str, store: Store, archive: Path, events: int, accounts: int) -> tuple[Original, int]:
    """What the archive has, and how many times."""
    world, now_ms = make_world(SEED, accounts), await store.now_ms()
    campaign = only_counted(apollo_now(now_ms))
    definition = parse_toml(campaign.toml)
    await put_campaign(store.settings, campaign, now_ms)
    async with gathering(url) as client:
        await enroll_everybody(client, world.accounts, campaign, now_ms)
    one = long_archive.original(world, min(events, ORIGINAL_EVENTS), campaign.starts_at_ms + DAY_MS)
    repetitions, first_ms = max(1, events // one.events), await store.now_ms() + 1
    await _show(store, long_archive.expected(world, definition, one, repetitions, first_ms))
    through = await asyncio.to_thread(long_archive.write, archive, one, repetitions, first_ms, store.inbox)
    await store.inbox.create()
    for partition, entry in through.items():
        # As if everything had come through the inbox, been counted, archived and trimmed.
        await store.client.do("XSETID", keys.inbox(partition), entry)
    return one, repetitions


async def _show(store: Store, expected: Sequence[Expected]) -> None:
    """Puts into the store what the archive must give."""
    await store.directory.open()
    await store.judge.publish(CAMPAIGN_ID, [one.row for one in expected], await store.now_ms())
    for one in expected:
        account = one.row.account_id
        fields: list[str | int] = []
        for prefix, sums in (("g", one.sales), ("b", one.refunds)):
            for currency, minor in sums.items():
                fields += (f"{prefix}:{currency}", minor)
        if fields:
            tally = keys.tally(store.inbox.partition_of(account), CAMPAIGN_ID, account)
            await store.client.do("HSET", tally, *fields)


async def _audit(data: Path) -> dict[str, Any]:
    config = data / "config.toml"
    config.write_text("# All defaults.\n", "utf-8")
    command = (sys.executable, "-m", "leaderboard", "--config", str(config), "--data", str(data))
    process = await asyncio.create_subprocess_exec(
        *command,
        *("audit", CAMPAIGN_ID, "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_own_environment(),
    )
    try:
        told, complaint = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode not in (AGREES, DIFFERS) or not told:
        raise BenchError(f"the audit failed: {complaint.decode(errors='replace')[-300:]}")
    found: dict[str, Any] = orjson.loads(told)
    return found


def _own_environment() -> dict[str, str]:
    """Without the variables that would lead it to a real store."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LEADERBOARD_")}
    return clean | {PARENT_VARIABLE: str(os.getpid())}

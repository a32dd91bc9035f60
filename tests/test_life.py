"""A campaign lives its whole life under `leaderboard up`, whatever is killed on the way: closed once, certified once.

Nothing that was received after the cut-off counts, and nothing is lost of what was accepted before.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from leaderboard.domain.times import to_ms
from tests.plain_count import counted, late
from tests.running import Caller, Installation, calling, installed
from tests.short_campaign import CLOCK_MS, LASTS_S, Evidence, ShortCampaign, now_ms

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="finds the processes through /proc"),
    pytest.mark.timeout(240),
]

STATES = ["scheduled", "live", "closing", "review", "certified"]
MOVES = [
    ("campaign.open", "live"),
    ("campaign.end", "closing"),
    ("campaign.freeze", "review"),
    ("campaign.request", "review"),
    ("campaign.certify", "certified"),
]
# What a worker held when the store was killed is to be taken up again soon.
CONFIG = "[workers]\ntakeover_after_ms = 1000\n"
FIGURES = ("score", "reached_at", "effective_ms", "orders", "refunded_orders", "sales", "refunds")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One service for all who let its store live."""
    installation = Installation(tmp_path_factory.mktemp("life") / "var")
    try:
        yield installation
        assert installation.stop() == 0
    finally:
        installation.end()


async def live(campaign: ShortCampaign) -> None:
    """Its whole life from its announcement on, while events stream in."""
    await campaign.announce()
    async with campaign.streaming():
        await campaign.until("review")
        await campaign.certify()


async def test_a_campaign_goes_through_its_whole_life_by_itself(
    service: Installation, apollo: Callable[..., str]
) -> None:
    async with calling(service) as caller:
        campaign = ShortCampaign("alone", caller, apollo)
        await live(campaign)

        await check(campaign, caller)
    assert campaign.seen == STATES


async def test_three_schedulers_move_it_once(service: Installation, apollo: Callable[..., str]) -> None:
    async with calling(service) as caller, two_more_schedulers(service):
        campaign = ShortCampaign("crowded", caller, apollo)
        await live(campaign)

        await check(campaign, caller)


async def test_a_scheduler_that_comes_after_the_end_catches_up(
    service: Installation, apollo: Callable[..., str]
) -> None:
    async with calling(service) as caller:
        campaign = ShortCampaign("slept", caller, apollo)
        dead = asyncio.create_task(keep_dead(service, "scheduler", campaign))
        await live(campaign)
        await dead

        evidence = await check(campaign, caller)
    moved_ms = [move["at_ms"] for move in evidence.moves]
    assert min(moved_ms) > campaign.cutoff_ms


async def test_it_is_closed_and_certified_once_whoever_is_killed_meanwhile(
    tmp_path: Path, apollo: Callable[..., str]
) -> None:
    async with installed(tmp_path / "var", CONFIG) as caller:
        campaigns = [ShortCampaign(f"killed-{number}", caller, apollo) for number in range(2)]
        for number, campaign in enumerate(campaigns):
            await campaign.announce(1.0 + 2 * number)
        victims = asyncio.create_task(kill_at_every_freeze(caller.installation, campaigns))
        async with streaming(campaigns):
            await asyncio.gather(*(campaign.until("review") for campaign in campaigns), victims)
            await asyncio.gather(
                *(campaign.certify() for campaign in campaigns), kill_at_certifications(caller, campaigns)
            )

        await asyncio.gather(*(check(campaign, caller) for campaign in campaigns))


@asynccontextmanager
async def streaming(campaigns: list[ShortCampaign]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for campaign in campaigns:
            await stack.enter_async_context(campaign.streaming())
        yield


async def kill_at_every_freeze(installation: Installation, campaigns: list[ShortCampaign]) -> None:
    """The store, the store again, and the scheduler: each at some instant after a cut-off."""
    rng, (first, second) = random.Random(11), campaigns
    for campaign, victim in ((first, "store"), (second, "store"), (second, "scheduler")):
        await campaign.until_cut_off()
        await asyncio.sleep(rng.uniform(0, 1))
        await asyncio.to_thread(installation.kill, victim)


async def kill_at_certifications(caller: Caller, campaigns: list[ShortCampaign]) -> None:
    """The scheduler at the first one, and the store when it has come to the other."""
    rng, path = random.Random(12), campaigns[0].path
    await caller.until(path, lambda now: now["life"]["certifying"] or now["state"] == "certified")
    await asyncio.sleep(rng.uniform(0, 1.5))
    await asyncio.to_thread(caller.installation.kill, "scheduler")
    await caller.until(path, lambda now: bool(now["state"] == "certified"))
    await asyncio.sleep(rng.uniform(0, 1))
    await asyncio.to_thread(caller.installation.kill, "store")


async def keep_dead(installation: Installation, role: str, campaign: ShortCampaign) -> None:
    """Kills it again and again before it has come to anything, until the campaign's cut-off has passed."""
    while not campaign.cutoff_ms or now_ms() <= campaign.cutoff_ms:
        await asyncio.to_thread(installation.kill, role)
        await asyncio.sleep(0.03)


@asynccontextmanager
async def two_more_schedulers(installation: Installation) -> AsyncIterator[None]:
    """Beside the one of `up`, once they are at work."""
    processes = [installation.start("scheduler") for _ in range(2)]
    try:
        async with asyncio.timeout(60):
            while not all(is_at_work(process) for process in processes):
                await asyncio.sleep(0.1)
        yield
        assert [process.poll() for process in processes] == [None, None]
    finally:
        for process in processes:
            process.terminate()
    assert [await asyncio.to_thread(process.wait, 60) for process in processes] == [0, 0]


def is_at_work(scheduler: subprocess.Popen[bytes]) -> bool:
    """It gives way to others once it has opened the store."""
    return os.getpriority(os.PRIO_PROCESS, scheduler.pid) > os.getpriority(os.PRIO_PROCESS, 0)


async def check(campaign: ShortCampaign, caller: Caller) -> Evidence:
    """All that is promised of a campaign's life; what it has left behind."""
    evidence = await campaign.evidence()
    # While the store is away, nobody sees anything.
    assert campaign.seen == [state for state in STATES if state in campaign.seen]
    check_moves(evidence, caller.installation.data / "archive")
    check_nothing_is_lost(campaign, evidence)
    check_figures(campaign, evidence)
    await check_it_is_the_only_result(campaign, caller, evidence)
    verified, audited = await asyncio.gather(
        asyncio.to_thread(caller.installation.run, "verify", str(evidence.file)),
        asyncio.to_thread(caller.installation.audit, campaign.name),
    )
    assert verified.returncode == 0, verified.stderr.decode()
    assert (audited["agrees"], audited["differences"], audited["exit"]) == (True, [], 0)
    return evidence


def check_moves(evidence: Evidence, archive: Path) -> None:
    """Each once, and the snapshot that was written with one of them."""
    assert [(one["action"], one["after"]["state"]) for one in evidence.moves] == MOVES
    snapshots = {one["after"].get("snapshot_sha256", "") for one in evidence.moves}
    kept = archive / "documents" / f"{evidence.result['campaign']['id']}.snapshot.json"
    assert snapshots == {"", sha256(kept.read_bytes()).hexdigest()}


def check_nothing_is_lost(campaign: ShortCampaign, evidence: Evidence) -> None:
    """What was answered 202 is archived, with the time at which it came."""
    received_ms: dict[str, int] = {}
    for line in evidence.archived:
        received_ms.setdefault(line.event.id, line.received_ms)
    for batch in campaign.accepted:
        for one in batch.ids:
            assert batch.sent_ms - CLOCK_MS <= received_ms[one] <= batch.answered_ms + CLOCK_MS


def check_figures(campaign: ShortCampaign, evidence: Evidence) -> None:
    """To the cent and to the millisecond."""
    certified = {
        standing["account_id"]: {name: standing[name] for name in FIGURES}
        for standing in evidence.result["standings"]
    }
    refunds_until_ms = _ms(evidence.result["campaign"]["refunds_until"])
    assert certified == counted(campaign, evidence.archived, refunds_until_ms)
    assert _ms(evidence.result["campaign"]["cutoff_at"]) == campaign.cutoff_ms
    assert evidence.late == late(campaign, evidence.archived, refunds_until_ms) > 0
    # Or the edge was not tried.
    in_time = Counter(line.received_ms <= campaign.cutoff_ms for line in evidence.archived)
    assert min(in_time[True], in_time[False]) > 100
    assert all(figures["refunds"] for figures in certified.values())
    assert all(0 < figures["effective_ms"] < LASTS_S * 1000 for figures in certified.values())


async def check_it_is_the_only_result(campaign: ShortCampaign, caller: Caller, evidence: Evidence) -> None:
    """Certified again, it is the same to the byte."""
    await campaign.certify()
    assert await caller.read(f"{campaign.path}/result") == (200, evidence.file.read_bytes())
    assert (await caller.read(f"{campaign.path}/result?version=2"))[0] == 404


def _ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))

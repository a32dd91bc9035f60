"""`leaderboard integrity`: how it stands with checkpoints, one more, and the report."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from leaderboard.domain.lifecycle import opened
from tests.cli.conftest import CommandLine
from tests.conftest import Service, view
from tests.workers.closing import CAMPAIGN, campaign_of_two, how, move, send
from tests.workers.looking import break_down, find_a1
from workers.checkpointing import checkpoint
from workers.integrity import Checkpoints
from workers.looking_over import Detect


@pytest.fixture
async def live(service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    await campaign_of_two(service, apollo() + '\n[integrity]\nmode = "shadow"\n')
    await move(service, opened)
    await send(
        service, tmp_path / "archive", [view(1), view(2), view(3, account="a2"), view(4, account="a2")]
    )
    return service


@asynccontextmanager
async def looking(service: Service, directory: Path, detect: Detect) -> AsyncIterator[None]:
    """Meanwhile a scheduler makes the checkpoints that are asked for."""
    checkpoints = Checkpoints(service.store, how(directory / "archive"), detect)

    async def work() -> None:
        while True:
            await checkpoints.step()
            await asyncio.sleep(0.02)

    task = asyncio.create_task(work())
    yield
    task.cancel()


async def test_before_the_first_one_that_is_said(cli: CommandLine, live: Service) -> None:
    done = await cli("integrity", CAMPAIGN)

    assert (done.code, done.out) == (0, f"{CAMPAIGN}: no checkpoint yet (mode shadow)\n")


async def test_one_is_asked_for_and_waited_for(cli: CommandLine, live: Service, tmp_path: Path) -> None:
    await checkpoint(live.store, CAMPAIGN, how(tmp_path / "archive"), "t1", find_a1)
    async with looking(live, tmp_path, find_a1):
        done = await cli("integrity", CAMPAIGN, "--run", "--wait", "20")

    assert done.code == 0, done.err
    assert done.lines[0].startswith(f"{CAMPAIGN}: checkpoint 2 of ")
    assert done.lines[0].endswith(" s")
    assert done.lines[1] == "found: cells 1; 1 hold"


async def test_asking_without_waiting_says_that_one_is_asked_for(cli: CommandLine, live: Service) -> None:
    done = await cli("integrity", CAMPAIGN, "--run")
    as_json = await cli("integrity", CAMPAIGN, "--json")

    assert "one is asked for since" in done.out
    assert as_json.json["asked"]["by"] in live.admin_token


async def test_one_that_fails_says_why(cli: CommandLine, live: Service, tmp_path: Path) -> None:
    await checkpoint(live.store, CAMPAIGN, how(tmp_path / "archive"), "t1", find_a1)
    async with looking(live, tmp_path, break_down):
        done = await cli("integrity", CAMPAIGN, "--run", "--wait", "20")
    shown = await cli("integrity", CAMPAIGN)

    assert (done.code, done.err) == (
        1,
        f"leaderboard: {CAMPAIGN}: ZeroDivisionError: a detector is broken\n",
    )
    assert shown.lines[-1].endswith(": ZeroDivisionError: a detector is broken")


async def test_who_waits_for_nobody_is_told_so(cli: CommandLine, live: Service) -> None:
    done = await cli("integrity", CAMPAIGN, "--run", "--wait", "1")

    assert (done.code, "is a scheduler running?" in done.err) == (1, True)


async def test_the_report_says_what_would_have_been(cli: CommandLine, live: Service, tmp_path: Path) -> None:
    await checkpoint(live.store, CAMPAIGN, how(tmp_path / "archive"), "t1", find_a1)
    done = await cli("integrity", CAMPAIGN, "--report")
    as_json = await cli("integrity", CAMPAIGN, "--report", "--json")

    words = {line.split()[0]: line.split() for line in done.lines if line}
    assert words["a1"][1:] == ["2", "2", "1", "1", "1", "→", "2", "0.00", "integrity.cells~a1", "(held)"]
    assert words["a2"][1:] == ["2", "2", "0", "2", "2", "→", "1", "0.00"]
    assert done.lines[-1] == (
        "integrity would have held 1 account, moved 2 accounts to another rank, and paid 0 accounts otherwise"
    )
    assert [one["account_id"] for one in as_json.json["items"]] == ["a2", "a1"]


async def test_waiting_without_asking_is_wrong_usage(cli: CommandLine) -> None:
    assert (await cli("integrity", CAMPAIGN, "--wait", "3")).code == 2

"""`leaderboard standings --watch`: every change, through restarts, until a person ends it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from rich.console import Console
from rich.live import Live

from leaderboard.cli.client import Client, opened
from leaderboard.cli.connection import Connection
from leaderboard.cli.standings_watch import _follow, _Pipe, _Terminal
from tests.cli.test_standings_view import entry, page
from tests.conftest import Service, view

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def watching(service: Service, *words: str) -> AsyncIterator[Process]:
    """The command as it is started, in a pipe."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "leaderboard", "standings", "apollo-test", "--watch", *words,
        "--url", service.url, cwd=ROOT, stdout=PIPE, stderr=PIPE,
        env=os.environ | {"LEADERBOARD_TOKEN": service.admin_token},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def line_of(process: Process, *, having: str) -> str:
    assert process.stdout is not None
    while line := (await asyncio.wait_for(process.stdout.readline(), 20)).decode():
        if having in line:
            return line
    raise AssertionError(f"it ended without {having!r}")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_every_version_is_a_block_and_a_person_ends_it_with_0(
    apollo_service: Service, ending: signal.Signals
) -> None:
    async with watching(apollo_service) as process:
        before = await line_of(process, having=" a1 ")
        await apollo_service.ask("POST", "/v1/events", {"events": [view(1), view(2)]})
        await apollo_service.count()
        after = await line_of(process, having=" a1 ")
        process.send_signal(ending)
        _, err = await asyncio.wait_for(process.communicate(), 20)

    assert re.split("  +", before.strip())[4:] == ["0", "0:00", "0", "USD 0.00", "no"]
    assert re.split("  +", after.strip())[-1] == "+2"
    assert (process.returncode, err) == (0, b"")


async def test_as_json_every_version_is_a_line(apollo_service: Service) -> None:
    async with watching(apollo_service, "--json", "--limit", "1") as process:
        first = json.loads(await line_of(process, having="{"))
        await apollo_service.ask("POST", "/v1/events", {"events": [view(1, account="a3")]})
        await apollo_service.count()
        second = json.loads(await line_of(process, having="{"))

    assert second["version"] > first["version"]
    assert second["entries"][0]["account_id"] == "a3"


async def test_a_reader_that_leaves_ends_it(apollo_service: Service) -> None:
    words = (
        f"{sys.executable} -m leaderboard standings apollo-test --watch --url {apollo_service.url} | head -1"
    )
    environ = os.environ | {"LEADERBOARD_TOKEN": apollo_service.admin_token}
    process = await asyncio.create_subprocess_shell(words, cwd=ROOT, stdout=PIPE, stderr=PIPE, env=environ)
    ending = asyncio.create_task(process.communicate())
    # It notices that its reader has left at its next line, so there are news until it has.
    for number in count():
        await apollo_service.ask("POST", "/v1/events", {"events": [view(number)]})
        await apollo_service.count()
        if (await asyncio.wait([ending], timeout=0.3))[0]:
            break
    out, err = ending.result()

    assert (out.count(b"\n"), err) == (1, b"")


class Door:
    """Answers with `now`: a page, or a status."""

    def __init__(self) -> None:
        self.now: dict[str, Any] | int = page(entry(1, "a", 1))
        self.asked = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if isinstance(self.now, int):
            return web.json_response(
                {"detail": "Busy."}, status=self.now, content_type="application/problem+json"
            )
        return web.json_response(self.now)

    async def until_asked(self, times: int) -> None:
        until = self.asked + times
        while self.asked < until:
            await asyncio.sleep(0.01)


@pytest.fixture
async def door() -> AsyncIterator[tuple[Door, Client]]:
    door, app = Door(), web.Application()
    app.router.add_get("/v1/campaigns/c/standings", door.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with opened(Connection(url, None, "")) as client:
        yield door, client
    await runner.cleanup()


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leaderboard.cli.standings_watch.INTERVAL_S", 0.01)


async def test_a_pipe_hears_once_that_it_is_stale_and_once_that_it_is_over(
    door: tuple[Door, Client], capsys: pytest.CaptureFixture[str]
) -> None:
    served, client = door
    task = asyncio.create_task(_follow(client, "c", None, _Pipe(None, False)))
    await served.until_asked(3)
    served.now = 503
    await served.until_asked(5)
    served.now = page(entry(1, "a", 1))
    await served.until_asked(3)
    task.cancel()

    out, err = capsys.readouterr()
    stale, over = err.splitlines()
    assert out.count("rank") == 1
    assert re.fullmatch(r"leaderboard: stale since \d\d:\d\d:\d\d UTC: Busy\.", stale)
    assert over == "leaderboard: the service answers again"


async def test_a_refusal_ends_it(door: tuple[Door, Client]) -> None:
    served, client = door
    served.now = 403

    with pytest.raises(RuntimeError, match="Busy"):
        await asyncio.wait_for(_follow(client, "c", None, _Pipe(None, False)), 5)


@contextmanager
def screen_of(height: int, limit: int | None = None) -> Iterator[tuple[_Terminal, io.StringIO]]:
    """A terminal, and what is drawn on it."""
    drawn = io.StringIO()
    console = Console(file=drawn, force_terminal=True, width=120, height=height, color_system=None)
    with Live(console=console, auto_refresh=False) as live:
        yield _Terminal(live, limit), drawn


def test_a_terminal_shows_the_last_page_and_since_when_it_is_stale() -> None:
    with screen_of(30) as (terminal, drawn):
        terminal.show(page(entry(1, "a", 1), entry(2, "b", 0)))
        terminal.show(page(entry(1, "b", 3), entry(2, "a", 1)))
        before = drawn.getvalue()
        terminal.show_stale("no service answers")
        after = drawn.getvalue().removeprefix(before)

    assert "stale" not in before
    assert "UTC: no service answers" in after
    assert "▲1" in after
    assert "+3" in after


@pytest.mark.parametrize(
    ("height", "limit", "rows"), [(30, None, 18), (30, 5, 5), (3, None, 1), (200, None, 50), (200, 90, 90)]
)
def test_a_terminal_asks_for_no_more_rows_than_it_has_room_for(
    height: int, limit: int | None, rows: int
) -> None:
    with screen_of(height, limit) as (terminal, _):
        assert terminal.limit == rows


def test_a_page_that_fills_the_screen_fits_on_it() -> None:
    with screen_of(24) as (terminal, drawn):
        reason = [{"detail": "Not judged."}]
        entries = [entry(rank, f"a{rank}", 9, reasons=reason) for rank in range(1, terminal.limit + 1)]
        terminal.show(page(*entries, total=500))
        terminal.show_stale("no service answers")
        shown = drawn.getvalue().rpartition("C (c)")[2]

    assert "12 of 500 shown" in shown
    assert shown.count("\n") < 24

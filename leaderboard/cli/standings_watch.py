"""Standings that stay on the screen: asked for a few times a second, through restarts of the service."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from leaderboard.cli.client import Client, Unavailable, at
from leaderboard.cli.output import plain_lines, print_json, print_lines, rich_table, say
from leaderboard.cli.standings_view import Movement, Page, foot_lines, head_lines, table_of

INTERVAL_S: Final = 0.33
DEFAULT_LIMIT: Final = 50
# Lines of a page that are no rows: the head, the stale line, the table's own lines, the foot.
_FRAME_LINES: Final = 12


async def watch(client: Client, campaign: str, limit: int | None, around: str | None, as_json: bool) -> int:
    """Until a person ends it. The first answer must be a good one: a mistyped id is no reason to wait."""
    if sys.stdout.isatty() and not as_json:
        console = Console(file=sys.stdout)
        with Live(console=console, auto_refresh=False) as live:
            screen = _Terminal(live, limit)
            await _until_told(_follow(client, campaign, around, screen))
    else:
        await _until_told(_follow(client, campaign, around, _Pipe(limit, as_json)))
    return 0


async def _follow(client: Client, campaign: str, around: str | None, screen: _Terminal | _Pipe) -> None:
    path = at("campaigns", campaign, "standings")
    is_first = True
    while True:
        next_s = asyncio.get_running_loop().time() + INTERVAL_S
        try:
            screen.show(await client.get(path, limit=screen.limit, around=around))
        except Unavailable as error:
            if is_first:
                raise
            screen.show_stale(str(error))
        is_first = False
        await asyncio.sleep(max(0.0, next_s - asyncio.get_running_loop().time()))


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Ctrl-C and SIGTERM end it quietly, and leave the terminal as it was."""
    task = asyncio.create_task(work)
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


class _Stale:
    """Since when there has been no answer, and why."""

    def __init__(self) -> None:
        self._since: datetime | None = None

    def begin(self) -> bool:
        """Whether it has only begun."""
        has_begun = self._since is None
        self._since = self._since or datetime.now(UTC)
        return has_begun

    def end(self) -> bool:
        """Whether it was stale until now."""
        was_stale, self._since = self._since is not None, None
        return was_stale

    def line(self, why: str) -> str:
        return f"stale since {self._since or datetime.now(UTC):%H:%M:%S} UTC: {why}"


class _Terminal:
    """One picture, drawn over; no more rows than the screen has room for."""

    def __init__(self, live: Live, limit: int | None) -> None:
        self._live, self._limit = live, limit
        self._movement, self._stale = Movement(), _Stale()
        self._page: Page | None = None

    @property
    def limit(self) -> int:
        room = max(1, self._live.console.size.height - _FRAME_LINES)
        return min(self._limit or DEFAULT_LIMIT, room)

    def show(self, page: Page) -> None:
        self._stale.end()
        self._movement.note(page)
        self._page = page
        self._draw()

    def show_stale(self, why: str) -> None:
        self._stale.begin()
        self._draw(self._stale.line(why))

    def _draw(self, stale: str = "") -> None:
        assert self._page is not None
        page = self._page
        head = Text("\n".join(head_lines(page)), no_wrap=True, overflow="ellipsis")
        head.stylize("bold", 0, head.plain.find("\n"))
        foot = Text("\n".join(foot_lines(page, more="")), no_wrap=True, overflow="ellipsis")
        table = rich_table(table_of(page, self._movement, self._live.console.size.width))
        self._live.update(
            Group(head, Text(stale, style="bold yellow", no_wrap=True, overflow="ellipsis"), table, foot),
            refresh=True,
        )


class _Pipe:
    """A block, or with JSON a line, for every version; that it is stale is said on stderr."""

    def __init__(self, limit: int | None, as_json: bool) -> None:
        self.limit = limit or DEFAULT_LIMIT
        self._as_json = as_json
        self._movement, self._stale = Movement(), _Stale()
        self._version: int | None = None

    def show(self, page: Page) -> None:
        if self._stale.end():
            say("the service answers again")
        if page["version"] != self._version:
            self._version = page["version"]
            self._movement.note(page)
            self._print(page)

    def _print(self, page: Page) -> None:
        if self._as_json:
            print_json(page, in_one_line=True)
            return
        table = plain_lines(table_of(page, self._movement))
        print_lines([*head_lines(page), "", *table, *foot_lines(page), ""])

    def show_stale(self, why: str) -> None:
        if self._stale.begin():
            say(self._stale.line(why))

"""Where the snapshots go: a live table on a terminal, blocks of text elsewhere."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.live import Live

from leaderboard.demo.screen import Snapshot, plain, render


class Display(AbstractContextManager["Display"], Protocol):
    """`interval_s` is how often it likes to be given something."""

    interval_s: float

    def show(self, snapshot: Snapshot) -> None: ...


class TerminalDisplay:
    """One table that changes in place, a few times a second."""

    interval_s = 0.3

    def __init__(self, out: TextIO) -> None:
        self._console = Console(file=out)
        self._live = Live(console=self._console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, snapshot: Snapshot) -> None:
        self._live.update(render(snapshot, self._console.width), refresh=True)


class PlainDisplay:
    """One block every five seconds, without control codes."""

    interval_s = 5.0

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def show(self, snapshot: Snapshot) -> None:
        self._out.write(plain(snapshot) + "\n")
        self._out.flush()


def display_for(out: TextIO = sys.stdout) -> TerminalDisplay | PlainDisplay:
    """The one that suits where the output goes."""
    return TerminalDisplay(out) if out.isatty() else PlainDisplay(out)

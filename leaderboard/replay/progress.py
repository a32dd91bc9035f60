"""A bar on a terminal while a replay runs; nothing at all anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.progress_bar import ProgressBar
from rich.text import Text

from leaderboard.replay.tally import Tally

Say = Callable[[str], None]


@contextmanager
def shown(tally: Tally, what: str, console: Console) -> Iterator[None]:
    """Shows the tally as it grows. The columns look at it themselves, so that counting costs nothing."""
    if not console.is_terminal:
        yield
        return
    columns = (SpinnerColumn(), TextColumn(what), _Read(tally), _Counts(tally), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(what, total=None)
        yield


class _Read(ProgressColumn):
    """How much of the files has been read, as far as their size is known."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally

    def render(self, task: Task) -> ProgressBar:
        return ProgressBar(total=self._tally.bytes_total or None, completed=self._tally.bytes_read, width=20)


class _Counts(ProgressColumn):
    """Events, rate, and how many were rejected."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally

    def render(self, task: Task) -> Text:
        done = self._tally.accepted + self._tally.rejected_total or self._tally.events
        rate = done / task.elapsed if task.elapsed else 0.0
        rejected = f"{self._tally.rejected_total:,} rejected"
        return Text(f"{done:,} events, {rate:,.0f}/s, {rejected}", no_wrap=True)

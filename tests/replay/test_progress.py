from __future__ import annotations

import io

from rich.console import Console

from leaderboard.replay.progress import shown
from leaderboard.replay.tally import Tally


def printed(tally: Tally, *, terminal: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100, _environ={})
    with shown(tally, "replaying", console):
        pass
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_terminal_shows_events_and_rejected_ones() -> None:
    text = printed(Tally(bytes_total=10, bytes_read=5, accepted=1_234, events=9_999), terminal=True)

    assert "replaying" in text
    assert "1,234 events" in text
    assert "0 rejected" in text


def test_a_pipe_shows_nothing() -> None:
    assert printed(Tally(), terminal=False) == ""

"""The screens: labelled, complete, and without control codes where nobody sees them."""

from __future__ import annotations

from collections import Counter
from io import StringIO

from rich.console import Console

from leaderboard.demo.display import PlainDisplay, TerminalDisplay, display_for
from leaderboard.demo.feeder import Counts
from leaderboard.demo.screen import BANNER, Excluded, Row, Snapshot, plain, render

SNAPSHOT = Snapshot(
    seed=7,
    url="http://127.0.0.1:8080",
    clock="12 s left",
    counts=Counts(sent=24_000, accepted=23_990, rejected=10, codes=Counter({"future": 3})),
    lag_ms=120,
    rows=[
        Row(1, 0, "Aurora Live (demo)", 12_345, None, 1.0, "13 h 59 min", "10 s short"),
        Row(2, -1, "[red]Cedar[/red] (demo)", 12_000, 345, 0.97, "17 h 01 min", "1st, held: refunds"),
    ],
    excluded=[Excluded("outside_window", 11, "Its time lies outside the campaign's window.")],
)


def _drawn(snapshot: Snapshot, width: int = 120) -> str:
    out = StringIO()
    Console(file=out, width=width, force_terminal=False).print(render(snapshot, width))
    return out.getvalue()


def test_the_plain_block_says_everything_in_ascii() -> None:
    text = plain(SNAPSHOT)

    assert text.isascii()
    assert text.startswith(BANNER)
    for part in (
        "seed 7",
        "12 s left",
        "24,000",
        "23,990",
        "lag 120 ms",
        "12,345 UV",
        "345 behind",
        "-1",
        "10 s short",
    ):
        assert part in text
    assert "outside_window" in text
    assert "Its time lies outside" in text
    assert "future" in text


def test_the_plain_block_fits_a_hundred_columns() -> None:
    wide = Excluded(
        "conflict", 1, "Its id was used before with other content; the first one received stands. " * 2
    )
    row = Row(
        100, -10, "Thistle Market 12 (demo)", 9_999_999, 999_999, 0.1, "139 h 59 min", "13 h 59 min short"
    )
    text = plain(Snapshot(7, "http://127.0.0.1:1", "1 s left", Counts(), rows=[row], excluded=[wide]))

    assert max(map(len, text.splitlines())) <= 100
    assert "stands..." not in text
    assert text.rstrip().endswith("...")


def test_the_terminal_shows_the_same_in_a_table() -> None:
    text = _drawn(SNAPSHOT)

    assert BANNER in text
    for part in (
        "seed 7",
        "12 s left",
        "24,000",
        "lag 120 ms",
        "12,345",
        "345",
        "▼1",
        "█",
        "13 h 59 min",
        "10 s short",
    ):
        assert part in text
    assert "outside_window" in text
    assert "rejected at the door" in text


def test_a_narrow_terminal_keeps_rank_name_score_and_award() -> None:
    text = _drawn(SNAPSHOT, width=80)

    assert "█" not in text
    for part in (" 1     Aurora Live (demo)", "12,345", "13 h 59 min", "10 s short", "1st, held"):
        assert part in text


def test_a_name_is_text_and_never_markup() -> None:
    assert "[red]Cedar[/red]" in _drawn(SNAPSHOT)


def test_a_board_without_anything_on_it_is_drawn() -> None:
    empty = Snapshot(7, "http://127.0.0.1:1", "Ctrl-C ends it", Counts())

    assert BANNER in plain(empty)
    assert "lag -" in plain(empty)
    assert BANNER in _drawn(empty)


def test_a_pipe_gets_blocks_without_control_codes() -> None:
    out = StringIO()
    with display_for(out) as display:
        display.show(SNAPSHOT)

    assert isinstance(display, PlainDisplay)
    assert out.getvalue() == plain(SNAPSHOT) + "\n"
    assert "\x1b" not in out.getvalue()


def test_a_terminal_gets_a_table_that_changes_in_place() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    with display_for(out) as display:
        display.show(SNAPSHOT)

    assert isinstance(display, TerminalDisplay)
    assert "Aurora Live (demo)" in out.getvalue()

"""What commands print."""

from __future__ import annotations

import sys
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from leaderboard.cli.output import (
    Column,
    Table,
    clean,
    count,
    minute,
    moment,
    plain_lines,
    print_json,
    print_table,
    progress_of,
    say,
    zone_of,
)


def test_a_pipe_gets_aligned_columns_and_numbers_on_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(Table([Column("name"), Column("n", right=True)], [["ab", "1"], ["樱桃", "12"], ["", "3"]]))

    assert capsys.readouterr().out == "name   n\nab     1\n樱桃  12\n       3\n"


PAYOUTS = Table(
    [Column("payout"), Column("account", below=True), Column("why", below=True), Column("sum", right=True)],
    [["P1", "ana", "It has no bank details.", "1.00"], ["P22", "北の店", "", "20.00"]],
)


def at_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))


def test_a_narrow_terminal_gets_every_word_with_what_has_no_room_below(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_terminal(monkeypatch, 24)
    print_table(PAYOUTS)

    assert capsys.readouterr().out.splitlines() == [
        "payout    sum",
        "P1       1.00",
        "    account: ana",
        "    why: It has no bank",
        "    details.",
        "P22     20.00",
        "    account: 北の店",
    ]


@pytest.mark.parametrize(
    ("width", "shown"), [(40, "    account: ana\n"), (80, "ana       It has no bank details.    1.00")]
)
def test_a_terminal_gets_a_row_each_if_it_has_room_for_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, shown: str
) -> None:
    at_terminal(monkeypatch, width)
    print_table(PAYOUTS)

    assert shown in capsys.readouterr().out


def test_what_stands_below_on_a_terminal_is_a_column_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(PAYOUTS)

    assert capsys.readouterr().out.splitlines()[0] == "payout  account  why                        sum"


def test_an_empty_table_is_its_header() -> None:
    table = Table([Column("name"), Column("n")], [])

    assert list(plain_lines(table.used())) == ["name  n"]


def test_times_are_shown_in_a_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")

    assert moment("2022-02-14T08:00:00.999Z") == "2022-02-14 08:00:00"
    assert minute("2022-02-14T08:00:00.000Z", tokyo) == "2022-02-14 17:00"
    assert minute("2022-02-14T08:00:07.000Z", tokyo) == "2022-02-14 17:00:07"
    assert (moment(None), minute(None)) == ("", "")


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd"])
def test_a_zone_that_this_machine_does_not_know_is_utc(name: str) -> None:
    assert zone_of(name) is UTC


def test_notes_are_one_line_whatever_they_hold(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\nb\x1b[2J")

    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "\x1b" not in err


def test_texts_of_all_scripts_stay_as_they_are() -> None:
    assert clean("Ünïcode 樱桃 ▲ 'x'") == "Ünïcode 樱桃 ▲ 'x'"


def test_json_is_for_people_or_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [1]})
    print_json({"a": [1]}, in_one_line=True)

    assert capsys.readouterr().out == '{\n  "a": [\n    1\n  ]\n}\n{"a":[1]}\n'


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of("working", 2) as step:
        step()

    assert capsys.readouterr() == ("", "")


def test_one_is_singular() -> None:
    assert [count(number, "event") for number in (0, 1, 2000)] == ["0 events", "1 event", "2,000 events"]

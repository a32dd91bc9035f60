"""Recorded logs and visits as detectors get them: who is labelled, what counts, what is said where there is nothing."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import pytest

from leaderboard.bench.integrity_logs import visits, web_logs
from leaderboard.cli import bench

PERSON = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)


def line(session: str, path: str, agent: str = PERSON, verb: str = "GET") -> str:
    return f'- - [30/Oct/2019:11:50:36 +0000] "{verb} {path} HTTP/1.1" 200 12 "-" {session} "{agent}"\n'


def write_logs(directory: Path, *lines: str) -> None:
    with gzip.open(directory / "access.log.gz", "wt") as file:
        file.writelines(lines)
    (directory / "ann_train.txt").write_text("s1 human\ns2 bot\ns3 bot\n")


def test_pages_of_labelled_sessions_are_views_and_all_else_is_left_out(tmp_path: Path) -> None:
    write_logs(
        tmp_path,
        line("s1", "/"),
        line("s1", "/css/main.css"),
        line("s1", "/lamps"),
        line("s2", "/", "Googlebot/2.1 (+http://www.google.com/bot.html)"),
        line("s9", "/"),
        line("s1", "/lamps", verb="POST"),
        "no line of a log\n",
    )

    found = {one.label: one for one in web_logs(tmp_path)}

    counts = {name: (one.labelled, one.sessions, one.pages, one.by_agent) for name, one in found.items()}
    assert counts == {"human": (1, 1, 2, 0), "bot": (2, 1, 1, 1)}
    assert all(one.findings == () for one in found.values())


def test_a_pair_that_comes_again_and_again_is_one_visitor(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv.bz2"
    rows = [f"1,7,5,2006-04-07 17:{minute:02}\n" for minute in range(30)] + ["2,7,4,2006-04-08 10:00\n"]
    file.write_bytes(bz2.compress(("reviewerId,vendorId,rating,date\n" + "".join(rows)).encode()))

    found = visits(file)

    assert (found.events, found.uv, found.repeated, found.most, found.held) == (31, 2, 1, 30, 0)


def test_where_there_are_no_logs_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from leaderboard.__main__ import build_parser

    args = build_parser().parse_args(["bench", "integrity", "--logs", str(tmp_path)])

    assert bench.run(args) == 1
    assert capsys.readouterr().err.endswith("has no *.log.gz with sessions that its ann_*.txt name\n")

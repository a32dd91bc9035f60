"""`leaderboard replay` as it is started: exit status, the one summary, the one clear line."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from aiohttp.web import AppRunner, TCPSite

from leaderboard.cli import replay
from leaderboard.cli.replay_options import door_of
from tests.replay.doors import Door, free_port, gzipped, rejects, says, view, views

CSV = (
    b"time,sku,user,brand,kind\n1569888000,p1,u1,acme,view\n1569888001,p2,u2,,view\n1569888002,p2,u2,,cart\n"
)
MAPPED = [
    "--map",
    "at=time,product_id=sku,visitor_id=user",
    "--account-from",
    "brand",
    "--where",
    "kind=view",
]

CODE = """
import argparse, sys
from leaderboard.cli import replay
parser = argparse.ArgumentParser()
replay.add_parser(parser.add_subparsers())
args = parser.parse_args()
print("ready", flush=True)
sys.exit(args.run(args))
"""
PROGRAM = [sys.executable, "-c", CODE, "replay"]


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="leaderboard")
    replay.add_parser(parser.add_subparsers())
    return parser.parse_args(words)


def status(*words: str) -> int:
    args = parsed(*words)
    return int(args.run(args))


@contextmanager
def served(door: Door) -> Iterator[str]:
    """The door in a thread of its own: the command has its own loop."""
    ready, done, port = Event(), asyncio.Event(), free_port()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        runner = AppRunner(door.app)
        await runner.setup()
        await TCPSite(runner, "127.0.0.1", port).start()
        ready.set()
        await done.wait()
        await runner.cleanup()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(5)
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


@pytest.fixture
def ours(tmp_path: Path) -> str:
    path = tmp_path / "ours.ndjson.gz"
    path.write_bytes(gzipped(views(3) + b"nonsense\n"))
    return str(path)


@pytest.fixture
def theirs(tmp_path: Path) -> str:
    path = tmp_path / "theirs.csv"
    path.write_bytes(CSV)
    return str(path)


def summary_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_our_own_events_go_in_and_a_broken_line_is_reported(
    ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    door = Door()
    with served(door) as url:
        exit_status = status("replay", "--url", url, "--token", "secret", ours)

    out, err = capsys.readouterr()
    assert exit_status == 0
    assert [event["id"] for event in door.events] == ["e0", "e1", "e2"]
    assert door.headers[0]["Authorization"] == "Bearer secret"
    assert "sent 3, accepted 3, rejected 0" in out
    assert f"skipped 1 not_json: {ours}:4: not a JSON object" in out
    assert err == ""


def test_rows_go_in_as_they_are_mapped(theirs: str, capsys: pytest.CaptureFixture[str]) -> None:
    door = Door()
    with served(door) as url:
        exit_status = status(
            "replay", "--url", url, theirs, *MAPPED, "--account-default", "unbranded", "--json"
        )

    assert exit_status == 0
    assert [(event["account_id"], event["visitor_id"]) for event in door.events] == [
        ("acme", "u1"),
        ("unbranded", "u2"),
    ]
    assert summary_of(capsys)["left_out"] == 1


def invoices(folder: Path, second_day: bytes = b"C7,-1,0.10,1569888001\n6,2,2.512,1569888002\n") -> str:
    """Two days in one archive, with an invoice on both."""
    header, raw = b"no,count,price,time\n", io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, rows in (("1.csv", b"6,3,0.10,1569888000\nC7,-2,0.10,1569888001\n"), ("2.csv", second_day)):
            member = tarfile.TarInfo(name)
            member.size = len(header + rows)
            archive.addfile(member, io.BytesIO(header + rows))
    path = folder / "days.tar.gz"
    path.write_bytes(gzipped(raw.getvalue()))
    return str(path)


GROUPED = ["--group-by", "no", "--map", "at=time,account_id:=shop,value.amount=count*price,currency:=GBP"]


def test_rows_of_an_invoice_in_several_files_of_an_archive_go_in_as_one_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    door, path = Door(), invoices(tmp_path)
    orders = ["--type", "order", "--where", "no!^=C", "--round"]
    refunds = ["--type", "refund", "--where", "no^=C", "--map", "order_id=no"]
    with served(door) as url:
        exit_statuses = [
            status("replay", "--url", url, path, *GROUPED, *options) for options in (orders, refunds)
        ]

    assert exit_statuses == [0, 0]
    assert [(event["type"], event["id"], event["value"]["amount"]) for event in door.events] == [
        ("order", "6", "5.32"),
        ("refund", "C7", "0.30"),
    ]
    out = capsys.readouterr().out
    assert "2 files, 6 lines: 1 event of 2 rows, 2 left out by --where, 0 skipped" in out
    assert f"rounded 1 amounts: {path}/1.csv:2: 5.324 to 5.32 GBP" in out


def test_an_invoice_with_a_broken_line_is_reported_and_not_sent_in_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = invoices(tmp_path, b"6,many,1.00,1569888000\n8,1,1.00,1569888000\n")

    exit_status = status("replay", path, *GROUPED, "--type", "order", "--where", "no!^=C", "--dry-run")

    out = capsys.readouterr().out
    assert exit_status == 0
    assert "1 event of 2 rows" in out
    assert f"skipped 1 bad_value: {path}/2.csv:2: count (for value.amount): 'many' is not" in out
    assert f"skipped 1 incomplete: {path}/1.csv:2: no '6', all its 1 line: it lacks what could not" in out


def test_nothing_of_a_damaged_archive_is_sent_when_rows_are_grouped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    door, path = Door(), Path(invoices(tmp_path))
    path.write_bytes(path.read_bytes()[:-20])
    with served(door) as url:
        exit_status = status("replay", "--url", url, str(path), *GROUPED, "--type", "order")

    err = capsys.readouterr().err
    assert (exit_status, door.bodies, err.count("\n")) == (1, [], 1)
    assert "cannot be read to its end" in err
    assert "nothing is sent" in err


def test_a_grouped_recording_can_be_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_status = status(
        "replay",
        invoices(tmp_path),
        *GROUPED,
        *("--type", "order", "--where", "no!^=C", "--round"),
        *("--rebase", "2020-01-01T00:00:00Z", "--speed", "1000x", "--dry-run", "--json"),
    )

    summary = summary_of(capsys)
    assert (exit_status, summary["events"], summary["rejected"]["total"]) == (0, 1, 0)
    assert summary["rebase"]["offset_ms"] == 1_577_836_800_000 - 1_569_888_000_000


def test_an_empty_account_without_a_default_is_counted_and_the_rest_goes_in(
    theirs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    door = Door()
    with served(door) as url:
        exit_status = status("replay", "--url", url, theirs, *MAPPED, "--json")

    summary = summary_of(capsys)
    assert (exit_status, summary["accepted"]) == (0, 1)
    assert summary["skipped"]["by_code"]["empty"]["examples"][0]["line"] == 3


def test_rejected_events_are_in_the_summary_and_the_status_stays_0(
    ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(Door(rejects(1))) as url:
        exit_status = status("replay", "--url", url, ours)

    assert exit_status == 0
    assert f"rejected 1 future: {ours}:2: at: number 1" in capsys.readouterr().out


def test_a_stop_is_one_line_and_status_1_and_the_summary_comes_all_the_same(
    ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(Door(says(401, "unknown token"))) as url:
        exit_status = status("replay", "--url", url, ours)

    out, err = capsys.readouterr()
    assert exit_status == 1
    assert "without an answer 3" in out
    assert err.count("\n") == 1
    assert "401: unknown token; the token is not accepted; give one with --token or LEADERBOARD_TOKEN" in err


def test_a_service_that_is_not_there_is_said_and_given_up(
    ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_status = status("replay", "--url", f"http://127.0.0.1:{free_port()}", ours, "--give-up-after", "0.2")

    said = capsys.readouterr().err.splitlines()
    assert exit_status == 1
    assert [line.split("; ")[1].split(" ")[0] for line in said] == ["trying", "gave"]


def test_a_file_that_is_cut_off_is_status_1_and_what_it_has_goes_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut, door = tmp_path / "cut.gz", Door()
    cut.write_bytes(gzipped(views(5000))[:-1000])
    with served(door) as url:
        exit_status = status("replay", "--url", url, str(cut))

    out, err = capsys.readouterr()
    assert exit_status == 1
    assert len(door.events) > 1000
    assert "0 skipped" in out
    assert f"{cut}: cannot be read to its end" in err


def test_a_dry_run_needs_no_service(theirs: str, capsys: pytest.CaptureFixture[str]) -> None:
    exit_status = status("replay", theirs, *MAPPED, "--account-default", "none", "--dry-run", "--json")

    summary = summary_of(capsys)
    assert (exit_status, summary["dry_run"], summary["events"], summary["sent"]) == (0, True, 2, 0)


def test_a_moved_recording_says_by_how_much(ours: str, capsys: pytest.CaptureFixture[str]) -> None:
    exit_status = status("replay", ours, "--rebase", "2020-09-13T12:26:41Z", "--dry-run", "--json")

    assert exit_status == 0
    assert summary_of(capsys)["rebase"] == {"offset_ms": 1000, "id_suffix": "~+3e8"}


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n"])
def test_a_file_with_nothing_to_send_is_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "nothing"
    path.write_bytes(content)

    assert status("replay", str(path)) == 1
    assert "there was no event to send" in capsys.readouterr().err


def test_a_header_without_a_mapped_column_names_those_that_there_are(
    theirs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_status = status(
        "replay", theirs, "--map", "at=when,product_id=sku,visitor_id=user", "--account-from", "shop"
    )

    assert exit_status == 1
    assert (
        "its header: no column shop, when; there are time, sku, user, brand, kind" in capsys.readouterr().err
    )


def test_a_file_that_is_not_there_is_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status("replay", str(tmp_path / "none")) == 1
    assert capsys.readouterr() == ("", f"leaderboard replay: {tmp_path}/none: no such file\n")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["theirs.csv"], "is CSV: say with --map"),
        (["ours.ndjson.gz", "--type", "order"], "is NDJSON"),
        (["ours.ndjson.gz", "--group-by", "id"], "is NDJSON"),
        (["ours.ndjson.gz", "--round"], "is NDJSON"),
        (["theirs.csv", "theirs.csv", *MAPPED, "--group-by", "user"], "is given twice: --group-by would"),
        (["theirs.csv", *MAPPED, "--group-by", ""], "--group-by: give the column"),
        (["theirs.csv", *MAPPED, "--round"], "--round is for amounts that are computed"),
        (["theirs.csv", *MAPPED, "--where", "kind^="], "every text starts with nothing"),
        (["theirs.csv", "--map", "at=time"], "needs product_id, visitor_id, account_id"),
        (["theirs.csv", *MAPPED, "--zone", "Mars/Base"], "no such time zone"),
        (["theirs.csv", *MAPPED, "--zone", "../etc"], "no such time zone"),
        (["theirs.csv", *MAPPED, "--delimiter", "::"], "give one character"),
        (["ours.ndjson.gz", "--speed", "fast"], "give a factor such as 60x"),
        (["ours.ndjson.gz", "--speed", "2x", "--shuffle", "1"], "needs --speed max"),
        (["ours.ndjson.gz", "--rebase", "later"], "is not a time such as"),
        (["-", "--rebase", "now"], "can be read only once"),
        (["-", "-"], "standard input can be read only once"),
    ],
)
def test_wrong_usage_is_status_2_with_one_line(
    ours: str, theirs: str, capsys: pytest.CaptureFixture[str], words: list[str], problem: str
) -> None:
    folder = Path(ours).parent
    words = [str(folder / word) if (folder / word).is_file() else word for word in words]

    exit_status = status("replay", *words)

    out, err = capsys.readouterr()
    assert (exit_status, out, err.count("\n")) == (2, "", 1)
    assert problem in err


@pytest.mark.parametrize(
    "words",
    [["--batch", "0"], ["--batch", "1001"], ["--parallel", "x"], ["--limit", "0"], ["--type", "wish"]],
)
def test_numbers_out_of_range_are_wrong_usage(ours: str, words: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parsed("replay", ours, *words)

    assert stop.value.code == 2


def test_the_environment_names_door_and_token_and_the_options_come_first(ours: str) -> None:
    environ = {"LEADERBOARD_URL": "http://there", "LEADERBOARD_TOKEN": "theirs"}

    doors = [
        door_of(parsed("replay", ours), environ),
        door_of(parsed("replay", ours, "--url", "http://here", "--token", "mine"), environ),
        door_of(parsed("replay", ours), {}),
    ]

    assert [(door.url, door.token) for door in doors] == [
        ("http://there", "theirs"),
        ("http://here", "mine"),
        ("http://127.0.0.1:8080", None),
    ]


def test_a_token_that_is_none_is_wrong_usage_and_is_not_shown(
    ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status("replay", ours, "--token", "secret\nX-Other: 1") == 2
    assert "secret" not in capsys.readouterr().err


def test_ctrl_c_ends_it_with_a_summary_even_while_standard_input_says_nothing() -> None:
    reading, writing = os.pipe()
    with subprocess.Popen([*PROGRAM, "-"], stdin=reading, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    os.close(reading)
    os.close(writing)

    assert process.returncode == 1
    assert "sent 0, accepted 0" in out
    assert err == "leaderboard replay: interrupted\n"


def test_standard_input_may_be_compressed() -> None:
    door = Door()
    with served(door) as url:
        words = [*PROGRAM, "-", "--url", url]
        done = subprocess.run(words, input=gzipped(view(1)), capture_output=True, timeout=20)

    assert (done.returncode, done.stderr) == (0, b"")
    assert [event["id"] for event in door.events] == ["e1"]

"""`leaderboard demo` on the command line: what it understands, where the data goes, how it ends."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shlex
import signal
from pathlib import Path

import pytest

from leaderboard.__main__ import build_parser
from leaderboard.cli import demo
from leaderboard.cli.arguments import WrongUsage
from leaderboard.demo.client import DemoError
from leaderboard.demo.show import Plan


def _parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    demo.add_parser(parser.add_subparsers())
    return parser.parse_args(["demo", *arguments])


class Stage:
    """Stands for the show: writes down where it was told to play, and does what it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.plan: Plan | None = None
        self.data = Path()
        self._error = error

    async def __call__(self, plan: Plan, data: Path, out: object) -> None:
        self.plan, self.data = plan, data
        (data / "made-up").write_text("data")
        if self._error:
            raise self._error


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage()
    monkeypatch.setattr(demo, "perform", stage)
    return stage


def test_without_options_it_is_forty_accounts_until_somebody_ends_it(stage: Stage) -> None:
    assert demo.run(_parse()) == 0
    assert stage.plan == Plan(seed=7, accounts=40, rate=2_000, port=0, for_s=None)


def test_the_options_reach_the_show(stage: Stage) -> None:
    options = ("--for", "2m", "--seed", "3", "--accounts", "12", "--rate", "500", "--port", "8080")

    assert demo.run(_parse(*options)) == 0
    assert stage.plan == Plan(seed=3, accounts=12, rate=500, port=8080, for_s=120.0)


@pytest.mark.parametrize(
    "options",
    [("--for", "soon"), ("--for", "0s"), ("--accounts", "0"), ("--rate", "-1"), ("--port", "70000")],
)
def test_what_makes_no_sense_is_wrong_usage(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        _parse(*options)

    assert stopped.value.code == 2
    assert options[1] in capsys.readouterr().err


def test_a_closed_campaign_is_another_show(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = Stage()
    monkeypatch.setattr(demo, "perform_closed", closed)

    assert demo.run(_parse("--closed", "--accounts", "12")) == 0
    assert closed.plan == Plan(seed=7, accounts=12, rate=2_000, port=0, for_s=None)
    assert stage.plan is None


def test_a_campaign_with_cheats_is_another_show_of_fewer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheats = Stage()
    monkeypatch.setattr(demo, "perform_cheats", cheats)

    assert demo.run(_parse("--cheats")) == 0
    assert cheats.plan == Plan(seed=7, accounts=24, rate=2_000, port=0, for_s=None)
    assert stage.plan is None


def test_a_show_is_one_or_the_other() -> None:
    with pytest.raises(SystemExit):
        _parse("--closed", "--cheats")


def test_a_recording_is_written_instead_and_the_commands_to_count_it_are_told(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "day.ndjson.zst"

    assert demo.run(_parse("--record", str(path), "--events", "500", "--accounts", "3")) == 0
    said = capsys.readouterr().out
    assert stage.plan is None
    assert said.startswith("500 made-up events of 3 accounts")
    for command in re.findall(r"^  leaderboard (.*)$", said, re.MULTILINE):
        build_parser().parse_args(shlex.split(command))
    assert {file.name for file in tmp_path.iterdir()} == {
        "day.ndjson.zst",
        "day.toml",
        "day.settings.json",
        "day.labels.json",
    }


def test_a_recording_that_is_there_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "day.ndjson"
    path.write_text("mine")

    assert demo.run(_parse("--record", str(path))) == 1
    assert "is there already" in capsys.readouterr().err
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    "options",
    [
        ("--events", "5"),
        ("--record", "a.ndjson", "--for", "5s"),
        ("--record", "a.ndjson", "--port", "8080"),
        ("--record", "a.ndjson", "--closed"),
        ("--record", "a.ndjson", "--cheats"),
    ],
)
def test_a_recording_and_a_show_are_told_apart(options: tuple[str, ...]) -> None:
    with pytest.raises(WrongUsage, match=r"--(events|for|port|closed|cheats)"):
        demo.run(_parse(*options))


def test_the_commands_of_the_help_are_commands() -> None:
    for command in re.findall(r"^  leaderboard (.*)$", demo.EPILOG, re.MULTILINE):
        build_parser().parse_args(shlex.split(command))


def test_the_throw_away_data_is_removed(stage: Stage) -> None:
    demo.run(_parse())

    assert stage.data.name.startswith("leaderboard-demo-")
    assert not stage.data.exists()


def test_kept_data_stays_and_the_way_back_is_told(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "kept"

    assert demo.run(_parse("--keep", str(keep))) == 0
    assert (keep / "made-up").exists()
    assert f"--data {keep} up" in capsys.readouterr().out


def test_made_up_data_does_not_go_among_other_data(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "real").write_text("data")

    assert demo.run(_parse("--keep", str(tmp_path))) == 1
    assert "not empty" in capsys.readouterr().err
    assert stage.plan is None


def test_a_show_that_cannot_go_on_says_why_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(DemoError("the service was not ready within 30 s"))
    monkeypatch.setattr(demo, "perform", stage)

    assert demo.run(_parse()) == 1
    assert capsys.readouterr().err == "leaderboard demo: the service was not ready within 30 s\n"
    assert not stage.data.exists()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_person_or_the_system_may_end_it_at_any_time(
    ending: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    played_in: list[Path] = []

    async def perform(plan: Plan, data: Path, out: object) -> None:
        played_in.append(data)
        os.kill(os.getpid(), ending)
        await asyncio.sleep(10)

    monkeypatch.setattr(demo, "perform", perform)

    assert demo.run(_parse()) == 0
    assert not played_in[0].exists()

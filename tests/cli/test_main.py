"""The command line as a whole: exit codes, help, what a stranger sees first."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard.__main__ import build_parser, main
from tests.cli.conftest import CommandLine
from tests.conftest import Service, view

ROOT = Path(__file__).parents[2]
SERVICE_COMMANDS = (
    *("token", "campaign", "agency", "account", "host", "enroll", "settings", "replay"),
    *("standings", "excluded", "rejected", "status", "buried"),
)


def parsers(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that can be run, with its words."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups or parser.get_default("run"):
        yield name.strip(), parser
    for group in groups:
        for word, inner in group.choices.items():
            yield from parsers(inner, f"{name} {word}")


COMMANDS = dict(parsers(build_parser()))


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leaderboard", *words]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=os.environ | environ, timeout=30
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    text = COMMANDS[name].format_help()

    assert COMMANDS[name].description
    assert "%(" not in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", [name for name in COMMANDS if name.split()[0] in SERVICE_COMMANDS])
def test_every_command_that_talks_to_a_service_takes_its_address_and_a_token(name: str) -> None:
    options = {option for action in COMMANDS[name]._actions for option in action.option_strings}

    if name not in ("campaign example", "campaign check"):
        assert {"--url", "--token"} <= options
        assert COMMANDS[name].get_default("talks")


def test_all_commands_of_this_version_are_there() -> None:
    first_words = {name.split()[0] for name in COMMANDS}

    assert first_words >= {"up", "api", "worker", "demo", "bench", *SERVICE_COMMANDS}
    assert {name for name in COMMANDS if name.startswith("campaign")} == {
        "campaign apply", "campaign list", "campaign show", "campaign example", "campaign check",
        "campaign close", "campaign certify", "campaign cancel", "campaign result",
    }  # fmt: skip


@pytest.mark.parametrize("words", [[], ["nonsense"], ["standings"], ["status", "--url", "localhost:8080"]])
def test_wrong_usage_is_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(words)

    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("usage: leaderboard")


def test_wrong_usage_in_the_environment_is_2_and_one_line() -> None:
    done = run("status", LEADERBOARD_URL="localhost:8080")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "leaderboard: LEADERBOARD_URL is not an address such as http://127.0.0.1:8080\n"


def test_nobody_there_is_1_and_one_line(tmp_path: Path) -> None:
    done = run("--data", str(tmp_path), "campaign", "list", LEADERBOARD_URL="http://127.0.0.1:9")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "leaderboard: no service answers at http://127.0.0.1:9: start `leaderboard up`, or name another with --url\n"
    )


async def test_on_the_machine_of_the_service_no_token_is_needed(
    cli: CommandLine, service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "admin.token").write_text(service.admin_token + "\n")
    monkeypatch.setenv("LEADERBOARD_URL", service.url)
    done = await cli.without_options("status")

    assert (done.code, done.lines[1]) == (0, "store      ok")


async def test_replay_takes_its_token_the_same_way(
    cli: CommandLine, apollo_service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorded = tmp_path / "recorded.csv"
    recorded.write_text("at,account,sku,user\n2022-02-20T12:00:00Z,a1,p1,u1\n")
    (tmp_path / "admin.token").write_text(apollo_service.admin_token + "\n")
    monkeypatch.setenv("LEADERBOARD_URL", apollo_service.url)
    fields = "at=at,account_id=account,product_id=sku,visitor_id=user"
    done = await cli.without_options("replay", str(recorded), "--map", fields)

    assert (done.code, done.err) == (0, "")
    assert "accepted 1, rejected 0" in done.out


async def test_what_the_terminal_cannot_write_is_no_reason_to_end(apollo_service: Service) -> None:
    setting = {"agency_id": "north", "name": "樱桃", "kind": "partner", "country": "US"}
    await apollo_service.ask("PUT", "/v1/accounts/a1", setting)
    await apollo_service.ask("POST", "/v1/events", {"events": [view(1)]})
    await apollo_service.count()
    words = [sys.executable, "-m", "leaderboard", "account", "list", "--url", apollo_service.url]
    environ = os.environ | {"LEADERBOARD_TOKEN": apollo_service.admin_token, "PYTHONIOENCODING": "ascii"}
    process = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    assert b"a1  ??" in out


def test_the_help_begins_with_what_a_stranger_needs() -> None:
    done = run("--help")

    assert done.returncode == 0
    assert "A first look:      leaderboard demo" in done.stdout
    assert "Your own service:  leaderboard up" in done.stdout


def test_no_command_loads_at_its_start_what_only_some_need() -> None:
    script = "import sys, leaderboard.__main__ as main; main.build_parser(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert {"numpy", "duckdb", "crawleruseragents", "holidays"} & set(loaded) == set()

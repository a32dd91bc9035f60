"""`leaderboard campaign check`: what a definition means, without any service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import CommandLine


def saved(path: Path, text: str) -> str:
    file = path / "spring.toml"
    file.write_text(text)
    return str(file)


async def test_it_tells_the_rules_and_what_happens_around_each_limit(
    cli: CommandLine, tmp_path: Path, apollo: Callable[..., str]
) -> None:
    done = await cli.without_options("campaign", "check", saved(tmp_path, apollo()))

    lines = done.lines
    assert (done.code, done.err) == (0, "")
    assert lines[0].startswith("Ranks partner accounts by distinct visitors")
    at = next(number for number, line in enumerate(lines) if "29.99%" in line)
    assert "nothing follows from rule refunds" in lines[at]
    assert "On hold until it is decided by rule refunds" in lines[at + 1]


async def test_as_json_it_is_what_the_service_answers(
    cli: CommandLine, tmp_path: Path, apollo: Callable[..., str]
) -> None:
    done = await cli.without_options("campaign", "check", saved(tmp_path, apollo()), "--json")
    toml = {"Content-Type": "application/toml"}
    answer = await cli.service.ask("POST", "/v1/campaigns/check", data=apollo().encode(), headers=toml)

    assert done.json == answer.json


async def test_all_that_is_wrong_is_listed_by_line(
    cli: CommandLine, tmp_path: Path, apollo: Callable[..., str]
) -> None:
    text = apollo().replace("limit = 5", "limit = 0")
    file = saved(tmp_path, text)
    done = await cli.without_options("campaign", "check", file)

    line = text.splitlines().index("limit = 0") + 1
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"{file}:{line}: award.top_five.limit: must be between 1 and ")


async def test_what_is_not_built_is_refused_by_name_and_line(
    cli: CommandLine, tmp_path: Path, apollo: Callable[..., str]
) -> None:
    text = apollo().replace('mode = "approve"', 'mode = "open"')
    file = saved(tmp_path, text)
    done = await cli.without_options("campaign", "check", file)

    line = text.splitlines().index('mode = "open"') + 1
    assert done.code == 1
    assert f"{file}:{line}: registration.mode: only enrolment by the operator" in done.err

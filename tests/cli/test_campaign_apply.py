"""`leaderboard campaign apply`: created, changed, unchanged, or all that is wrong, each with its line."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "mine.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


async def test_the_same_file_again_changes_nothing(
    cli: CommandLine, apollo: Callable[..., str], file: Callable[[str], str]
) -> None:
    future = {"start": "2126-02-14T00:00:00", "end": "2126-02-28T00:00:00"}
    path = file(apollo("mine", **future))
    first, second = await cli("campaign", "apply", path), await cli("campaign", "apply", path)
    third = await cli("campaign", "apply", file(apollo("mine", **future).replace("limit = 5", "limit = 4")))

    assert first.out.startswith("campaign mine: created; scheduled, 2126-02-14 00:00 to 2126-02-28 00:00")
    assert second.out.startswith("campaign mine: unchanged; scheduled")
    assert (third.code, third.out) == (1, "")
    assert "limit" in third.err


async def test_a_change_before_the_start_is_a_change(
    cli: CommandLine, apollo: Callable[..., str], file: Callable[[str], str]
) -> None:
    future = apollo("mine", start="2126-02-14T00:00:00", end="2126-02-28T00:00:00")
    await cli("campaign", "apply", file(future))
    changed = await cli("campaign", "apply", file(future.replace("14h", "12h")))

    assert changed.out.startswith("campaign mine: changed; scheduled")


async def test_a_definition_may_come_from_standard_input(
    cli: CommandLine, apollo: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\ufeff" + apollo("mine").replace("\n", "\r\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    done = await cli("campaign", "apply", "-", "--json")

    assert (done.code, done.json["id"]) == (0, "mine")


async def test_all_that_is_wrong_is_listed_with_file_and_line(
    cli: CommandLine, apollo: Callable[..., str], file: Callable[[str], str]
) -> None:
    text = apollo("mine").replace('zone = "America/Los_Angeles"', 'zone = "Mars"').replace("ties =", "tis =")
    path = file(text)
    done = await cli("campaign", "apply", path)

    zone = text[: text.index('zone = "Mars"')].count("\n") + 1
    lines = done.err.splitlines()
    assert (done.code, done.out, len(lines)) == (1, "", 4)
    assert lines[0].startswith(f"{path}:{zone}: clock.zone: must be an IANA time zone")
    assert any("award.top_five.tis: unknown key; did you mean `ties`?" in line for line in lines)
    assert lines[-1] == f"leaderboard: {path}: the definition is refused, it has 3 problems"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = \n", ":1: not TOML: "),
        ("title = 'no id'\n", ": id: is required"),
        ("id = 7\n", ":1: id: must be"),
        ("id = ''\n", ":1: id: must not be empty"),
    ],
)
async def test_a_text_without_an_id_is_refused_without_the_service(
    cli: CommandLine, file: Callable[[str], str], text: str, problem: str
) -> None:
    path = file(text)
    done = await cli.without_options("campaign", "apply", path, "--url", "http://127.0.0.1:9")

    assert done.code == 1
    assert any(line.startswith(f"{path}{problem}") for line in done.err.splitlines())


async def test_what_is_not_built_is_listed_by_name(
    cli: CommandLine, apollo: Callable[..., str], file: Callable[[str], str]
) -> None:
    path = file(apollo("mine").replace('ties = ["reached"] ', 'once = "seller"\nties = ["reached"] '))
    done = await cli("campaign", "apply", path)

    assert done.code == 1
    line = next(n for n, text in enumerate(Path(path).read_text().splitlines(), 1) if text.startswith("once"))
    assert (
        f"{path}:{line}: award.top_five.once: awards that are paid only once are not built yet\n" in done.err
    )


async def test_a_window_that_is_over_comes_with_a_word_on_recordings(
    cli: CommandLine, apollo: Callable[..., str], file: Callable[[str], str]
) -> None:
    by_clock = await cli("campaign", "apply", file(apollo("mine", close="clock")))
    by_hand = await cli("campaign", "apply", file(apollo("other")))

    assert (by_clock.code, by_hand.code, by_hand.err) == (0, 0, "")
    assert 'set close = "manual" under [settlement]' in by_clock.err


async def test_a_file_that_cannot_be_read_is_one_line(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    missing = await cli("campaign", "apply", str(tmp_path / "none"))
    binary = await cli("campaign", "apply", str(tmp_path / "binary"))

    assert (missing.code, missing.err) == (1, f"leaderboard: {tmp_path}/none: No such file or directory\n")
    assert "is not UTF-8" in binary.err

"""`leaderboard campaign apply --from --reason`, and how `campaign show` lists what was changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.cli.campaign_versions import version_lines
from tests.cli.conftest import CommandLine

RUNNING = {"start": "2022-02-14T00:00:00", "end": "2099-02-28T00:00:00", "close": "clock"}
WHY = "The sponsor asks for less."


@pytest.fixture
async def running(cli: CommandLine, apollo: Callable[..., str], tmp_path: Path) -> str:
    """The text of a campaign that was applied and has begun."""
    text = apollo("mine", **RUNNING)
    assert (await cli("campaign", "apply", written(tmp_path, text))).code == 0
    return text


def written(directory: Path, text: str) -> str:
    path = directory / "mine.toml"
    path.write_text(text, "utf-8")
    return str(path)


async def test_a_change_from_now_on_is_in_force(cli: CommandLine, running: str, tmp_path: Path) -> None:
    path = written(tmp_path, running.replace("14h", "12h"))
    refused = await cli("campaign", "apply", path)
    done = await cli("campaign", "apply", path, "--from", "now", "--reason", WHY)
    again = await cli("campaign", "apply", path, "--from", "now", "--reason", WHY)

    assert (refused.code, "a change is a version from a date, `--from … --reason …`" in refused.err) == (
        1,
        True,
    )
    assert done.out.startswith("campaign mine: version 2 is in force; live, ")
    assert again.out.startswith("campaign mine: unchanged; live, ")


@pytest.mark.parametrize(
    ("since", "at"),
    [
        ("2098-07-01", "2098-07-01T07:00:00.000Z"),
        ("2098-01-01T06:00", "2098-01-01T14:00:00.000Z"),
        ("2098-01-01T06:00:00Z", "2098-01-01T06:00:00.000Z"),
        ("2098-01-01T06:00:00+07:00", "2097-12-31T23:00:00.000Z"),
    ],
)
async def test_a_date_without_an_offset_is_by_the_clock_of_the_campaign(
    cli: CommandLine, running: str, tmp_path: Path, since: str, at: str
) -> None:
    path = written(tmp_path, running.replace("14h", "12h"))
    done = await cli("campaign", "apply", path, "--from", since, "--reason", WHY, "--json")

    assert (done.code, done.json["versions"][1]["from"]) == (0, at)


async def test_a_date_that_is_none_is_refused_at_once(
    cli: CommandLine, running: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        await cli("campaign", "apply", written(tmp_path, running), "--from", "soon", "--reason", WHY)

    assert left.value.code == 2
    assert "'soon' is neither a time such as 2026-11-25T06:00 nor now" in capsys.readouterr().err


async def test_a_date_takes_a_reason(cli: CommandLine, running: str, tmp_path: Path) -> None:
    path = written(tmp_path, running.replace("14h", "12h"))
    done = await cli("campaign", "apply", path, "--from", "now")

    assert (done.code, done.out) == (1, "")
    assert "reason: is required with `from`" in done.err


async def test_what_may_not_change_is_listed_with_its_line(
    cli: CommandLine, running: str, tmp_path: Path
) -> None:
    text = running.replace("start = 2022-02-14T00:00:00", "start = 2022-02-13T00:00:00")
    path = written(tmp_path, text)
    done = await cli("campaign", "apply", path, "--from", "now", "--reason", WHY)

    line = text[: text.index("start = 2022-02-13")].count("\n") + 1
    first, last = done.err.splitlines()
    assert done.code == 1
    assert first.startswith(f"{path}:{line}: window.main.start: may not change after the start: ")
    assert last.endswith("so the version is refused")


async def test_show_lists_versions_with_their_reasons_and_changes(
    cli: CommandLine, running: str, tmp_path: Path
) -> None:
    before = await cli("campaign", "show", "mine")
    path = written(tmp_path, running.replace("14h", "12h"))
    applied = await cli("campaign", "apply", path, "--from", "2098-07-01", "--reason", WHY)
    shown = await cli("campaign", "show", "mine")

    assert applied.out.startswith("campaign mine: version 2 is in force from 2098-07-01 00:00 on; live, ")
    assert "version 1" not in before.out
    first = next(n for n, line in enumerate(shown.lines) if line.startswith("version 1"))
    one, two, *changes = shown.lines[first : first + 4]
    assert one.endswith("from 2022-02-14 00:00 America/Los_Angeles, in force")
    assert two.startswith("version 2")
    assert "from 2098-07-01 00:00 America/Los_Angeles, by " in two
    assert two.endswith(f": {WHY}")
    hours = "effective_live >= 43200s, was effective_live >= 50400s"
    assert [line.strip() for line in changes] == [
        f"award.gmv_rebate.require: {hours}",
        f"award.top_five.require: {hours}",
    ]


def test_what_comes_and_goes_is_listed_as_such() -> None:
    versions = [
        {
            "number": number,
            "from": "2026-01-01T00:00:00.000Z",
            "by": None,
            "reason": None,
            "in_force": number == 2,
            "definition": definition,
        }
        for number, definition in ((1, {"award": [{"id": "a", "limit": 5}]}), (2, {"award": [{"id": "b"}]}))
    ]
    lines = [line.split("  ")[-1] for line in version_lines({"zone": "UTC", "versions": versions})]

    assert lines[3:] == [
        "award.a.id: left out, was a",
        "award.a.limit: left out, was 5",
        "award.b.id: b",
    ]

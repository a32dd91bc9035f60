"""`leaderboard standings`, once."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from leaderboard.domain.standings import Row
from leaderboard.store.awards import Given
from tests.cli.conftest import CommandLine
from tests.conftest import Service, view


@pytest.fixture
async def counted(apollo_service: Service) -> Service:
    events = [view(1), view(2), view(3, account="a3")]
    await apollo_service.ask("POST", "/v1/events", {"events": events})
    await apollo_service.count()
    return apollo_service


async def test_head_rows_and_reasons(cli: CommandLine, counted: Service) -> None:
    done = await cli("standings", "apollo-test")

    title, window, metric, tie_rule, fresh, empty, header, *rows, foot = done.lines
    assert title == "Apollo: US live-shopping partner incentive (apollo-test): live, provisional"
    assert window == "2022-02-14 00:00 to 2022-02-28 00:00 America/Los_Angeles (end exclusive)"
    assert metric.startswith("Score: distinct visitors")
    assert tie_rule.startswith("Level scores: whoever reached the score first")
    assert fresh.startswith("3 accounts, as of 20")
    assert empty == ""
    assert re.split("  +", header.strip()) == [
        "rank", "account", "name", "agency", "UV", "reached", "live", "orders", "net GMV", "eligible"
    ]  # fmt: skip
    assert [re.split("  +", row.strip())[:5] for row in rows] == [
        ["1", "a1", "Account a1", "north", "2"],
        ["2", "a3", "Account a3", "south", "1"],
        ["3", "a2", "Account a2", "north", "0"],
    ]
    assert foot == "Nobody is eligible: 14 h of effective live time missing: 0 s of 14 h."


async def test_awards_are_summed_in_the_table_and_listed_where_they_are_asked_for(
    cli: CommandLine, counted: Service
) -> None:
    row = Row("a1", 9, 2, 5, effective_ms=50_400_000)
    await counted.store.judge.publish("apollo-test", [row], await counted.store.now_ms())
    awards = [Given("top_five", 1, 400_000), Given("gmv_rebate", None, 50)]
    await counted.store.awards.replace("apollo-test", {"a1": awards}, at_ms=1_645_000_000_000)

    table, document = await cli("standings", "apollo-test"), await cli("standings", "apollo-test", "--json")

    listed = await cli("standings", "apollo-test", "--awards")
    watched = await cli("standings", "apollo-test", "--awards", "--watch")

    assert ["USD 4000.50" in line for line in table.lines[7:10]] == [True, False, False]
    assert [line.split() for line in listed.lines[8:10]] == [
        ["top_five", "1", "USD", "4000.00"],
        ["gmv_rebate", "USD", "0.50"],
    ]
    assert (watched.code, "--awards goes without --watch" in watched.err) == (2, True)
    entry = document.json["entries"][0]
    assert [one["amount"]["amount"] for one in entry["awards"]] == ["4000.00", "0.50"]


async def test_a_part_of_the_standings_says_that_there_is_more(cli: CommandLine, counted: Service) -> None:
    first = await cli("standings", "apollo-test", "--limit", "1")
    around = await cli("standings", "apollo-test", "--around", "a2", "--limit", "1")

    assert first.lines[-1] == "1 of 3 shown; --limit N shows more."
    assert [line.split()[:2] for line in around.lines if line.strip().startswith("3 ")][-1] == ["3", "a2"]


async def test_an_agency_sees_the_scores_of_others_and_the_rest_of_its_own(
    cli: CommandLine, counted: Service
) -> None:
    token = await counted.issue(role="agency", agency="south")
    done = await cli("standings", "apollo-test", token=token)

    rows = {line.split()[1]: line for line in done.lines[7:10]}
    assert "north" not in done.out
    assert re.split("  +", rows["a1"].strip()) == ["1", "a1", "Account a1", "2"]
    assert "south" in rows["a3"]


async def test_as_json_it_is_what_the_service_says(cli: CommandLine, counted: Service) -> None:
    done = await cli("standings", "apollo-test", "--json")

    assert [(entry["account_id"], entry["score"]) for entry in done.json["entries"]] == [
        ("a1", 2),
        ("a3", 1),
        ("a2", 0),
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["none"], "campaign none does not exist"),
        (["apollo-test", "--around", "nobody"], "account nobody in these standings does not exist"),
        (["none", "--watch"], "campaign none does not exist"),
    ],
)
async def test_what_does_not_exist_is_named(
    cli: CommandLine, apollo_service: Service, words: list[str], problem: str
) -> None:
    done = await cli("standings", *words)

    assert (done.code, done.out, done.err) == (1, "", f"leaderboard: {problem}\n")


@pytest.mark.parametrize("limit", ["0", "1001", "x", "-1"])
async def test_a_limit_out_of_range_is_wrong_usage(cli: CommandLine, limit: str) -> None:
    with pytest.raises(SystemExit) as stop:
        await cli("standings", "apollo-test", f"--limit={limit}")

    assert stop.value.code == 2


async def on_a_terminal(service: Service, *words: str, **environ: str) -> bytes:
    """What a command writes to a terminal of 100 columns."""
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "leaderboard", *words, "--url", service.url,
        stdin=asyncio.subprocess.DEVNULL, stdout=theirs, stderr=theirs, cwd=Path(__file__).parents[2],
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
        | {"LEADERBOARD_TOKEN": service.admin_token} | environ,
    )  # fmt: skip
    os.close(theirs)
    written = b""
    while chunk := await asyncio.to_thread(_read, ours):
        written += chunk
    os.close(ours)
    assert await process.wait() == 0
    return written


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # the other end is closed
        return b""


async def test_a_terminal_gets_a_table_and_no_colours_where_none_are_wanted(counted: Service) -> None:
    colourful = await on_a_terminal(counted, "standings", "apollo-test")
    plain = await on_a_terminal(counted, "standings", "apollo-test", NO_COLOR="1")

    assert "─" in colourful.decode()
    assert "Account a1" in plain.decode()
    assert re.search(rb"\x1b\[[0-9;]*3[0-9]m", plain) is None

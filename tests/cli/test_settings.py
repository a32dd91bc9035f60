"""`leaderboard agency`, `account`, `host`: one at a time, and lists."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError

import pytest

from leaderboard.cli.settings import attribute
from tests.cli.conftest import CommandLine
from tests.conftest import Service


async def test_agency_account_and_host_are_created_and_then_saved(cli: CommandLine) -> None:
    agency = ("agency", "put", "east", "--name", "East", "--country", "US")
    account = ("account", "put", "e1", "--agency", "east", "--name", "E One", "--country", "US")
    host = ("host", "put", "e1", "ana", "--name", "Ana")
    said = [(await cli(*words)).out for words in (agency, agency, account, host)]

    assert said == [
        "agency east: created\n",
        "agency east: saved\n",
        "account e1: created\n",
        "host ana of e1: created\n",
    ]


async def test_an_account_is_listed_as_it_was_put(cli: CommandLine) -> None:
    await cli("agency", "put", "east", "--name", "East", "--country", "US")
    put = ("account", "put", "e1", "--agency", "east", "--name", "E One", "--country", "DE")
    more = ("--kind", "merchant", "--pixel", "P1", "--pixel", "P2")
    await cli(*put, *more, "--attribute", "tier=gold", "--attribute", "level=3")
    listed = await cli("account", "list")
    as_json = (await cli("account", "list", "--json")).json

    header, line = listed.lines
    assert header.split() == ["id", "name", "agency", "kind", "country", "pixel", "codes", "attributes"]
    cells = ["e1", "E One", "east", "merchant", "DE", "P1 P2", "level=3 tier=gold"]
    assert re.split(r"  +", line) == cells
    assert as_json["items"][0]["attributes"] == {"tier": "gold", "level": 3}


async def test_lists_have_all_pages_by_id(cli: CommandLine, service: Service) -> None:
    for number in range(600):
        await service.ask("PUT", f"/v1/agencies/a{number:04}", {"name": "N" * 60, "country": "US"})
    listed = await cli("agency", "list")

    assert [line.split()[0] for line in listed.lines[1:]] == [f"a{number:04}" for number in range(600)]


async def test_hosts_are_listed_by_account(cli: CommandLine, apollo_service: Service) -> None:
    await cli("host", "put", "a1", "ana", "--name", "Ana")

    assert (await cli("host", "list", "a1")).lines[1].split() == ["ana", "Ana"]
    assert (await cli("host", "list", "a2")).lines == ["id  name"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["agency", "put", "-x", "--name", "X", "--country", "US"], ""),
        (["agency", "put", "x y", "--name", "X", "--country", "US"], "agency: "),
        (["agency", "put", "x", "--name", "X", "--country", "us"], "country: "),
        (
            ["account", "put", "x", "--agency", "no", "--name", "X", "--country", "US"],
            "agency no does not exist",
        ),
        (["host", "put", "no", "h", "--name", "X"], "account no does not exist"),
    ],
)
async def test_what_is_refused_is_one_line(cli: CommandLine, words: list[str], problem: str) -> None:
    if not problem:
        with pytest.raises(SystemExit, match="2"):
            await cli(*words)
        return
    done = await cli(*words)

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert problem in done.err


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=3", 3),
        ("a=-3", -3),
        ("a=1.5", 1.5),
        ("a=true", True),
        ("a=false", False),
        ("a=007", "007"),
        ("a=1e3", "1e3"),
        ("a=nan", "nan"),
        ("a=inf", "inf"),
        ("a=", ""),
        ("a=b=c", "b=c"),
        ("a=True", "True"),
    ],
)
def test_a_value_is_a_number_or_a_flag_only_where_it_reads_as_one(text: str, value: object) -> None:
    name, found = attribute(text)

    assert (name, found, type(found)) == ("a", value, type(value))


@pytest.mark.parametrize("text", ["a", "=b", ""])
def test_what_is_no_attribute_is_wrong_usage(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not NAME=VALUE"):
        attribute(text)

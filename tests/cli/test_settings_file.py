"""`leaderboard settings apply`: a file brought to the service, twice if need be."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.cli.settings_file import _EPILOG
from tests.cli.conftest import CommandLine
from tests.conftest import Service

NORTH = """
[agencies.north]
name = "North"
country = "US"
[accounts."shop:1"]
agency_id = "north"
name = "Shop One"
kind = "partner"
country = "US"
[accounts.a1]
agency_id = "north"
name = "Account a1"
kind = "partner"
country = "US"
[hosts."shop:1".ana]
name = "Ana"
[enrollments.apollo-test."shop:1"]
hosts = [{ host_id = "ana", schedule = [{ start = 2022-02-14T18:00:00-08:00, end = 2022-02-14T20:00:00-08:00 }] }]
[enrollments.apollo-test.a1]
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "settings"
        path.write_text(text, "utf-8")
        return str(path)

    return write


async def test_it_says_what_was_created_changed_and_unchanged(
    cli: CommandLine, apollo_service: Service, file: Callable[[str], str]
) -> None:
    first = await cli("settings", "apply", file(NORTH))
    again = await cli("settings", "apply", file(NORTH), "--json")
    changed = await cli(
        "settings", "apply", file(NORTH.replace("Shop One", "Shop 1").replace("20:00", "21:00"))
    )

    assert first.lines == [
        "agencies: 0 created, 0 changed, 1 unchanged",
        "accounts: 1 created, 0 changed, 1 unchanged",
        "hosts: 1 created, 0 changed, 0 unchanged",
        "enrollments: 1 created, 0 changed, 1 unchanged",
    ]
    assert [tuple(count.values()) for count in again.json.values()] == [
        (0, 0, 1),
        (0, 0, 2),
        (0, 0, 1),
        (0, 0, 2),
    ]
    assert [line.split(", ")[1] for line in changed.lines] == [f"{n} changed" for n in (0, 1, 0, 1)]


async def test_json_says_the_same(cli: CommandLine, service: Service, file: Callable[[str], str]) -> None:
    document = {"agencies": {f"a{number}": {"name": "A", "country": "US"} for number in range(50)}}
    done = await cli("settings", "apply", file(json.dumps(document)))

    assert done.lines == ["agencies: 50 created, 0 changed, 0 unchanged"]


async def test_the_example_of_the_help_is_a_good_one(
    cli: CommandLine, apollo_service: Service, file: Callable[[str], str]
) -> None:
    text = _EPILOG.partition("(or the same as JSON):\n")[2].replace("apollo-us-2022", "apollo-test")
    done = await cli("settings", "apply", file(text))

    assert list(tomllib.loads(text)) == ["agencies", "accounts", "hosts", "enrollments"]
    assert (done.code, done.err) == (0, "")


async def test_every_entry_that_is_wrong_is_named_and_nothing_is_saved(
    cli: CommandLine, apollo_service: Service, file: Callable[[str], str]
) -> None:
    text = NORTH.replace('kind = "partner"', 'kind = "friend"', 1).replace(
        "[agencies.north]", "[agencies.new]"
    )
    path = file(text + "[hosts.a1.'b c']\nname = ''\n[agencies.' ']\n[agents]\n")
    done = await cli("settings", "apply", path)

    lines = done.err.splitlines()
    assert (done.code, done.out) == (1, "")
    assert [line.removeprefix(f"{path}: ").split(": ")[0] for line in lines[:-1]] == [
        "agencies. ",
        "accounts.shop:1",
        "hosts.a1.b c",
        "agents",
    ]
    assert lines[-1] == f"leaderboard: {path}: nothing is saved, it has 4 problems"
    assert "new" not in (await cli("agency", "list")).out


async def test_what_the_service_refuses_is_named_and_ends_it(
    cli: CommandLine, apollo_service: Service, file: Callable[[str], str]
) -> None:
    path = file(NORTH.replace('agency_id = "north"', 'agency_id = "nobody"', 1))
    done = await cli("settings", "apply", path)

    assert done.code == 1
    assert f"{path}: accounts.shop:1: agency_id: agency nobody does not exist" in done.err
    assert f"{path}: 1 of its accounts refused; 0 created, 0 changed, 1 unchanged" in done.err


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has none of agencies, accounts, hosts, enrollments"),
        ("a = ", "is neither TOML nor a JSON object"),
        ('{"agencies"', "is neither TOML nor a JSON object"),
        ("agencies = 3", "nothing is saved, it has 1 problem"),
        ("[hosts]\na = 1", "nothing is saved, it has 1 problem"),
    ],
)
async def test_a_file_that_is_no_settings_file_says_so(
    cli: CommandLine, file: Callable[[str], str], text: str, problem: str
) -> None:
    done = await cli("settings", "apply", file(text))

    assert done.code == 1
    assert problem in done.err.splitlines()[-1]


async def test_a_token_that_may_not_is_said_once(
    cli: CommandLine, apollo_service: Service, file: Callable[[str], str]
) -> None:
    token = await apollo_service.issue(role="agency", agency="north")
    done = await cli("settings", "apply", file(NORTH), token=token)

    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "A token of role agency may not do this" in done.err

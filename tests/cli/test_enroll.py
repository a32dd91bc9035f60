"""`leaderboard enroll`: an enrolment that stands is left as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CommandLine
from tests.conftest import Service

SLOT = {"start": "2022-02-14T18:00:00Z", "end": "2022-02-14T20:00:00Z"}


@pytest.fixture
def hosts(tmp_path: Path) -> Callable[[Any], str]:
    def write(document: Any) -> str:
        path = tmp_path / "hosts.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return str(path)

    return write


async def _promise(service: Service, account: str) -> Any:
    path = f"/v1/campaigns/apollo-test/enrollments/{account}"
    return (await service.ask("GET", path)).json["hosts"]


async def test_accounts_are_enrolled_at_once_and_only_once(cli: CommandLine, apollo_service: Service) -> None:
    setting = {"agency_id": "north", "name": "N", "kind": "partner", "country": "US"}
    for account in ("n1", "n2"):
        await apollo_service.ask("PUT", f"/v1/accounts/{account}", setting)
    done = await cli("enroll", "apollo-test", "n1", "n2", "n1", "a1")

    assert [line.split(",")[0] for line in done.lines] == [
        "account n1: enrolled",
        "account n2: enrolled",
        "account a1: unchanged",
    ]


async def test_hosts_and_schedule_are_changed_by_a_file_and_kept_without_one(
    cli: CommandLine, apollo_service: Service, hosts: Callable[[Any], str]
) -> None:
    await cli("host", "put", "a1", "ana", "--name", "Ana")
    path = hosts({"hosts": [{"host_id": "ana", "schedule": [SLOT]}]})
    enroll = ("enroll", "apollo-test", "a1")
    said = [
        (await cli(*words)).out for words in ((*enroll, "--hosts", path), (*enroll, "--hosts", path), enroll)
    ]

    assert [text.split()[2] for text in said] == ["changed,", "unchanged,", "unchanged,"]
    assert [host["host_id"] for host in await _promise(apollo_service, "a1")] == ["ana"]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"hosts": [{"host_id": "nobody"}]}, "nobody is no host of a1"),
        ({"hosts": [{"host": "ana"}]}, "hosts.json: hosts[0].host"),
        ({"hosts": [{"host_id": "ana", "schedule": [{"start": 0, "end": 1}]}]}, "ana is no host of a1"),
        ("{", "hosts.json: is not JSON"),
    ],
)
async def test_a_file_that_cannot_be_meant_is_one_line(
    cli: CommandLine, apollo_service: Service, hosts: Callable[[Any], str], document: Any, problem: str
) -> None:
    done = await cli("enroll", "apollo-test", "a1", "--hosts", hosts(document))

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert problem in done.err


async def test_a_waiver_goes_with_a_schedule_and_is_saved_with_it(
    cli: CommandLine, apollo_service: Service, hosts: Callable[[Any], str]
) -> None:
    await cli("host", "put", "a1", "ana", "--name", "Ana")
    always = {"start": "2022-02-14T00:00:00Z", "end": "2022-02-20T00:00:00Z"}
    enroll = (
        "enroll",
        "apollo-test",
        "a1",
        "--hosts",
        hosts({"hosts": [{"host_id": "ana", "schedule": [always]}]}),
    )
    refused, waived, again, alone = [
        await cli(*words)
        for words in (
            enroll,
            (*enroll, "--waiver", "Ops, J. Kim"),
            (*enroll, "--waiver", "Ops, J. Kim"),
            ("enroll", "apollo-test", "a1", "--waiver", "Ops, J. Kim"),
        )
    ]

    assert "ana is promised for 144 h" in refused.err
    assert [done.out.split()[2] for done in (waived, again)] == ["changed,", "unchanged,"]
    assert (alone.code, alone.err) == (2, "leaderboard: --waiver is about a schedule; give it with --hosts\n")


async def test_hosts_of_several_accounts_at_once_are_wrong_usage(cli: CommandLine) -> None:
    done = await cli("enroll", "apollo-test", "a1", "a2", "--hosts", "x.json")

    assert (done.code, done.err) == (2, "leaderboard: --hosts is about one account; name one\n")


async def test_a_campaign_that_is_over_says_what_would_have_helped(
    cli: CommandLine, apollo_service: Service, apollo: Callable[..., str]
) -> None:
    toml = {"Content-Type": "application/toml"}
    over = apollo("over", close="clock").encode()
    await apollo_service.ask("PUT", "/v1/campaigns/over", data=over, headers=toml)
    done = await cli("enroll", "over", "a1")

    assert done.code == 1
    assert 'only with close = "manual"' in done.err


@pytest.mark.parametrize(
    ("campaign", "account", "problem"),
    [("none", "a1", "campaign none"), ("apollo-test", "none", "account none")],
)
async def test_what_does_not_exist_is_named(
    cli: CommandLine, apollo_service: Service, campaign: str, account: str, problem: str
) -> None:
    done = await cli("enroll", campaign, account)

    assert (done.code, done.err) == (1, f"leaderboard: {problem} does not exist\n")

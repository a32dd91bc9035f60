"""`leaderboard token`: a secret alone on stdout, and never anywhere again."""

from __future__ import annotations

import pytest

from tests.cli.conftest import CommandLine
from tests.conftest import Service, view


async def test_the_secret_stands_alone_on_stdout_and_is_good(
    cli: CommandLine, apollo_service: Service
) -> None:
    done = await cli("token", "issue", "--role", "ingest", "--account", "a1", "a2", "--expires", "30d")

    secret = done.out.strip()
    sent = await apollo_service.ask("POST", "/v1/events", {"events": [view(1)]}, token=secret)
    assert (done.code, done.out) == (0, secret + "\n")
    assert (sent.status, sent.json["accepted"]) == (202, 1)
    assert "ingest for a1 a2, until 20" in done.err
    assert secret not in done.err


async def test_a_list_names_everything_but_secrets(cli: CommandLine, apollo_service: Service) -> None:
    issued = await cli("token", "issue", "--role", "agency", "--agency", "north", "--name", "North's screen")
    listed = await cli("token", "list")

    [line] = [line for line in listed.lines if "North's screen" in line]
    assert line.split()[1:3] == ["agency", "north"]
    assert line.endswith("good")
    assert issued.out.strip() not in listed.out


async def test_a_revoked_token_is_refused_from_then_on(cli: CommandLine) -> None:
    issued = (await cli("token", "issue", "--role", "admin", "--json")).json
    revoked = await cli("token", "revoke", issued["id"])
    after = await cli("status", token=issued["secret"])
    listed = await cli("token", "list")

    assert (revoked.code, revoked.out) == (0, "")
    assert after.code == 1
    assert "does not know the token of --token, or it is expired or revoked" in after.err
    assert issued["secret"] not in after.err
    assert [line.split()[-3] for line in listed.lines if issued["id"] in line] == ["revoked"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--role", "agency"], "an agency token is bound to one agency"),
        (["--role", "agency", "--agency", "nobody"], "agency nobody does not exist"),
        (["--role", "ingest"], "an ingest token is bound to accounts"),
        (["--role", "admin", "--expires", "soon"], "is not a duration such as"),
    ],
)
async def test_what_a_role_lacks_is_one_line_and_status_1(
    cli: CommandLine, words: list[str], problem: str
) -> None:
    done = await cli("token", "issue", *words)

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert problem in done.err


async def test_a_token_that_does_not_exist_cannot_be_revoked(cli: CommandLine) -> None:
    done = await cli("token", "revoke", "nobody")

    assert (done.code, done.err) == (1, "leaderboard: token nobody does not exist\n")


async def test_a_role_that_does_not_exist_is_wrong_usage(cli: CommandLine) -> None:
    with pytest.raises(SystemExit) as stop:
        await cli("token", "issue", "--role", "king")

    assert stop.value.code == 2

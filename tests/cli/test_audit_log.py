"""`leaderboard audit-log`: shown, written to a file, and its chain checked with and without the service."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from leaderboard.store import keys
from tests.cli.conftest import CommandLine, Done
from tests.conftest import Service


async def exported(cli: CommandLine, name: str = "log.ndjson") -> Path:
    path = cli.data / name
    done = await cli("audit-log", "export", str(path))
    assert done.code == 0, done.err
    return path


async def verified(cli: CommandLine, path: Path, *more: str) -> Done:
    """Without a service: it is not even told of one."""
    return await cli.without_options("audit-log", "verify", str(path), *more)


async def test_the_list_names_who_decided_what_the_newest_first(
    cli: CommandLine, apollo_service: Service
) -> None:
    await apollo_service.ask("PUT", "/v1/agencies/north", {"name": "North & Co", "country": "US"})
    done = await cli("audit-log", "--limit", "2")

    actor = apollo_service.admin_token.split("_")[1]
    assert done.lines[0].split() == ["seq", "at", "(UTC)", "actor", "action", "subject", "changed"]
    newest, second = [line.split() for line in done.lines[1:]]
    assert [newest[0], *newest[3:]] == ["11", actor, "agency.put", "north", "name"]
    assert [second[0], *second[3:]] == ["10", actor, "enrollment.put", "apollo-test/a3", "new"]


async def test_whoever_may_not_list_tokens_reads_their_ids(cli: CommandLine, apollo_service: Service) -> None:
    token = await apollo_service.issue(role="payout_preparer", name="Pia")
    await apollo_service.ask(
        "PUT", "/v1/accounts/a1/tax-form", {"form": "W-9", "received_on": "2026-01-15"}, token=token
    )
    for_admin = await cli("audit-log", "--limit", "1")
    for_reviewer = await cli("audit-log", "--limit", "1", token=await apollo_service.issue(role="reviewer"))

    actor = token.split("_")[1]
    assert f"  Pia ({actor})  " in for_admin.lines[1]
    assert (for_reviewer.code, "Pia" in for_reviewer.out) == (0, False)


async def test_the_list_may_be_narrowed_and_be_json(cli: CommandLine, apollo_service: Service) -> None:
    found = await cli("audit-log", "--subject", "apollo-test", "--json")
    by_action = await cli("audit-log", "--action", "account.put", "--json")
    nothing = await cli("audit-log", "--subject", "nobody")

    assert [item["subject"] for item in found.json["items"]] == [
        "apollo-test/a3", "apollo-test/a2", "apollo-test/a1", "apollo-test",
    ]  # fmt: skip
    assert [item["subject"] for item in by_action.json["items"]] == ["a3", "a2", "a1"]
    assert (nothing.code, nothing.out) == (0, "")
    assert "no such entry" in nothing.err


async def test_a_list_longer_than_a_page_is_whole(cli: CommandLine, service: Service) -> None:
    for number in range(210):
        await service.issue(role="reviewer", name=f"number {number}")
    done = await cli("audit-log", "--limit", "205", "--json")

    assert [item["seq"] for item in done.json["items"]] == list(range(211, 6, -1))


async def test_the_log_of_the_service_is_checked(cli: CommandLine, apollo_service: Service) -> None:
    done = await cli("audit-log", "verify")

    head = await apollo_service.store.audit_log.head()
    assert (done.code, done.out, done.err) == (0, f"10 entries, chain whole, head {head}\n", "")


async def test_an_export_is_checked_without_the_service(cli: CommandLine, apollo_service: Service) -> None:
    path = await exported(cli)
    done = await verified(cli, path)

    head = await apollo_service.store.audit_log.head()
    assert (done.code, done.out) == (0, f"10 entries, chain whole, head {head}\n")
    assert [orjson.loads(line)["seq"] for line in path.read_bytes().splitlines()] == list(range(1, 11))
    assert [one.name for one in cli.data.iterdir()] == [path.name]


async def test_a_changed_entry_is_named(cli: CommandLine, apollo_service: Service) -> None:
    path = await exported(cli)
    path.write_text(path.read_text().replace("Account a2", "Account A2"))
    done = await verified(cli, path)

    assert (done.code, done.out) == (1, "")
    assert done.err == "leaderboard: the chain breaks: entry 7 was changed: its hash is another\n"


async def test_an_entry_that_was_taken_out_is_named(cli: CommandLine, apollo_service: Service) -> None:
    path = await exported(cli)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    done = await verified(cli, path)

    assert (done.code, done.err) == (1, "leaderboard: the chain breaks: entry 4 is missing\n")


async def test_an_entry_that_was_deleted_in_the_store_is_named(
    cli: CommandLine, apollo_service: Service
) -> None:
    client = apollo_service.store.client
    rows = await client.do("XRANGE", keys.AUDIT_LOG, "-", "+")
    await client.do("XDEL", keys.AUDIT_LOG, rows[3][0])
    done = await cli("audit-log", "verify")

    assert (done.code, done.err) == (1, "leaderboard: the chain breaks: entry 4 is missing\n")


async def test_a_head_that_is_known_has_to_be_in_the_chain(cli: CommandLine, apollo_service: Service) -> None:
    early = await apollo_service.store.audit_log.head()
    await apollo_service.issue(role="reviewer")
    late = await apollo_service.store.audit_log.head()
    path = await exported(cli)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    found, cut_off = [await verified(cli, path, "--head", head) for head in (early, late)]
    at_service = await cli("audit-log", "verify", "--head", late)

    assert [found.code, cut_off.code, at_service.code] == [0, 1, 0]
    assert (
        cut_off.err
        == f"leaderboard: no entry has the hash {late}: the log was cut off, or it is another one\n"
    )


async def test_entries_of_before_the_chain_are_told_of(cli: CommandLine, service: Service) -> None:
    client = service.store.client
    await client.do("DEL", keys.AUDIT_LOG)
    fields = ("actor", "kim", "action", "agency.put", "subject", "a", "before", "", "after", "{}")
    await client.do("XADD", keys.AUDIT_LOG, "*", *fields)
    await service.issue(role="reviewer")
    done = await verified(cli, await exported(cli))

    assert done.code == 0
    assert done.out.startswith("1 entry, chain whole, head ")
    assert "1 entry before the chain: no hash protects them" in done.err


@pytest.mark.parametrize("line", [b"no JSON", b"[]", b'{"seq": 1}', b'{"seq": "1"}', b"\xff", b""], ids=repr)
async def test_a_line_that_is_no_entry_is_named(cli: CommandLine, line: bytes) -> None:
    path = await exported(cli)
    path.write_bytes(path.read_bytes() + line + b"\n")
    done = await verified(cli, path)

    assert done.code == 1
    assert f"{path}, line 2: is no entry of an audit log" in done.err


async def test_files_that_cannot_be_read_or_written_are_one_line(cli: CommandLine) -> None:
    read = await verified(cli, cli.data / "none")
    written = await cli("audit-log", "export", str(cli.data / "none" / "log"))

    assert (read.code, read.err) == (
        1,
        f"leaderboard: {cli.data}/none cannot be read: No such file or directory\n",
    )
    assert (written.code, "cannot be written: No such file or directory" in written.err) == (1, True)


async def test_an_agency_is_refused(cli: CommandLine, apollo_service: Service) -> None:
    token = await apollo_service.issue(role="agency", agency="north")
    done = await cli("audit-log", token=token)

    assert (done.code, done.out) == (1, "")
    assert "A token of role agency may not do this" in done.err

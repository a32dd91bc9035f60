"""`leaderboard rescore`: from a filter to a preview, applied and put back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from leaderboard.__main__ import main
from tests.cli.conftest import CommandLine
from tests.conftest import Service
from tests.web.rescoring import CAMPAIGN, OUTAGE, asked, in_state, one, prepare

pytestmark = pytest.mark.usefixtures("apollo_service")
FILTER = ("--network", "203.0.113.0/24", "--from", "2022-02-15T02:00:00Z", "--until", "1644894000000")
WHY = ("--reason", "Bought visitors.")


@pytest.fixture
async def reviewer(service: Service) -> str:
    return await service.issue(role="reviewer", name="Kim")


@asynccontextmanager
async def preparing(service: Service, *, fails: bool = False) -> AsyncIterator[None]:
    """Meanwhile whatever is asked for is prepared, or cannot be."""

    async def work() -> None:
        while True:
            for found in (await service.store.rescorings.of(CAMPAIGN)).values():
                if found.state == "preparing" and fails:
                    failed = found.moved("failed")
                    await service.store.rescorings.move(found, failed, actor="scheduler")
                elif found.state == "preparing":
                    await prepare(service, found.id, pays=True, moved=("a1", "a3"))
            await asyncio.sleep(0.02)

    task = asyncio.create_task(work())
    yield
    task.cancel()


async def test_views_are_asked_to_be_taken_out(cli: CommandLine, service: Service, reviewer: str) -> None:
    done = await cli("rescore", CAMPAIGN, "void", *FILTER, *WHY, token=reviewer)

    [found] = (await service.store.rescorings.of(CAMPAIGN)).values()
    hint = f"leaderboard: {found.id} is being prepared: `leaderboard rescore show {CAMPAIGN} {found.id}`\n"
    assert (done.code, done.out, done.err) == (0, "", hint)


async def test_every_filter_has_an_option(cli: CommandLine, reviewer: str) -> None:
    options = ("--device", "0" * 16, "--session", "s1", "--account", "a1", "--user-agent", "Bot/1")
    done = await cli("rescore", CAMPAIGN, "void", *FILTER, *options, *WHY, "--json", token=reviewer)

    assert done.json["what"] == {
        "kind": "void_views",
        "account_id": "a1",
        "network": "203.0.113.0/24",
        "user_agent": "Bot/1",
        "device": "0" * 16,
        "live_session_id": "s1",
        "from": "2022-02-15T02:00:00.000Z",
        "until": "2022-02-15T03:00:00.000Z",
    }


async def test_an_outage_and_a_host_are_asked_to_be_taken_out(
    cli: CommandLine, service: Service, reviewer: str
) -> None:
    await service.ask("PUT", "/v1/accounts/a1/hosts/maya", {"name": "Maya"})
    enrollment = {"hosts": [{"host_id": "maya", "schedule": []}]}
    await service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}/enrollments/a1", enrollment)
    words = [
        ("outage", "--from", OUTAGE["from"], "--until", OUTAGE["until"], "--live"),
        ("outage", "--from", OUTAGE["from"], "--until", OUTAGE["until"]),
        ("exclude-host", "a1", "maya"),
    ]

    done = [await cli("rescore", CAMPAIGN, *one, *WHY, "--json", token=reviewer) for one in words]
    listed = await cli("rescore", "list", CAMPAIGN)

    assert [one.json["what"]["kind"] for one in done] == ["outage", "outage", "exclude_host"]
    assert [one.json["what"].get("live") for one in done] == [True, False, None]
    assert "live time of host maya of a1" in listed.out
    assert "views and live time of all accounts, 2022-02-15 02:00:00 to 2022-02-15 03:00:00" in listed.out


async def test_the_preview_is_waited_for_and_shows_who_is_moved(
    cli: CommandLine, service: Service, reviewer: str
) -> None:
    async with preparing(service):
        done = await cli("rescore", CAMPAIGN, "void", *FILTER, *WHY, "--wait", token=reviewer)

    [found] = (await service.store.rescorings.of(CAMPAIGN)).values()
    assert done.code == 0
    assert done.lines[:4] == [
        f"rescoring {found.id} of {CAMPAIGN}: prepared",
        "takes out: views from 203.0.113.0/24, 2022-02-15 02:00:00 to 2022-02-15 03:00:00",
        "why: Bought visitors.",
        "as of 2022-02-16 08:26:40: 7 views and 1.5 s of live time, of 1 account",
    ]
    assert "somebody is paid otherwise" in done.lines
    assert "another reviewer than the one who asked for it applies it" in done.lines
    assert [line.split() for line in done.lines[-3:]] == [
        ["account", "name", "rank", "then", "score", "then", "live", "s", "award", "then"],
        ["a1", "Account", "a1", "1", "2", "10", "5", "3,600.5", "500.00", "USD", "0.00", "USD"],
        ["a3", "Account", "a3", "2", "3", "10", "5", "3,600.5", "500.00", "USD", "0.00", "USD"],
    ]


async def test_a_preview_that_cannot_be_made_ends_with_1(
    cli: CommandLine, service: Service, reviewer: str
) -> None:
    async with preparing(service, fails=True):
        done = await cli("rescore", CAMPAIGN, "void", *FILTER, *WHY, "--wait", token=reviewer)

    assert done.code == 1
    assert done.lines[0].endswith(": failed")


async def test_a_rescoring_is_applied_and_reversed(cli: CommandLine, service: Service, reviewer: str) -> None:
    name, applier = await in_state(service, "prepared"), await service.issue(role="reviewer", name="Lea")
    prepared = await cli("rescore", "show", CAMPAIGN, name)
    [sha256] = [line.split()[1] for line in prepared.lines if line.startswith("preview: ")]

    alone = await cli("rescore", "apply", CAMPAIGN, name, "--preview", sha256, token=reviewer)
    other = await cli("rescore", "apply", CAMPAIGN, name, "--preview", "0" * 64, token=applier)
    applied = await cli("rescore", "apply", CAMPAIGN, name, "--preview", sha256, token=applier)
    again = await cli("rescore", "reverse", CAMPAIGN, name, *WHY, token=applier)
    shown = await cli("rescore", "show", CAMPAIGN, name)
    back = await cli("rescore", "reverse", CAMPAIGN, name, *WHY, token=reviewer)

    assert "another reviewer than the one who asked for it applies it" in prepared.lines
    assert (alone.code, "another reviewer applies it" in alone.err) == (1, True)
    assert (other.code, "look at it again" in other.err) == (1, True)
    assert (applied.code, applied.err) == (0, f"leaderboard: {name} is applied\n")
    assert (again.code, "another reviewer reverses it" in again.err) == (1, True)
    assert "another reviewer than the one who applied it may reverse it" in shown.lines
    assert (back.code, back.err) == (0, f"leaderboard: {name} is reversed\n")
    assert (await one(service, name)).reversed_reason == "Bought visitors."


async def test_a_rescoring_is_cancelled_or_prepared_again(
    cli: CommandLine, service: Service, reviewer: str
) -> None:
    name = await in_state(service, "failed")

    again = await cli("rescore", "prepare", CAMPAIGN, name, token=reviewer)
    cancelled = await cli("rescore", "cancel", CAMPAIGN, name, *WHY, "--json", token=reviewer)

    assert (again.code, f"{name} is being prepared" in again.err) == (0, True)
    assert cancelled.json["state"] == "cancelled"


async def test_all_accounts_of_a_preview_are_shown_however_many_pages_they_fill(
    cli: CommandLine, service: Service
) -> None:
    name, accounts = await asked(service), [f"b{n:04}" for n in range(1_500)]
    await prepare(service, name, moved=accounts)

    shown = (await cli("rescore", "show", CAMPAIGN, name, "--json")).json

    assert [one["account_id"] for one in shown["preview"]["moved"]] == accounts


async def test_where_there_are_none_it_is_said(cli: CommandLine) -> None:
    done = await cli("rescore", "list", CAMPAIGN)

    assert (done.code, done.err) == (0, "leaderboard: no rescorings: all that was counted counts\n")


async def test_a_refusal_is_one_line(cli: CommandLine, reviewer: str) -> None:
    done = await cli("rescore", CAMPAIGN, "void", "--network", "0.0.0.0/0", *WHY, token=reviewer)

    assert (done.code, done.out) == (1, "")
    assert done.err == "leaderboard: what.network: 0.0.0.0/0 is too wide: give one of /8 or narrower\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-h",), "leaderboard rescore ID void|outage|exclude-host … --reason TEXT"),
        (("c", "void", "-h"), "usage: leaderboard rescore void [-h]"),
        (("apply", "--help"), "usage: leaderboard rescore apply [-h]"),
    ],
)
def test_each_form_has_a_help_of_its_own(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(("rescore", *words))

    assert left.value.code == 0
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [(), ("c",), ("c", "void"), ("c", "erase", *WHY), ("c", "outage", *WHY), ("c", "exclude-host", "a", *WHY),
     ("c", "outage", "--network", "10.0.0.0/8", *FILTER[2:], *WHY), ("apply", "c"), ("reverse", "c", "r")],
)  # fmt: skip
def test_half_an_order_is_wrong_usage(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        main(("rescore", *words))

    assert left.value.code == 2
    assert "usage: leaderboard rescore" in capsys.readouterr().err

"""`leaderboard campaign certify --withdraw`: what is being certified is taken back, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from tests.cli.conftest import CommandLine
from tests.conftest import Service
from tests.web.lives import CAMPAIGN, put_result, ready_to_certify, signed_file

WITHDRAW = ("campaign", "certify", CAMPAIGN, "--withdraw", "--reason", "The archive is lost.")


async def order(service: Service, **more: object) -> None:
    answer = await service.ask("POST", f"/v1/campaigns/{CAMPAIGN}/certify?wait=0", more or None)
    assert answer.status == 202, answer.body


async def test_what_is_being_certified_is_withdrawn_and_can_be_asked_for_again(
    cli: CommandLine, apollo_service: Service
) -> None:
    await ready_to_certify(apollo_service)
    await order(apollo_service)
    done = await cli(*WITHDRAW)
    shown = await cli("campaign", "show", CAMPAIGN)

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("campaign apollo-test: review; next certified")
    assert "It was not certified: Withdrawn: The archive is lost. (since " in " ".join(shown.out.split())


async def test_a_correction_is_withdrawn_alike(cli: CommandLine, apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    await put_result(apollo_service, signed_file())
    await order(apollo_service, correct=True, reason="Wrong.")
    done = await cli(*WITHDRAW, "--json")

    assert (done.code, done.json["state"], done.json["life"]["certifying"]) == (0, "certified", None)
    assert done.json["life"]["result"]["version"] == 1


async def test_whoever_waits_at_another_terminal_is_told(cli: CommandLine, apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    waiting = asyncio.create_task(cli("campaign", "certify", CAMPAIGN, "--json"))
    while (await apollo_service.store.lifecycles.life(CAMPAIGN)).certifying is None:
        await asyncio.sleep(0.01)
    withdrawal = {"withdraw": True, "reason": "Too early."}
    await apollo_service.ask("POST", f"/v1/campaigns/{CAMPAIGN}/certify", withdrawal)
    told = await waiting

    assert (told.code, told.json["code"]) == (1, "blocked")
    assert told.json["detail"].endswith("t was not certified: Withdrawn: Too early.")


async def test_where_nothing_is_being_certified_it_says_so(cli: CommandLine, apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    done = await cli(*WITHDRAW)
    as_json = await cli(*WITHDRAW, "--json")

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("leaderboard: Nothing is being certified that could be withdrawn. ")
    assert (as_json.code, as_json.json["code"]) == (1, "not_certifying")


async def test_it_takes_a_reason(cli: CommandLine, apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    await order(apollo_service)
    done = await cli("campaign", "certify", CAMPAIGN, "--withdraw")

    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "reason: is required to withdraw" in done.err


async def test_nothing_is_corrected_and_withdrawn_at_once(cli: CommandLine, apollo_service: Service) -> None:
    with pytest.raises(SystemExit) as left:
        await cli(*WITHDRAW, "--correct")

    assert left.value.code == 2

"""Certifying over HTTP: refused while something speaks against it, ordered once, awaited by as many as ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from leaderboard.config import Config, Payouts
from leaderboard.domain.lifecycle import PIN_AHEAD_MS
from leaderboard.store import keys
from leaderboard.store.store import Store
from tests.conftest import Answer, Service, serving, set_up_apollo
from tests.web.asking import refusal_of
from tests.web.lives import (
    CAMPAIGN,
    PATH,
    carrying_out,
    note_audit,
    put_life,
    put_result,
    ready_to_certify,
    signed_file,
)


async def certify(service: Service, wait_s: int = 5, **order: Any) -> Answer:
    return await service.ask("POST", f"{PATH}/certify?wait={wait_s}", order or None)


async def life_of(service: Service) -> Any:
    return await service.store.lifecycles.life(CAMPAIGN)


async def test_a_campaign_with_nothing_against_it_is_certified(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    async with carrying_out(apollo_service):
        answer = await certify(apollo_service, reason="Reviewed by two.")

    assert (answer.status, answer.json["state"]) == (200, "certified")
    assert answer.json["life"]["result"] == {"version": 1, "sha256": "ab" * 32}


async def test_from_the_order_on_refunds_are_late(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    before_ms = await apollo_service.store.now_ms()
    answer = await certify(apollo_service, wait_s=0, reason="Reviewed.")
    life = await life_of(apollo_service)

    assert (answer.status, answer.json["state"]) == (202, "review")
    assert before_ms <= life.refunds_until_ms - PIN_AHEAD_MS == life.certifying.requested_ms
    assert answer.json["life"]["certifying"]["reason"] == "Reviewed."


async def test_without_a_reason_or_a_body_it_is_certified_too(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    answer = await apollo_service.ask("POST", f"{PATH}/certify?wait=0")

    assert (answer.status, answer.json["life"]["certifying"]["reason"]) == (202, "")


async def test_whoever_asks_meanwhile_waits_for_the_same(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    waiting = [asyncio.create_task(certify(apollo_service)) for _ in range(8)]
    while (await life_of(apollo_service)).certifying is None:
        await asyncio.sleep(0.01)
    asked = await life_of(apollo_service)
    async with carrying_out(apollo_service):
        answers = await asyncio.gather(*waiting, certify(apollo_service))

    assert {answer.status for answer in answers} == {200}
    assert {answer.json["life"]["result"]["version"] for answer in answers} == {1}
    assert (await life_of(apollo_service)).version == asked.version + 1


async def test_certifying_a_certified_campaign_changes_nothing(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    await put_result(apollo_service, signed_file())
    before = await life_of(apollo_service)
    answer = await certify(apollo_service)

    assert (answer.status, answer.json["life"]["result"]["version"]) == (200, 1)
    assert await life_of(apollo_service) == before


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("draft", "The campaign is a draft; next is scheduled, which waits for its publication"),
        ("live", "The campaign is live; next is closing, which waits for somebody to close it."),
        ("cancelled", "The campaign is cancelled."),
    ],
)
async def test_only_a_campaign_in_review_is_certified(
    apollo_service: Service, state: str, words: str
) -> None:
    await put_life(apollo_service, state=state)
    answer = await certify(apollo_service)

    assert (answer.status, refusal_of(answer)) == (409, "not_in_review")
    assert answer.json["detail"].startswith(words)


async def test_what_speaks_against_it_is_listed_and_nothing_is_ordered(apollo_service: Service) -> None:
    await put_life(apollo_service, state="review", cutoff_ms=5)
    answer = await certify(apollo_service)

    assert (answer.status, refusal_of(answer)) == (409, "blocked")
    assert [one["code"] for one in answer.json["blockers"]] == ["scheduler", "audit", "integrity"]
    assert all(one["detail"] in answer.json["detail"] for one in answer.json["blockers"])
    assert (await life_of(apollo_service)).certifying is None


async def test_what_the_scheduler_finds_on_the_way_is_told(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    async with carrying_out(apollo_service, refuses="The recount differs in 2 figures."):
        answer = await certify(apollo_service)

    assert (answer.status, refusal_of(answer)) == (409, "blocked")
    assert answer.json["detail"] == "It was not certified: The recount differs in 2 figures."
    assert (await life_of(apollo_service)).refunds_until_ms is not None


async def test_who_was_refused_may_ask_again(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    async with carrying_out(apollo_service, refuses="The recount differs."):
        await certify(apollo_service)
    until_ms = (await life_of(apollo_service)).refunds_until_ms
    async with carrying_out(apollo_service):
        answer = await certify(apollo_service)

    assert (answer.status, answer.json["life"]["waiting"]) == (200, None)
    assert (await life_of(apollo_service)).refunds_until_ms == until_ms


async def test_a_campaign_that_is_given_up_meanwhile_is_not_certified(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    waiting = asyncio.create_task(certify(apollo_service))
    while (await life_of(apollo_service)).certifying is None:
        await asyncio.sleep(0.01)
    await apollo_service.ask("POST", f"{PATH}/cancel", {"reason": "Fraud."})

    assert refusal_of(await waiting) == "campaign_cancelled"


# ── Corrections ─────────────────────────────────────────────────────────────────────────────────


async def test_a_correction_is_a_new_version_that_names_the_old_one(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    await put_result(apollo_service, signed_file())
    await note_audit(apollo_service, differences_count=1)
    waiting = asyncio.create_task(certify(apollo_service, correct=True, reason="An order was missing."))
    while (certifying := (await life_of(apollo_service)).certifying) is None:
        await asyncio.sleep(0.01)
    async with carrying_out(apollo_service):
        answer = await waiting

    assert (certifying.corrects, certifying.reason) == (1, "An order was missing.")
    assert (answer.status, answer.json["state"]) == (200, "certified")
    assert answer.json["life"]["result"]["version"] == 2


async def test_a_correction_takes_a_reason_and_a_result(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    without_result = await certify(apollo_service, correct=True, reason="Wrong.")
    await put_result(apollo_service, signed_file())
    without_reason = await certify(apollo_service, correct=True)

    assert (without_result.status, refusal_of(without_result)) == (409, "not_certified")
    assert (without_reason.status, without_reason.json["errors"][0]["path"]) == (422, "reason")


async def test_a_correction_that_is_refused_leaves_the_certification_alone(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    await put_result(apollo_service, signed_file())
    async with carrying_out(apollo_service, refuses="there is nothing to correct"):
        answer = await certify(apollo_service, correct=True, reason="Wrong.")

    assert (answer.status, refusal_of(answer)) == (409, "blocked")
    assert answer.json["detail"] == "No correction was made: there is nothing to correct"


# ── Withdrawals ─────────────────────────────────────────────────────────────────────────────────


async def test_what_cannot_be_carried_out_is_withdrawn_and_may_be_ordered_again(
    apollo_service: Service,
) -> None:
    await ready_to_certify(apollo_service)
    await certify(apollo_service, wait_s=0)
    pinned = await life_of(apollo_service)
    withdrawn = await certify(apollo_service, withdraw=True, reason="The archive is lost.")
    left = await life_of(apollo_service)
    async with carrying_out(apollo_service):
        again = await certify(apollo_service)

    assert (withdrawn.status, withdrawn.json["state"]) == (200, "review")
    assert withdrawn.json["life"]["certifying"] is None
    assert (
        withdrawn.json["life"]["waiting"]["text"] == "It was not certified: Withdrawn: The archive is lost."
    )
    assert (left.certifying, left.refunds_until_ms) == (None, pinned.refunds_until_ms)
    assert (again.status, again.json["state"], again.json["life"]["waiting"]) == (200, "certified", None)


async def test_a_withdrawal_stands_in_the_audit_log_with_who_made_it(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    await certify(apollo_service, wait_s=0)
    ordered_by = (await life_of(apollo_service)).certifying.actor
    await certify(apollo_service, withdraw=True, reason="Too early.")
    newest = (await apollo_service.store.audit_log.page(1)).entries[0]

    assert (newest.action, newest.subject) == ("campaign.refuse", CAMPAIGN)
    assert (newest.actor, newest.why) == (ordered_by, "Withdrawn: Too early.")


@pytest.mark.parametrize(
    ("order", "outcome"),
    [({}, "It was not certified"), ({"correct": True, "reason": "Wrong."}, "No correction was made")],
)
async def test_who_waits_for_it_is_told_that_it_was_withdrawn(
    apollo_service: Service, order: dict[str, Any], outcome: str
) -> None:
    await ready_to_certify(apollo_service)
    if order:
        await put_result(apollo_service, signed_file())
    before = await life_of(apollo_service)
    waiting = asyncio.create_task(certify(apollo_service, **order))
    while (await life_of(apollo_service)).certifying is None:
        await asyncio.sleep(0.01)
    await certify(apollo_service, withdraw=True, reason="Too early.")
    answer, life = await waiting, await life_of(apollo_service)

    assert (answer.status, refusal_of(answer)) == (409, "blocked")
    assert answer.json["detail"] == f"{outcome}: Withdrawn: Too early."
    assert (life.state, life.result, life.certifying) == (before.state, before.result, None)


@pytest.mark.parametrize("state", ["live", "review", "cancelled", "certified"])
async def test_only_what_is_being_certified_is_withdrawn(apollo_service: Service, state: str) -> None:
    await put_life(apollo_service, state=state)
    before = await life_of(apollo_service)
    answer = await certify(apollo_service, withdraw=True, reason="Wrong.")

    assert (answer.status, refusal_of(answer)) == (409, "not_certifying")
    assert await life_of(apollo_service) == before


async def test_of_several_who_withdraw_one_does(apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    await certify(apollo_service, wait_s=0)
    asked = await life_of(apollo_service)
    several = (certify(apollo_service, withdraw=True, reason="Wrong.") for _ in range(4))
    answers = await asyncio.gather(*several)

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert (await life_of(apollo_service)).version == asked.version + 1


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": "Wrong.", "correct": True}, "withdraw"),
        ({"correct": True}, "withdraw"),
    ],
)
async def test_a_withdrawal_takes_a_reason_and_corrects_nothing(
    apollo_service: Service, order: dict[str, Any], field: str
) -> None:
    await ready_to_certify(apollo_service)
    await certify(apollo_service, wait_s=0)
    answer = await certify(apollo_service, withdraw=True, **order)

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, field)
    assert (await life_of(apollo_service)).certifying is not None


@pytest.mark.parametrize("wait", ["-1", "121", "1.5", "soon"])
async def test_nobody_waits_for_ever(apollo_service: Service, wait: str) -> None:
    answer = await apollo_service.ask("POST", f"{PATH}/certify?wait={wait}")

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "wait")


async def test_an_installation_that_wants_the_money_first_certifies_nothing_without(
    store: Store, apollo: Callable[..., str]
) -> None:
    async with serving(store, Config(payouts=Payouts(require_funding=True))) as service:
        await set_up_apollo(service, apollo())
        await ready_to_certify(service)
        await store.client.do("DEL", keys.LEDGER, keys.LEDGER_BALANCES, keys.LEDGER_REFERENCES)
        refused = await certify(service)
        shown = await service.ask("GET", PATH)
        amount = {"amount": "10000.00", "currency": "USD"}
        await service.ask("POST", f"{PATH}/funding", {"amount": amount, "reference": "transfer 9"})
        async with carrying_out(service):
            certified = await certify(service)

    assert (refused.status, refusal_of(refused)) == (409, "blocked")
    assert [one["code"] for one in refused.json["blockers"]] == ["unfunded"]
    assert [one["code"] for one in shown.json["blockers"]] == ["unfunded"]
    assert (certified.status, certified.json["state"]) == (200, "certified")

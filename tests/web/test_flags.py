"""Flags and decisions over HTTP: who sees and decides what, and what a decision does to the standings."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from leaderboard.domain.standings import Row
from tests.conftest import Answer, Service
from tests.web.asking import refusal_of
from tests.web.lives import put_life
from tests.web.reviewing import People
from tests.web.test_standings import live_row, publish, standings

PATH = "/v1/campaigns/apollo-test/flags"
ENOUGH_MS = 50_400_000


@pytest.fixture
async def held(apollo_service: Service) -> Service:
    """a1 and a3 are on hold by the rule `refunds`, a2 by nothing; all three are eligible."""
    await publish(
        apollo_service, live_row("a1", 9, refunds=3), live_row("a2", 8), live_row("a3", 7, refunds=5)
    )
    return apollo_service


async def listed(service: Service, query: str = "", token: str | None = None) -> Any:
    answer = await service.ask("GET", f"{PATH}?{query}", token=token)
    assert answer.status == 200, answer.body
    return answer.json


async def ids(service: Service, query: str = "", token: str | None = None) -> list[str]:
    return [flag["id"] for flag in (await listed(service, query, token))["items"]]


async def decide(
    service: Service, flag: str, decision: str, reason: str = "Looked at.", token: str | None = None
) -> Answer:
    token = token or await service.issue(role="reviewer")
    return await service.ask(
        "POST", f"{PATH}/{flag}/decision", {"decision": decision, "reason": reason}, token=token
    )


async def places(service: Service) -> dict[str, tuple[int, bool, int | None]]:
    entries = (await standings(service)).json["entries"]
    return {one["account_id"]: (one["rank"], one["eligible"], one["award_rank"]) for one in entries}


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_flag_shows_what_the_rule_found(held: Service) -> None:
    found = await listed(held, "account=a1")

    assert found == {
        "items": [
            {
                "id": "refunds~a1",
                "account_id": "a1",
                "rule": "refunds",
                "action": "hold",
                "status": "open",
                "automated": True,
                "reason": {
                    "code": "validator.hold",
                    "rule": "refunds",
                    "detail": "On hold until it is decided by rule refunds: orders is 10 (at least 10); "
                    "refund rate is 30% (at least 30%).",
                    "have": 0.3,
                    "need": 0.3,
                },
                "decision": None,
                "appeal": None,
                "proposed": None,
            }
        ],
        "cursor": None,
    }


async def test_flags_are_found_by_status_action_and_account(held: Service) -> None:
    await decide(held, "refunds~a3", "dismiss")

    found = [
        await ids(held, query)
        for query in (
            "",
            "status=open",
            "status=dismissed",
            "action=warn",
            "account=a2",
            "account=a3&status=open",
        )
    ]

    assert found == [["refunds~a1", "refunds~a3"], ["refunds~a1"], ["refunds~a3"], [], [], []]


async def test_a_page_ends_between_accounts_and_its_cursor_reads_on(held: Service) -> None:
    first = await listed(held, "limit=1")
    second = await listed(held, f"limit=1&cursor={first['cursor']}")
    beyond = await listed(held, "limit=1&cursor=a3")

    assert ([flag["id"] for flag in first["items"]], first["cursor"]) == (["refunds~a1"], "a1")
    assert ([flag["id"] for flag in second["items"]], second["cursor"]) == (["refunds~a3"], None)
    assert beyond == {"items": [], "cursor": None}


async def test_an_agency_sees_its_own_accounts_with_the_reason_and_not_who_decided(held: Service) -> None:
    await (await People.of(held)).by_two("refunds~a3", "uphold", "Bought by its own staff.")
    token = await held.issue(role="agency", agency="south")
    other = await held.ask("GET", f"{PATH}?account=a1", token=token)

    [flag] = (await listed(held, token=token))["items"]
    [seen_by_admin] = (await listed(held, "account=a3"))["items"]

    assert (other.status, refusal_of(other)) == (403, "forbidden")
    assert flag["decision"].keys() == {"decision", "reason", "at"}
    assert "proposed" not in flag
    assert (flag["id"], flag["decision"]["reason"]) == ("refunds~a3", "Bought by its own staff.")
    people = {
        name: seen_by_admin["decision"][name]
        for name in ("by", "proposed_by", "proposed_reason", "proposed_at")
    }
    assert seen_by_admin["decision"] == flag["decision"] | people


@pytest.mark.parametrize(
    ("query", "status"),
    [("status=closed", 422), ("action=exclude", 422), ("account=nobody", 404), ("cursor=~", 422)],
)
async def test_what_cannot_be_asked_for_is_refused(held: Service, query: str, status: int) -> None:
    answer = await held.ask("GET", f"{PATH}?{query}")

    assert answer.status == status
    assert refusal_of(answer) in ("invalid", "not_found")


# ── Deciding ────────────────────────────────────────────────────────────────────────────────────


async def test_an_upheld_account_loses_its_award_rank_and_the_next_ones_move_up(held: Service) -> None:
    before = await places(held)
    answer = await (await People.of(held)).by_two("refunds~a1", "uphold", "Bought by its own staff.")
    await held.count()
    after = await places(held)

    assert before == {"a1": (1, True, 1), "a2": (2, True, 2), "a3": (3, True, 3)}
    assert after == {"a1": (1, False, None), "a2": (2, True, 1), "a3": (3, True, 2)}
    assert answer.status == 200
    assert (answer.json["status"], answer.json["takes_effect"]) == ("upheld", "at_once")
    assert answer.json["reason"]["code"] == "validator.upheld"
    [reason] = (await standings(held)).json["entries"][0]["reasons"]
    assert (reason["code"], reason["rule"]) == ("validator.upheld", "refunds")


async def test_a_dismissed_flag_holds_nobody_and_keeps_its_reason(held: Service) -> None:
    answer = await decide(held, "refunds~a1", "dismiss")
    await held.count()

    assert (answer.json["status"], answer.json["reason"]["code"]) == ("dismissed", "validator.dismissed")
    assert (await places(held))["a1"] == (1, True, 1)


async def test_deciding_again_replaces_the_decision(held: Service) -> None:
    people = await People.of(held)
    first = (await people.by_two("refunds~a1", "uphold", "First of two.")).json
    await held.count()
    second = (await people.decide("cy", "refunds~a1", "dismiss", "Second.")).json
    await held.count()

    assert [one["decision"]["reason"] for one in (first, second)] == ["First of two.", "Second."]
    assert (await listed(held, "account=a1"))["items"][0]["decision"] == second["decision"]
    assert (await places(held))["a1"] == (1, True, 1)
    log = (await held.ask("GET", "/v1/audit-log?action=decision.put")).json["items"]
    assert [(one["subject"], one["after"]["decision"]) for one in log] == [
        ("apollo-test/refunds~a1", "dismiss"),
        ("apollo-test/refunds~a1", "uphold"),
    ]
    assert (log[0]["before"]["reason"], log[0]["actor"]) == ("First of two.", second["decision"]["by"])


async def test_a_decided_flag_can_be_decided_on_when_the_rule_finds_nothing_any_more(held: Service) -> None:
    await decide(held, "refunds~a1", "dismiss")
    await publish(held, Row("a1", 2, 9, 5, orders=100, refunded_orders=3, effective_ms=ENOUGH_MS))

    gone = (await listed(held, "account=a1"))["items"][0]
    upheld = (await (await People.of(held)).by_two("refunds~a1", "uphold")).json

    assert (gone["status"], gone["reason"]) == ("dismissed", None)
    assert (upheld["status"], upheld["reason"]["code"]) == ("upheld", "validator.upheld")


@pytest.mark.parametrize("flag", ["refunds~a2", "schedule~a1", "nothing~a1", "refunds~nobody"])
async def test_a_flag_that_is_neither_raised_nor_decided_is_not_found(held: Service, flag: str) -> None:
    answer = await decide(held, flag, "uphold")

    assert (answer.status, refusal_of(answer)) == (404, "not_found")
    assert await held.store.decisions.of("apollo-test") == {}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"decision": "uphold"}, "reason"),
        ({"decision": "uphold", "reason": ""}, "reason"),
        ({"decision": "uphold", "reason": " \n"}, "reason"),
        ({"decision": "uphold", "reason": "x" * 2_001}, "reason"),
        ({"decision": "acquit", "reason": "x"}, "decision"),
        ({"reason": "x"}, "decision"),
        ({"decision": "uphold", "reason": "x", "by": "me"}, "by"),
    ],
)
async def test_a_decision_says_what_and_why(held: Service, body: dict[str, str], named: str) -> None:
    token = await held.issue(role="reviewer")
    answer = await held.ask("POST", f"{PATH}/refunds~a1/decision", body, token=token)

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert answer.json["errors"][0]["path"] == named


@pytest.mark.parametrize("role", [{"role": "admin"}, {"role": "agency", "agency": "north"}])
async def test_only_reviewers_decide(held: Service, role: dict[str, str]) -> None:
    answer = await decide(held, "refunds~a1", "dismiss", token=await held.issue(**role))

    assert (answer.status, refusal_of(answer)) == (403, "forbidden")


async def test_after_certification_a_decision_waits_for_a_correction(held: Service) -> None:
    await put_life(held, state="certified", cutoff_ms=5)

    answer = await (await People.of(held)).by_two("refunds~a1", "uphold")
    await held.count()

    assert (answer.status, answer.json["status"]) == (200, "upheld")
    assert answer.json["takes_effect"] == "with_the_next_correction"
    assert (await places(held))["a1"] == (1, True, 1)


# ── What takes two ──────────────────────────────────────────────────────────────────────────────


async def test_an_upheld_hold_is_proposed_first_and_the_account_stays_on_hold(held: Service) -> None:
    people = await People.of(held)
    answer = await people.decide("ana", "refunds~a1", "uphold", "Own staff.")
    await held.count()
    [flag] = await people.listed("account=a1")
    [seen_by_agency] = await people.listed("account=a1", "north")

    assert (answer.status, answer.json["takes_effect"]) == (202, "when_another_agrees")
    assert (flag["status"], flag["decision"], flag["proposed"]["reason"]) == ("open", None, "Own staff.")
    assert (await places(held))["a1"] == (1, True, 1)
    assert "proposed" not in seen_by_agency


async def test_one_person_is_not_two_whatever_token_is_used(held: Service) -> None:
    people = await People.of(held)
    await people.decide("ana", "refunds~a1", "uphold", "Own staff.")
    other_token = await held.issue(role="reviewer", name=" ANA ")

    again = await people.decide("ana", "refunds~a1", "uphold", "Own staff.")
    herself = await people.decide("ana", "refunds~a1", "uphold", "And I agree.")
    in_disguise = await decide(held, "refunds~a1", "uphold", token=other_token)

    assert (again.status, again.json["status"]) == (202, "open")
    assert [(one.status, refusal_of(one)) for one in (herself, in_disguise)] == [(403, "same_person")] * 2
    log = (await held.ask("GET", "/v1/audit-log?action=decision.propose")).json["items"]
    assert len(log) == 1


@pytest.mark.parametrize("who", ["ana", "bo"])
async def test_any_reviewer_takes_a_proposal_back_by_dismissing(held: Service, who: str) -> None:
    people = await People.of(held)
    await people.decide("ana", "refunds~a1", "uphold")
    answer = await people.decide(who, "refunds~a1", "dismiss", "It was one batch.")

    assert (answer.status, answer.json["status"], answer.json["proposed"]) == (200, "dismissed", None)
    log = (await held.ask("GET", "/v1/audit-log?subject=apollo-test/refunds~a1")).json["items"]
    assert [one["action"] for one in reversed(log)] == [
        "decision.propose",
        "decision.put",
        "decision.propose.done",
    ]


async def test_two_have_the_last_word_and_a_third_adds_nothing(held: Service) -> None:
    people = await People.of(held)
    await people.by_two("refunds~a1", "uphold", "I agree.")

    repeated = await people.decide("bo", "refunds~a1", "uphold", "I agree.")
    third = await people.decide("cy", "refunds~a1", "uphold", "Me, too.")

    assert (repeated.status, repeated.json["status"]) == (200, "upheld")
    assert (third.status, refusal_of(third)) == (409, "already_decided")


async def test_a_rule_of_the_definition_disqualifies_nobody(held: Service) -> None:
    answer = await decide(held, "refunds~a1", "disqualify")

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "decision")


async def test_two_reviewers_at_once_are_a_proposal_and_a_decision(held: Service) -> None:
    people = await People.of(held)
    answers = await asyncio.gather(
        *(people.decide(who, "refunds~a1", "uphold", f"{who} says so.") for who in ("ana", "bo"))
    )

    assert sorted(one.status for one in answers) == [200, 202]
    decision = (await people.flag("refunds~a1")).json["decision"]
    assert {decision["reason"], decision["proposed_reason"]} == {"ana says so.", "bo says so."}


@pytest.mark.parametrize("decision", ["uphold", "dismiss"])
async def test_what_links_a_partner_is_said_with_a_disqualification_only(
    held: Service, decision: str
) -> None:
    body = {"decision": decision, "reason": "Looked at.", "partner_link": "It bought them."}
    token = await held.issue(role="reviewer")

    answer = await held.ask("POST", f"{PATH}/refunds~a1/decision", body, token=token)

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert "partner_link" in answer.json["detail"]

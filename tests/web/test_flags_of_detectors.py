"""Flags of detectors over HTTP: who sees how much of them, in which order, and what decisions on them do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from leaderboard.domain.findings import Asked
from leaderboard.store.awards import Given
from tests.conftest import Service, set_up_apollo
from tests.web.asking import refusal_of
from tests.web.reviewing import CAMPAIGN, LINK, PATH, SENTENCE, People, finding, put_raised, raised
from tests.web.test_standings import live_row, publish, standings

HELD = "integrity.cells~a1"


@pytest.fixture
async def people(apollo_service: Service) -> People:
    """a1 to a3 with 9, 8 and 7 visitors; of a1 three are not people, and it is on hold."""
    await publish(apollo_service, live_row("a1", 9), live_row("a2", 8), live_row("a3", 7))
    await put_raised(apollo_service, raised("a1"))
    return await People.of(apollo_service)


async def places(people: People) -> dict[str, tuple[int, int | None]]:
    """Account → score and award rank."""
    await people.service.count()
    entries = (await standings(people.service)).json["entries"]
    return {one["account_id"]: (one["score"], one["award_rank"]) for one in entries}


async def refused(people: People, who: str, decision: str, **more: str) -> tuple[int, str]:
    answer = await people.decide(who, HELD, decision, **more)
    return answer.status, refusal_of(answer)


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_reviewer_sees_all_that_a_detector_found(people: People) -> None:
    [flag] = await people.listed()

    assert flag == {
        "id": HELD,
        "account_id": "a1",
        "rule": "cell/1",
        "action": "hold",
        "status": "open",
        "automated": True,
        "reason": {
            "code": "integrity.hold",
            "rule": "integrity.cells",
            "detail": f"On hold until a reviewer has decided: {SENTENCE}",
            "have": None,
            "need": None,
        },
        "decision": None,
        "appeal": None,
        "proposed": None,
        "detector": "cells",
        "asks": "hold",
        "families": ["concentration", "devices"],
        "sentence": SENTENCE,
        "measures": [
            {"name": "share", "value": 0.41, "peers": 0.05, "family": "concentration", "limit": 0.3}
        ],
        "sample": 812,
        "p": 1e-9,
        "excess_uv": 3,
        "host": None,
        "other_account_id": None,
        "span": {"since": "2022-02-16T08:26:40.000Z", "until": "2022-02-16T09:26:40.000Z"},
        "links_partner": False,
        "checkpoint": 2,
        "first_at": "1970-01-01T00:00:01.000Z",
        "shadow": False,
    }


async def test_an_agency_sees_families_and_no_limits_and_nobody_elses_flags(people: People) -> None:
    [flag] = await people.listed(who="north")
    elsewhere = await people.flag(HELD, who="south")

    assert flag["families"] == ["concentration", "devices"]
    assert flag["measures"] == [{"name": "share", "value": 0.41, "peers": 0.05, "family": "concentration"}]
    assert await people.listed(who="south") == []
    assert (elsewhere.status, refusal_of(elsewhere)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("asks", "excess_uv", "is_told"),
    [("review", 0, False), ("review", 2, True), ("warn", 0, True), ("hold", 0, True)],
)
async def test_an_agency_is_told_of_what_concerns_it(
    people: People, asks: Asked, excess_uv: int, is_told: bool
) -> None:
    await put_raised(people.service, raised("a1", finding("a1", asks, excess_uv)))
    listed, alone = await people.listed(who="north"), await people.flag(HELD, who="north")

    assert ([flag["id"] for flag in listed], alone.status) == (([HELD], 200) if is_told else ([], 404))
    assert [flag["action"] for flag in await people.listed()] == [asks]


async def test_an_agency_is_told_of_what_was_decided_whatever_the_detector_asked_for(people: People) -> None:
    await put_raised(people.service, raised("a1", finding("a1", "review", 0)))
    await people.decide("ana", HELD, "dismiss", "A school.")
    [flag] = await people.listed(who="north")

    assert (flag["status"], flag["decision"].keys()) == ("dismissed", {"decision", "reason", "at"})


async def test_flags_are_found_by_detector_by_rule_and_by_what_they_ask_for(people: People) -> None:
    idle = finding("a2", "warn", 0, detector="idle", rule="idle/3")
    await publish(people.service, live_row("a3", 7, refunds=5))
    await put_raised(people.service, raised("a1"), raised("a2", idle, detector="idle"))
    asked = ("", "rule=cells", "rule=idle/3", "rule=refunds", "action=warn", "action=review", "account=a2")

    found = {query: [flag["id"] for flag in await people.listed(query)] for query in asked}

    both = ["integrity.cells~a1", "integrity.idle~a2", "refunds~a3"]
    assert found == dict(
        zip(asked, (both, both[:1], both[1:2], both[2:], both[1:2], [], both[1:2]), strict=True)
    )


async def test_a_flag_shows_each_finding_its_decisions_and_the_statement(people: People) -> None:
    await put_raised(
        people.service, raised("a1", finding("a1", "warn", 1, host="ana"), finding("a1", host="bo"))
    )
    await people.by_two(HELD, "disqualify")
    await people.decide("cy", HELD, "uphold", "Not the partner.")
    flag = (await people.flag(HELD)).json

    assert [(one["host"], one["asks"]) for one in flag["findings"]] == [("ana", "warn"), ("bo", "hold")]
    assert (flag["host"], flag["excess_uv"], len(flag["measures"])) == ("ana, bo", 4, 2)
    assert [one["decision"] for one in flag["history"]] == ["disqualify", "uphold"]
    assert flag["history"][0]["partner_link"] == LINK
    assert flag["statement"]["facts"] == f"{SENTENCE} {SENTENCE}"
    assert flag["statement"]["consequence"].startswith("4 visitors ")
    assert flag["statement"]["redress_until"] is not None


async def test_by_impact_those_come_first_who_have_a_paid_place(people: People) -> None:
    names = [f"b{number}" for number in range(6)]
    service = people.service
    for name in names:
        await service.ask(
            "PUT",
            f"/v1/accounts/{name}",
            {"agency_id": "north", "name": name, "kind": "partner", "country": "US"},
        )
        await service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}/enrollments/{name}", {"hosts": []})
    await publish(service, *(live_row(name, 100 + number) for number, name in enumerate(names)))
    awards = {"b4": [Given("top_five", 2, 250_000)], "b1": [Given("top_five", 5, 100_000)]}
    await service.store.awards.replace(CAMPAIGN, awards, at_ms=1)
    await put_raised(
        service, *(raised(name, finding(name, "review", 0)) for name in ("a3", "b1", "b4", "b0"))
    )

    flags = await people.listed("order=impact")

    shown = [(one["account_id"], one["impact"]["places_from_paid"], one["impact"]["moves"]) for one in flags]
    assert shown == [("b4", 0, 4), ("b1", 0, 1), ("b0", 1, 0), ("a3", 4, 0)]
    assert flags[0]["impact"]["award"] == {"amount": "2500.00", "currency": "USD"}
    assert (await people.flag("integrity.cells~b4")).json["impact"] == flags[0]["impact"]


async def test_impact_is_for_reviewers(people: People) -> None:
    answer = await people.service.ask("GET", f"{PATH}?order=impact", token=people.tokens["north"])

    assert (answer.status, refusal_of(answer)) == (403, "forbidden")
    assert "impact" not in (await people.flag(HELD, who="north")).json


# ── Deciding ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("decision", "status", "a1"),
    [
        ("dismiss", "dismissed", (9, 1)),
        ("uphold", "upheld", (6, 3)),
        ("disqualify", "disqualified", (6, None)),
    ],
)
async def test_a_decision_lifts_the_hold_and_does_what_it_says(
    people: People, decision: str, status: str, a1: tuple[int, int | None]
) -> None:
    before = await places(people)
    alone = decision != "disqualify"
    answer = await (
        people.decide("ana", HELD, decision) if alone else people.by_two(HELD, decision, "I agree.")
    )

    assert before["a1"] == (6, 3)
    assert (answer.json["status"], answer.json["takes_effect"]) == (status, "at_once")
    assert (await places(people))["a1"] == a1
    entry = (await standings(people.service, "around=a1&limit=1")).json["entries"][0]
    assert "integrity.hold" not in [reason["code"] for reason in entry["reasons"]]


async def test_a_disqualification_says_what_links_the_partner_and_takes_two(people: People) -> None:
    unlinked = await refused(people, "ana", "disqualify")
    blank = await refused(people, "ana", "disqualify", link="  ")
    proposed = await people.decide("ana", HELD, "disqualify", "Own devices.", LINK)
    held = (await places(people))["a1"]
    herself = await refused(people, "ana", "disqualify", reason="I agree with me.")
    done = await people.decide("bo", HELD, "disqualify", "I agree.")

    assert (unlinked, blank) == ((422, "invalid"), (422, "invalid"))
    assert (proposed.status, proposed.json["status"], held) == (202, "open", (6, 3))
    assert herself == (403, "same_person")
    decision = done.json["decision"]
    assert (decision["partner_link"], decision["proposed_reason"]) == (LINK, "Own devices.")
    assert done.json["status"] == "disqualified"


@pytest.mark.parametrize("decision", ["dismiss", "uphold"])
async def test_a_proposal_is_rejected_by_another_decision(people: People, decision: str) -> None:
    await people.decide("ana", HELD, "disqualify", "Own devices.", LINK)
    rejected = await people.decide("bo", HELD, decision, "The partner had no part in it.")
    later = await people.decide("cy", HELD, "disqualify", "I agree with Ana.", LINK)

    assert (rejected.status, rejected.json["proposed"]) == (200, None)
    assert (later.status, later.json["status"]) == (202, rejected.json["status"])


async def test_the_same_decision_twice_is_one(people: People) -> None:
    answers = [await people.decide("ana", HELD, "uphold", "Bots.") for _ in range(2)]
    log = (await people.service.ask("GET", "/v1/audit-log?action=decision.put")).json["items"]

    assert answers[0].json == answers[1].json
    assert len(log) == 1


async def test_a_flag_that_was_reopened_is_open_and_is_decided_anew(people: People) -> None:
    await people.decide("ana", HELD, "dismiss", "A school.")
    later_ms = await people.service.store.now_ms() + 1
    await put_raised(people.service, raised("a1", finding("a1", excess_uv=5), reopened_ms=later_ms))
    [reopened] = await people.listed()
    await asyncio.sleep(0.005)
    again = await people.decide("ana", HELD, "dismiss", "A school.")

    assert (reopened["status"], reopened["decision"]) == ("open", None)
    assert (again.json["status"], len((await people.flag(HELD)).json["history"])) == ("dismissed", 2)


async def test_in_shadow_mode_nothing_follows_and_no_agency_is_told(
    service: Service, apollo: Callable[..., str]
) -> None:
    await set_up_apollo(
        service, apollo().replace("[settlement]\n", '[integrity]\nmode = "shadow"\n\n[settlement]\n')
    )
    await publish(service, live_row("a1", 9))
    await put_raised(service, raised("a1"))
    people = await People.of(service)
    [flag] = await people.listed()

    assert (flag["shadow"], flag["status"], flag["reason"]["code"]) == (True, "open", "integrity.review")
    assert await people.listed(who="north") == []
    assert (await people.appeal(HELD)).status == 404
    assert (await places(people))["a1"] == (9, 1)


# ── What was overturned ─────────────────────────────────────────────────────────────────────────


async def cases(people: People) -> list[dict[str, Any]]:
    answer = await people.service.ask("GET", f"/v1/campaigns/{CAMPAIGN}/cases", token=people.tokens["ana"])
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/x-ndjson")
    return [orjson.loads(line) for line in answer.body.splitlines()]


async def test_a_dismissed_hold_becomes_a_case_without_its_account(people: People) -> None:
    await people.decide("ana", HELD, "dismiss", "The tablets of a1 are a school's, as a1x says.")
    [case] = await cases(people)

    assert (case["case"], case["detector"], case["rule"], case["label"]) == (1, "cells", "cell/1", "honest")
    assert case["reason"] == "The tablets of the account are a school's, as a1x says."
    [found] = case["findings"]
    assert (found["measures"][0]["limit"], found["sample"], found["excess_uv"]) == (0.3, 812, 3)
    assert found.keys().isdisjoint({"account", "sentence", "host", "span"})


async def test_what_was_overturned_and_then_upheld_is_no_case_any_more(people: People) -> None:
    await people.decide("ana", HELD, "uphold")
    await people.decide("bo", HELD, "dismiss", "A school.")
    first = await cases(people)
    await people.decide("bo", HELD, "uphold", "It was no school.")
    second = await cases(people)
    await people.decide("bo", HELD, "dismiss", "It was one.")

    assert ([one["case"] for one in first], second) == ([1], [])
    assert [(one["case"], one["reason"]) for one in await cases(people)] == [
        (1, "A school."),
        (2, "It was one."),
    ]


async def test_nothing_is_overturned_where_nothing_stood(people: People) -> None:
    await put_raised(people.service, raised("a1", finding("a1", "review", 0)))
    await people.decide("ana", HELD, "dismiss")
    await people.decide("ana", HELD, "dismiss", "Again, with other words.")

    assert await cases(people) == []

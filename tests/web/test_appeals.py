"""Appeals over HTTP: who may appeal against what and until when, and who answers."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from leaderboard.domain.flags import Decision
from tests.conftest import Service
from tests.web.asking import refusal_of
from tests.web.lives import ready_to_certify
from tests.web.reviewing import CAMPAIGN, LINK, PATH, People, finding, put_raised, raised
from tests.web.test_blockers import found
from tests.web.test_standings import live_row, publish

HELD = "integrity.cells~a1"
RULE = "refunds~a2"
DAY_MS = 86_400_000


@pytest.fixture
async def people(apollo_service: Service) -> People:
    """a1 is held by a detector since a moment, a2 by a rule; both belong to agency north."""
    await publish(apollo_service, live_row("a1", 9), live_row("a2", 8, refunds=5), live_row("a3", 7))
    await put_raised(apollo_service, raised("a1", first_ms=await apollo_service.store.now_ms()))
    return await People.of(apollo_service)


async def decided_before(people: People, flag: str, days: int) -> None:
    """The decision that stands, as if it had been made so many days ago."""
    decisions = people.service.store.decisions
    stands = (await decisions.of(CAMPAIGN))[flag]
    await decisions.put(CAMPAIGN, flag, structs.replace(stands, at_ms=stands.at_ms - days * DAY_MS))


async def test_an_appeal_waits_with_what_came_along(people: People) -> None:
    letter = {"name": "letter.txt", "text": "They are a school's tablets."}
    answer = await people.appeal(HELD, "They are pupils.", attachments=[letter])
    [flag] = await people.listed("account=a1")
    seen = (await people.flag(HELD, who="north")).json

    assert answer.status == 201
    assert (flag["appeal"], flag["status"]) == ("open", "open")
    [appeal] = seen["appeals"]
    assert (appeal["state"], appeal["text"], appeal["against"]) == ("open", "They are pupils.", None)
    [attached] = appeal["attachments"]
    assert (attached["name"], attached["text"], len(attached["sha256"])) == (*letter.values(), 64)
    assert "answered_by" not in appeal
    log = (await people.service.ask("GET", "/v1/audit-log?action=appeal.put")).json["items"]
    assert (log[0]["before"], log[0]["after"]["text"]) == (None, "They are pupils.")
    assert "tablets" not in str(log)


async def test_the_same_appeal_again_changes_nothing_and_another_has_to_wait(people: People) -> None:
    answers = [await people.appeal(HELD, text) for text in ("One.", "One.", "Two.")]

    assert [one.status for one in answers] == [201, 200, 409]
    assert refusal_of(answers[2]) == "appealed"
    assert len((await people.flag(HELD)).json["appeals"]) == 1


@pytest.mark.parametrize("flag", [HELD, RULE])
@pytest.mark.parametrize(("decision", "state"), [("dismiss", "accepted"), ("uphold", "rejected")])
async def test_a_decision_answers_an_appeal_against_what_nobody_had_decided(
    people: People, flag: str, decision: str, state: str
) -> None:
    await people.appeal(flag)
    takes_two = flag == RULE and decision == "uphold"
    await (people.by_two(flag, decision) if takes_two else people.decide("bo", flag, decision))
    staff, agency = [(await people.flag(flag, who)).json["appeals"] for who in ("ana", "north")]

    assert [(one["state"], one["reason"], one["answered_by"]) for one in staff] == [
        (state, "Looked at.", people.tokens["bo"].split("_")[1])
    ]
    assert (agency[0]["state"], agency[0]["reason"], "answered_by" in agency[0]) == (
        state,
        "Looked at.",
        False,
    )


@pytest.mark.parametrize(("decision", "state"), [("dismiss", "accepted"), ("uphold", "rejected")])
async def test_an_appeal_against_a_decision_is_answered_by_another_reviewer(
    people: People, decision: str, state: str
) -> None:
    await people.decide("ana", HELD, "uphold", "Bots.")
    await people.appeal(HELD)
    herself = await people.decide("ana", HELD, decision, "I still think so.")
    in_disguise = await people.service.ask(
        "POST",
        f"{PATH}/{HELD}/decision",
        {"decision": decision, "reason": "Somebody else."},
        token=await people.service.issue(role="reviewer", name="Ana"),
    )
    done = await people.decide("bo", HELD, decision, "I looked, too.")

    assert [(one.status, refusal_of(one)) for one in (herself, in_disguise)] == [(403, "same_reviewer")] * 2
    assert (done.status, done.json["appeal"]) == (200, state)


async def test_neither_of_two_answers_and_one_more_confirms(people: People) -> None:
    await people.by_two(HELD, "disqualify")
    await people.appeal(HELD)
    refused = [await people.decide(who, HELD, "disqualify", "Again.", LINK) for who in ("ana", "bo")]
    confirmed = await people.decide("cy", HELD, "disqualify", "I looked, too.")
    once_more = await people.appeal(HELD, "But no.")
    flag = (await people.flag(HELD, "north")).json

    assert [(one.status, refusal_of(one)) for one in refused] == [(403, "same_reviewer")] * 2
    assert (confirmed.status, confirmed.json["status"], confirmed.json["appeal"]) == (
        200,
        "disqualified",
        "rejected",
    )
    assert (once_more.status, refusal_of(once_more)) == (409, "not_appealable")
    assert "the last word" in flag["statement"]["redress"]


async def test_a_milder_decision_accepts_an_appeal_and_can_be_appealed_against(people: People) -> None:
    await people.by_two(HELD, "disqualify")
    await people.appeal(HELD)
    milder = await people.decide("cy", HELD, "uphold", "The partner had no part in it.")
    again = await people.appeal(HELD, "Not even that.")

    assert (milder.json["status"], milder.json["appeal"]) == ("upheld", "accepted")
    assert (again.status, [one["state"] for one in again.json["appeals"]]) == (201, ["accepted", "open"])


async def test_appeals_are_taken_for_seven_days(people: People) -> None:
    await people.decide("ana", HELD, "uphold")
    await decided_before(people, HELD, 8)
    late = await people.appeal(HELD)
    await people.decide("bo", HELD, "uphold", "Once more.")
    in_time = await people.appeal(HELD)

    assert (late.status, refusal_of(late)) == (409, "too_late")
    assert in_time.status == 201


async def test_what_was_raised_long_ago_is_too_late_and_a_rules_hold_is_not(people: People) -> None:
    await put_raised(people.service, raised("a1"))
    late, in_time = await people.appeal(HELD), await people.appeal(RULE)

    assert (late.status, refusal_of(late), in_time.status) == (409, "too_late", 201)


async def test_nothing_that_stands_is_nothing_to_appeal_against(people: People) -> None:
    await people.decide("ana", HELD, "dismiss")
    dismissed = await people.appeal(HELD)
    await put_raised(people.service, raised("a1", finding("a1", "warn", 0), reopened_ms=2**50))
    warned = await people.appeal(HELD)

    assert [(one.status, refusal_of(one)) for one in (dismissed, warned)] == [(409, "not_appealable")] * 2


async def test_only_the_accounts_own_agency_appeals(people: People) -> None:
    others = [
        await people.appeal(HELD, who="south"),
        await people.appeal(HELD, who="ana"),
        await people.service.ask("POST", f"{PATH}/{HELD}/appeal", {"text": "x"}),
    ]
    unknown = await people.appeal("integrity.cells~a2")

    assert [(one.status, refusal_of(one)) for one in others] == [(403, "forbidden")] * 3
    assert (unknown.status, refusal_of(unknown)) == (404, "not_found")


async def test_an_agency_that_takes_an_account_over_does_not_read_the_former_ones_appeals(
    people: People,
) -> None:
    letter = {"name": "letter.txt", "text": "Our bank is First Star."}
    await people.appeal(HELD, "They are pupils.", attachments=[letter])
    await people.decide("ana", HELD, "uphold", "Bots.")
    moved = await people.service.ask(
        "PUT", "/v1/accounts/a1", {"agency_id": "south", "name": "a1", "kind": "partner", "country": "US"}
    )
    await people.appeal(HELD, "It was the former agency.", who="south")
    theirs, ours = (await people.flag(HELD, "south")).json["appeals"]
    whole = (await people.flag(HELD)).json["appeals"]

    assert moved.status == 200
    assert theirs.keys() == {"number", "state", "at", "answered_at"}
    assert (theirs["state"], ours["state"], ours["text"]) == ("rejected", "open", "It was the former agency.")
    assert [(one["text"], len(one["attachments"])) for one in whole] == [
        ("They are pupils.", 1),
        ("It was the former agency.", 0),
    ]


async def test_whoever_filed_an_appeal_does_not_answer_it_under_the_same_name(people: People) -> None:
    token = await people.service.issue(role="agency", agency="north", name=" BO")
    filed = await people.service.ask("POST", f"{PATH}/{HELD}/appeal", {"text": "No."}, token=token)
    himself = await people.decide("bo", HELD, "dismiss", "I agree with me.")
    another = await people.decide("ana", HELD, "dismiss", "A school.")

    assert (filed.status, himself.status, refusal_of(himself)) == (201, 403, "own_appeal")
    assert (another.status, another.json["appeal"]) == (200, "accepted")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"text": ""}, "text"),
        ({"text": " "}, "text"),
        ({"text": "x" * 5_001}, "text"),
        ({"text": "x", "attachments": [{"name": "a", "text": "b"}] * 6}, "attachments"),
        ({"text": "x", "attachments": [{"name": "a", "text": "x" * 20_001}]}, "attachments[0].text"),
        ({"text": "x", "attachments": [{"name": "", "text": "b"}]}, "attachments[0].name"),
        ({"text": "x", "more": "y"}, "more"),
    ],
)
async def test_an_appeal_has_its_measure(people: People, body: dict[str, object], named: str) -> None:
    answer = await people.service.ask("POST", f"{PATH}/{HELD}/appeal", body, token=people.tokens["north"])

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, named)


async def test_an_appeal_and_its_answer_at_once_are_both_heard(people: People) -> None:
    appealed, decided = await asyncio.gather(
        people.appeal(HELD), people.decide("bo", HELD, "uphold", "Bots.")
    )
    flag = (await people.flag(HELD)).json

    assert (appealed.status, decided.status) == (201, 200)
    # Whichever came first: the decision has answered the appeal, or the appeal is against the decision.
    assert (flag["appeals"][0]["against"], flag["appeals"][0]["state"]) in (
        (None, "rejected"),
        ("uphold", "open"),
    )


# ── Before it is certified ──────────────────────────────────────────────────────────────────────


async def test_proposals_and_appeals_block_and_a_running_period_only_warns(people: People) -> None:
    await ready_to_certify(people.service)
    await people.decide("ana", RULE, "uphold")
    await people.decide("ana", HELD, "uphold")
    await people.appeal(HELD)
    both = await found(people.service)
    await people.decide("bo", RULE, "uphold", "I agree.")
    await people.decide("bo", HELD, "dismiss")
    after = await found(people.service)

    assert (both["proposals"].count, both["appeals"].count) == (1, 1)
    assert "refunds~a2" in both["proposals"].detail
    assert HELD in both["appeals"].detail
    assert after.keys().isdisjoint({"proposals", "appeals", "holds"})
    assert "1 decision until " in after["appeal_period"].detail


async def test_what_waited_on_a_flag_that_is_gone_blocks_nothing(people: People) -> None:
    await ready_to_certify(people.service)
    await people.appeal(HELD)
    await people.service.store.reviews.put_raised(CAMPAIGN, {})

    assert "appeals" not in await found(people.service)


async def test_a_detectors_hold_blocks(people: People) -> None:
    await ready_to_certify(people.service)
    await people.by_two(RULE, "uphold")

    assert "a1;" in (await found(people.service))["holds"].detail


async def test_an_upheld_decision_of_before_there_were_two_stands(people: People) -> None:
    now_ms = await people.service.store.now_ms()
    await people.service.store.decisions.put(
        CAMPAIGN, RULE, Decision("uphold", "Own staff.", "someone", now_ms)
    )
    answer = await people.decide("ana", RULE, "dismiss", "One batch.")

    assert (answer.status, answer.json["status"]) == (200, "dismissed")

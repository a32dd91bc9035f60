"""Decisions by pages: by one reviewer and by two, what is refused and why, and appeals with their answers."""

from __future__ import annotations

import pytest

from tests.conftest import Service
from tests.web.pages.a_review import FIRST, REVIEW, SECOND, WHY, current, listed, reviewer, two_flags
from tests.web.pages.visiting import sign_in, sign_in_with
from tests.web.reviewing import LINK, People, put_raised, raised


@pytest.fixture
async def people(apollo_service: Service) -> People:
    return await two_flags(apollo_service)


async def test_after_a_decision_comes_the_next_flag(people: People) -> None:
    visitor = await reviewer(people)
    answer = await visitor.post(f"{REVIEW}/{FIRST}/decision", WHY)
    following = await visitor.follow(answer)

    assert answer.location == f"{REVIEW}/{SECOND}?done=flag_decided"
    assert current(following).endswith(SECOND)
    assert listed(following) == ["Account a2"]
    assert "Your decision is saved." in following.text
    assert (await people.flag(FIRST)).json["status"] == "dismissed"


async def test_the_part_of_the_queue_stays_and_an_end_is_told(people: People) -> None:
    visitor = await reviewer(people)
    answer = await visitor.post(f"{REVIEW}/{FIRST}/decision?show=held", WHY)

    assert answer.location == f"{REVIEW}?show=held&done=flag_decided"
    assert "Nothing waits here." in (await visitor.follow(answer)).text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"decision": "dismiss", "reason": "  "}, ["#reason"]),
        ({"decision": "", "reason": "So."}, ["#decision"]),
        ({}, ["#decision", "#reason"]),
        ({"decision": "disqualify", "reason": "Bought."}, ["#partner_link"]),
    ],
)
async def test_what_is_missing_is_told_and_nothing_typed_is_lost(
    people: People, fields: dict[str, str], wrong: list[str]
) -> None:
    shown = await (await reviewer(people)).post(f"{REVIEW}/{FIRST}/decision", fields)
    typed = shown.tree.xpath("//textarea[@id='reason']")[0]

    assert shown.status == 422
    assert shown.tree.xpath("//div[@id='errors']//a/@href") == wrong
    assert (typed.text or "").strip() == fields.get("reason", "").strip()
    assert (await people.flag(FIRST)).json["status"] == "open"


async def test_a_disqualification_takes_another_reviewer(people: People) -> None:
    ana, bo = await reviewer(people), await reviewer(people, "bo")
    out = {"decision": "disqualify", "reason": "Its own devices.", "partner_link": LINK}
    proposed = await ana.post(f"{REVIEW}/{FIRST}/decision", out)
    own, others = await ana.get(f"{REVIEW}/{FIRST}"), await bo.get(f"{REVIEW}/{FIRST}")
    agreed = await bo.post(f"{REVIEW}/{FIRST}/decision?show=second", out)

    assert proposed.location.endswith("done=flag_proposed")
    assert "You have proposed this." in own.text
    assert own.tree.xpath("//input[@value='disqualify'][@disabled]")
    assert "Disqualify: confirm as second reviewer" in others.text
    assert others.tree.xpath("//textarea[@id='partner_link']")[0].text.strip() == LINK
    assert agreed.location == f"{REVIEW}?show=second&done=flag_decided"
    assert "The first reviewer: Its own devices." in (await bo.get(f"{REVIEW}/{FIRST}")).text
    assert (await people.flag(FIRST)).json["status"] == "disqualified"


async def test_the_same_person_under_another_token_is_refused_in_the_form(people: People) -> None:
    again = await people.service.issue(role="reviewer", name="ana")
    await people.decide("ana", FIRST, "disqualify", "First.", LINK)
    visitor = await sign_in_with(people.service, again)
    out = {"decision": "disqualify", "reason": "Second.", "partner_link": LINK}
    shown = await visitor.post(f"{REVIEW}/{FIRST}/decision", out)

    assert shown.status == 403
    assert "it takes another reviewer to agree" in shown.tree.xpath("//div[@id='errors']")[0].text_content()


async def test_an_appeal_is_answered_by_a_decision_of_somebody_else(people: People) -> None:
    await people.decide("ana", FIRST, "uphold")
    await people.appeal(FIRST, "It was a school.", attachments=[{"name": "letter", "text": "Dear all"}])
    ana, bo = await reviewer(people), await reviewer(people, "bo")
    shown = await bo.get(f"{REVIEW}?show=appealed")
    refused = await ana.post(f"{REVIEW}/{FIRST}/decision", WHY)
    answered = await bo.post(f"{REVIEW}/{FIRST}/decision?show=appealed", WHY)

    assert "The agency appeals" in shown.text
    assert "It was a school." in shown.text
    assert "Dear all" in shown.text
    assert "Answer the appeal" in shown.text
    assert "It accepts the agency's appeal." in shown.text
    assert (refused.status, "another reviewer answers" in refused.text) == (403, True)
    assert answered.status == 303
    assert (await people.flag(FIRST)).json["appeal"] == "accepted"


async def test_what_was_decided_and_what_was_overturned_stay_to_be_read(people: People) -> None:
    await people.decide("ana", FIRST, "uphold", "Too alike.")
    await people.decide("bo", FIRST, "dismiss", "It was a school.")
    await put_raised(people.service, raised("a1"), raised("a3"))
    visitor = await reviewer(people)
    past, like = await visitor.get(f"{REVIEW}/{FIRST}"), await visitor.get(f"{REVIEW}/integrity.cells~a3")

    assert "What was decided before" in past.text
    assert past.text.index("Too alike.") < past.text.index("It was a school.")
    assert "Similar cases that turned out to be honest" in like.text
    assert "It was a school." in like.text


async def test_reviewers_read_each_others_names_and_an_agency_reads_none(people: People) -> None:
    secret = await people.service.issue(role="reviewer", name="Rika Review")
    await (await sign_in_with(people.service, secret)).post(f"{REVIEW}/{FIRST}/decision", WHY)
    agency = await sign_in(people.service, role="agency", agency="north")

    read = await (await reviewer(people)).get(f"{REVIEW}/{FIRST}?show=all")
    told = await agency.get("/campaigns/apollo-test/accounts/a1")

    assert "Rika Review" in read.text
    assert told.status == 200
    assert "Rika Review" not in told.html
    assert secret.split("_")[1] not in told.html

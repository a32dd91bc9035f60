"""The review by pages: the queue, a flag with its evidence, decisions by one and by two, appeals and their answers."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.store.awards import Given
from tests.conftest import Service
from tests.web.lives import put_life, ready_to_certify
from tests.web.pages.visiting import Shown, Visitor, sign_in, sign_in_with
from tests.web.reviewing import CAMPAIGN, LINK, SENTENCE, People, finding, put_raised, raised
from tests.web.test_standings import live_row, publish

REVIEW = f"/campaigns/{CAMPAIGN}/review"
FIRST, SECOND = "integrity.cells~a1", "integrity.idle~a2"
WHY = {"decision": "dismiss", "reason": "A school class on one network."}


@pytest.fixture
async def people(apollo_service: Service) -> People:
    """a1 is held by a detector, a2 to be looked at for its host, a3 has nothing."""
    await publish(apollo_service, live_row("a1", 9), live_row("a2", 8), live_row("a3", 7))
    idle = finding("a2", "review", 0, detector="idle", rule="idle/1", families=("live",), host="h1")
    await put_raised(apollo_service, raised("a1"), raised("a2", idle, detector="idle"))
    return await People.of(apollo_service)


async def reviewer(people: People, name: str = "ana") -> Visitor:
    return await sign_in_with(people.service, people.tokens[name])


def listed(shown: Shown) -> list[str]:
    """The accounts in the queue, in its order."""
    found: list[str] = shown.tree.xpath("//ol[@class='queue-list']//span[@class='queue-who']/text()")
    return found


def counted(shown: Shown) -> dict[str, str]:
    """Part of the queue → its count."""
    links = shown.tree.xpath("//nav[contains(@class, 'parts')]/a")
    return {one.text.strip(): one.xpath("span/text()")[0] for one in links}


def current(shown: Shown) -> str:
    found: list[str] = shown.tree.xpath("//a[@data-flag][@aria-current]/@href")
    return found[0] if found else ""


# ── The queue ───────────────────────────────────────────────────────────────────────────────────


async def test_whom_paid_places_hang_on_comes_first(people: People) -> None:
    await people.service.store.awards.replace(CAMPAIGN, {"a2": [Given("top_five", 1, 50_000)]}, 1)
    shown = await (await reviewer(people)).get(REVIEW)

    assert (shown.status, listed(shown)) == (200, ["a2", "a1"])
    assert "USD\N{NO-BREAK SPACE}500.00" in shown.html


async def test_the_queue_is_cut_into_parts_that_say_how_many_they_have(people: People) -> None:
    visitor = await reviewer(people)
    held, decided = await visitor.get(f"{REVIEW}?show=held"), await visitor.get(f"{REVIEW}?show=decided")

    assert counted(held) == {
        "To decide": "2",
        "Held": "1",
        "Warned": "0",
        "To be looked at": "1",
        "Second reviewer": "0",
        "Appealed": "0",
        "Decided": "0",
        "All": "2",
    }
    assert (listed(held), listed(decided)) == (["a1"], [])
    assert "Nothing waits here." in decided.text


async def test_an_admin_reads_and_has_no_form(people: People) -> None:
    visitor = await sign_in_with(people.service, people.service.admin_token)
    shown = await visitor.get(f"{REVIEW}/{FIRST}")
    refused = await visitor.post(f"{REVIEW}/{FIRST}/decision", WHY)

    assert "Reviewers decide. You can read along." in shown.text
    assert shown.tree.xpath("//form[@data-decide]") == []
    assert refused.status == 403


@pytest.mark.parametrize("role", ["agency", "payout_preparer", "payout_approver"])
async def test_nobody_else_has_the_page(people: People, role: str) -> None:
    bound = {"agency": "north"} if role == "agency" else {}
    visitor = await sign_in(people.service, role=role, **bound)

    for path in (REVIEW, f"{REVIEW}/{FIRST}", f"{REVIEW}/integrity"):
        assert (await visitor.get(path)).status == 403


# ── A flag ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_flag_says_what_was_found_in_words_and_figures(people: People) -> None:
    shown = await (await reviewer(people)).get(f"{REVIEW}/{FIRST}")
    measures = shown.tree.xpath("//div[@class='evidence']//tbody/tr//text()[normalize-space()]")

    assert SENTENCE in shown.text
    assert "One source, Devices" in shown.text
    assert "less than once in a million" in shown.text
    assert measures == ["Share of all visitors", "41.0%", "30.0%", "5.0%"]
    assert "Beside its peers" in shown.text


async def test_what_follows_is_said_before_it_is_decided(people: People) -> None:
    shown = await (await reviewer(people)).get(f"{REVIEW}/{FIRST}")
    hints = {one.get("id"): one.text_content().strip() for one in shown.tree.xpath("//p[@class='hint'][@id]")}

    assert "paid on the discounted score: 3 visitors stay taken off" in hints["after-uphold"]
    assert "One reviewer is enough" in hints["after-uphold"]
    assert "Takes two reviewers" in hints["after-disqualify"]
    assert "2 other accounts get another paid place" in hints["after-disqualify"]
    assert "3 visitors count again" in hints["after-dismiss"]


async def test_a_rules_hold_is_told_by_its_rule_and_takes_two_to_uphold(people: People) -> None:
    await publish(people.service, live_row("a3", 7, refunds=5))
    shown = await (await reviewer(people)).get(f"{REVIEW}/refunds~a3")
    choices = shown.tree.xpath("//input[@name='decision']/@value")

    assert shown.status == 200
    assert "Rule refunds" in shown.text
    assert "refund rate is 50" in shown.text
    assert choices == ["uphold", "dismiss"]
    assert "The account gets none of the campaign's awards." in shown.text
    assert shown.tree.xpath("//textarea[@id='partner_link']") == []


async def test_what_a_host_did_is_drawn_around_the_time_that_was_found(people: People) -> None:
    shown = await (await reviewer(people)).get(f"{REVIEW}/{SECOND}")

    assert shown.status == 200
    assert "Live time without a host" in shown.text
    assert "h1" in shown.tree.xpath("//div[@class='evidence']//dd[@translate='no']/text()")


async def test_a_flag_that_there_is_not_is_not_found(people: People) -> None:
    shown = await (await reviewer(people)).get(f"{REVIEW}/integrity.cells~a3")

    assert shown.status == 404


# ── Deciding ────────────────────────────────────────────────────────────────────────────────────


async def test_after_a_decision_comes_the_next_flag(people: People) -> None:
    visitor = await reviewer(people)
    answer = await visitor.post(f"{REVIEW}/{FIRST}/decision", WHY)
    following = await visitor.follow(answer)

    assert answer.location == f"{REVIEW}/{SECOND}?done=flag_decided"
    assert current(following).endswith(SECOND)
    assert listed(following) == ["a2"]
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


# ── Around the queue ────────────────────────────────────────────────────────────────────────────


async def test_what_keeps_the_campaign_from_being_certified_stands_above_with_ways_out(
    people: People,
) -> None:
    await ready_to_certify(people.service)
    await people.decide("ana", FIRST, "disqualify", "First.", LINK)
    shown = await (await reviewer(people)).get(REVIEW)
    ways = shown.tree.xpath("//ul[@class='blockers']//a/@href")

    assert f"{REVIEW}?show=second" in ways
    assert f"{REVIEW}?show=held" in ways


async def test_detectors_look_when_they_are_asked_to(people: People) -> None:
    await put_life(people.service, state="live")
    visitor = await reviewer(people)
    before = await visitor.get(REVIEW)
    after = await visitor.follow(await visitor.post(f"{REVIEW}/checkpoint"))

    assert "The detectors have not looked yet." in before.text
    assert "They are looking." in after.text
    assert after.tree.xpath("//*[@data-waiting]/a[@class='without-script']/@href") == [REVIEW]


async def test_a_look_that_is_not_possible_says_why(people: People) -> None:
    await put_life(people.service, state="cancelled")
    shown = await (await reviewer(people)).post(f"{REVIEW}/checkpoint")

    assert shown.status == 409
    assert "has no checkpoint made" in shown.text


async def test_before_the_first_checkpoint_there_is_no_report(people: People) -> None:
    shown = await (await reviewer(people)).get(f"{REVIEW}/integrity")

    assert shown.status == 200
    assert "The detectors have not looked yet." in shown.text


@pytest.mark.parametrize("language", ["id", "th"])
async def test_other_languages_have_the_page(people: People, language: str) -> None:
    visitor = await sign_in_with(people.service, people.tokens["ana"], language=language)
    shown: Any = await visitor.get(f"{REVIEW}/{FIRST}")

    assert (shown.status, shown.tree.get("lang")) == (200, language)

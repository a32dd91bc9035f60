"""The review by pages: the queue in its order and parts, a flag with its evidence, and what stands around them."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.store.awards import Given
from tests.conftest import Service
from tests.web.lives import put_life, ready_to_certify
from tests.web.pages.a_review import FIRST, REVIEW, WHY, counted, listed, reviewer, two_flags
from tests.web.pages.an_account import beats, put_hosts, send
from tests.web.pages.visiting import sign_in, sign_in_with
from tests.web.reviewing import CAMPAIGN, LINK, SENTENCE, People, finding, put_raised, raised
from tests.web.test_standings import live_row, publish


@pytest.fixture
async def people(apollo_service: Service) -> People:
    return await two_flags(apollo_service)


# ── The queue ───────────────────────────────────────────────────────────────────────────────────


async def test_whom_paid_places_hang_on_comes_first(people: People) -> None:
    await people.service.store.awards.replace(CAMPAIGN, {"a2": [Given("top_five", 1, 50_000)]}, 1)
    shown = await (await reviewer(people)).get(REVIEW)

    assert (shown.status, listed(shown)) == (200, ["Account a2", "Account a1"])
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
    assert (listed(held), listed(decided)) == (["Account a1"], [])
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
    assert shown.tree.xpath("//p[contains(@class, 'keys-hint')]/span/kbd/text()") == [
        "j",
        "k",
        "u",
        "d",
        "Enter",
    ]
    assert "The account gets none of the campaign's awards." in shown.text
    assert shown.tree.xpath("//textarea[@id='partner_link']") == []


async def test_what_a_host_did_is_drawn_around_the_time_that_was_found(people: People) -> None:
    await put_hosts(people.service)
    live = (*beats("ana", "s1", 0, 30), *beats("ana", "s1", 30, 15, "idle"))
    await send(people.service, *live, *beats("bo", "s2", 0, 20))
    evening = (1_645_066_800_000, 1_645_070_400_000)
    idle = finding("a1", "review", 0, detector="idle", rule="idle/1", host="ana", span=evening)
    await put_raised(people.service, raised("a1", idle, detector="idle"))
    shown = await (await reviewer(people)).get(f"{REVIEW}/integrity.idle~a1")
    drawn = shown.tree.xpath("//table[caption='What the host did']/tbody/tr")

    assert "Live time without a host" in shown.text
    assert [(row.xpath("string(th)"), row.xpath("string(td[3])").strip()) for row in drawn] == [
        ("ana", "Promised"),
        ("ana", "Counts"),
        ("ana", "Idle"),
    ]


async def test_a_flag_that_there_is_not_is_not_found(people: People) -> None:
    shown = await (await reviewer(people)).get(f"{REVIEW}/integrity.cells~a3")

    assert shown.status == 404


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

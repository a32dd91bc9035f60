"""The review in a browser: the queue by keys, decisions by two, an appeal answered, a rescoring applied by another."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec import structs
from playwright.async_api import Page, expect

from leaderboard.domain.findings import Measure
from leaderboard.store.awards import Given
from tests.browser.browsing import Browsing, Language, Scheme
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import Service, view
from tests.web.lives import ready_to_certify
from tests.web.rescoring import asked, prepare
from tests.web.reviewing import CAMPAIGN, LINK, People, finding, put_raised, raised
from tests.web.test_standings import live_row, publish

REVIEW = f"/campaigns/{CAMPAIGN}/review"
RESCORINGS = f"/campaigns/{CAMPAIGN}/rescorings"
CELLS, IDLE, FRESH = "integrity.cells~a1", "integrity.idle~a2", "integrity.fresh~a3"
MEASURES = (
    Measure("share", 0.41, 0.3, 0.05, "concentration"),
    Measure("cell_visitors", 812, 50, None, "concentration"),
    Measure("cart_ratio", 0.08, 0.5, 1.0, "engagement"),
)


@pytest.fixture
async def people(apollo_service: Service) -> People:
    """In review: a1, first, is held and has visitors by the hour, a2 is looked at for its host, a3 is warned."""
    hours = [view(n, at=f"2022-02-{16 + n % 2}T{n % 24:02}:10:00Z") for n in range(90)]
    await apollo_service.ask("POST", "/v1/events", {"events": hours})
    await apollo_service.count()
    idle = finding("a2", "review", 0, detector="idle", rule="idle/1", families=("live",), host="h1", p=None)
    fresh = finding("a3", "warn", 5, detector="fresh", rule="fresh/1", families=("novelty",), measures=())
    await put_raised(
        apollo_service,
        raised("a1", finding("a1", measures=MEASURES, links_partner=True)),
        raised("a2", idle, detector="idle"),
        raised("a3", fresh, detector="fresh"),
    )
    # Later than what the worker has published of the views.
    rows = [structs.replace(live_row(f"a{n}", 100 - 10 * n), version=1_000) for n in (1, 2, 3)]
    await publish(apollo_service, *rows)
    awards = {"a1": [Given("top_five", 1, 400_000)], "a2": [Given("top_five", 2, 250_000)]}
    await apollo_service.store.awards.replace(CAMPAIGN, awards, 1_645_000_000_000)
    await ready_to_certify(apollo_service)
    return await People.of(apollo_service)


async def open_as(browsing: Browsing, people: People, who: str, path: str, **more: Any) -> Page:
    return await browsing.open(people.service, path, sign_in_as=people.tokens[who], **more)


def at(flag: str) -> re.Pattern[str]:
    return re.compile(re.escape(f"{REVIEW}/{flag}") + "$")


async def status_of(people: People, flag: str) -> str:
    found: str = (await people.flag(flag)).json["status"]
    return found


# ── By keys ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_reviewer_works_through_the_queue_by_keys_alone(people: People, browsing: Browsing) -> None:
    page = await open_as(browsing, people, "ana", REVIEW)
    await page.keyboard.press("j")
    await page.wait_for_url(at(IDLE))
    await page.keyboard.press("k")
    await page.wait_for_url(at(CELLS))
    await page.keyboard.press("d")
    await expect(page.locator("input[value=dismiss]")).to_be_checked()
    await page.keyboard.type("A jukebox: j, k, u, d, x and ? are letters here.")
    await page.keyboard.press("Control+Enter")

    await page.wait_for_url(at(IDLE))
    assert await page.get_by_text("Your decision is saved.").is_visible()
    flag = (await people.flag(CELLS)).json
    assert (flag["status"], flag["decision"]["reason"]) == (
        "dismissed",
        "A jukebox: j, k, u, d, x and ? are letters here.",
    )


async def test_keys_are_explained_and_do_nothing_else_meanwhile(people: People, browsing: Browsing) -> None:
    page = await open_as(browsing, people, "ana", REVIEW)
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    await expect(dialog).to_be_visible()
    assert await axe(page) == []
    await page.keyboard.press("j")
    await page.keyboard.press("Escape")

    await expect(dialog).to_be_hidden()
    assert page.url.endswith(REVIEW)


async def test_what_was_written_is_there_again_after_a_look_elsewhere(
    people: People, browsing: Browsing
) -> None:
    page = await open_as(browsing, people, "ana", f"{REVIEW}/{CELLS}")
    await page.keyboard.press("u")
    await page.keyboard.type("Too alike")
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.wait_for_url(at(IDLE))
    empty = await page.locator("#reason").input_value()
    await page.keyboard.press("k")
    await page.wait_for_url(at(CELLS))

    assert (empty, await page.locator("#reason").input_value()) == ("", "Too alike")


async def test_on_a_phone_the_queue_and_a_flag_are_two_pages(people: People, browsing: Browsing) -> None:
    page = await open_as(browsing, people, "ana", REVIEW, width=360)
    hidden = await page.locator(".chosen").is_visible()
    await page.get_by_role("link", name=re.compile("a2")).click()
    await page.wait_for_url(at(IDLE))

    assert (hidden, await page.locator(".queue").is_visible()) == (False, False)
    await page.get_by_role("link", name="Back to the queue").click()
    await page.wait_for_url(re.compile(f"{REVIEW}$"))


# ── By two ──────────────────────────────────────────────────────────────────────────────────────


async def test_two_reviewers_disqualify_and_a_third_answers_the_appeal(
    people: People, browsing: Browsing
) -> None:
    ana = await open_as(browsing, people, "ana", f"{REVIEW}/{CELLS}")
    await ana.keyboard.press("x")
    await ana.keyboard.type("Its own devices.")
    await ana.get_by_label("What links the partner to it").fill(LINK)
    await ana.get_by_role("button", name="Save and go to the next").click()
    await expect(ana.get_by_text("Your proposal is saved.")).to_be_visible()
    bo = await open_as(browsing, people, "bo", f"{REVIEW}?show=second")
    await bo.get_by_label("Disqualify: confirm as second reviewer").check()
    await bo.get_by_label("Reason").fill("So it is.")
    await bo.get_by_role("button", name="Save and go to the next").click()
    await expect(bo.get_by_text("Your decision is saved.")).to_be_visible()
    await bo.wait_for_url(re.compile(r"show=second$"))
    disqualified = await status_of(people, CELLS)
    await people.appeal(CELLS, "It was a school.")
    cy = await open_as(browsing, people, "cy", f"{REVIEW}?show=appealed")
    await cy.keyboard.press("d")
    await cy.keyboard.type("It was.")
    await cy.keyboard.press("Control+Enter")
    await expect(cy.get_by_text("Your decision is saved.")).to_be_visible()
    await cy.wait_for_url(re.compile(r"show=appealed$"))

    assert (disqualified, await status_of(people, CELLS)) == ("disqualified", "dismissed")
    assert (await people.flag(CELLS)).json["appeal"] == "accepted"


async def test_a_rescoring_is_asked_for_looked_at_and_applied_by_another(
    people: People, browsing: Browsing
) -> None:
    ana = await open_as(browsing, people, "ana", f"{REVIEW}/{CELLS}")
    await ana.get_by_role("link", name="Take views or live time of this account out of the campaign").click()
    await expect(ana.get_by_label("Account", exact=True)).to_have_value("a1")
    await expect(ana.get_by_label("Host", exact=True)).to_be_hidden()
    await ana.get_by_label("Network").fill("203.0.113.0/24")
    await ana.get_by_label("Reason").fill("Bought visitors.")
    await ana.get_by_role("button", name="Work out what would follow").click()
    await ana.wait_for_url(re.compile(f"{RESCORINGS}/[a-z2-7]+"))
    name = ana.url.split("?")[0].rpartition("/")[2]
    await prepare(people.service, name, pays=True)
    # The page looks again by itself.
    await expect(ana.get_by_text("You have asked for it: another reviewer applies it.")).to_be_visible()
    bo = await open_as(browsing, people, "bo", f"{RESCORINGS}/{name}")
    bo.on("dialog", lambda dialog: dialog.accept())
    await bo.get_by_role("button", name="Apply").click()

    await expect(bo.get_by_text("It is taken out of the campaign.")).to_be_visible()
    found = await people.service.store.rescorings.one(CAMPAIGN, name)
    assert found is not None
    assert found.state == "applied"


# ── For everybody ───────────────────────────────────────────────────────────────────────────────


async def prepared(people: People) -> str:
    name = await asked(people.service)
    await prepare(people.service, name, pays=True, moved=("a1", "a2", "a3"))
    return f"{RESCORINGS}/{name}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_pages(people: People, browsing: Browsing, scheme: Scheme) -> None:
    await people.decide("ana", CELLS, "disqualify", "First.", LINK)
    # A field for a time has stops of its own inside, which the walk takes for having come round.
    without_times = f"{RESCORINGS}?kind=exclude_host"
    paths = [REVIEW, f"{REVIEW}/{CELLS}", f"{REVIEW}/integrity", without_times, await prepared(people)]
    page = await open_as(browsing, people, "bo", RESCORINGS, color_scheme=scheme)
    assert await axe(page) == []
    for path in paths:
        await page.goto(people.service.url + path)

        assert (path, await axe(page)) == (path, [])
        assert (path, (await tab_through(page)).faults) == (path, [])


@pytest.mark.parametrize("language", ["en", "id", "th"])
async def test_no_width_and_no_language_breaks_the_pages(
    people: People, browsing: Browsing, language: Language
) -> None:
    await people.decide("ana", CELLS, "disqualify", "First.", LINK)
    page = await open_as(browsing, people, "bo", REVIEW, language=language)
    for path in (REVIEW, f"{REVIEW}/{CELLS}", f"{REVIEW}/integrity", RESCORINGS, await prepared(people)):
        await page.goto(people.service.url + path)

        assert (path, await sideways_scroll(page)) == (path, [])
        assert (path, await spilling_text(page)) == (path, [])

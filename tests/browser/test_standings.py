"""The standings in real browsers: rows move before one's eyes, lost connections are told, and everybody can read it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.identities import keyed_hasher
from leaderboard.domain.lifecycle import opened
from leaderboard.domain.standings import Row
from leaderboard.web.app import create_app
from leaderboard.web.serving import Runner
from tests.browser.browsing import Browsing, Language, Scheme
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import DEFAULTS, KEY, SIGNING_KEY, VAULT, Service, set_up_apollo, view
from tests.web.lives import entry, note_audit, put_life, put_result, signed_file
from tests.web.streams import publish
from tests.workers.closing import move

PATH = "/campaigns/apollo-test"
SOON_MS = 2_000
LONG_MS = 20_000

LONG_NAME = "The Very Long Name Emporium of Handmade Things and Everything Else, Limited"
_ORDER = "() => [...document.querySelectorAll('#rows tr[data-i]')].map((one) => one.dataset.i)"
_CLOCK = re.compile(r"\d\d[:.]\d\d[:.]\d\d")
_COUNT_MOTIONS = """() => {
  window.motions = 0;
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...given) { window.motions += 1; return animate.apply(this, given); };
}"""


def row(account: str, score: int, hours: float = 14, count: int = 1) -> Row:
    return Row(account, count, score, 5, orders=10, effective_ms=int(hours * HOUR_MS))


async def change(service: Service, **scores: int) -> None:
    """Accounts have other scores by what was counted since."""
    await publish(service, *(row(account, score, count=2) for account, score in scores.items()))


async def spilling(page: Page) -> list[str]:
    """Without the texts of a chart, which lie where they are put and may be wider than what a browser calls theirs."""
    return [one for one in await spilling_text(page) if ": text " not in one]


async def add_accounts(service: Service, count: int) -> None:
    for number in range(count):
        name = LONG_NAME if number == 2 else f"Shop {number}"
        setting = {"agency_id": "south", "name": name, "kind": "partner", "country": "US"}
        await service.ask("PUT", f"/v1/accounts/b{number}", setting)
        await service.ask("PUT", f"/v1/campaigns/apollo-test/enrollments/b{number}", {})


@pytest.fixture
async def live(service: Service, apollo: Callable[..., str]) -> Service:
    """Under way, public, with eleven accounts and three hours of ranks; a1 lacks two hours and a half."""
    text = apollo(start="2020-01-01T00:00:00", end="2090-01-01T00:00:00")
    await set_up_apollo(service, text.replace('region = "US"', 'region = "US"\npublic = true'))
    await move(service, opened)
    await add_accounts(service, 8)
    others = [row(f"b{number}", 800 - 50 * number) for number in range(8)]
    await publish(service, row("a1", 1_900, hours=11.5), row("a3", 1_200), row("a2", 700), *others)
    order = [(one, 9) for one in ("a3", "a1", "a2", *(f"b{number}" for number in range(8)))]
    now_ms = await service.store.now_ms()
    for hours in (3, 2, 1):
        await service.store.rank_history.take("apollo-test", order, now_ms - hours * HOUR_MS)
    return service


async def until_live(page: Page) -> None:
    """Until the script has heard from the service."""
    await expect(page.locator("#fresh")).to_have_text(_CLOCK)


async def until_leads(page: Page, account: str) -> None:
    """Until the row of an account is the first."""
    first = page.locator("#rows tr[data-i]").first
    await expect(first).to_have_attribute("data-i", account, timeout=SOON_MS)


async def test_two_who_watch_see_the_row_move_when_events_arrive(
    service: Service, apollo: Callable[..., str], browsing: Browsing
) -> None:
    await set_up_apollo(service, apollo(start="2020-01-01T00:00:00", end="2090-01-01T00:00:00"))
    await move(service, opened)
    await service.ask("POST", "/v1/events", {"events": [view(1, "a1"), view(2, "a1"), view(3, "a2")]})
    await service.count()
    agency = await service.issue(role="agency", agency="south")
    reviewer = await service.issue(role="reviewer")
    phone = await browsing.open(service, PATH, sign_in_as=agency, width=360)
    wide = await browsing.open(service, PATH, sign_in_as=reviewer, width=1600)
    for page in (phone, wide):
        await until_live(page)
        assert await page.evaluate(_ORDER) == ["a1", "a2", "a3"]

    events = [view(number, "a3", f"visitor-{number}") for number in range(10, 15)]
    await service.ask("POST", "/v1/events", {"events": events})
    await service.count()
    for page in (phone, wide):
        await until_leads(page, "a3")
        await expect(page.locator("#podium li").first).to_contain_text("Account a3")
        await expect(page.locator("#rows [data-i=a3] .score")).to_have_text("5")
        await expect(page.locator("#rows [data-i=a1] .rank")).to_have_text("2")
    await expect(phone.locator("#pinned [data-i=a3] .rank")).to_have_text("1")
    await expect(wide.locator("#rows [data-i=a1] .above")).to_have_text("3")


async def test_what_the_script_shows_is_what_a_reload_shows(live: Service, browsing: Browsing) -> None:
    token = await live.issue(role="agency", agency="north")
    page = await browsing.open(live, PATH, sign_in_as=token)
    await until_live(page)
    await change(live, b7=5_000, a2=820, b0=10)
    await until_leads(page, "b7")
    await expect(page.locator("#rows [data-i=b0] .rank")).to_have_text("11")
    texts = "() => [...document.querySelectorAll('#board tr, #podium li')].map((one) => one.innerText)"
    followed = await page.evaluate(texts)
    await page.reload()

    assert await page.evaluate(texts) == followed


async def test_a_row_is_led_to_its_place_unless_motion_is_not_wanted(
    live: Service, browsing: Browsing
) -> None:
    token = await live.issue(role="reviewer")
    moving = await browsing.open(live, PATH, sign_in_as=token)
    calm = await browsing.open(live, PATH, sign_in_as=token)
    await calm.emulate_media(reduced_motion="reduce")
    for page in (moving, calm):
        await until_live(page)
        await page.evaluate(_COUNT_MOTIONS)
    await change(live, a2=2_000)
    for page in (moving, calm):
        await until_leads(page, "a2")

    assert await moving.evaluate("() => window.motions") > 0
    assert await calm.evaluate("() => window.motions") == 0


async def test_movement_can_be_paused_and_goes_on_where_things_stand(
    live: Service, browsing: Browsing
) -> None:
    page = await browsing.open(live, PATH, sign_in_as=await live.issue(role="reviewer"))
    await until_live(page)
    await page.get_by_role("button", name="Pause movement").click()
    await change(live, a2=2_000)
    await asyncio.sleep(1)
    paused = await page.evaluate(_ORDER)
    await page.get_by_role("button", name="Go on").click()

    assert paused[0] == "a1"
    assert (await page.evaluate(_ORDER))[0] == "a2"


async def test_finding_leaves_the_others_out_while_rows_go_on_moving(
    live: Service, browsing: Browsing
) -> None:
    page = await browsing.open(live, PATH, sign_in_as=await live.issue(role="reviewer"))
    await until_live(page)
    await page.get_by_role("searchbox").fill("shop")
    found = await page.locator("#rows tr[data-i]:visible").count()
    await change(live, b7=5_000)
    await until_leads(page, "b7")

    assert found == 7
    assert await page.locator("#rows tr[data-i]:visible").count() == 7
    await expect(page.locator("#found")).to_have_text("7 found")


async def test_a_page_that_nobody_looks_at_catches_up_when_somebody_does(
    live: Service, browsing: Browsing
) -> None:
    page = await browsing.open(live, PATH, sign_in_as=await live.issue(role="reviewer"))
    await until_live(page)
    look = """(away) => {
      Object.defineProperty(document, 'hidden', {value: away, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    await page.evaluate(look, True)
    await change(live, a2=2_000)
    await asyncio.sleep(1)
    away = await page.evaluate(_ORDER)
    await page.evaluate(look, False)
    await until_leads(page, "a2")

    assert away[0] == "a1"
    await expect(page.locator("#told")).to_have_text("")


@asynccontextmanager
async def again_at(service: Service, port: int) -> AsyncIterator[None]:
    """The service on the same store, started anew at a port."""
    runner = Runner(create_app(service.store, DEFAULTS, keyed_hasher(KEY), VAULT, SIGNING_KEY))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    yield
    await runner.cleanup()


class Elsewhere:
    """An address that is served by one process after the other."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"


async def test_after_a_restart_it_connects_again_and_says_meanwhile_that_numbers_are_old(
    live: Service, browsing: Browsing, unused_tcp_port: int
) -> None:
    browsing.forgive("ERR_")
    token = await live.issue(role="reviewer")
    async with again_at(live, unused_tcp_port):
        page = await browsing.open(Elsewhere(unused_tcp_port), PATH, sign_in_as=token)
        await until_live(page)
    told = page.locator("#told")
    await expect(told).to_contain_text("Connection lost at", timeout=LONG_MS)
    await expect(told).to_contain_text("numbers may be old")
    await change(live, a2=2_000)
    async with again_at(live, unused_tcp_port):
        await expect(told).to_have_text("Connected again; numbers are up to date.", timeout=LONG_MS)
        await until_leads(page, "a2")
        assert "stale" not in (await page.locator("#standings").get_attribute("class") or "")
        await page.context.close()


async def test_who_is_signed_out_elsewhere_is_told(
    service: Service, apollo: Callable[..., str], browsing: Browsing
) -> None:
    await set_up_apollo(service, apollo(start="2020-01-01T00:00:00", end="2090-01-01T00:00:00"))
    await move(service, opened)
    page = await browsing.open(service, PATH, sign_in_as=await service.issue(role="reviewer"))
    await until_live(page)
    other = await page.context.new_page()
    await other.goto(f"{service.url}/me")
    await other.get_by_role("button", name="Sign out", exact=True).click()

    await expect(page.locator("#told")).to_contain_text("no longer signed in", timeout=LONG_MS)


async def test_when_the_campaign_moves_on_the_badge_does_and_a_reload_is_offered(
    live: Service, browsing: Browsing
) -> None:
    page = await browsing.open(live, PATH, sign_in_as=await live.issue(role="reviewer"))
    await until_live(page)
    await put_life(live, state="review", cutoff_ms=5)

    await expect(page.locator("h1 .badge")).to_have_text("Under review", timeout=5_000)
    await page.get_by_role("link", name="The campaign has moved on").click()
    await expect(page.locator(".state-strip")).to_contain_text("Counting is over")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", ["reviewer", "agency", ""])
async def test_everybody_can_use_it(live: Service, browsing: Browsing, role: str, scheme: Scheme) -> None:
    bound: dict[str, Any] = {"agency": "north"} if role == "agency" else {}
    token = await live.issue(role=role, **bound) if role else ""
    page = await browsing.open(live, PATH, sign_in_as=token, color_scheme=scheme)
    await until_live(page)

    assert await axe(page) == []
    assert (await tab_through(page)).faults == []
    assert await sideways_scroll(page) == []
    assert await spilling(page) == []
    assert await axe(page) == []


@pytest.mark.parametrize("language", ["id", "th"])
async def test_other_languages_do_not_break_it(live: Service, browsing: Browsing, language: Language) -> None:
    page = await browsing.open(
        live, PATH, sign_in_as=await live.issue(role="agency", agency="north"), language=language
    )
    await until_live(page)

    assert await sideways_scroll(page) == []
    assert await spilling(page) == []


async def test_the_wall_fits_its_screen_in_big_letters_and_follows(live: Service, browsing: Browsing) -> None:
    page = await browsing.open(live, f"{PATH}?wall=1", width=1920, height=1080)
    await until_live(page)
    sizes = "() => [...document.querySelectorAll('#rows .name')].map((td) => parseFloat(getComputedStyle(td).fontSize))"
    await change(live, a2=2_000)
    await until_leads(page, "a2")

    assert len(await page.evaluate(_ORDER)) == 10
    assert min(await page.evaluate(sizes)) >= 40
    assert await page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    assert await axe(page) == []
    assert await sideways_scroll(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_read_the_result(live: Service, browsing: Browsing, scheme: Scheme) -> None:
    await put_life(live, state="review", cutoff_ms=5)
    await note_audit(live)
    await put_result(live, signed_file([entry(1, "a3", 9), entry(2, "a1", 8)]))
    token = await live.issue(role="agency", agency="north")
    page = await browsing.open(live, f"{PATH}/result", sign_in_as=token, color_scheme=scheme)

    assert await axe(page) == []
    assert (await tab_through(page)).faults == []
    assert await sideways_scroll(page) == []
    assert await spilling(page) == []


async def test_without_scripts_it_is_whole(live: Service, browsing: Browsing) -> None:
    browsing.forgive("ERR_FAILED")
    page = await browsing.open(live, "/sign-in")
    await page.route("**/*.js?*", lambda route: route.abort())
    await page.goto(live.url + PATH)

    await expect(page.locator("#rows tr[data-i]")).to_have_count(11)
    await expect(page.get_by_role("link", name="Reload")).to_be_visible()
    await expect(page.get_by_role("button", name="Pause movement")).to_be_hidden()

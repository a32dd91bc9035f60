"""Operations, people and the audit log in a browser: figures move, forms fit their role, all can use it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.browsing import Browsing, Language, Scheme
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import Service, view
from tests.web.test_status import bury

PATHS = ("/ops", "/people", "/audit-log")
SOON_MS = 8_000


@pytest.fixture
async def troubled(apollo_service: Service) -> Service:
    """With a batch that was set aside, refused events, and people of several roles."""
    await bury(apollo_service, "a1")
    events = [view(3, source="billboard"), view(4, at="2200-01-01T00:00:00Z")]
    await apollo_service.ask("POST", "/v1/events", {"events": events})
    await apollo_service.issue(
        role="reviewer", name="Rita Overlong-Surname of the Southern Office", expires="30d"
    )
    await apollo_service.issue(role="agency", agency="north", name="Nia")
    await apollo_service.issue(role="ingest", accounts=["a1", "a2", "a3", "a4", "a5"], name="feed")
    return apollo_service


async def open_as_admin(browsing: Browsing, service: Service, path: str, **more: object) -> Page:
    return await browsing.open(service, path, sign_in_as=service.admin_token, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
async def test_everybody_can_use_them(
    troubled: Service, browsing: Browsing, path: str, scheme: Scheme
) -> None:
    page = await open_as_admin(browsing, troubled, path, color_scheme=scheme)
    for summary in await page.locator("main summary").all():
        if not await summary.evaluate("one => one.parentElement.open"):
            await summary.click()

    assert await axe(page) == []
    assert (await tab_through(page)).faults == []


@pytest.mark.parametrize("language", ["en", "id", "th"])
@pytest.mark.parametrize("path", PATHS)
async def test_they_fit_every_window(
    troubled: Service, browsing: Browsing, path: str, language: Language
) -> None:
    page = await open_as_admin(browsing, troubled, path, language=language)

    assert await sideways_scroll(page) == []
    assert await spilling_text(page) == []


async def test_figures_move_without_a_reload(apollo_service: Service, browsing: Browsing) -> None:
    page = await open_as_admin(browsing, apollo_service, "/ops")
    await expect(page.locator("[data-rate=accepted]")).to_have_text("0", timeout=SOON_MS)
    await apollo_service.ask("POST", "/v1/events", {"events": [view(n) for n in range(50)]})

    await expect(page.locator("[data-now=pending]")).to_have_text("50", timeout=SOON_MS)
    await expect(page.locator("[data-rate=accepted]")).to_have_text(re.compile("[1-9]"), timeout=SOON_MS)
    await expect(page.locator("polyline.line-accepted")).to_have_attribute("points", re.compile(" "))


async def test_a_batch_is_replayed_by_a_click(troubled: Service, browsing: Browsing) -> None:
    page = await open_as_admin(browsing, troubled, "/ops")
    await page.get_by_role("link", name="Look there").last.click()
    await page.get_by_role("button", name="Replay").click()

    await expect(page.get_by_text("The batch is on its way again.")).to_be_visible()
    await expect(page.locator("#buried")).to_contain_text("Every accepted event could be applied.")


async def test_somebody_is_given_a_link_and_a_reload_gives_no_other(
    service: Service, browsing: Browsing
) -> None:
    page = await open_as_admin(browsing, service, "/people")
    await page.get_by_label("Role").select_option("reviewer")
    await expect(page.get_by_label("Accounts")).to_be_hidden()
    await page.get_by_label("Name").fill("Rae")
    await page.get_by_role("button", name="Give access").click()
    link = (await page.locator(".secret").inner_text()).strip()
    await page.reload()
    rae = await browsing.open(service, link.removeprefix(service.url))
    await rae.get_by_role("button", name="Sign in on this device").click()

    await expect(page.get_by_text("nothing more was issued")).to_be_visible()
    await expect(rae.get_by_role("link", name="Rae")).to_be_visible()


async def test_access_is_revoked_with_a_tick_and_told_once(service: Service, browsing: Browsing) -> None:
    await service.issue(role="reviewer", name="Rae")
    page = await open_as_admin(browsing, service, "/people")
    await page.locator("summary", has_text="Rae").click()
    tick = page.get_by_role("checkbox", name="For ever")
    await page.get_by_role("button", name="Revoke Rae").click()
    assert await tick.evaluate("box => box.validity.valueMissing")
    assert await axe(page) == []

    await tick.check()
    await page.get_by_role("button", name="Revoke Rae").click()
    await expect(page.get_by_text("The access is revoked")).to_be_visible()
    await page.wait_for_url(f"{service.url}/people")
    await page.reload()
    await expect(page.get_by_text("The access is revoked")).to_have_count(0)

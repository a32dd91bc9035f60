"""An account in a browser: an appeal by clicks, figures that come by themselves, and a page that everybody can use."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.browsing import Browsing, Language, Scheme
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import Service, view
from tests.web.pages.an_account import A1, DAY, fill_account, send

OF_DAY = f"{A1}?day={DAY}"


@pytest.fixture
async def filled(apollo_service: Service) -> Service:
    await fill_account(apollo_service)
    return apollo_service


async def as_agency(service: Service) -> str:
    return await service.issue(role="agency", agency="north", name="Nora")


async def unfold(page: Page) -> None:
    """Opens all that folds."""
    await page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")


async def test_an_appeal_is_sent_by_clicks_with_a_file(
    filled: Service, browsing: Browsing, tmp_path: Path
) -> None:
    file = tmp_path / "log.txt"
    file.write_text("20:00 the picture froze", "utf-8")
    page = await browsing.open(filled, A1, sign_in_as=await as_agency(filled))
    await page.get_by_text("Appeal against this flag").click()
    await page.get_by_label("What speaks against it?").fill("It was our own shop.")
    await page.get_by_label("Files of text, if you have any").set_input_files(file)
    await page.get_by_role("button", name="Send the appeal").click()

    await expect(page.get_by_role("status").first).to_contain_text("Your appeal is sent.")
    await page.get_by_text("log.txt").click()
    await expect(page.get_by_text("20:00 the picture froze")).to_be_visible()
    await expect(page.get_by_role("button", name="Send the appeal")).to_have_count(0)


async def test_a_file_that_is_refused_loses_no_word(
    filled: Service, browsing: Browsing, tmp_path: Path
) -> None:
    browsing.forgive("status of 422")
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\0")
    page = await browsing.open(filled, A1, sign_in_as=await as_agency(filled))
    await page.get_by_text("Appeal against this flag").click()
    await page.get_by_label("What speaks against it?").fill("It was our own shop.")
    await page.get_by_label("Files of text, if you have any").set_input_files(file)
    await page.get_by_role("button", name="Send the appeal").click()

    await expect(page.get_by_role("alert")).to_contain_text("picture.png is no file of text.")
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label("What speaks against it?")).to_have_value("It was our own shop.")
    assert await axe(page) == []


async def test_the_day_of_a_host_can_be_read_as_a_table(filled: Service, browsing: Browsing) -> None:
    page = await browsing.open(filled, OF_DAY, sign_in_as=await as_agency(filled))
    day = page.locator("#day-live")
    await day.get_by_text("Show as table").click()

    await expect(day.get_by_role("row", name="ana 19:29 19:44 Idle")).to_be_visible()
    await page.get_by_role("link", name="Day after").click()
    await expect(page.get_by_label("Day", exact=True)).to_have_value("2022-02-17")


async def test_newer_figures_come_by_themselves_and_leave_alone_who_writes(
    filled: Service, browsing: Browsing
) -> None:
    page = await browsing.open(filled, OF_DAY, sign_in_as=await as_agency(filled))
    await page.clock.install()
    await page.reload()
    await page.get_by_text("Appeal against this flag").click()
    writing = page.get_by_label("What speaks against it?")
    await writing.fill("It was")
    await page.locator("#visitors summary").first.click()
    await writing.focus()
    await send(filled, *(view(300 + n, visitor=f"x{n}") for n in range(20)))
    await page.clock.fast_forward(16_000)

    await expect(page.locator("#now")).to_contain_text("23")
    await expect(page.locator("#now")).to_contain_text("1 of 3")
    await expect(writing).to_be_focused()
    await expect(writing).to_have_value("It was")
    assert await page.locator("#visitors details").first.evaluate("(one) => one.open")
    await expect(page.locator("#stale")).to_be_hidden()


async def test_the_page_says_when_newer_figures_cannot_be_reached(
    filled: Service, browsing: Browsing
) -> None:
    browsing.forgive("net::ERR_FAILED")
    page = await browsing.open(filled, OF_DAY, sign_in_as=await as_agency(filled))
    await page.clock.install()
    await page.reload()
    await page.route(f"**{A1}*", lambda route: route.abort())
    await page.clock.fast_forward(16_000)

    await expect(page.locator("#stale")).to_be_visible()
    await page.unroute(f"**{A1}*")
    await page.clock.fast_forward(16_000)
    await expect(page.locator("#stale")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [OF_DAY, "/accounts"])
async def test_everybody_can_use_it(filled: Service, browsing: Browsing, path: str, scheme: Scheme) -> None:
    page = await browsing.open(filled, path, sign_in_as=await as_agency(filled), color_scheme=scheme)
    await unfold(page)

    assert await axe(page) == []
    assert (await tab_through(page)).faults == []


@pytest.mark.parametrize("language", ["en", "id", "th"])
@pytest.mark.parametrize("path", [OF_DAY, "/accounts"])
async def test_it_fits_every_window_in_every_language(
    filled: Service, browsing: Browsing, path: str, language: Language
) -> None:
    page = await browsing.open(filled, path, sign_in_as=await as_agency(filled), language=language)
    await unfold(page)

    assert await sideways_scroll(page) == []
    assert await spilling_text(page) == []


async def test_staff_find_an_account_and_its_flags_by_clicks(filled: Service, browsing: Browsing) -> None:
    page = await browsing.open(filled, "/accounts", sign_in_as=await filled.issue(role="admin", name="Ada"))
    await page.get_by_label("Name, id or agency").fill("a1")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("link", name="2 open flags").click()

    await expect(page.get_by_role("heading", name="Account a1")).to_be_visible()
    await expect(page.get_by_role("link", name="Open it in the review").first).to_be_visible()

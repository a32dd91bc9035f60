"""The reference in a real browser: readable on a phone and a wall, by day and by night, and by the keyboard alone."""

from __future__ import annotations

import pytest

from tests.browser.browsing import Browsing, Scheme
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import Service

PATH = "/docs"


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("light", 1280), ("dark", 2560)])
async def test_nothing_grave_keeps_anybody_from_reading_it(
    service: Service, browsing: Browsing, scheme: Scheme, width: int
) -> None:
    page = await browsing.open(service, PATH, color_scheme=scheme, width=width)

    assert await axe(page) == []


async def test_it_fits_every_window(service: Service, browsing: Browsing) -> None:
    page = await browsing.open(service, PATH)

    assert await sideways_scroll(page) == []
    assert await spilling_text(page) == []


async def test_all_of_it_can_be_reached_by_keyboard(service: Service, browsing: Browsing) -> None:
    page = await browsing.open(service, PATH)

    walk = await tab_through(page)

    assert walk.stops[0].what == 'a "Skip to the reference"'
    assert walk.faults == []


async def test_skipping_leads_past_the_list_of_endpoints(service: Service, browsing: Browsing) -> None:
    page = await browsing.open(service, PATH)

    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")

    assert await page.evaluate("() => document.activeElement.closest('main') !== null")

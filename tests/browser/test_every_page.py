"""Every page for everybody who may see it: it opens, and whoever looks, in whatever window, can use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from leaderboard.web.words import LANGUAGE_COOKIE
from tests.browser.browsing import HERE, Browsing, Language, Scheme, browse
from tests.browser.every_page import NO_PAGES, ROLES, SIGHTS, Place, Sight, known_pages, place_of
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import fresh_store

# One world and one browser for all: no test here sends a form.
pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDE, NARROW = 1280, 360
LOOKS: Final[tuple[tuple[int, Scheme], ...]] = ((WIDE, "light"), (WIDE, "dark"), (NARROW, "light"))
each_sight = pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: f"{sight.reader} at {sight.name}")
REFUSED: Final = (("visitor", "/nothing", 404), ("reviewer", "/nothing", 404), ("north", "/ops", 403))
GOOD: Final = {"status": 200, "headings": 1, "has_title": True, "language": "en"}
_FACTS: Final = """() => ({
  headings: document.querySelectorAll('h1').length,
  has_title: /\\S – /.test(document.title),
  language: document.documentElement.lang,
})"""
_CONTENT: Final = """() => [...document.querySelectorAll('main :is(h1, h2, h3, h4, th[scope=row])')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .map((one) => one.textContent.trim().replace(/\\s+/g, ' '))"""
_DEAD: Final = """() => [...document.querySelectorAll('button, input, select, textarea')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .filter((one) => !one.form || one.type === 'button')
  .map((one) => one.outerHTML.slice(0, 100))"""


class Windows:
    """A window of each reader, with scripts and without, opened when it is first looked through."""

    def __init__(self, browsing: Browsing, place: Place) -> None:
        self.browsing, self.place = browsing, place
        self._open: dict[tuple[str, bool], Page] = {}

    async def of(self, caller: str, *, scripts: bool = True) -> Page:
        """As wide, as light and as English as it was at first."""
        page = self._open.get((caller, scripts))
        if page is None:
            token = self.place.world.tokens[caller] if ROLES[caller] else ""
            where = "/me" if token else "/sign-in"
            service = self.place.world.service
            page = await self.browsing.open(service, where, sign_in_as=token, scripts=scripts)
            self._open[caller, scripts] = page
        await resize(page, WIDE)
        await page.emulate_media(color_scheme="light")
        await speak(page, "en")
        return page

    async def at(self, sight: Sight, language: Language = "en", *, scripts: bool = True) -> Page:
        """The window of who looks closely at a page, at that page."""
        page = await self.of(sight.reader, scripts=scripts)
        await speak(page, language)
        answer = await page.goto(self.place.url(sight))
        assert answer is not None
        assert answer.ok, f"{answer.status}: {answer.url}"
        return page


async def resize(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 800})


async def speak(page: Page, language: Language) -> None:
    """From the next page on."""
    await page.context.add_cookies(
        [{"name": LANGUAGE_COOKIE, "value": language, "domain": HERE, "path": "/"}]
    )


async def unfold(page: Page) -> None:
    """Opens all that folds."""
    await page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(store_url: str, apollo: Callable[..., str]) -> AsyncIterator[Place]:
    async with fresh_store(store_url) as store, place_of(store, apollo) as place:
        yield place


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def every_window(chromium: str, place: Place) -> AsyncIterator[Windows]:
    async with browse(chromium) as browsing:
        yield Windows(browsing, place)


@pytest.fixture
def windows(every_window: Windows) -> Iterator[Windows]:
    """What goes wrong in them fails the test in which it does."""
    before = len(every_window.browsing.problems)
    yield every_window
    assert every_window.browsing.problems[before:] == []


async def test_every_page_is_looked_at() -> None:
    looked_at = {one.path for one in SIGHTS}

    assert looked_at | NO_PAGES == known_pages()
    assert looked_at & NO_PAGES == set()
    assert [one.name for one in SIGHTS if not one.is_for(one.reader)] == []


@pytest.mark.parametrize("caller", ROLES)
async def test_it_opens_for_everybody_who_may_see_it(windows: Windows, caller: str) -> None:
    page = await windows.of(caller)
    found: dict[str, Any] = {}
    for sight in (one for one in SIGHTS if one.is_for(caller)):
        answer = await page.goto(windows.place.url(sight))
        assert answer is not None
        found[sight.name] = {"status": answer.status, **await page.evaluate(_FACTS)}

    assert {name: facts for name, facts in found.items() if facts != GOOD} == {}
    assert found != {}


@each_sight
async def test_everybody_can_read_it(windows: Windows, sight: Sight) -> None:
    page = await windows.at(sight)
    await unfold(page)
    found: dict[tuple[int, Scheme], list[str]] = {}
    for width, scheme in LOOKS:
        await resize(page, width)
        await page.emulate_media(color_scheme=scheme)
        found[width, scheme] = await axe(page)

    assert {look: faults for look, faults in found.items() if faults} == {}


@each_sight
async def test_everybody_can_use_it_without_a_pointer(windows: Windows, sight: Sight) -> None:
    page = await windows.at(sight)
    await unfold(page)

    assert (await tab_through(page)).faults == []


@each_sight
async def test_it_fits_every_window(windows: Windows, sight: Sight) -> None:
    page = await windows.at(sight)
    await unfold(page)

    assert await sideways_scroll(page) == []
    assert await spilling_text(page) == []


@pytest.mark.parametrize("language", ["id", "th"])
@each_sight
async def test_it_fits_in_every_language(windows: Windows, sight: Sight, language: Language) -> None:
    page = await windows.at(sight, language)
    await unfold(page)

    assert await page.evaluate("() => document.documentElement.lang") == language
    assert await sideways_scroll(page) == []
    assert await spilling_text(page, (WIDE, NARROW)) == []


@each_sight
async def test_without_scripts_all_of_it_is_there_and_works(windows: Windows, sight: Sight) -> None:
    with_scripts = await (await windows.at(sight)).evaluate(_CONTENT)
    page = await windows.at(sight, scripts=False)
    content = await page.evaluate(_CONTENT)

    assert [one for one in with_scripts if one not in content] == []
    assert await page.evaluate(_DEAD) == []
    assert content != []


@pytest.mark.parametrize(("caller", "path", "status"), REFUSED)
async def test_a_refusal_is_a_page_like_any_other(
    every_window: Windows, caller: str, path: str, status: int
) -> None:
    before = len(every_window.browsing.problems)
    page = await every_window.of(caller)
    answer = await page.goto(every_window.place.world.service.url + path)
    assert answer is not None
    facts = await page.evaluate(_FACTS)

    assert {"status": answer.status, **facts} == GOOD | {"status": status}
    assert await axe(page) == []
    assert (await tab_through(page)).faults == []
    assert await sideways_scroll(page) == []
    # Of a refused page the browser says so itself, and nothing else.
    assert [f"status of {status}" in one for one in every_window.browsing.problems[before:]] == [True]

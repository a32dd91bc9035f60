"""A real Chromium that opens our pages, reaches nothing but this machine, and remembers whatever went wrong in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Literal, Protocol
from urllib.parse import quote, urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    async_playwright,
)

Language = Literal["en", "id", "th"]
Scheme = Literal["light", "dark"]

WIDTHS: Final = (360, 768, 1280, 2560)
PATIENCE_MS: Final = 20_000
_LOCALES: Final = {"en": "en-US", "id": "id-ID", "th": "th-TH"}
HERE: Final = "127.0.0.1"
_FLAGS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    # No name and no other address can be reached, whoever asks: a page, or the browser on its own account.
    f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {HERE}",
)


class Served(Protocol):
    """Whatever answers at an address."""

    @property
    def url(self) -> str:
        """Without a slash at its end."""


def find_chromium() -> str | None:
    """Where the browser is: `chromium` on the path, or what the variable CHROMIUM names."""
    return shutil.which(os.environ.get("CHROMIUM") or "chromium")


class Browsing:
    """Windows of one browser, each with its own cookies; what goes wrong in any of them is a problem."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._noted: list[str] = []
        self._forgiven: list[str] = []

    @property
    def problems(self) -> list[str]:
        """Errors of scripts and of the console, broken policies, requests to elsewhere; without what is forgiven."""
        return [one for one in self._noted if not any(words in one for words in self._forgiven)]

    def forgive(self, words: str) -> None:
        """A problem with these words in it is part of the test, such as "status of 403"."""
        self._forgiven.append(words)

    async def open(
        self,
        service: Served,
        path: str,
        *,
        sign_in_as: str = "",
        language: Language = "en",
        color_scheme: Scheme = "light",
        width: int = 1280,
        height: int = 800,
        zone: str = "UTC",
        scripts: bool = True,
    ) -> Page:
        """A page in a new window of its own, signed in by a token if there is one; or with scripts turned off."""
        context = await self._browser.new_context(
            color_scheme=color_scheme,
            java_script_enabled=scripts,
            locale=_LOCALES[language],
            timezone_id=zone,
            viewport={"width": width, "height": height},
        )
        page = await self._watched(context)
        if sign_in_as:
            await sign_in(page, service, sign_in_as, path)
        else:
            await page.goto(service.url + path)
        return page

    async def visit(self, url: str) -> Page:
        """Whatever is at an address, in a new window of its own."""
        page = await self._watched(await self._browser.new_context(locale=_LOCALES["en"], timezone_id="UTC"))
        await page.goto(url)
        return page

    async def _watched(self, context: BrowserContext) -> Page:
        context.set_default_timeout(PATIENCE_MS)
        self._watch(context)
        return await context.new_page()

    def _watch(self, context: BrowserContext) -> None:
        context.on("console", self._note_console)
        context.on("weberror", self._note_error)
        context.on("request", self._note_request)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._noted.append(f"console of {message.location['url']}: {message.text}")

    def _note_error(self, error: WebError) -> None:
        self._noted.append(f"script: {error.error}")

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != HERE:
            self._noted.append(f"request to elsewhere: {request.url}")


async def sign_in(page: Page, service: Served, token: str, path: str) -> None:
    """As a person does who was sent to a page and has a token: pastes it, presses the button, and is there."""
    await page.goto(f"{service.url}/sign-in?next={quote(path, safe='')}")
    form = page.locator("form", has=page.locator("[name=token]"))
    await form.locator("[name=token]").fill(token)
    async with page.expect_event("framenavigated"):
        await form.get_by_role("button").click()
    await page.wait_for_load_state()
    assert urlsplit(page.url).path != "/sign-in", f"not signed in: {await page.locator('main').inner_text()}"


@asynccontextmanager
async def browse(chromium: str) -> AsyncIterator[Browsing]:
    """A browser of its own, closed with all its windows when left."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield Browsing(browser)
        await browser.close()

"""Campaigns by clicks alone: made, with an error put right; taken part in; closed and certified. For everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.browsing import Browsing, Language, Scheme
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import SIGNING_KEY, Service
from tests.web.asking import TOML
from tests.web.lives import CUTOFF_MS, put_life
from tests.workers.closing import archive, campaign_of_two
from workers.scheduler import Recounting, Scheduler

AHEAD = {"start": "2098-02-14T00:00:00", "end": "2098-02-28T00:00:00", "close": "clock"}
RUNNING = {"start": "2022-02-14T00:00:00", "end": "2099-02-28T00:00:00", "close": "clock"}
ENROLLMENTS = "/campaigns/autumn/enrollments"
SCHEDULE = [{"start": "2098-02-16T03:00:00Z", "end": "2098-02-16T05:00:00Z"}]


async def press(page: Page, name: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


async def put(service: Service, text: str, name: str, query: str = "") -> None:
    answer = await service.ask("PUT", f"/v1/campaigns/{name}{query}", data=text.encode(), headers=TOML)
    assert answer.status == 201, answer.body


async def test_a_campaign_is_made_by_clicks_with_an_error_put_right(
    service: Service, browsing: Browsing
) -> None:
    browsing.forgive("status of 422")
    page = await browsing.open(service, "/campaigns", sign_in_as=service.admin_token)
    await page.get_by_role("link", name="New campaign").click()
    await page.get_by_label("Begin with an example").select_option("apollo-us-2022")
    await press(page, "Put it into the editor")
    await page.locator("summary", has_text="Begin with an example").click()
    async with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
        await page.get_by_role("button", name="Put it into the editor").click()
    question = (await asked.value).message
    editor = page.get_by_label("Definition", exact=True)
    assert question == "Put the example in place of what stands in the editor?"
    text = (await editor.input_value()).replace("2022-02-", "2098-02-").replace('"apollo-us-2022"', '"mine"')
    await editor.fill(text.replace('at = "open"', 'at = "opening"'))
    await press(page, "Check")
    await expect(page.get_by_role("alert")).to_contain_text("1 thing is to be corrected")
    await page.locator(".line.wrong").click()
    assert (
        await editor.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
        == 'at = "opening"'
    )

    await page.keyboard.type('at = "open"')
    await press(page, "Check")
    await expect(page.get_by_text("Ranks partner accounts by distinct visitors")).to_be_visible()
    await press(page, "Save as draft")
    await expect(page.get_by_text("Saved as a draft.")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    await press(page, "Publish")

    await expect(page.locator(".life [aria-current=step]")).to_have_text("Scheduled")
    await page.get_by_role("link", name="Rules").click()
    await expect(page.get_by_text("Ranks partner accounts by distinct visitors")).to_be_visible()


async def test_an_agency_asks_by_rows_and_an_admin_approves(
    apollo_service: Service, apollo: Callable[..., str], browsing: Browsing
) -> None:
    await put(apollo_service, apollo("autumn", **AHEAD), "autumn")
    north = await apollo_service.issue(role="agency", agency="north", name="Nora")
    nora = await browsing.open(apollo_service, ENROLLMENTS, sign_in_as=north)
    await nora.get_by_role("link", name="Ask to take part Account a1").click()
    await nora.get_by_label("Id of the host").fill("maya")
    await nora.get_by_label("Name (of a host not known yet)").fill("Maya")
    slot = nora.get_by_role("group", name="Slot 1 of host 1")
    await slot.get_by_label("Day").fill("2098-02-15")
    await slot.get_by_label("Start").fill("22:00")
    await slot.get_by_label("End").fill("01:00")
    await nora.locator("form.rows").get_by_label("Note for the operator").fill("Late evenings.")
    async with nora.expect_navigation():
        await nora.locator("form.rows").get_by_role("button", name="Send the request").click()
    await expect(nora.get_by_text("Your request is sent.")).to_be_visible()

    admin = await browsing.open(apollo_service, "/campaigns", sign_in_as=apollo_service.admin_token)
    await admin.get_by_role("link", name="1 request to take part").click()
    await admin.get_by_role("link", name="Look and decide").click()
    await expect(admin.get_by_text("15 Feb 2098, 22:00 PST – 16 Feb 2098, 01:00 PST")).to_be_visible()
    await press(admin, "Approve")

    await nora.goto(apollo_service.url + ENROLLMENTS)
    enrolled = nora.get_by_role("region", name="Your accounts that take part")
    await expect(enrolled.get_by_role("link", name="Account a1")).to_be_visible()


@asynccontextmanager
async def working(service: Service, directory: Path) -> AsyncIterator[None]:
    """The archive follows, and a scheduler runs beside the pages."""
    stopping = asyncio.Event()
    scheduler = Scheduler(
        service.store, Recounting(directory, id_memory_h=48, signing_key=SIGNING_KEY, apart=False)
    )
    tasks = [
        asyncio.create_task(scheduler.run(stopping)),
        asyncio.create_task(_keep(service, directory, stopping)),
    ]
    yield
    stopping.set()
    await asyncio.gather(*tasks)


async def _keep(service: Service, directory: Path, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        await service.count()
        await archive(service, directory)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), 1)


async def test_a_campaign_is_closed_audited_and_certified_by_clicks(
    service: Service, apollo: Callable[..., str], browsing: Browsing, tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo())
    async with working(service, tmp_path):
        page = await browsing.open(service, "/campaigns/apollo-test/manage", sign_in_as=service.admin_token)
        await page.get_by_label("Counting ends now, for everybody.").check()
        await press(page, "Close the campaign")
        here = page.locator(".life [aria-current=step]")
        while await here.inner_text() != "Under review":
            await asyncio.sleep(0.2)
            await page.reload()
        await press(page, "Audit now")
        await expect(page.locator("#audit .badge")).to_have_text("Agrees", timeout=60_000)
        await page.get_by_label("I have looked at the standings").check()
        await press(page, "Certify the result")
        await expect(here).to_have_text("Certified", timeout=60_000)


async def in_every_state(service: Service, apollo: Callable[..., str]) -> None:
    """A draft, one ahead with a request that needs a waiver, one that runs, and one in review that is blocked."""
    await put(service, apollo("draft-one"), "draft-one", "?draft=true")
    await put(service, apollo("autumn", **AHEAD), "autumn")
    await put(service, apollo("running", **RUNNING), "running")
    north = await service.issue(role="agency", agency="north")
    days = [{"start": f"2098-02-{day}T06:00:00Z", "end": f"2098-02-{day}T22:00:00Z"} for day in range(15, 22)]
    hosts = [{"host_id": "maya", "name": "Maya", "schedule": days}]
    asked = {"hosts": hosts, "note": "Maya goes on air for the whole week of the fair."}
    answer = await service.ask("POST", "/v1/campaigns/autumn/enrollments/a1/request", asked, token=north)
    assert answer.status == 202, answer.body
    await put_life(service, state="review", cutoff_ms=CUTOFF_MS, since_ms=CUTOFF_MS + 1)


@pytest.mark.parametrize(
    "path",
    [
        "/campaigns",
        "/campaigns/new?example=every-award",
        "/campaigns/running/edit",
        "/campaigns/running/rules",
        "/campaigns/apollo-test/manage",
        ENROLLMENTS,
        f"{ENROLLMENTS}/a1",
    ],
)
@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "th")])
async def test_everybody_can_use_the_pages(
    apollo_service: Service,
    apollo: Callable[..., str],
    browsing: Browsing,
    path: str,
    scheme: Scheme,
    language: Language,
) -> None:
    await in_every_state(apollo_service, apollo)
    page = await browsing.open(
        apollo_service, path, sign_in_as=apollo_service.admin_token, color_scheme=scheme, language=language
    )
    await page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")

    await sound(page)


async def sound(page: Page) -> None:
    assert await axe(page) == []
    assert (await tab_through(page)).faults == []
    assert await sideways_scroll(page) == []
    assert await spilling_text(page) == []


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "id")])
@pytest.mark.parametrize("is_wrong", [True, False])
async def test_everybody_can_use_what_the_editor_answers(
    service: Service, browsing: Browsing, scheme: Scheme, language: Language, is_wrong: bool
) -> None:
    browsing.forgive("status of 422")
    page = await browsing.open(
        service,
        "/campaigns/new?example=apollo-us-2022",
        sign_in_as=service.admin_token,
        color_scheme=scheme,
        language=language,
    )
    editor = page.locator("#definition")
    if is_wrong:
        await editor.fill((await editor.input_value()).replace("14h", "14 hours"))
    async with page.expect_navigation():
        await page.locator(".editor-text button[value=check]").click()

    await sound(page)

"""The whole story of a campaign by clicks alone: a flag, an appeal, decisions, the close, the result, and the money.

The demo runs as a user starts it, and everybody comes in by the link that it prints.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Page, expect

from tests.browser.browsing import Browsing
from tests.browser.screenshots import demonstrating

CAMPAIGN = "Apollo (demo, made-up data)"
HELD = "Nebula Studio (demo)"
APPEAL = "A batch of lamps was broken, and the supplier has confirmed it."
PATIENCE_S = 120.0
_LINK = re.compile(r"^  (\S+) +(http\S+/sign-in/link/\S+)$", re.MULTILINE)


class People:
    """Everybody in a window of their own, signed in by a link of the demo."""

    def __init__(self, browsing: Browsing, links: dict[str, str]) -> None:
        self._browsing, self._links = browsing, links
        self._windows: dict[str, Page] = {}

    async def window(self, person: str) -> Page:
        if person not in self._windows:
            page = await self._browsing.visit(self._links[person])
            page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
            await page.get_by_role("button", name="Sign in on this device").click()
            self._windows[person] = page
        return self._windows[person]

    async def at(self, person: str, tab: str = "") -> Page:
        """Somebody's window, at a tab of the campaign; reached by clicks."""
        page = await self.window(person)
        await page.get_by_role("navigation", name="Main").get_by_role("link", name="Campaigns").click()
        await page.get_by_role("main").get_by_role("link", name=CAMPAIGN).first.click()
        if tab:
            await page.get_by_role("navigation", name="Campaign").get_by_role("link", name=tab).click()
        return page


@asynccontextmanager
async def sandbox(browsing: Browsing) -> AsyncIterator[People]:
    """A demo that runs, and its people."""
    async with demonstrating() as demo:
        said = (demo.data.parent / "demo.log").read_text("utf-8")
        yield People(browsing, dict(_LINK.findall(said)))


async def until_shown(page: Page, words: str | re.Pattern[str], where: str = "main") -> None:
    """Looks at the page again and again until it says so: what was asked for takes a while."""
    until_s = monotonic() + PATIENCE_S
    while not await page.locator(where).filter(has_text=words).count():
        if monotonic() > until_s:
            pytest.fail(f"{words!r} was not shown: {await page.get_by_role('main').inner_text()}")
        await page.wait_for_timeout(1_000)
        await page.reload()


async def appeal(agency: Page) -> None:
    await agency.get_by_role("navigation", name="Main").get_by_role("link", name="My accounts").click()
    await agency.get_by_role("main").get_by_role("link", name=HELD).first.click()
    await until_shown(agency, "Appeal against this flag")
    await agency.get_by_text("Appeal against this flag").click()
    await agency.get_by_label("What speaks against it?").fill(APPEAL)
    await agency.get_by_role("button", name="Send the appeal").click()
    await expect(agency.get_by_role("status").first).to_be_visible()


async def decide(reviewer: Page, decision: str, reason: str) -> None:
    await reviewer.get_by_role("radio", name=decision).check()
    await reviewer.get_by_label("Reason", exact=True).fill(reason)
    await reviewer.get_by_role("button", name="Save and go to the next").click()
    await expect(reviewer.get_by_role("status").first).to_be_visible()


async def show(reviewer: Page, part: str) -> int:
    """A part of the queue, and how many are in it."""
    link = reviewer.get_by_role("main").get_by_role("link", name=re.compile(f"^{part} \\d+$"))
    await link.click()
    return int((await link.inner_text()).split()[-1])


async def test_from_a_flag_to_the_money_by_clicks_alone(browsing: Browsing, tmp_path: Path) -> None:
    async with sandbox(browsing) as people:
        agency = await people.window("agency")
        await appeal(agency)

        await the_appeal_is_answered_and_the_other_hold_takes_two(people)
        await agency.reload()
        await expect(agency.get_by_role("main")).to_contain_text("The supplier's letter shows it.")

        await the_operator_closes_and_certifies(people)
        await two_people_pay(people, tmp_path)

        operator = await people.at("operator", "Manage")
        await until_shown(operator, "Paid", "[data-state=paid]")


async def the_appeal_is_answered_and_the_other_hold_takes_two(people: People) -> None:
    first = await people.at("reviewer", "Review")
    assert await show(first, "Appealed") == 1
    await expect(first.get_by_role("main")).to_contain_text(APPEAL)
    await decide(first, "Dismiss", "The supplier's letter shows it.")

    assert await show(first, "Held") == 1
    await decide(first, "Uphold", "Nothing explains so many refunds.")
    second = await people.at("second-reviewer", "Review")
    assert await show(second, "Second reviewer") == 1
    await decide(second, "Uphold: confirm as second reviewer", "I have looked, and it is so.")


async def the_operator_closes_and_certifies(people: People) -> None:
    operator = await people.at("operator", "Manage")
    await operator.get_by_label("Counting ends now, for everybody.").check()
    await operator.get_by_role("button", name="Close the campaign").click()
    await until_shown(operator, "Under review", "[data-state=review]")
    await whatever_is_held_since_is_decided(people)

    await operator.get_by_role("button", name="Audit now").click()
    await until_shown(operator, "I have looked at the standings")
    await operator.get_by_label("I have looked at the standings").check()
    await operator.get_by_role("button", name="Certify the result").click()
    await until_shown(operator, "Certified", "[data-state=certified]")

    await operator.get_by_role("link", name="Result", exact=True).click()
    await expect(operator.get_by_role("main")).to_contain_text(re.compile("[0-9a-f]{64}"))


async def whatever_is_held_since_is_decided(people: People) -> None:
    """The detectors look at the close; they find what the demo has planted."""
    reviewer = await people.at("reviewer", "Review")
    for _ in range(await show(reviewer, "Held")):
        await show(reviewer, "Held")
        await decide(reviewer, "Dismiss", "An evening on which a clip went viral.")


async def two_people_pay(people: People, directory: Path) -> None:
    preparer = await people.at("preparer", "Payouts")
    await preparer.get_by_role("link", name="Prepare a batch").click()
    await preparer.get_by_role("button", name=re.compile("Prepare a batch of")).click()
    await expect(preparer.get_by_role("main")).to_contain_text("You prepared it: another person approves.")

    approver = await people.at("approver", "Payouts")
    await approver.get_by_role("main").get_by_role("link", name="apollo-demo-1").first.click()
    await approver.get_by_role("button", name=re.compile("^Approve USD")).click()
    await approver.get_by_label("After this step the batch cannot be given up").check()
    await approver.get_by_role("button", name="Make the file for the bank").click()
    async with approver.expect_download() as download:
        await approver.get_by_role("link", name="Download the file for the bank").click()
    await (await download.value).save_as(directory / "bank.ach")
    assert (directory / "bank.ach").read_bytes().startswith(b"101 ")

    await preparer.reload()
    await preparer.get_by_role("link", name="Take in what the bank reports").click()
    await preparer.get_by_role("button", name="All paid").click()
    await preparer.get_by_role("button", name=re.compile("^Take in")).click()
    await expect(preparer.get_by_role("main")).to_contain_text("Everybody in it is paid.")

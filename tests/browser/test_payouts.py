"""Paying by clicks alone: two people, a file, and what the bank said of it. And whether everybody can use the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from leaderboard.store.store import Store
from tests.browser.browsing import Browsing, Language, Scheme
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import set_up_apollo
from tests.web.paying import CAMPAIGN, Paid, paying

PAGE = f"/campaigns/{CAMPAIGN}/payouts"
BATCH = f"/payouts/{CAMPAIGN}-1"
AWARD = f"{PAGE}/awards/top_five/a1"
PAYEE = "/accounts/a1/payee"


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


async def test_two_people_pay_by_clicks_and_take_in_what_the_bank_says(
    paid: Paid, browsing: Browsing, tmp_path: Path
) -> None:
    pia = await browsing.open(paid.service, PAGE, sign_in_as=paid.preparer)
    await pia.get_by_role("link", name="Prepare a batch").click()
    assert await axe(pia) == []
    await pia.get_by_role("button", name="Prepare a batch of 3 awards").click()
    await expect(pia.get_by_text("You prepared it: another person approves.")).to_be_visible()

    ada = await browsing.open(paid.service, PAGE, sign_in_as=paid.approver)
    await ada.get_by_role("link", name=f"{CAMPAIGN}-1").click()
    ada.on("dialog", lambda dialog: dialog.accept())
    await ada.get_by_role("button", name="Approve USD").click()
    await expect(ada.get_by_text("The batch is approved.")).to_be_visible()

    await pia.reload()
    pia.on("dialog", lambda dialog: dialog.accept())
    await pia.get_by_label("After this step the batch cannot be given up").check()
    await pia.get_by_role("button", name="Make the file for the bank").click()
    async with pia.expect_download() as download:
        await pia.get_by_role("link", name="Download the file for the bank").click()
    assert (await (await download.value).path()).read_bytes().startswith(b"101 ")

    first, second, third = (line.id for line in await paid.lines(f"{CAMPAIGN}-1"))
    report = tmp_path / "bank.csv"
    report.write_text(f"id,status,code\n{first},paid,\n{second},returned,R03\n{third},paid,\n")
    await pia.get_by_role("link", name="Take in what the bank reports").click()
    await pia.get_by_label("Return file (Nacha) or CSV").set_input_files(report)
    await pia.get_by_role("button", name="Read the file").click()
    await expect(pia.get_by_text("there is no such account (R03)")).to_be_visible()
    assert await axe(pia) == []
    await pia.get_by_role("button", name="Take in 3 lines").click()

    await expect(pia.get_by_text("What the bank reported is taken in.")).to_be_visible()
    states = [line.state for line in await paid.lines(f"{CAMPAIGN}-1")]
    assert states == ["paid", "returned", "paid"]


async def test_bank_details_are_proposed_and_confirmed_by_clicks(paid: Paid, browsing: Browsing) -> None:
    agency = await paid.service.issue(role="agency", agency="north", name="Nora")
    nora = await browsing.open(paid.service, PAYEE, sign_in_as=agency)
    await nora.get_by_label("Name of the account's holder").fill("Zelda Quartermain")
    await nora.get_by_label("Town").fill("Berlin")
    await nora.get_by_label("Country", exact=True).select_option("DE")
    await nora.get_by_label("Elsewhere, with an IBAN").check()
    await expect(nora.get_by_label("Routing number (ABA)")).to_be_hidden()
    await nora.get_by_label("IBAN", exact=True).fill("DE89 3704 0044 0532 0130 01")
    await nora.get_by_role("button", name="Propose").click()
    assert await nora.get_by_label("IBAN", exact=True).evaluate("one => one.validationMessage")

    await nora.get_by_label("IBAN", exact=True).fill("DE89 3704 0044 0532 0130 00")
    await nora.get_by_role("button", name="Propose").click()
    await expect(nora.get_by_text("Waits for confirmation")).to_be_visible()

    ada = await browsing.open(paid.service, PAYEE, sign_in_as=paid.approver)
    await ada.get_by_label("Account number or IBAN, as the payee told it").fill("DE89370400440532013000")
    await ada.get_by_role("button", name="Compare and confirm").click()
    await expect(ada.get_by_text("The bank details are confirmed.")).to_be_visible()


async def in_every_state(paid: Paid) -> None:
    """A batch at the bank with a line that came back, an award that is held, and a proposal of bank details."""
    batch = await paid.exported()
    line = (await paid.lines(batch))[1]
    await paid.reconcile(batch, {"id": line.id, "status": "returned", "code": "R03"})
    dispute = {"reason": "Another account sold this."}
    await paid.service.ask(
        "PUT", f"/v1/campaigns/{CAMPAIGN}/disputes/top_five/a2", dispute, token=paid.preparer
    )
    details = {
        "type": "person",
        "holder": "Zelda Quartermain",
        "address": {"town": "Springfield", "country": "US"},
        "bank": {"routing": "021000021", "account": "000777888999"},
    }
    await paid.service.ask("PUT", "/v1" + PAYEE, details, token=paid.preparer)


async def opened(paid: Paid, browsing: Browsing, path: str, scheme: Scheme, language: Language) -> Page:
    await in_every_state(paid)
    return await browsing.open(
        paid.service, path, sign_in_as=paid.approver, color_scheme=scheme, language=language
    )


@pytest.mark.parametrize("path", [PAGE, BATCH, f"{BATCH}/reconcile", AWARD, PAYEE, "/ledger"])
@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "th")])
async def test_everybody_can_use_the_pages(
    paid: Paid, browsing: Browsing, path: str, scheme: Scheme, language: Language
) -> None:
    page = await opened(paid, browsing, path, scheme, language)

    assert await axe(page) == []
    assert (await tab_through(page)).faults == []
    assert await sideways_scroll(page) == []
    assert await spilling_text(page) == []

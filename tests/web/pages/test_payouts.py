"""Payouts as pages: what is due and what holds, a batch from its preparation to the bank's word; who may do what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from msgspec.structs import replace

from leaderboard.store.store import Store
from tests.conftest import Service, set_up_apollo
from tests.web.pages.paying_people import BATCH, PAGE, approved, exported, prepared
from tests.web.pages.visiting import Shown, Visitor, sign_in, sign_in_with
from tests.web.paying import CAMPAIGN, Paid, paying

AWARD = f"{PAGE}/awards/top_five/a1"


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


@pytest.fixture
async def pia(paid: Paid) -> Visitor:
    return await sign_in_with(paid.service, paid.preparer)


@pytest.fixture
async def ada(paid: Paid) -> Visitor:
    return await sign_in_with(paid.service, paid.approver)


async def test_the_page_says_what_can_be_paid_and_until_when(pia: Visitor) -> None:
    shown = await pia.get(PAGE)

    assert shown.status == 200
    assert "USD 6,512.34" in shown.text.replace("\xa0", " ")
    assert "3 awards can be paid." in shown.text
    assert "25 Mar 2022" in shown.text
    assert "banking days ago." in shown.text
    assert shown.tree.xpath(f"//a[@href='{PAGE}/prepare']")


async def test_without_a_result_the_page_says_what_is_waited_for(apollo_service: Service) -> None:
    visitor = await sign_in(apollo_service, role="payout_preparer", name="Pia")
    shown = await visitor.get(PAGE)

    assert shown.status == 200
    assert "Nothing can be paid yet" in shown.text


async def test_a_held_award_is_told_with_who_can_lift_it_and_where(paid: Paid, pia: Visitor) -> None:
    await paid.store.payees.make(
        "reject", "a2", await paid.store.payees.of("a2"), replace(await paid.store.payees.of("a2"), current=None),
        actor="test",
    )  # fmt: skip
    shown = await pia.get(PAGE)

    assert "Bank details are missing" in shown.text
    assert "The agency or a payout preparer proposes them." in shown.text
    assert shown.tree.xpath("//a[@href='/accounts/a2/payee']")


async def test_a_batch_is_looked_at_before_it_is_prepared(paid: Paid, pia: Visitor) -> None:
    preview = await pia.get(f"{PAGE}/prepare")

    assert preview.text.replace("\xa0", " ").count("USD 4,000.00") == 1
    assert "1234" in preview.text
    assert "Prepare a batch of 3 awards" in preview.text
    assert await paid.store.payouts.batches(CAMPAIGN) == []


async def test_a_batch_is_prepared_once(paid: Paid, pia: Visitor) -> None:
    first, second = await prepared(pia), await prepared(pia)

    assert (first.status, first.location) == (303, f"{BATCH}?done=batch_prepared")
    assert second.location == f"{BATCH}?done=batch_stands"
    assert len(await paid.store.payouts.batches(CAMPAIGN)) == 1


async def test_the_lines_stand_by_award_and_place_with_a_sum_for_each_award(pia: Visitor) -> None:
    preview = await pia.get(f"{PAGE}/prepare")
    batch = await pia.follow(await prepared(pia))

    for shown in (preview, batch):
        heads = [
            one.text_content().replace("\xa0", " ").split() for one in shown.tree.xpath("//tbody/tr[1]/th")
        ]
        amounts = shown.tree.xpath("//tbody//td[@class='number' and starts-with(text(), 'USD')]/text()")
        assert [" ".join(head) for head in heads] == [
            "Gmv rebate 1 award, USD 12.34",
            "Top five 2 awards, USD 6,500.00",
        ]
        assert [one.replace("\xa0", " ") for one in amounts] == ["USD 12.34", "USD 4,000.00", "USD 2,500.00"]


async def test_money_is_told_by_where_it_is(paid: Paid, pia: Visitor, ada: Visitor) -> None:
    await prepared(pia)
    waiting = figures(await pia.get(PAGE))
    await exported(pia, ada)
    at_the_bank = figures(await pia.get(PAGE))
    first, second, _ = await paid.lines(f"{CAMPAIGN}-1")
    await paid.reconcile(
        f"{CAMPAIGN}-1",
        {"id": first.id, "status": "paid"},
        {"id": second.id, "status": "returned", "code": "R03"},
    )

    assert waiting == ["Waits for approval USD 6,512.34"]
    assert at_the_bank == ["At the bank USD 6,512.34"]
    assert figures(await pia.get(PAGE)) == [
        "At the bank USD 2,500.00",
        "Paid USD 12.34",
        "Came back USD 4,000.00",
    ]


def figures(shown: Shown) -> list[str]:
    """Where the money is, as the first card says it."""
    rows = shown.tree.xpath("(//section[contains(@class, 'card')])[1]//ul/li")
    return [" ".join(row.text_content().replace("\xa0", " ").split()) for row in rows]


async def test_who_prepared_is_told_that_another_person_approves(paid: Paid, pia: Visitor) -> None:
    shown = await pia.follow(await prepared(pia))
    # Somebody with two tokens of one name is one person.
    same = await sign_in(paid.service, role="payout_approver", name="pia")
    as_approver = await same.get(BATCH)
    tried = await same.post(
        f"{BATCH}/approve", {"content_sha256": shown.tree.xpath("//main//code/text()")[0]}
    )

    assert "You prepared it: another person approves." in shown.text
    assert "You prepared it: another person approves." in as_approver.text
    assert not as_approver.tree.xpath(f"//form[@action='{BATCH}/approve']")
    assert tried.status == 403
    assert tried.tree.xpath("//main//*[@role='alert']")


async def test_an_approval_is_of_what_was_looked_at(pia: Visitor, ada: Visitor) -> None:
    await prepared(pia)
    tried = await ada.post(f"{BATCH}/approve", {"content_sha256": "0" * 64})

    assert tried.status == 409
    assert tried.tree.xpath("//main//*[@role='alert']")
    assert "Waits for approval" in tried.text


async def test_the_file_is_made_by_a_form_and_then_downloaded(pia: Visitor, ada: Visitor) -> None:
    await approved(pia, ada)
    early = await pia.get(f"{BATCH}/files/bank")
    unsure = await pia.post(f"{BATCH}/export")
    made = await pia.post(f"{BATCH}/export", {"sure": "yes"})
    file = await pia.get(f"{BATCH}/files/bank")
    again = await ada.get(f"{BATCH}/files/bank")

    assert early.status == 409
    assert unsure.status == 422
    assert "Tick the box to show that you mean it." in unsure.text
    assert (made.status, made.location) == (303, f"{BATCH}?done=batch_exported")
    assert file.status == 200
    assert file.answer.body.startswith(b"101 ")
    assert file.answer.body == again.answer.body
    assert "attachment" in file.answer.headers["Content-Disposition"]
    assert file.answer.headers["Cache-Control"] == "no-store"


async def test_the_list_and_the_manifest_are_downloaded_as_what_they_are(pia: Visitor, ada: Visitor) -> None:
    await exported(pia, ada)
    table, manifest = await pia.get(f"{BATCH}/files/list"), await pia.get(f"{BATCH}/files/manifest")

    assert table.answer.headers["Content-Type"].startswith("text/csv")
    assert b"5550001234" not in table.answer.body
    assert manifest.answer.headers["Content-Type"].startswith("application/json")
    assert (await pia.get(f"{BATCH}/files/other")).status == 404


async def test_a_batch_is_given_up_with_a_reason(pia: Visitor, ada: Visitor) -> None:
    await prepared(pia)
    refused = await ada.post(f"{BATCH}/void", {"reason": ""})
    done = await ada.follow(await ada.post(f"{BATCH}/void", {"reason": "Wrong day."}))

    assert refused.status == 422
    assert "This batch is void" in done.text
    assert "Wrong day." in done.text


async def test_an_award_is_held_back_and_let_go(paid: Paid, pia: Visitor, ada: Visitor) -> None:
    held = await pia.follow(await pia.post(f"{AWARD}/dispute", {"reason": "Another account sold this."}))
    by_preparer = await pia.post(f"{AWARD}/lift", {"reason": "All is well."})
    lifted = await ada.follow(await ada.post(f"{AWARD}/lift", {"reason": "All is well."}))

    assert "Disputed" in held.text
    assert not held.tree.xpath(f"//form[@action='{AWARD}/lift']")
    assert by_preparer.status == 403
    assert "It can be paid." in lifted.text


async def test_a_difference_is_noted_as_settled(paid: Paid, pia: Visitor, ada: Visitor) -> None:
    await exported(pia, ada)
    await paid.certify(
        ("top_five", "a1", "3000.00"), ("top_five", "a2", "2500.00"), ("gmv_rebate", "a1", "12.34")
    )
    before = await ada.get(AWARD)
    shown = await ada.follow(
        await ada.post(f"{AWARD}/settled", {"reason": "Taken back.", "reference": "T-1"})
    )

    assert "Paid with another amount than the result says" in before.text
    assert "Taken back." in shown.text
    assert "Differences after corrections, settled by people" in (await pia.get(PAGE)).text


@pytest.mark.parametrize("role", ["admin", "reviewer"])
async def test_others_look_and_are_told_what_is_waited_for(paid: Paid, pia: Visitor, role: str) -> None:
    await prepared(pia)
    visitor = await sign_in(paid.service, role=role, name="Rita")
    shown = await visitor.get(BATCH)

    assert "It waits for a payout approver." in shown.text
    assert not shown.tree.xpath("//main//form")
    assert (await visitor.get(f"{BATCH}/files/list")).status == 403


async def test_agencies_see_no_payouts(paid: Paid, pia: Visitor) -> None:
    await prepared(pia)
    visitor = await sign_in(paid.service, role="agency", agency="north")

    assert [(await visitor.get(path)).status for path in (PAGE, BATCH, AWARD, "/ledger")] == [403] * 4


async def test_the_ledger_sums_to_nothing_and_is_read_by_account(
    paid: Paid, pia: Visitor, ada: Visitor
) -> None:
    await exported(pia, ada)
    whole = await pia.get(f"/ledger?campaign={CAMPAIGN}")
    of_one = await pia.get(f"/ledger?campaign={CAMPAIGN}&account=a2")
    unknown = await pia.get("/ledger?campaign=nothing-here")

    assert "Batch prepared" in whole.text
    assert whole.tree.xpath("//tfoot//td/text()") == ["USD\xa00.00"]
    assert "a2" in of_one.text
    assert not of_one.tree.xpath("//tbody//a[text()='a1' and ancestor::table[.//tfoot]]")
    assert unknown.status == 404


async def test_an_operator_notes_money_for_a_campaign(paid: Paid) -> None:
    visitor = await sign_in_with(paid.service, paid.service.admin_token)
    wrong = await visitor.post(f"/ledger/{CAMPAIGN}/funding", {"amount": "1,250", "reference": "T-1"})
    done = await visitor.follow(
        await visitor.post(f"/ledger/{CAMPAIGN}/funding", {"amount": "1250.00", "reference": "T-1"})
    )

    assert wrong.status == 422
    assert wrong.tree.xpath("//input[@name='amount' and @aria-invalid='true']/@value") == ["1,250"]
    assert "The money is noted." in done.text
    assert "Given to the campaign" in done.text


@pytest.mark.parametrize(
    ("verb", "status"), [("void", 409), ("sent", 409), ("approve", 303), ("export", 303)]
)
async def test_a_step_again_changes_nothing_and_one_that_does_not_follow_is_refused(
    pia: Visitor, ada: Visitor, verb: str, status: int
) -> None:
    await exported(pia, ada)
    fields = {"reason": "Too late.", "content_sha256": hidden_content(await ada.get(BATCH))}
    fields |= {"file_sha256": "0" * 64, "reference": "By telephone.", "sure": "yes"}
    tried = await ada.post(f"{BATCH}/{verb}", fields)

    assert tried.status == status
    assert "At the bank" in (await ada.get(BATCH)).text


def hidden_content(shown: Shown) -> str:
    """The hash of what is approved, as the page shows it."""
    value: str = shown.tree.xpath("//main//code/text()")[0]
    return value

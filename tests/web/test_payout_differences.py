"""Differences settled by hand, over HTTP: who may note them, of what, and until when a note counts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from leaderboard.store.store import Store
from tests.conftest import Answer, Service, set_up_apollo
from tests.web.asking import refusal_of
from tests.web.lives import PATH
from tests.web.paying import AWARDS, CAMPAIGN, PAYOUTS_PATH, Paid, paying

DIFFERENCE = f"{PATH}/differences/top_five/a1"
NOTE = {"reason": "The rest was sent.", "reference": "wire-7"}
MORE = (("top_five", "a1", "4200.00"), *AWARDS[1:])


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


async def put(paid: Paid, token: str | None = None, path: str = DIFFERENCE, **note: Any) -> Answer:
    return await paid.service.ask("PUT", path, NOTE | note, token=token or paid.approver)


async def shown(paid: Paid) -> tuple[list[str], list[dict[str, Any]]]:
    """Which accounts are held for being paid otherwise, and what is settled."""
    answer = await paid.service.ask("GET", PAYOUTS_PATH, token=paid.approver)
    assert answer.status == 200, answer.body
    held = [one["account_id"] for one in answer.json["held"] if one["reasons"][0]["code"] == "paid_otherwise"]
    return held, answer.json["settled_by_hand"]


async def corrected(paid: Paid) -> str:
    """A batch that was paid, and a correction after it: `a1` is owed 200.00 more."""
    batch = await paid.exported()
    assert (await paid.pay(batch)).status == 200
    await paid.certify(*MORE)
    return batch


async def logged(paid: Paid) -> list[tuple[str, str, str]]:
    page = await paid.store.audit_log.page(100, subject=f"{CAMPAIGN}/top_five/a1")
    return [(one.action, one.actor, one.why) for one in page.entries]


async def test_a_difference_that_is_noted_as_settled_is_held_no_more(paid: Paid) -> None:
    batch = await corrected(paid)
    before = await shown(paid)
    noted = await put(paid)
    held, settled = await shown(paid)

    by = paid.approver.split("_")[1]
    assert (before, held, settled) == ((["a1"], []), [], [noted.json])
    assert noted.status == 201
    assert noted.json.pop("at").endswith("Z")
    (payout,) = [one.id for one in await paid.lines(batch) if (one.award, one.account) == ("top_five", "a1")]
    assert noted.json == NOTE | {
        "award": "top_five",
        "account_id": "a1",
        "payout": payout,
        "paid": {"amount": "4000.00", "currency": "USD"},
        "owed": {"amount": "4200.00", "currency": "USD"},
        "by": by,
    }
    assert await logged(paid) == [("difference.put", by, NOTE["reason"])]


async def test_the_same_again_changes_nothing_and_other_words_take_its_place(paid: Paid) -> None:
    await corrected(paid)
    first = await put(paid)
    again = await put(paid, token=await paid.service.issue(role="payout_approver", name="Ann"))
    other = await put(paid, reference="")

    assert (again.status, again.json) == (200, first.json)
    assert (other.status, other.json["reference"]) == (200, None)
    assert len(await logged(paid)) == 2


async def test_what_a_dropped_award_was_paid_is_settled_too(paid: Paid) -> None:
    await paid.pay(await paid.exported())
    await paid.certify(*AWARDS[1:])
    noted = await put(paid)

    assert (noted.status, noted.json["owed"]) == (201, {"amount": "0.00", "currency": "USD"})
    assert await shown(paid) == ([], [noted.json])


async def test_another_correction_makes_it_a_difference_again_even_one_that_goes_back(paid: Paid) -> None:
    await corrected(paid)
    await put(paid)
    await paid.certify(*MORE)
    same = await shown(paid)
    await paid.certify(("top_five", "a1", "4300.00"), *AWARDS[1:])
    other = await shown(paid)
    await paid.certify(*MORE)
    back = await shown(paid)
    noted = await put(paid)

    assert (same[0], len(same[1])) == ([], 1)
    assert (other, back) == ((["a1"], []), (["a1"], []))
    assert (noted.status, await shown(paid)) == (200, ([], [noted.json]))


async def test_a_payout_that_comes_back_takes_the_note_with_it(paid: Paid) -> None:
    batch = await corrected(paid)
    await put(paid)
    (payout,) = [one.id for one in await paid.lines(batch) if (one.award, one.account) == ("top_five", "a1")]
    returned = await paid.reconcile(batch, {"id": payout, "status": "returned", "code": "R10"})
    settled = (await shown(paid))[1]
    again = await put(paid)
    prepared = await paid.prepare()

    assert (returned.status, settled) == (200, [])
    assert (again.status, refusal_of(again)) == (409, "no_difference")
    assert prepared.json["batch"]["total"] == {"amount": "4200.00", "currency": "USD"}


async def test_where_nothing_differs_nothing_is_noted(paid: Paid) -> None:
    await paid.exported()
    answers = [await put(paid), await put(paid, path=f"{PATH}/differences/no_award/nobody")]

    assert [(one.status, refusal_of(one)) for one in answers] == [(409, "no_difference")] * 2
    assert await shown(paid) == ([], [])


async def test_what_the_bank_does_not_have_is_prepared_again_instead(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    await paid.certify(*MORE)
    refused = await put(paid)

    assert (refused.status, refusal_of(refused)) == (409, "no_difference")
    assert refused.json["detail"].startswith(f"Batch {batch} is not with the bank: prepare the payouts again")


async def test_whoever_prepared_the_payout_does_not_settle_it(paid: Paid) -> None:
    await corrected(paid)
    refused = await put(paid, token=await paid.service.issue(role="payout_approver", name=" pia"))

    assert (refused.status, refusal_of(refused)) == (403, "same_person")
    assert await shown(paid) == (["a1"], [])


@pytest.mark.parametrize("role", ["admin", "reviewer", "payout_preparer"])
async def test_only_an_approver_settles(paid: Paid, role: str) -> None:
    await corrected(paid)
    refused = await put(paid, token=await paid.service.issue(role=role, name="Rita"))

    assert (refused.status, refusal_of(refused)) == (403, "forbidden")


async def test_a_campaign_without_a_result_has_no_differences(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="payout_approver")
    here, nowhere = [
        await apollo_service.ask("PUT", path, NOTE, token=token)
        for path in (DIFFERENCE, "/v1/campaigns/nowhere/differences/top_five/a1")
    ]

    assert (here.status, refusal_of(here)) == (409, "not_certified")
    assert (nowhere.status, refusal_of(nowhere)) == (404, "not_found")


@pytest.mark.parametrize(("field", "value"), [("reason", " "), ("reason", ""), ("reference", "x" * 201)])
async def test_a_field_that_is_wrong_is_named(paid: Paid, field: str, value: str) -> None:
    answer = await put(paid, **{field: value})

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, field)

"""What another batch would pay, and what was noted of a payee: shown to staff, the first without preparing anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from leaderboard.store.store import Store
from tests.conftest import set_up_apollo
from tests.web.paying import PAYOUTS_PATH, Paid, paying

SCREENING = {"verdict": "review", "list": "OFAC SDN", "list_version": "2026-11-20", "note": "A namesake?"}


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


async def test_what_would_be_paid_is_listed_until_it_is_in_a_batch(paid: Paid) -> None:
    before = await paid.service.ask("GET", PAYOUTS_PATH, token=paid.preparer)
    await paid.prepare()
    after = await paid.service.ask("GET", PAYOUTS_PATH, token=paid.preparer)

    assert len(before.json["to_pay"]) == before.json["payable"] == 3
    assert before.json["to_pay"][0] == {
        "award": "top_five",
        "account_id": "a1",
        "place": 1,
        "amount": {"amount": "4000.00", "currency": "USD"},
        "attempt": 1,
        "last4": "1234",
    }
    assert after.json["to_pay"] == []


async def test_a_verdict_and_a_tax_form_are_shown_with_the_payee_to_staff_alone(paid: Paid) -> None:
    form = {"form": "W-9", "received_on": "2022-02-10"}
    agency = await paid.service.issue(role="agency", agency="north")
    await paid.service.ask("PUT", "/v1/accounts/a1/screening", SCREENING, token=paid.preparer)
    await paid.service.ask("PUT", "/v1/accounts/a1/tax-form", form, token=paid.preparer)
    to_staff = await paid.service.ask("GET", "/v1/accounts/a1/payee", token=paid.approver)
    to_agency = await paid.service.ask("GET", "/v1/accounts/a1/payee", token=agency)

    assert (to_staff.json["screening"]["verdict"], to_staff.json["tax_form"]["form"]) == ("review", "W-9")
    assert to_agency.status == 200
    assert not {"screening", "tax_form", "shared_with"} & set(to_agency.json)

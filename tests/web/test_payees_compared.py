"""What an approver compares: the parts that a proposal changes, and the number that the payee told."""

from __future__ import annotations

import pytest

from tests.conftest import Service
from tests.web.asking import refusal_of
from tests.web.payees import ABROAD, US, Payees, audit_entries, payees_of, seal_with_a_lost_key


@pytest.fixture
async def payees(apollo_service: Service) -> Payees:
    return await payees_of(apollo_service)


@pytest.mark.parametrize(
    ("proposal", "changed"),
    [
        (US | {"type": "company"}, ["type"]),
        (US | {"holder": "Zelda Quatermain"}, ["holder"]),
        (US | {"address": US["address"] | {"street": "78 Plumtree Lane"}}, ["address"]),  # type: ignore[operator]
        (US | {"bank": US["bank"] | {"account": "000666888999"}}, ["bank"]),  # type: ignore[operator]
        (ABROAD, ["type", "holder", "address", "bank"]),
    ],
)
async def test_a_proposal_says_what_it_changes(payees: Payees, proposal: object, changed: list[str]) -> None:
    await payees.put()
    await payees.confirm()
    put = await payees.put(proposal)

    assert (put.status, put.json["proposed"]["changed"]) == (202, changed)
    assert "changed" not in put.json["current"]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (US, "000777888999"),
        (US, " 0007-7788 8999 "),
        (ABROAD, "de89 3704 0044 0532 0130 00"),
        (ABROAD, "DE89-3704-0044-0532-0130-00"),
    ],
)
async def test_details_with_the_number_that_the_payee_told_are_confirmed(
    payees: Payees, body: object, number: str
) -> None:
    await payees.put(body)
    confirmed, again = await payees.confirm(number=number), await payees.confirm(number=number)

    (entry,) = (await payees.service.ask("GET", "/v1/audit-log?action=payee.confirm")).json["items"]
    assert (confirmed.status, again.status) == (200, 200)
    assert entry["why"] == "The number was compared."


@pytest.mark.parametrize("number", ["000666888999", "8999", "777888999", "021000021", "-", "\u0664929"])
async def test_with_another_number_nothing_is_confirmed_and_none_is_repeated(
    payees: Payees, number: str
) -> None:
    await payees.put()
    before = await audit_entries(payees.service)
    refused = await payees.confirm(number=number)

    assert (refused.status, refusal_of(refused)) == (409, "number_differs")
    assert (await payees.get()).json["current"] is None
    assert await audit_entries(payees.service) == before
    assert [one for one in (number, "000777888999") if len(one) > 1 and one in refused.json["detail"]] == []


async def test_what_does_not_open_cannot_be_compared(payees: Payees) -> None:
    await payees.put()
    await seal_with_a_lost_key(payees)
    refused = await payees.confirm(2, number="000777888999")

    assert (refused.status, refusal_of(refused)) == (409, "number_differs")
    assert "cannot be compared" in refused.json["detail"]
    assert (await payees.get()).json["proposed"]["changed"] is None

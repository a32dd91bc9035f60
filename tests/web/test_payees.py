"""Bank details over HTTP: who proposes, who confirms, from when on they are used, and what anybody sees of them."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from tests.conftest import VAULT as TESTS_VAULT
from tests.conftest import Service
from tests.web.asking import refusal_of
from tests.web.payees import ABROAD, US, Payees, audit_entries, payees_of, seal_with_a_lost_key

HOUR_S = 3_600


@pytest.fixture
async def payees(apollo_service: Service) -> Payees:
    return await payees_of(apollo_service)


def seconds(later: str, earlier: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


async def test_before_the_first_proposal_there_is_nothing(payees: Payees) -> None:
    answer = await payees.get()

    assert answer.status == 200
    assert answer.json == {"account_id": "a1", "current": None, "proposed": None, "shared_with": []}


async def test_a_proposal_is_shown_masked_and_not_in_force(payees: Payees) -> None:
    put = await payees.put()
    shown = (await payees.get()).json

    assert (put.status, put.json) == (202, shown)
    assert shown["current"] is None
    assert shown["proposed"] | {"proposed_at": "", "proposed_by": ""} == {
        "version": 1,
        "type": "person",
        "country": "US",
        "kind": "us",
        "last4": "8999",
        "proposed_at": "",
        "proposed_by": "",
        "confirmed_at": None,
        "confirmed_by": None,
        "usable_from": None,
        "changed": None,
    }


async def test_confirmed_by_another_person_it_is_usable_a_day_later(payees: Payees) -> None:
    await payees.put()
    confirmed = await payees.confirm()

    current = confirmed.json["current"]
    assert (confirmed.status, confirmed.json["proposed"]) == (200, None)
    assert current["version"] == 1
    assert current["proposed_by"] != current["confirmed_by"]
    assert seconds(current["usable_from"], current["confirmed_at"]) == 24 * HOUR_S


async def test_what_was_sealed_is_what_was_sent(payees: Payees) -> None:
    await payees.put()
    await payees.put(ABROAD, "a2")
    stored = await payees.service.store.payees.every()

    ours, abroad = (TESTS_VAULT.open(account, stored[account].proposed) for account in ("a1", "a2"))  # type: ignore[arg-type]
    assert (ours.holder, ours.address.town, ours.bank.number) == (
        "Zelda Quartermain",
        "Nowhereville",
        "000777888999",
    )
    assert (abroad.holder, abroad.bank.number) == ("Z\u00f6ldner GmbH", "DE89370400440532013000")


async def test_the_same_details_again_change_nothing(payees: Payees) -> None:
    await payees.put()
    before = await audit_entries(payees.service)
    while_proposed = await payees.put()
    await payees.confirm()
    in_force = await payees.put(US | {"holder": " Zelda Quartermain "})

    assert [answer.status for answer in (while_proposed, in_force)] == [200, 200]
    assert (in_force.json["current"]["version"], in_force.json["proposed"]) == (1, None)
    assert await audit_entries(payees.service) == before + 1


async def test_another_proposal_replaces_one_that_nobody_confirmed(payees: Payees) -> None:
    await payees.put()
    await payees.put(ABROAD)
    late = await payees.confirm(1)

    assert (late.status, refusal_of(late)) == (409, "changed")
    assert late.json["detail"] == "version 1 is not proposed, version 2 is: look again before you decide"
    assert (await payees.get()).json["proposed"]["last4"] == "3000"


async def test_confirming_twice_changes_nothing_and_another_person_is_told(payees: Payees) -> None:
    await payees.put()
    first = await payees.confirm()
    before = await audit_entries(payees.service)
    again = await payees.confirm()
    eve = await payees.service.issue(role="payout_approver", name="Eve")
    other = await payees.confirm(token=eve)

    assert (again.status, again.json) == (200, first.json)
    assert (other.status, refusal_of(other)) == (409, "changed")
    assert await audit_entries(payees.service) == before + 1  # Eve's token


@pytest.mark.parametrize("name", ["Pia", "pia", " PIA "])
async def test_a_second_token_of_the_same_name_is_the_same_person(payees: Payees, name: str) -> None:
    await payees.put()
    token = await payees.service.issue(role="payout_approver", name=name)
    refused = await payees.confirm(token=token)

    assert (refused.status, refusal_of(refused)) == (403, "same_person")
    assert (await payees.get()).json["current"] is None


async def test_a_rejected_proposal_is_gone_with_its_reason_in_the_audit_log(payees: Payees) -> None:
    await payees.put()
    rejected = await payees.reject()
    again = await payees.put()

    (entry,) = (await payees.service.ask("GET", "/v1/audit-log?action=payee.reject")).json["items"]
    assert (rejected.status, rejected.json["proposed"]) == (200, None)
    assert (entry["subject"], entry["why"]) == ("a1", "Another holder.")
    assert (again.status, again.json["proposed"]["version"]) == (202, 2)


@pytest.mark.parametrize(
    "number", ["0007-7788 8999", "777888999", "021 000 021", "de89 3704 0044 0532 0130 00"]
)
async def test_a_reason_with_a_number_of_theirs_in_it_is_refused(payees: Payees, number: str) -> None:
    await payees.put(ABROAD)
    await payees.confirm()
    await payees.put()
    refused = await payees.reject(2, reason=f"Not {number}, says the bank.")

    assert (refused.status, refusal_of(refused)) == (422, "invalid")
    assert refused.json["detail"].startswith("reason: repeats a number of the account's bank details")
    assert number.encode() not in refused.body
    assert (await payees.get()).json["proposed"]["version"] == 2


async def test_details_in_force_stand_until_others_are_confirmed(payees: Payees) -> None:
    await payees.put()
    await payees.confirm()
    await payees.put(ABROAD)
    meanwhile = (await payees.get()).json
    after = (await payees.confirm(2)).json

    assert (meanwhile["current"]["last4"], meanwhile["proposed"]["last4"]) == ("8999", "3000")
    assert (after["current"]["last4"], after["proposed"]) == ("3000", None)


async def test_details_that_stand_take_another_proposal_away_when_they_are_put_again(payees: Payees) -> None:
    await payees.put()
    await payees.confirm()
    await payees.put(ABROAD)
    again, late = await payees.put(), await payees.confirm(2)

    (entry,) = (await payees.service.ask("GET", "/v1/audit-log?action=payee.reject")).json["items"]
    assert (again.status, again.json["current"]["version"], again.json["proposed"]) == (200, 1, None)
    assert (late.status, refusal_of(late)) == (409, "changed")
    assert (entry["subject"], entry["why"]) == ("a1", "The details that stand were put again.")


async def test_of_many_that_propose_at_once_one_is_taken_and_the_others_are_told(payees: Payees) -> None:
    bodies = [US | {"holder": f"Zelda Number {number}"} for number in range(10)]
    answers = await asyncio.gather(*(payees.put(body) for body in bodies))

    statuses = [answer.status for answer in answers]
    assert set(statuses) <= {202, 409}
    assert statuses.count(202) == (await payees.get()).json["proposed"]["version"]
    assert {refusal_of(answer) for answer in answers if answer.status == 409} <= {"changed"}


# ── Agencies ────────────────────────────────────────────────────────────────────────────────────


async def test_an_agency_proposes_for_its_own_accounts_only(payees: Payees) -> None:
    north = await payees.service.issue(role="agency", agency="north", name="North")
    own, other = await payees.put(token=north), await payees.put(account="a3", token=north)
    read = await payees.get("a3", token=north)

    assert own.status == 202
    assert [(one.status, refusal_of(one)) for one in (other, read)] == [(403, "forbidden")] * 2
    assert await payees.service.store.payees.of("a3") == await payees.service.store.payees.of("a2")


async def test_an_agency_sees_neither_who_decided_nor_who_else_has_the_account(payees: Payees) -> None:
    north = await payees.service.issue(role="agency", agency="north", name="North")
    await payees.put()
    shown = (await payees.confirm()).json
    seen = (await payees.get(token=north)).json

    hidden = {"proposed_by", "confirmed_by"}
    assert seen["current"] == {name: value for name, value in shown["current"].items() if name not in hidden}
    assert "shared_with" not in seen


async def test_an_account_that_does_not_exist_has_no_bank_details(payees: Payees) -> None:
    answers = [
        await payees.put(account="nobody"),
        await payees.get("nobody"),
        await payees.confirm(account="nobody"),
        await payees.reject(account="nobody"),
    ]

    assert {(answer.status, refusal_of(answer)) for answer in answers} == {(404, "not_found")}


# ── One bank account of several, and keys that change ───────────────────────────────────────────


async def test_accounts_that_are_paid_into_the_same_bank_account_are_named(payees: Payees) -> None:
    same = US | {"holder": "Somebody Else", "bank": US["bank"] | {"account": "0007-7788-8999"}}  # type: ignore[operator]
    for account, body in (("a1", US), ("a2", same), ("a3", ABROAD)):
        await payees.put(body, account)
        await payees.confirm(account=account)
    shared = [(await payees.get(account)).json["shared_with"] for account in ("a1", "a2", "a3")]
    await payees.put(US, "a3")

    assert shared == [["a2"], ["a1"], []]
    assert (await payees.get("a3")).json["shared_with"] == ["a1", "a2"]


async def test_with_the_key_lost_details_are_still_shown_and_can_be_proposed_anew(payees: Payees) -> None:
    await payees.put()
    await seal_with_a_lost_key(payees)
    shown, again = await payees.get(), await payees.put()

    assert (shown.status, shown.json["proposed"]["version"]) == (200, 2)
    assert (again.status, again.json["proposed"]["version"]) == (202, 3)

"""Funding a campaign and reading the ledger, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.domain.ledger import Entry, Posting
from leaderboard.store import keys
from leaderboard.store.settings import to_json
from tests.conftest import Answer, Service
from tests.web.asking import refusal_of
from tests.web.lives import CAMPAIGN, PATH, put_life

USD_500 = {"amount": "500.00", "currency": "USD"}
ASKED = {"amount": USD_500, "reference": "transfer 7"}


async def fund(service: Service, **changes: Any) -> Answer:
    return await service.ask("POST", f"{PATH}/funding", ASKED | changes)


async def ledger(service: Service, query: str = "") -> Any:
    answer = await service.ask("GET", f"/v1/ledger{query}")
    assert answer.status == 200, answer.body
    return answer.json


async def test_a_funding_is_noted_and_adds_up(apollo_service: Service) -> None:
    first = await fund(apollo_service)
    second = await fund(apollo_service, reference="transfer 8")

    assert (first.status, second.status) == (201, 201)
    assert first.json["at"].endswith("Z")
    assert (first.json["amount"], first.json["reference"]) == (USD_500, "transfer 7")
    assert first.json["actor"] == apollo_service.admin_token.split("_")[1]
    assert second.json["funded"] == {"amount": "1000.00", "currency": "USD"}


async def test_the_same_reference_again_changes_nothing(apollo_service: Service) -> None:
    first = await fund(apollo_service)
    again = await fund(apollo_service, amount={"amount": "500", "currency": "USD"})

    assert (again.status, again.json) == (200, first.json)
    assert len((await ledger(apollo_service))["items"]) == 1


async def test_a_reference_with_another_amount_is_refused(apollo_service: Service) -> None:
    await fund(apollo_service)
    answer = await fund(apollo_service, amount={"amount": "500.01", "currency": "USD"})

    assert (answer.status, refusal_of(answer)) == (409, "reference_taken")
    assert answer.json["detail"].startswith("transfer 7 was noted with USD 500.00 before")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"amount": {"amount": "5.00", "currency": "EUR"}}, "amount.currency"),
        ({"amount": {"amount": "5.001", "currency": "USD"}}, "amount.amount"),
        ({"amount": {"amount": "0.00", "currency": "USD"}}, "amount.amount"),
        ({"amount": {"amount": "-5.00", "currency": "USD"}}, "amount.amount"),
        ({"amount": {"amount": 5, "currency": "USD"}}, "amount.amount"),
        ({"reference": ""}, "reference"),
        ({"reference": " "}, "reference"),
        ({"reference": "two\nlines"}, "reference"),
        ({"reference": "x" * 101}, "reference"),
    ],
)
async def test_what_cannot_be_noted_is_named_by_its_field(
    apollo_service: Service, changes: dict[str, Any], path: str
) -> None:
    answer = await fund(apollo_service, **changes)

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, path)
    assert await ledger(apollo_service) == {"items": [], "balances": [], "cursor": None}


async def test_a_campaign_that_was_given_up_takes_no_money(apollo_service: Service) -> None:
    await put_life(apollo_service, state="cancelled")
    answer = await fund(apollo_service)

    assert (answer.status, refusal_of(answer)) == (409, "campaign_cancelled")


async def test_the_ledger_shows_each_step_with_what_it_moved(apollo_service: Service) -> None:
    await fund(apollo_service)
    shown = await ledger(apollo_service, f"?campaign={CAMPAIGN}")

    (item,) = shown["items"]
    assert (item["ref"], item["kind"], item["note"]) == (f"fund:{CAMPAIGN}:transfer 7", "fund", "transfer 7")
    assert (item["campaign"], item["batch"]) == (CAMPAIGN, None)
    assert {one["account"]: one["amount"]["amount"] for one in item["postings"]} == {
        f"funding:{CAMPAIGN}": "-500.00",
        f"budget:{CAMPAIGN}": "500.00",
    }
    assert {one["account"]: one["balance"]["amount"] for one in shown["balances"]} == {
        f"funding:{CAMPAIGN}": "-500.00",
        f"budget:{CAMPAIGN}": "500.00",
    }


async def test_another_campaigns_money_is_not_shown(apollo_service: Service) -> None:
    other = Entry(
        ref="fund:other:1", kind="fund", campaign="other", postings=(Posting("budget:other", "USD", 0),)
    )
    await apollo_service.store.client.do("XADD", keys.LEDGER, "*", "entry", to_json(other))
    await apollo_service.store.client.do("HSET", keys.LEDGER_BALANCES, "budget:other|USD", 0)
    await fund(apollo_service)

    shown = await ledger(apollo_service, f"?campaign={CAMPAIGN}")
    assert {one["campaign"] for one in shown["items"]} == {CAMPAIGN}
    assert len(shown["balances"]) == 2
    assert len((await ledger(apollo_service))["balances"]) == 3


async def test_pages_follow_on_each_other(apollo_service: Service) -> None:
    for number in range(3):
        await fund(apollo_service, reference=f"transfer {number}")
    first = await ledger(apollo_service, "?limit=2")
    second = await ledger(apollo_service, f"?limit=2&cursor={first['cursor']}")

    assert [one["note"] for one in first["items"] + second["items"]] == [
        "transfer 2", "transfer 1", "transfer 0",
    ]  # fmt: skip
    assert second["cursor"] is None


async def test_a_campaign_that_is_not_there_has_no_ledger(service: Service) -> None:
    assert (await service.ask("GET", "/v1/ledger?campaign=nowhere")).status == 404


@pytest.mark.parametrize("role", ["payout_preparer", "payout_approver", "reviewer"])
async def test_only_an_admin_notes_money(apollo_service: Service, role: str) -> None:
    token = await apollo_service.issue(role=role)
    answer = await apollo_service.ask("POST", f"{PATH}/funding", ASKED, token=token)

    assert (answer.status, refusal_of(answer)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("role", "status"), [("payout_preparer", 200), ("payout_approver", 200), ("reviewer", 403)]
)
async def test_those_who_pay_read_the_ledger(service: Service, role: str, status: int) -> None:
    token = await service.issue(role=role)

    assert (await service.ask("GET", "/v1/ledger", token=token)).status == status

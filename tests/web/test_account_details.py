"""What is behind a score: by product, by hour, in money, and for whose eyes."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.domain.standings import Row
from leaderboard.store.awards import Given
from tests.conftest import Answer, Service, view
from tests.web.asking import refusal_of

PATH = "/v1/campaigns/apollo-test/accounts"


async def details(service: Service, account: str = "a1", query: str = "", token: str | None = None) -> Answer:
    return await service.ask("GET", f"{PATH}/{account}?{query}", token=token)


async def send(service: Service, *events: dict[str, Any]) -> None:
    answer = await service.ask("POST", "/v1/events", {"events": list(events)})
    assert answer.json["rejected"] == []
    await service.count()


def money(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def event(kind: str, number: int, **more: Any) -> dict[str, Any]:
    head = {"type": kind, "id": f"{kind}-{number}", "at": "2022-02-20T12:30:00Z", "account_id": "a1"}
    return head | more


async def test_before_anything_has_happened_all_is_nothing(apollo_service: Service) -> None:
    answer = await details(apollo_service)
    empty: dict[str, object] = {
        "score": 0,
        "reached_at": None,
        "orders": 0,
        "refunds": 0,
        "refund_rate": None,
        "hosts": [],
    }

    assert answer.status == 200
    assert {key: answer.json[key] for key in empty} == empty
    assert [answer.json[key] for key in ("by_product", "by_hour", "sales", "refunded", "hosts")] == [[]] * 5
    assert answer.json["funnel_steps"] == {}


async def test_hours_sum_to_the_score_and_products_do_not(apollo_service: Service) -> None:
    await send(
        apollo_service,
        view(1, visitor="ana"),
        view(2, visitor="bo", at="2022-02-20T13:59:59Z"),
        view(3, visitor="ana", product_id="p2", at="2022-02-20T13:00:00Z"),
        view(4, visitor="cy", product_id="p2", at="2022-02-20T14:00:00Z"),
    )
    answer = await details(apollo_service)

    assert answer.json["score"] == 3
    assert answer.json["by_hour"] == [
        {"hour": f"2022-02-20T{hour}:00:00.000Z", "new_visitors": 1} for hour in (12, 13, 14)
    ]
    assert answer.json["by_product"] == [
        {"product_id": "p1", "uv_estimate": 2},
        {"product_id": "p2", "uv_estimate": 2},
    ]


async def test_products_are_the_most_visited_first_and_as_many_as_asked_for(apollo_service: Service) -> None:
    visits = [(product, visitor) for product in range(1, 6) for visitor in range(product)]
    await send(
        apollo_service,
        *(view(number, visitor=f"v{v}", product_id=f"p{p}") for number, (p, v) in enumerate(visits)),
    )
    everything, two = await details(apollo_service), await details(apollo_service, query="products=2")

    assert [one["product_id"] for one in everything.json["by_product"]] == ["p5", "p4", "p3", "p2", "p1"]
    assert [one["product_id"] for one in two.json["by_product"]] == ["p5", "p4"]


async def test_money_of_different_currencies_is_shown_apart(apollo_service: Service) -> None:
    await send(
        apollo_service,
        event("order", 1, value=money("10.00")),
        event("order", 2, value=money("5.50")),
        event("order", 3, value=money("700", "JPY")),
        event("refund", 1, order_id="order-2", value=money("5.50")),
    )
    answer = await details(apollo_service)

    assert (answer.json["orders"], answer.json["refunds"], answer.json["refund_rate"]) == (3, 1, 0.3333)
    assert answer.json["sales"] == [money("700", "JPY"), money("15.50")]
    assert answer.json["refunded"] == [money("5.50")]


async def test_steps_between_view_and_order_are_counted_by_name(apollo_service: Service) -> None:
    steps = ["AddToCart", "AddToCart", "InitiateCheckout", "schöner Schritt"]
    await send(
        apollo_service, *(event("funnel_step", number, step=step) for number, step in enumerate(steps))
    )

    answer = await details(apollo_service)
    assert answer.json["funnel_steps"] == {"AddToCart": 2, "InitiateCheckout": 1, "schöner Schritt": 1}


async def test_what_is_missing_is_said_for_every_award(apollo_service: Service) -> None:
    row = Row("a1", 1, 5, 5, orders=10, refunded_orders=3, effective_ms=49_000_000)
    await apollo_service.store.judge.publish("apollo-test", [row], 1)
    answer = await details(apollo_service)

    assert [reason["detail"] for reason in answer.json["reasons"]] == [
        "23 min 20 s of effective live time missing: 13 h 36 min 40 s of 14 h.",
        "On hold until it is decided by rule refunds: orders is 10 (at least 10); refund rate is 30% (at least 30%).",
    ]
    assert [(award["id"], award["eligible"]) for award in answer.json["awards"]] == [
        ("top_five", False),
        ("gmv_rebate", False),
    ]
    assert answer.json["awards"][0]["reasons"] == answer.json["reasons"]


async def test_what_it_gets_is_said_for_every_award(apollo_service: Service) -> None:
    row = Row("a1", 1, 5, 5, effective_ms=50_400_000)
    await apollo_service.store.judge.publish("apollo-test", [row], 1)
    before = await details(apollo_service)
    await apollo_service.store.awards.replace("apollo-test", {"a1": [Given("top_five", 1, 400_000)]}, 1_000)
    answer = await details(apollo_service)

    assert (before.json["awards_as_of"], answer.json["awards_as_of"]) == (None, "1970-01-01T00:00:01.000Z")
    assert [(one["id"], one["eligible"], one["place"], one["amount"]) for one in answer.json["awards"]] == [
        ("top_five", True, 1, money("4000.00")),
        ("gmv_rebate", True, None, None),
    ]


async def test_an_agency_reads_its_own_accounts_only(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="agency", agency="south")
    own, others = (
        await details(apollo_service, "a3", token=token),
        await details(apollo_service, "a1", token=token),
    )

    assert own.status == 200
    assert (others.status, refusal_of(others)) == (403, "forbidden")
    assert b"Account a1" not in others.body


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        (f"{PATH}/nobody", "account nobody does not exist"),
        ("/v1/campaigns/none/accounts/a1", "campaign none does not exist"),
        (f"{PATH}/new", "the enrolment of new in this campaign does not exist"),
    ],
)
async def test_what_does_not_exist_is_not_found(apollo_service: Service, path: str, detail: str) -> None:
    setting = {"agency_id": "north", "name": "New", "kind": "partner", "country": "US"}
    await apollo_service.ask("PUT", "/v1/accounts/new", setting)
    answer = await apollo_service.ask("GET", path)

    assert (answer.status, refusal_of(answer), answer.json["detail"]) == (404, "not_found", detail)


async def test_strange_names_can_be_counted_and_shown(apollo_service: Service) -> None:
    strange = ["a\x00b", "a\n", "a|b/../{c}", "\u202elogin", "\U0001f600", " ", "x" * 128]
    await send(
        apollo_service,
        *(view(number, visitor=name, product_id=name, id=name) for number, name in enumerate(strange)),
        *(event("funnel_step", number, step=name) for number, name in enumerate(strange)),
        *(event("order", number, id=name, value=money("1.00")) for number, name in enumerate(strange)),
    )
    answer = await details(apollo_service)

    assert {one["product_id"] for one in answer.json["by_product"]} == set(strange)
    assert set(answer.json["funnel_steps"]) == set(strange)
    assert (answer.json["score"], answer.json["orders"]) == (len(strange), len(strange))
    assert (await apollo_service.ask("GET", "/v1/status")).json["buried"] == 0

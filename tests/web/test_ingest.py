"""Events in: what is taken counts, and what is not is told of by index, with what to do about it."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from leaderboard.config import Config, Ingest
from leaderboard.store.store import Store
from leaderboard.web.ingest import BACKLOG_MAX_AGE_S
from tests.conftest import Answer, Service, serving, view
from tests.web.asking import NDJSON, everything, refusal_of


def money(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def order(number: int, account: str = "a1", **more: Any) -> dict[str, Any]:
    at = "2022-02-20T12:00:00Z"
    return {
        "type": "order",
        "id": f"o{number}",
        "at": at,
        "account_id": account,
        "value": money("1.00"),
    } | more


def heartbeat(**more: Any) -> dict[str, Any]:
    return {
        "type": "heartbeat",
        "id": "b1",
        "at": "2022-02-20T12:00:00Z",
        "account_id": "a1",
        "host_id": "ana",
        "live_session_id": "s1",
        "covers": 30,
        "activity": "explaining",
        "order_channel": "in_app",
    } | more


async def send(service: Service, *events: object, token: str | None = None) -> Answer:
    return await service.ask("POST", "/v1/events", {"events": list(events)}, token=token)


async def pending(service: Service) -> int:
    count: int = (await service.ask("GET", "/v1/status")).json["inbox"]["pending"]
    return count


async def score(service: Service, account: str = "a1") -> int:
    answer = await service.ask("GET", f"/v1/campaigns/apollo-test/standings?around={account}&limit=1")
    found: int = answer.json["entries"][0]["score"]
    return found


PACKED: dict[str, tuple[dict[str, str], Callable[[bytes], bytes]]] = {
    "plain": ({}, bytes),
    "gzip": ({"Content-Encoding": "gzip"}, gzip.compress),
    "zstd": ({"Content-Encoding": "zstd"}, zstandard.ZstdCompressor().compress),
}


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("as_lines", [False, True], ids=["JSON", "NDJSON"])
async def test_a_batch_counts_in_whatever_form_it_comes(
    apollo_service: Service, packing: str, as_lines: bool
) -> None:
    events = [view(number) for number in range(25)]
    lines, document = "\r\n\n".join(map(json.dumps, events)), json.dumps({"events": events})
    headers, pack = PACKED[packing]
    answer = await apollo_service.ask(
        "POST",
        "/v1/events",
        data=pack((lines if as_lines else document).encode()),
        headers=headers | (NDJSON if as_lines else {}),
    )
    await apollo_service.count()

    assert (answer.status, answer.json["accepted"], answer.json["rejected"]) == (202, 25, [])
    assert await score(apollo_service) == 25


async def test_a_full_batch_is_taken(apollo_service: Service) -> None:
    answer = await send(apollo_service, *(view(number) for number in range(1_000)))

    assert (answer.status, answer.json["accepted"]) == (202, 1_000)


async def test_the_answer_names_the_request(service: Service) -> None:
    answer = await send(service, view(1))

    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


async def test_bad_events_are_told_of_by_index_and_their_neighbours_count(apollo_service: Service) -> None:
    answer = await send(
        apollo_service,
        view(0),
        view(1, source="billboard"),
        order(2, value=money("9.999")),
        view(3, at="2200-01-01T00:00:00Z"),
        "no event",
        {key: value for key, value in view(5).items() if key != "visitor_id"},
        view(6),
    )
    await apollo_service.count()

    assert (answer.status, answer.json["accepted"]) == (202, 2)
    assert answer.json["rejected"] == [
        rejection(
            1,
            "invalid",
            "source: must be one of link, live, profile, store, video, not 'billboard'",
            "view-1",
        ),
        rejection(2, "invalid", "value.amount: USD has 2 decimals, the amount '9.999' has 3", "o2"),
        rejection(
            3, "future", "at: 2200-01-01T00:00:00.000Z is more than 5 minutes ahead of our clock", "view-3"
        ),
        rejection(4, "invalid", "must be an object, not a text", None, None),
        rejection(
            5,
            "invalid",
            "visitor_id: is required; any stable id of yours; it is kept as a keyed hash only",
            "view-5",
        ),
    ]
    assert await score(apollo_service) == 2


def rejection(
    index: int, code: str, detail: str, event_id: str | None, account_id: str | None = "a1"
) -> dict[str, object]:
    return {"index": index, "code": code, "detail": detail, "account_id": account_id, "event_id": event_id}


async def test_bad_lines_are_told_of_by_index_and_empty_lines_are_none(apollo_service: Service) -> None:
    lines = [json.dumps(view(0)), "", "{broken", json.dumps(view(2)), "[]", ""]
    answer = await apollo_service.ask("POST", "/v1/events", data="\n".join(lines).encode(), headers=NDJSON)

    assert answer.json["accepted"] == 2
    assert [(one["index"], one["code"]) for one in answer.json["rejected"]] == [
        (1, "not_json"),
        (3, "invalid"),
    ]


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (heartbeat(covers=61), "covers: must be from 1 to 60"),
        (heartbeat(covers=0), "covers: must be from 1 to 60"),
        (
            heartbeat(activity="dancing"),
            "activity: must be one of away, displaying, explaining, idle, not 'dancing'",
        ),
        (heartbeat(motion=1.1), "motion: must be from 0 to 1"),
        (heartbeat(viewers=-1), "viewers: must be from 0 to 1000000000"),
        (heartbeat(host_id=7), "host_id: must be a text, not a whole number"),
        (order(1, value=12.5), "value: must be an object, not a number"),
        (
            order(1, value=money("12,50")),
            "value.amount: amount must be a decimal text such as \"12.34\", not '12,50'",
        ),
        (
            order(1, value=money("-1.00")),
            "value.amount: must not be negative; money that goes back is a `refund`",
        ),
        (
            order(1, value=money("1", "XYZ")),
            "value.currency: 'XYZ' is not an ISO 4217 currency code such as USD",
        ),
        (order(1, product_ids=["p1", ""]), "product_ids[1]: must not be empty"),
        (
            view(1, type="view"),
            "type: must be one of product_view, heartbeat, funnel_step, order, refund, ad_spend, not 'view'",
        ),
        (view(1, account_id="x" * 129), "account_id: must have at most 128 characters"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_a_detail_says_what_to_do(service: Service, event: dict[str, Any], detail: str) -> None:
    answer = await send(service, event)

    assert [one["detail"] for one in answer.json["rejected"]] == [detail]


async def test_a_bound_token_sends_for_its_own_accounts_only(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="ingest", accounts=["a1", "a3"])
    answer = await send(
        apollo_service,
        view(1),
        view(2, account="a2"),
        view(3, account="a3"),
        view(4, account="A1"),
        token=token,
    )

    assert (answer.status, answer.json["accepted"]) == (202, 2)
    assert [(one["index"], one["code"], one["account_id"]) for one in answer.json["rejected"]] == [
        (1, "forbidden_account", "a2"),
        (3, "forbidden_account", "A1"),
    ]


async def test_a_platform_feed_sends_for_every_account(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="ingest", accounts=["*"])
    answer = await send(
        apollo_service, view(1), view(2, account="a2"), view(3, account="unheard-of"), token=token
    )

    assert (answer.json["accepted"], answer.json["rejected"]) == (3, [])


async def test_fields_that_are_not_ours_are_left_aside(apollo_service: Service) -> None:
    answer = await send(apollo_service, view(1, campaign="spring", nested={"deep": [1, {"x": None}]}))

    assert answer.json["accepted"] == 1


async def test_the_same_batch_again_is_taken_and_counts_once(apollo_service: Service) -> None:
    for _ in range(3):
        assert (await send(apollo_service, view(1), view(2))).json["accepted"] == 2
    await apollo_service.count()

    assert await score(apollo_service) == 2


async def test_over_the_limit_of_the_inbox_nothing_is_taken_until_it_is_worked_off(store: Store) -> None:
    async with serving(store, Config(ingest=Ingest(inbox_limit_events=10))) as service:
        await send(service, *(view(number) for number in range(11)))
        await pass_the_moment_that_the_length_is_remembered()
        refused = await send(service, view(100))
        stored = await pending(service)
        await service.count()
        await pass_the_moment_that_the_length_is_remembered()
        taken = await send(service, view(100))

    assert (refused.status, refusal_of(refused), stored) == (503, "unavailable", 11)
    assert int(refused.headers["Retry-After"]) > 0
    assert (taken.status, taken.json["accepted"]) == (202, 1)


async def pass_the_moment_that_the_length_is_remembered() -> None:
    await asyncio.sleep(BACKLOG_MAX_AGE_S * 1.5)


async def test_visitors_are_stored_as_hashes_only(apollo_service: Service) -> None:
    await send(apollo_service, view(1, visitor="maya@example.com", device_id="device-of-maya"))
    await send(apollo_service, view(2, visitor="maya@example.com", at="2021-01-01T00:00:00Z"))
    await send(apollo_service, view(3, visitor="maya@example.com", source="nowhere"))
    before = await everything(apollo_service.store)
    await apollo_service.count()

    for text in (before, await everything(apollo_service.store)):
        assert b"maya@example.com" not in text
        assert b"device-of-maya" not in text

"""The Events API dialect at the door: its tokens, its envelope, and what it adds to the standings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leaderboard.domain.events_api import Code
from tests.conftest import Answer, Service
from tests.web.asking import refusal_of

EVENT_TRACK = "/open_api/v1.3/event/track/"
PIXEL_TRACK = "/open_api/v1.3/pixel/track/"
PIXEL_BATCH = "/open_api/v1.3/pixel/batch/"
NOON_S = 1645358400  # 2022-02-20T12:00:00Z


async def ask(service: Service, path: str, body: Any, token: str | None = None) -> Answer:
    """A request with the token where such clients put it ("" sends none)."""
    sent = service.admin_token if token is None else token
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Access-Token": sent} if sent else {})
    return await service.ask("POST", path, data=data, token="", headers=headers)


async def with_pixel(service: Service, pixel: str = "PIXEL1", account: str = "a1") -> None:
    setting = {
        "agency_id": "north",
        "name": "Shop",
        "kind": "partner",
        "country": "US",
        "pixel_codes": [pixel],
    }
    assert (await service.ask("PUT", f"/v1/accounts/{account}", setting)).status == 200


def seen(number: int, **more: Any) -> dict[str, Any]:
    return {
        "event": "ViewContent",
        "event_time": NOON_S,
        "event_id": f"e{number}",
        "user": {"external_id": f"shopper-{number}"},
        "properties": {"content_ids": ["p1"]},
    } | more


def bought(number: int, value: object = "12.50", **more: Any) -> dict[str, Any]:
    properties = {"currency": "USD", "value": value, "contents": [{"content_id": "p1"}]}
    return seen(number) | {"event": "CompletePayment", "properties": properties} | more


def tracked(*events: dict[str, Any], source: str = "PIXEL1") -> dict[str, Any]:
    return {"event_source": "web", "event_source_id": source, "data": list(events)}


async def entry(service: Service, account: str = "a1") -> dict[str, Any]:
    await service.count()
    answer = await service.ask("GET", f"/v1/campaigns/apollo-test/standings?around={account}&limit=1")
    found: dict[str, Any] = answer.json["entries"][0]
    return found


async def test_views_and_orders_show_in_the_standings(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    answer = await ask(
        apollo_service, EVENT_TRACK, tracked(seen(1), seen(2), seen(3), bought(4), bought(5, "-2.50"))
    )

    assert (answer.status, answer.json["code"], answer.json["message"]) == (200, Code.OK, "OK")
    shown = await entry(apollo_service)
    assert (shown["score"], shown["orders"]) == (3, 1)
    assert shown["net_gmv"] == {"amount": "10.00", "currency": "USD"}


@pytest.mark.parametrize("version", ["v1.2", "v1.3"])
async def test_all_forms_of_the_dialect_arrive(apollo_service: Service, version: str) -> None:
    await with_pixel(apollo_service)
    old: dict[str, Any] = {
        "pixel_code": "PIXEL1",
        "event": "ViewContent",
        "event_id": "x1",
        "timestamp": "2022-02-20T12:00:00Z",
    }
    old |= {"context": {"user": {"external_id": "one"}}, "properties": {"contents": [{"content_id": "p1"}]}}
    second = old | {"event_id": "x2", "context": {"user": {"external_id": "two"}}}
    bodies = {
        "event/track": tracked(seen(3)),
        "pixel/track": old,
        "pixel/batch": {"pixel_code": "PIXEL1", "batch": [second | {"type": "track"}]},
    }
    codes = [(await ask(apollo_service, f"/open_api/{version}/{name}/", body)).json["code"]
             for name, body in bodies.items()]  # fmt: skip

    assert codes == [Code.OK] * 3
    assert (await entry(apollo_service))["score"] == 3


async def test_the_same_again_counts_once(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    for _ in range(3):
        await ask(apollo_service, EVENT_TRACK, tracked(seen(1), bought(2)))

    shown = await entry(apollo_service)
    assert (shown["score"], shown["orders"]) == (1, 1)


async def test_an_accounts_id_names_it_where_it_has_no_pixel_code(apollo_service: Service) -> None:
    answer = await ask(apollo_service, EVENT_TRACK, tracked(seen(1), source="a2"))

    assert answer.json["code"] == Code.OK
    assert (await entry(apollo_service, "a2"))["score"] == 1


async def test_every_answer_is_the_whole_envelope(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    bodies = [tracked(seen(1)), tracked(seen(1), source="nobody"), {}, b"nothing"]
    answers = [await ask(apollo_service, EVENT_TRACK, body) for body in bodies]

    assert {answer.status for answer in answers} == {200}
    assert {tuple(answer.json) for answer in answers} == {("code", "message", "request_id", "data")}
    assert [answer.json["request_id"] for answer in answers] == [
        answer.headers["X-Request-Id"] for answer in answers
    ]


async def test_tokens_are_told_apart_in_the_envelope(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    unknown = "llb_abcdefghij12_" + "x" * 43
    reviewer = await apollo_service.issue(role="reviewer")
    revoked = await apollo_service.issue(role="ingest", accounts=["*"])
    await apollo_service.ask("DELETE", f"/v1/tokens/{revoked.split('_')[1]}")
    codes = {
        name: (await ask(apollo_service, EVENT_TRACK, tracked(seen(1)), token)).json["code"]
        for name, token in {
            "none": "", "blank": "  ", "garbage": "x" * 10_000, "unknown": unknown, "revoked": revoked,
            "reviewer": reviewer,
        }.items()
    }  # fmt: skip

    assert codes == {
        "none": Code.TOKEN_MISSING,
        "blank": Code.TOKEN_MISSING,
        "garbage": Code.TOKEN_WRONG,
        "unknown": Code.TOKEN_WRONG,
        "revoked": Code.TOKEN_WRONG,
        "reviewer": Code.NO_PERMISSION,
    }


async def test_a_bearer_token_alone_is_no_token_of_the_dialect(apollo_service: Service) -> None:
    answer = await apollo_service.ask("POST", EVENT_TRACK, tracked(seen(1)))

    assert (answer.status, answer.json["code"]) == (200, Code.TOKEN_MISSING)


async def test_a_token_sends_for_its_own_accounts_only(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    token = await apollo_service.issue(role="ingest", accounts=["a2"])
    own = await ask(apollo_service, EVENT_TRACK, tracked(seen(1), source="a2"), token)
    others = await ask(apollo_service, EVENT_TRACK, tracked(seen(1)), token)

    assert (own.json["code"], others.json["code"]) == (Code.OK, Code.NO_PERMISSION)
    assert (await entry(apollo_service))["score"] == 0


async def test_an_unknown_pixel_is_refused_and_listed_for_its_merchant(apollo_service: Service) -> None:
    answer = await ask(apollo_service, EVENT_TRACK, tracked(seen(1), source="PIXEL9"))
    listed = await apollo_service.ask("GET", "/v1/rejected")

    assert answer.json["code"] == Code.NO_PERMISSION
    assert "PIXEL9" in answer.json["message"]
    assert listed.json["counts"] == {"unknown_pixel": 1}


async def test_an_unknown_pixel_and_a_foreign_one_are_answered_alike(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    token = await apollo_service.issue(role="ingest", accounts=["a2"])
    foreign, unknown = [
        (await ask(apollo_service, EVENT_TRACK, tracked(seen(1), source=source), token)).json
        for source in ("PIXEL1", "PIXEL9")
    ]

    assert foreign["code"] == unknown["code"]
    assert foreign["message"].replace("PIXEL1", "?") == unknown["message"].replace("PIXEL9", "?")


async def test_of_a_batch_the_good_are_kept_and_the_others_named(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    one: dict[str, Any] = {
        "type": "track",
        "event": "ViewContent",
        "event_id": "x1",
        "timestamp": "2022-02-20T12:00:00Z",
    }
    one |= {"context": {"user": {"external_id": "one"}}, "properties": {"contents": [{"content_id": "p1"}]}}
    broken = {key: value for key, value in one.items() if key != "event"}
    answer = await ask(apollo_service, PIXEL_BATCH, {"pixel_code": "PIXEL1", "batch": [one, broken]})
    listed = await apollo_service.ask("GET", "/v1/rejected")

    assert (answer.status, answer.json["code"]) == (200, Code.PARTIAL)
    assert [error["index"] for error in answer.json["data"]["errors"]] == [1]
    assert (await entry(apollo_service))["score"] == 1
    assert listed.json["counts"] == {"invalid": 1}


async def test_what_cannot_be_understood_is_refused_by_field_and_listed(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    answer = await ask(apollo_service, EVENT_TRACK, tracked(bought(1, "a lot")))
    listed = await apollo_service.ask("GET", "/v1/rejected")

    assert answer.json["code"] == Code.INVALID
    assert "data.0.properties.value" in answer.json["message"]
    assert [sample["account_id"] for sample in listed.json["samples"]] == ["a1"]


async def test_a_time_in_the_future_is_listed(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    await ask(apollo_service, EVENT_TRACK, tracked(seen(1, event_time=4_000_000_000)))
    listed = await apollo_service.ask("GET", "/v1/rejected")

    assert listed.json["counts"] == {"future": 1}


async def test_a_test_event_is_accepted_and_counts_nothing(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    answer = await ask(apollo_service, EVENT_TRACK, tracked(seen(1)) | {"test_event_code": "TEST1"})

    assert answer.json["code"] == Code.OK
    assert (await entry(apollo_service))["score"] == 0


async def test_a_get_is_refused_as_everywhere(service: Service) -> None:
    answer = await service.ask("GET", EVENT_TRACK)

    assert (answer.status, refusal_of(answer)) == (405, "method_not_allowed")

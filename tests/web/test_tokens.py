"""Tokens: a secret is answered once and kept nowhere; an end is an end at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.conftest import Answer, Service
from tests.web.asking import everything, refusal_of


async def issue(service: Service, **request: Any) -> Answer:
    return await service.ask("POST", "/v1/tokens", request)


async def with_agency(service: Service) -> None:
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})


async def test_a_secret_is_answered_once_and_never_again(service: Service) -> None:
    issued = await issue(service, role="reviewer", name="Rae")
    listed = await service.ask("GET", "/v1/tokens")

    secret = issued.json["secret"]
    (shown,) = [item for item in listed.json["items"] if item["name"] == "Rae"]
    assert issued.status == 201
    assert issued.json == shown | {"secret": secret}
    assert secret.encode() not in listed.body
    assert issued.headers["Cache-Control"] == "no-store"


async def test_a_secret_is_kept_nowhere(service: Service) -> None:
    secret = (await issue(service, role="reviewer")).json["secret"]
    await service.ask("GET", "/v1/status", token=secret)

    kept = await everything(service.store)
    _, token_id, random_part = secret.split("_", 2)
    assert token_id.encode() in kept
    assert random_part.encode() not in kept
    assert random_part.encode().hex().encode() not in kept


async def test_a_token_works_until_it_is_revoked_and_no_longer(service: Service) -> None:
    issued = (await issue(service, role="reviewer")).json
    before = await service.ask("GET", "/v1/status", token=issued["secret"])
    revoked = await service.ask("DELETE", f"/v1/tokens/{issued['id']}")
    after = await service.ask("GET", "/v1/status", token=issued["secret"])

    assert (before.status, revoked.status, revoked.body, after.status) == (200, 204, b"", 401)


async def test_revoking_again_changes_nothing(service: Service) -> None:
    token_id = (await issue(service, role="reviewer")).json["id"]
    await service.ask("DELETE", f"/v1/tokens/{token_id}")
    first = (await service.ask("GET", "/v1/tokens")).json
    again = await service.ask("DELETE", f"/v1/tokens/{token_id}")

    assert again.status == 204
    assert (await service.ask("GET", "/v1/tokens")).json == first


async def test_a_revoked_token_stays_in_the_list_with_its_end(service: Service) -> None:
    token_id = (await issue(service, role="reviewer")).json["id"]
    await service.ask("DELETE", f"/v1/tokens/{token_id}")
    listed = (await service.ask("GET", "/v1/tokens")).json["items"]

    (shown,) = [item for item in listed if item["id"] == token_id]
    assert shown["revoked_at"].endswith("Z")


async def test_a_token_expires_when_it_was_told_to(service: Service) -> None:
    issued = (await issue(service, role="reviewer", expires="1s")).json
    before = await service.ask("GET", "/v1/status", token=issued["secret"])
    await asyncio.sleep(1.1)
    after = await service.ask("GET", "/v1/status", token=issued["secret"])

    assert (before.status, after.status) == (200, 401)
    assert issued["expires_at"] > issued["created_at"]


async def test_an_agency_token_belongs_to_its_agency_and_an_ingest_token_to_its_accounts(
    service: Service,
) -> None:
    await with_agency(service)
    agency = await issue(service, role="agency", agency="north")
    ingest = await issue(service, role="ingest", accounts=["a1", "not-there-yet"])

    assert (agency.status, agency.json["agency"], agency.json["accounts"]) == (201, "north", [])
    assert (ingest.status, ingest.json["agency"], ingest.json["accounts"]) == (
        201,
        None,
        ["a1", "not-there-yet"],
    )


@pytest.mark.parametrize(
    ("request_body", "detail"),
    [
        ({}, "role: is required; one of admin, agency, ingest, payout_approver, payout_preparer, reviewer"),
        ({"role": "root"}, "role: must be one of admin, agency, ingest, "),
        ({"role": "agency"}, "agency: an agency token is bound to one agency; name it"),
        ({"role": "agency", "agency": "nowhere"}, "agency: agency nowhere does not exist; put it first"),
        ({"role": "admin", "agency": "north"}, "agency: a token of role admin is not bound to an agency"),
        (
            {"role": "ingest"},
            'accounts: an ingest token is bound to accounts; name them, or "*" for a platform feed',
        ),
        ({"role": "admin", "accounts": ["a1"]}, "accounts: a token of role admin is not bound to accounts"),
        ({"role": "admin", "expires": "soon"}, "expires: 'soon' is not a duration such as 15m, 12h or 30d"),
        ({"role": "admin", "expires": ""}, "expires: '' is not a duration such as 15m, 12h or 30d"),
        ({"role": "admin", "expires": "0d"}, "expires: '0d' is not a duration such as 15m, 12h or 30d"),
        ({"role": "admin", "expires": "٣d"}, "expires: '٣d' is not a duration such as 15m, 12h or 30d"),
        ({"role": "admin", "expires": "-1d"}, "expires: '-1d' is not a duration such as 15m, 12h or 30d"),
        (
            {"role": "admin", "expires": "999999d"},
            "expires: '999999d' is not a duration such as 15m, 12h or 30d",
        ),
        ({"role": "admin", "expires": 30}, "expires: must be a text or null, not a whole number"),
        ({"role": "admin", "name": ""}, "name: must not be empty"),
        ({"role": "ingest", "accounts": [""]}, "accounts[0]: must not be empty"),
        ({"role": "ingest", "accounts": ["a"] * 1_001}, "accounts: must have at most 1000 entries"),
        ({"role": "admin", "scopes": []}, "scopes: is not a field here"),
    ],
)
async def test_a_token_that_cannot_be_is_refused_by_the_field(
    service: Service, request_body: dict[str, Any], detail: str
) -> None:
    await with_agency(service)
    answer = await service.ask("POST", "/v1/tokens", request_body)

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert answer.json["detail"].startswith(detail)
    assert answer.json["errors"][0]["path"] == detail.partition(":")[0]


@pytest.mark.parametrize(
    ("token_id", "status"), [("nobody", 404), ("NOBODY", 422), ("a" * 33, 422), ("a%0A", 422)]
)
async def test_a_token_that_was_never_issued_cannot_be_revoked(
    service: Service, token_id: str, status: int
) -> None:
    answer = await service.ask("DELETE", f"/v1/tokens/{token_id}")

    assert answer.status == status
    assert refusal_of(answer) in ("not_found", "invalid")


async def test_tokens_are_listed_in_the_order_of_their_issue(service: Service) -> None:
    for name in ("first", "second", "third"):
        await issue(service, role="reviewer", name=name)
        await asyncio.sleep(0.002)
    listed = (await service.ask("GET", "/v1/tokens")).json

    assert [item["name"] for item in listed["items"]][-3:] == ["first", "second", "third"]
    assert listed["cursor"] is None

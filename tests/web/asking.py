"""What the tests of the doors share: addresses filled in, answers looked at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import zstandard

from leaderboard.store import keys
from leaderboard.store.store import Store
from leaderboard.web import examples
from leaderboard.web.app import ENDPOINTS
from leaderboard.web.endpoints import Endpoint
from leaderboard.web.openapi import describe
from leaderboard.web.problems import CODES
from tests.conftest import PARTITIONS, Answer, Service

TOML = {"Content-Type": "application/toml"}
NDJSON = {"Content-Type": "application/x-ndjson"}

PATIENCE_S = 2.0
# Roles beside the admin's that are bound to nothing.
STAFF = ("reviewer", "payout_preparer", "payout_approver")

DOCUMENT = describe(ENDPOINTS)
OWN = [endpoint for endpoint in ENDPOINTS if not endpoint.own_envelope]
DIALECT = [endpoint for endpoint in ENDPOINTS if endpoint.own_envelope]
WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.body]
WITH_SETTING = [one for one in WITH_BODY if not one.tag.startswith("Events")]


def named(endpoint: Endpoint) -> str:
    """How a test's output names an endpoint."""
    return f"{endpoint.method} {endpoint.path}"


def endpoint_at(method: str, path: str) -> Endpoint:
    """The endpoint at an address as it stands in the table."""
    return next(one for one in ENDPOINTS if (one.method, one.path) == (method, path))


def address(endpoint: Endpoint, values: Mapping[str, str] | None = None) -> str:
    """The path of an endpoint with its examples in it, or with other values."""
    path = endpoint.path
    for one in endpoint.parameters:
        path = path.replace(f"{{{one.name}}}", str((values or {}).get(one.name, one.example)))
    return path


def headers_for(endpoint: Endpoint, token: str) -> dict[str, str]:
    """The token where this endpoint looks for it."""
    return {"Access-Token": token} if endpoint.own_envelope else {"Authorization": f"Bearer {token}"}


def refusal_of(answer: Answer) -> str:
    """The code of a problem; fails where an answer is none, or one of its parts is missing."""
    assert answer.headers["Content-Type"] == "application/problem+json", (answer.status, answer.body[:300])
    problem = answer.json
    assert problem["status"] == answer.status
    assert problem["code"] in CODES, problem
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    code: str = problem["code"]
    return code


async def fill(service: Service) -> None:
    """The agency, account, host, campaign and enrolment of the examples."""
    for path, body in (
        ("/v1/agencies/north", examples.AGENCY),
        ("/v1/accounts/mayas-corner", examples.ACCOUNT),
        ("/v1/accounts/mayas-corner/hosts/maya", examples.HOST),
    ):
        assert (await service.ask("PUT", path, body)).status == 201
    toml = examples.CAMPAIGN_TOML.encode()
    assert (await service.ask("PUT", "/v1/campaigns/example-week", data=toml, headers=TOML)).status == 201
    path = "/v1/campaigns/example-week/enrollments/mayas-corner"
    assert (await service.ask("PUT", path, examples.ENROLLMENT)).status == 201


def json_example(endpoint: Endpoint) -> Any:
    """A fresh copy of an endpoint's JSON example."""
    assert endpoint.body is not None
    return json.loads(json.dumps(endpoint.body.examples.get("application/json", {})))


async def token_for(service: Service, endpoint: Endpoint) -> str:
    """The admin's token, or that of another role where an admin may not."""
    if not endpoint.allow or "admin" in endpoint.allow:
        return service.admin_token
    staff = next((role for role in STAFF if role in endpoint.allow), None)
    return await service.issue(**({"role": staff} if staff else {"role": "agency", "agency": "north"}))


async def send_body(service: Service, endpoint: Endpoint, body: bytes, **values: str) -> Answer:
    """A request with this body, of one who may; fails where the answer takes longer than it may."""
    token = await token_for(service, endpoint)
    headers = headers_for(endpoint, token) | {"Content-Type": "application/json"}
    async with asyncio.timeout(PATIENCE_S):
        return await service.ask(
            endpoint.method, address(endpoint, values), data=body, token="", headers=headers
        )


async def everything(store: Store) -> bytes:
    """All that the store has, batches of the inbox unpacked."""
    found = []
    for key in await store.client.do("KEYS", "*"):
        kind = (await store.client.do("TYPE", key)).decode()
        command = {
            "hash": ("HGETALL", key),
            "stream": ("XRANGE", key, "-", "+"),
            "list": ("LRANGE", key, 0, -1),
            "set": ("SMEMBERS", key),
            "zset": ("ZRANGE", key, 0, -1),
            "string": ("GET", key),
        }[kind]
        found += [key, repr(await store.client.do(*command)).encode()]
    for partition in range(PARTITIONS):
        for _, fields in await store.client.do("XRANGE", keys.inbox(partition), "-", "+"):
            batch = zstandard.ZstdDecompressor().decompress(fields[7])
            found.append(repr(msgspec.msgpack.decode(batch)).encode())
    return b"\n".join(found)

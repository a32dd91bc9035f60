"""Asking at every address of the table for every caller, with the ids and the bodies that fit."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

from leaderboard.domain.events_api import Code
from leaderboard.store.client import mapping
from leaderboard.store.store import Store
from tests.conftest import Answer
from tests.web import access_marks as marks
from tests.web.access import Rule
from tests.web.access_world import World
from tests.web.asking import PATIENCE_S, endpoint_at, headers_for

# Caller → the role whose column holds. A token that is not valid has none.
CALLERS: Final = {
    "anonymous": "",
    "revoked": "",
    "expired": "",
    "admin": "admin",
    "reviewer": "reviewer",
    "payout_preparer": "payout_preparer",
    "payout_approver": "payout_approver",
    "north": "agency",
    "south": "agency",
    "sender of a1": "ingest",
    "sender of a3": "ingest",
}
# Whose ids come first among the names of the world.
OWNERS: Final = ("north", "sender of a1")

# Where the example is of something that the world has not, or asks for more than the role may.
BODIES: Final[Mapping[str, Any]] = {
    "PUT /v1/accounts/{account}/screening": {"verdict": "review", "list": "OFAC SDN", "list_version": "1"},
    "POST /v1/tokens": {"role": "reviewer", "name": "one more"},
}
# Every parameter that a query may have, alone and with others: by path, what is asked beside the bare address.
QUERIES: Final[Mapping[str, tuple[str, ...]]] = {
    "/v1/campaigns/{campaign}/standings": ("around=a1", "around=a3&limit=1", "limit=1&offset=1"),
    "/v1/campaigns/{campaign}/standings/history": ("account=a1&account=a3", "top=20"),
    "/v1/campaigns/{campaign}/standings/stream": ("limit=2",),
    "/v1/campaigns/{campaign}/accounts/{account}": (
        "products=2000",
        "live_from=2022-02-17T03:20:00Z&live_until=2022-02-17T04:00:00Z",
    ),
    "/v1/campaigns/{campaign}/excluded": ("limit=100", "reason=outside_window", "reason=conflict"),
    "/v1/campaigns/{campaign}/enrollments": ("status=enrolled", "limit=1", "cursor=a0"),
    "/v1/campaigns/{campaign}/flags": (
        "account=a1", "account=a3", "account=nobody", "status=open", "action=hold", "rule=cells", "rule=idle&limit=1",
        "order=impact", "order=account&cursor=a0",
    ),
    "/v1/campaigns/{campaign}/rescorings": ("limit=1", "cursor=0"),
    "/v1/campaigns/{campaign}/rescorings/{rescoring}": ("limit=1", "cursor=a0"),
    "/v1/campaigns/{campaign}/integrity": ("limit=1", "cursor=a0"),
    "/v1/campaigns/{campaign}/result": ("version=1", "version=2"),
    "/v1/campaigns/{campaign}/payouts": ("format=portal",),
    "/v1/payouts/{batch}": ("limit=1", "cursor=0"),
    "/v1/payouts/{batch}/export": ("format=nacha", "format=csv"),
    "/v1/agencies": ("limit=1", "cursor=n"),
    "/v1/accounts": ("limit=1", "cursor=a0"),
    "/v1/accounts/{account}/hosts": ("limit=1", "cursor=a0"),
    "/v1/ledger": ("campaign=apollo-test", "limit=1", "cursor=0-1"),
    "/v1/audit-log": (
        "limit=200", "order=oldest", "cursor=0-1", "subject=a1", "action=appeal.put", "actor=scheduler",
    ),
}  # fmt: skip

_NAME: Final = re.compile(r"\{(\w+)\}")
_REFUSALS: Final[Mapping[int, str]] = {
    Code.TOKEN_MISSING: "unauthorized",
    Code.TOKEN_WRONG: "unauthorized",
    Code.NO_PERMISSION: "forbidden",
}


def names_in(path: str) -> list[str]:
    """The parameters of an address."""
    return _NAME.findall(path)


def address(world: World, rule: Rule) -> str:
    """The address with north's ids in it, where they are anybody's."""
    return _filled(rule.path, {name: found[0] for name, found in world.names.items()})


def addresses(world: World, rule: Rule) -> Iterator[str]:
    """The address with everybody's ids in it, bare and with each query."""
    names = names_in(rule.path)
    for chosen in product(*(world.names[name] for name in names)):
        path = _filled(rule.path, dict(zip(names, chosen, strict=True)))
        yield from (path, *(f"{path}?{query}" for query in QUERIES.get(rule.path, ())))


def _filled(path: str, values: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: values[found[1]], path)


async def ask(world: World, rule: Rule, caller: str, path: str = "", method: str = "") -> Answer:
    """What is answered at a path of the rule, or with north's ids; what the address takes goes along.

    Of a stream it is the first message.
    """
    endpoint = endpoint_at(rule.method, rule.path)
    token = world.tokens[caller]
    headers = headers_for(endpoint, token) if token else {}
    media_type, body = next(iter(endpoint.body.examples.items())) if endpoint.body else ("", None)
    body = BODIES.get(rule.name, body)
    if endpoint.own_envelope:
        body = json.loads(json.dumps(body).replace("C4MAYA", marks.PIXEL))
    if body is not None:
        headers |= {"Content-Type": media_type}
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    asked = path or address(world, rule)
    if rule.path.endswith("/stream") and not method:
        return await _first_message(world, asked, headers)
    return await world.service.ask(method or rule.method, asked, data=data, token="", headers=headers)


async def _first_message(world: World, path: str, headers: Mapping[str, str]) -> Answer:
    asked = world.service.session.get(world.service.url + path, headers=headers)
    async with asyncio.timeout(PATIENCE_S), asked as found:
        if found.content_type != "text/event-stream":
            return Answer(
                found.status, found.headers, await found.read(), await found.json(content_type=None)
            )
        text = b""
        while b"\ndata:" not in text or not text.endswith(b"\n\n"):
            text += await found.content.readany()
        return Answer(found.status, found.headers, text, None)


def refusal(answer: Answer) -> str:
    """Why nobody of this caller's kind is let in; '' where that is not so, whatever else may be wrong."""
    if answer.json is None or not isinstance(answer.json, dict):
        return {401: "unauthorized", 403: "forbidden"}.get(answer.status, "")
    code = answer.json.get("code")
    if answer.status == 200:
        return _REFUSALS.get(code, "") if isinstance(code, int) else ""
    return code if code in ("unauthorized", "forbidden") else ""


async def state_of(store: Store) -> dict[bytes, Any]:
    """All that the store has, by key; hashes and sets in an order that does not depend on how they are kept."""
    found: dict[bytes, Any] = {}
    for key in await store.client.do("KEYS", "*"):
        kind = await store.client.do("TYPE", key)
        if kind == b"hash":
            found[key] = mapping(await store.client.do("HGETALL", key))
        elif kind == b"set":
            found[key] = sorted(await store.client.do("SMEMBERS", key))
        else:
            found[key] = await store.client.do("DUMP", key)
    return found

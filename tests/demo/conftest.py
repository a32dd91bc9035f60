"""A small door that answers as the contract says, for what the demo sends and asks."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from leaderboard.domain.events import Event

SHORT = {"code": "requirement", "rule": "effective_live", "have": 50_390, "need": 50_400}

AioHttpServer = Callable[[web.Application], Awaitable[TestServer]]


class Door:
    """Counts unique visitors the plain way. `refusals` are answered first, one a request."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.puts: dict[str, bytes] = {}
        self.refusals: list[web.Response] = []
        self.visitors: dict[str, set[str]] = defaultdict(set)
        self.tokens: set[str] = set()
        self.links: list[str] = []
        self.confirmed: list[str] = []
        self.seen = asyncio.Event()
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.tokens.add(request.headers["Authorization"])
        self.bodies.append(await request.read())
        if self.refusals:
            return self.refusals.pop(0)
        rejected = []
        events = orjson.loads(self.bodies[-1])["events"]
        for index, raw in enumerate(events):
            try:
                self._count(msgspec.convert(raw, Event))
            except msgspec.ValidationError as error:
                rejected.append({"index": index, "code": "invalid", "detail": str(error)})
        answer = {"accepted": len(events) - len(rejected), "rejected": rejected, "request_id": "r"}
        return web.json_response(answer, status=202)

    def _count(self, event: Any) -> None:
        if type(event).__name__ == "ProductView":
            self.visitors[event.account_id].add(event.visitor_id)
            self.seen.set()

    async def put(self, request: web.Request) -> web.Response:
        self.puts[request.path] = await request.read()
        if "/enrollments/" in request.path:
            self.visitors.setdefault(request.path.rpartition("/")[2], set())
        return web.json_response({})

    async def issue_token(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked["role"] != "ingest":
            return web.json_response({"id": asked["role"], "secret": f"{asked['role']}-secret"}, status=201)
        assert asked == {"role": "ingest", "accounts": ["*"], "name": "demo feed"}
        return web.json_response({"id": "t1", "secret": "feed-secret"}, status=201)

    async def issue_link(self, request: web.Request) -> web.Response:
        self.links.append(request.match_info["token"])
        return web.json_response({"url": f"{self.url}/sign-in/link/{len(self.links)}"}, status=201)

    async def payee(self, request: web.Request) -> web.Response:
        return web.json_response({"proposed": {"version": 1}})

    async def confirm(self, request: web.Request) -> web.Response:
        self.confirmed.append(request.match_info["account"])
        return web.json_response({})

    async def standings(self, request: web.Request) -> web.Response:
        best = sorted(self.visitors.items(), key=lambda item: -len(item[1]))
        entries = [
            {
                "rank": rank,
                "account_id": account,
                "name": account,
                "agency_id": "demo-agency-01",
                "score": len(seen),
                "eligible": rank > 1,
                "award_rank": rank - 1 if rank > 1 else None,
                "effective_s": 50_390,
                "award": {"amount": "4000.00", "currency": "USD"} if rank == 2 else None,
                "reasons": [SHORT] if rank == 1 else [],
            }
            for rank, (account, seen) in enumerate(best, 1)
        ]
        if around := request.query.get("around"):
            entries = [entry for entry in entries if entry["account_id"] == around]
        return web.json_response({"lag_ms": 12, "entries": entries[: int(request.query["limit"])]})

    async def excluded(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"reasons": [{"code": "not_enrolled", "count": 7, "detail": "Not enrolled."}]}
        )

    async def status(self, request: web.Request) -> web.Response:
        return web.json_response({"inbox": {"pending": 0, "lag_ms": 0}})


@pytest.fixture
async def door(aiohttp_server: AioHttpServer) -> Door:
    door, app = Door(), web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_post("/v1/events", door.receive)
    app.router.add_post("/v1/tokens", door.issue_token)
    app.router.add_post("/v1/tokens/{token}/link", door.issue_link)
    app.router.add_get("/v1/accounts/{account}/payee", door.payee)
    app.router.add_post("/v1/accounts/{account}/payee/confirm", door.confirm)
    app.router.add_get("/v1/campaigns/apollo-demo/standings", door.standings)
    app.router.add_get("/v1/campaigns/apollo-demo/excluded", door.excluded)
    app.router.add_get("/v1/status", door.status)
    app.router.add_put("/v1/{rest:.*}", door.put)
    server = await aiohttp_server(app)
    door.url = str(server.make_url("")).rstrip("/")
    return door

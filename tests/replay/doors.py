"""Doors to send to: small servers that answer `POST /v1/events` as agreed, and as badly as can be."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from leaderboard.replay.recorded import Events, Recorded

Answer = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


class Door:
    """Takes what comes, after the answers in `first` have been given, one to each request."""

    def __init__(self, *first: Answer) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.in_flight = self.most_in_flight = 0
        self._first = list(first)
        self.app = web.Application(client_max_size=8 << 20)
        self.app.router.add_post("/v1/events", self._receive)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for body in self.bodies for line in body.split(b"\n")]

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            body = await request.read()
            self.bodies.append(body)
            self.headers.append(dict(request.headers))
            answer = self._first.pop(0) if self._first else takes_all
            return await answer(request, body)
        finally:
            self.in_flight -= 1


async def takes_all(_request: web.Request, body: bytes) -> web.StreamResponse:
    return web.json_response(
        {"accepted": body.count(b"\n") + 1, "rejected": [], "request_id": "r"}, status=202
    )


async def takes_its_time(request: web.Request, body: bytes) -> web.StreamResponse:
    await asyncio.sleep(0.02)
    return await takes_all(request, body)


def rejects(*indexes: int) -> Answer:
    async def answer(_request: web.Request, body: bytes) -> web.StreamResponse:
        rejected = [{"index": index, "code": "future", "detail": f"at: number {index}"} for index in indexes]
        accepted = body.count(b"\n") + 1 - len(indexes)
        return web.json_response({"accepted": accepted, "rejected": rejected, "request_id": "r"}, status=202)

    return answer


def says(status: int, detail: str = "", **headers: str) -> Answer:
    async def answer(_request: web.Request, _body: bytes) -> web.StreamResponse:
        problem = {"type": "about:blank", "title": "No", "status": status, "code": "no", "detail": detail}
        return web.json_response(
            problem, status=status, headers=headers, content_type="application/problem+json"
        )

    return answer


async def hangs_up(request: web.Request, _body: bytes) -> web.StreamResponse:
    """Closes the connection with the beginning of an answer on the way."""
    response = web.StreamResponse(status=202, headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"accepted": 1')
    assert request.transport is not None
    request.transport.abort()
    return response


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def view(number: int, **more: Any) -> bytes:
    """One line of our own NDJSON."""
    event = {"type": "product_view", "id": f"e{number}", "at": 1_600_000_000_000 + number * 1000}
    return json.dumps(
        {**event, "account_id": "ana", "product_id": "p", "visitor_id": f"v{number}", **more}
    ).encode()


def views(count: int) -> bytes:
    return b"".join(view(number) + b"\n" for number in range(count))


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, 1)


def bodies(events: Events | list[Recorded]) -> list[dict[str, Any]]:
    return [json.loads(event.body) for event in events]

"""The reference of the HTTP API, made from the endpoints themselves: `/openapi.json` and `/docs`."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from leaderboard.web.answers import answer
from leaderboard.web.endpoints import ANYONE, Answer, Endpoint
from leaderboard.web.openapi import describe


def endpoints(described: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """The endpoints that tell about the others."""
    document = describe(described)

    async def get_openapi(_request: web.Request) -> web.Response:
        return answer(document)

    return (
        Endpoint(
            "GET", "/openapi.json", get_openapi, ANYONE, "This reference as OpenAPI", "Running",
            {200: Answer("OpenAPI 3.1.", dict[str, object])},
        ),
    )  # fmt: skip

"""Our own API, asked in the same process and in the name of whoever reads the page.

A page so shows and does nothing that its reader could not have had from the API, with the same checks, refusals and
entries in the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web
from yarl import URL

from leaderboard.web.problems import Problem, problem_of

Query = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an endpoint answered, byte for byte."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str]

    @property
    def document(self) -> Any:
        """The JSON in it; None where it has no body."""
        return orjson.loads(self.body) if self.body else None


class Inside:
    """Asks the endpoints of the application that a request is for; the request's caller is theirs."""

    def __init__(self, request: web.Request) -> None:
        # Taken before anything is read: a request whose body was read has no copies.
        self._blank = request.clone(headers={})
        self._from = request

    async def fetch(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: bytes = b"",
        content_type: str = "application/json",
    ) -> Fetched:
        """What the endpoint at a path answers. Problem where it refuses."""
        asked = self._blank.clone(
            method=method,
            rel_url=URL(path).with_query({name: str(value) for name, value in (query or {}).items()}),
            # Links that an endpoint answers begin with where the reader is.
            headers={"Host": self._from.host} | ({"Content-Type": content_type} if body else {}),
        )
        asked._state.update(self._from._state)
        asked._read_bytes = body
        response = await self._answer(asked)
        assert isinstance(response, web.Response), "an endpoint that streams is not asked from inside"
        found = response.body if isinstance(response.body, bytes) else b""
        return Fetched(response.status, found, response.content_type, response.headers)

    async def _answer(self, asked: web.Request) -> web.StreamResponse:
        app = self._from.app
        match = await app.router.resolve(asked)
        match.add_app(app)
        match.freeze()
        asked._match_info = match
        try:
            return await match.handler(asked)
        except web.HTTPException as error:
            raise problem_of(error) or error from error

    async def ask(self, path: str, **query: str | int | None) -> Any:
        """The document at a path. Problem where the reader may not have it."""
        asked = {name: value for name, value in query.items() if value is not None}
        return (await self.fetch("GET", path, query=asked)).document

    async def tell(self, method: str, path: str, body: object = None) -> Any:
        """Writes, and answers what the endpoint says. Problem where it refuses."""
        sent = b"" if body is None else orjson.dumps(body)
        return (await self.fetch(method, path, body=sent)).document

    async def find(self, path: str, **query: str | int | None) -> Any:
        """The document at a path, or None where there is none, or none for this reader."""
        try:
            return await self.ask(path, **query)
        except Problem as problem:
            if problem.status in (403, 404):
                return None
            raise

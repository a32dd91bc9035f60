"""Asks a running service over HTTP. Whatever goes wrong becomes one clear line; no token ever stands in it."""

from __future__ import annotations

import asyncio
import re
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from leaderboard.cli.connection import Connection, connection_of
from leaderboard.cli.opening import CannotRun

AT_ONCE: Final = 16
PAGE_LIMIT: Final = 1_000
TIMEOUT: Final = aiohttp.ClientTimeout(total=30, sock_connect=5)
_LATER: Final = frozenset({408, 429, 500, 502, 503, 504})
# How a service ends its sentence about a token of the wrong role.
_TAKES: Final = re.compile(r"\btakes ([a-z_]+(?:(?:, | or )[a-z_]+)*)\.$")

T = TypeVar("T")
R = TypeVar("R")
Item = dict[str, Any]


class Unavailable(CannotRun):
    """No answer, or none for now; the same may succeed later."""


class Refused(CannotRun):
    """The service says no. `code` is stable, `errors` has all that it found wrong, `problem` is all that it said."""

    def __init__(
        self,
        text: str,
        status: int,
        code: str = "",
        errors: list[Item] | None = None,
        problem: Item | None = None,
    ) -> None:
        super().__init__(text)
        self.status, self.code, self.errors, self.problem = status, code, errors or [], problem or {}


class Reply(NamedTuple):
    """A good answer; 201 where something is new. `body` are its bytes as they came, `sha256` what they should have."""

    status: int
    document: Any
    body: bytes = b""
    sha256: str = ""


class Client:
    """`session` carries the token; the connection says where to."""

    def __init__(self, session: aiohttp.ClientSession, connection: Connection) -> None:
        self._session = session
        self.connection = connection

    async def get(self, path: str, **query: object) -> Any:
        """The document at a path."""
        return (await self.ask("GET", path, query=query)).document

    async def find(self, path: str) -> Any:
        """The document at a path, or None where there is none."""
        try:
            return await self.get(path)
        except Refused as error:
            if error.status == 404:
                return None
            raise

    async def put(self, path: str, setting: object) -> Reply:
        """Saves a setting."""
        return await self.ask("PUT", path, body=orjson.dumps(setting))

    async def listed(self, path: str) -> list[Item]:
        """All items of a list, by id, however many pages it has."""
        found: dict[str, Item] = {}
        cursor: str | None = None
        while True:
            page = await self.get(path, limit=PAGE_LIMIT, **({"cursor": cursor} if cursor else {}))
            found |= {item["id"]: item for item in page["items"]}
            cursor = page["cursor"]
            if cursor is None:
                return [found[name] for name in sorted(found)]

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        media_type: str = "application/json",
        query: Mapping[str, object] | None = None,
        accept: str = "",
    ) -> Reply:
        """One request. Refused for what asking again does not change, Unavailable for the rest.

        With `accept`, a file of another kind than JSON may come.
        """
        words = {name: str(value) for name, value in (query or {}).items() if value is not None}
        url = URL(self.connection.url + path, encoded=True).update_query(words)
        headers = {"Content-Type": media_type} if body is not None else {}
        headers |= {"Accept": accept} if accept else {}
        try:
            request = self._session.request(method, url, data=body, headers=headers, allow_redirects=False)
            async with request as response:
                reply = self._reply(response.status, response.content_type, await response.read(), accept)
                return reply._replace(sha256=response.headers.get("X-Content-SHA256", ""))
        except aiohttp.ClientConnectorError as error:
            raise self._no_service(error) from error
        except TimeoutError as error:
            raise Unavailable(f"{self.connection.url} does not answer in time") from error
        except aiohttp.ClientError as error:
            raise Unavailable(f"{self.connection.url} broke off: {_one_line(str(error))}") from error

    def _no_service(self, error: aiohttp.ClientConnectorError) -> CannotRun:
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            return CannotRun(f"{self.connection.url} is not trusted: {_one_line(str(error))}")
        return Unavailable(
            f"no service answers at {self.connection.url}: start `leaderboard up`, or name another with --url"
        )

    def _reply(self, status: int, content_type: str, body: bytes, accept: str = "") -> Reply:
        is_json = content_type in ("application/json", "application/problem+json")
        document = _document(body) if is_json else None
        if 200 <= status < 300 and (is_json or accept or not body):
            return Reply(status, document, body)
        if content_type == "application/problem+json" and isinstance(document, dict):
            raise self._problem(status, document)
        kind = Unavailable if status in _LATER else CannotRun
        raise kind(
            f"{self.connection.url} answers {status}, but not as this service does: is the address right?"
        )

    def _problem(self, status: int, problem: Item) -> CannotRun:
        errors = [one for one in problem.get("errors") or () if isinstance(one, dict)]
        text = _one_line(str(problem.get("detail") or problem.get("title") or status))
        if len(errors) > 1:
            text = _one_line("; ".join(map(field_sentence, errors)))
        if status == 500:
            text += f" (request {_one_line(str(problem.get('request_id', '')))})"
        if status in _LATER:
            return Unavailable(text)
        if problem.get("code") == "forbidden":
            text += _about_role(text)
        return Refused(
            self._about_token() if status == 401 else text, status, str(problem.get("code")), errors, problem
        )

    def _about_token(self) -> str:
        url, whence = self.connection.url, self.connection.whence
        if self.connection.token is None:
            return f"{url} wants a token: give one with --token or LEADERBOARD_TOKEN ({whence})"
        return f"{url} does not know the token of {whence}, or it is expired or revoked"


def _about_role(text: str) -> str:
    """What to do where a token of another role is wanted; nothing where it is refused for something else."""
    found = _TAKES.search(text)
    if found is None:
        return ""
    which, role = ("one of these roles", "ROLE") if " " in found[1] else ("that role", found[1])
    return (
        f" Set LEADERBOARD_TOKEN to a token of {which}: `leaderboard token issue --role {role} --name NAME`"
    )


def field_sentence(error: Item) -> str:
    """`country: must be …` of one entry of `errors`."""
    path, detail = str(error.get("path") or ""), str(error.get("detail") or "")
    return f"{path}: {detail}" if path else detail


def at(*steps: str) -> str:
    """The path of a thing: its steps may hold any characters."""
    return below("/v1", *steps)


def below(path: str, *steps: str) -> str:
    """The path of what lies below another."""
    return path + "".join(f"/{quote(step, safe='')}" for step in steps)


def ask_service(args: Namespace, work: Callable[[Client], Awaitable[T]]) -> T:
    """Carries out some work with the service that the options name."""

    async def run() -> T:
        async with opened(connection_of(args)) as client:
            return await work(client)

    return asyncio.run(run())


@asynccontextmanager
async def opened(connection: Connection) -> AsyncIterator[Client]:
    """A client, closed at the end."""
    headers = {"Accept": "application/json"}
    if connection.token:
        headers["Authorization"] = f"Bearer {connection.token}"
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, headers=headers) as session:
        yield Client(session, connection)


async def each(work: Callable[[T], Awaitable[R]], items: Iterable[T]) -> list[R]:
    """The work on every item, some at once; the results in the order of the items. The first error ends it."""
    waiting, results = iter(enumerate(items)), dict[int, R]()

    async def worker() -> None:
        for number, item in waiting:
            results[number] = await work(item)

    tasks = [asyncio.create_task(worker()) for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [results[number] for number in sorted(results)]


def _document(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _one_line(text: str) -> str:
    return " ".join(text.split())

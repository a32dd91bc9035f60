"""The server: what is not HTTP gets a problem too, and a connection serves one request after the other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import pytest

from leaderboard.web.serving import HEADER_LIMIT_BYTES
from tests.conftest import Service

PATIENCE_S = 2.0


class Connection:
    """Bytes to the service and back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, *lines: str, body: bytes = b"") -> None:
        self._writer.write("\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body)

    def send_bytes(self, some: bytes) -> None:
        self._writer.write(some)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers in lower case, body."""
        async with asyncio.timeout(PATIENCE_S):
            status = int((await self._reader.readline()).split()[1])
            headers = {}
            while line := (await self._reader.readline()).strip():
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            return status, headers, await self._reader.readexactly(int(headers.get("content-length", 0)))

    async def is_closed(self) -> bool:
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read(1) == b""


Connect = Callable[[], Awaitable[Connection]]


@pytest.fixture
async def connect(service: Service) -> AsyncIterator[Connect]:
    """Opens connections, and closes them in the end."""
    url, writers = urlsplit(service.url), []

    async def open_one() -> Connection:
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        writers.append(writer)
        return Connection(reader, writer)

    yield open_one
    for writer in writers:
        writer.close()


def get(path: str, token: str, *more: str) -> list[str]:
    return [f"GET {path} HTTP/1.1", "Host: leaderboard", f"Authorization: Bearer {token}", *more]


NOT_HTTP = {
    "a word": ["HELLO"],
    "an unknown method": ["FETCH /v1/status HTTP/1.1", "Host: x"],
    "an unknown version": ["GET /v1/status HTTP/9.1", "Host: x"],
    "raw bytes in the path": ["GET /v1/campaigns/\udcff\udcfe HTTP/1.1", "Host: x"],
    "raw bytes in the query": ["GET /v1/agencies?cursor=\udcff HTTP/1.1", "Host: x"],
    "a control character in a header": ["GET /healthz HTTP/1.1", "Host: x", "X-Note: a\x00b"],
    "a header without a name": ["GET /healthz HTTP/1.1", "Host: x", ": x"],
    "two lengths": ["POST /v1/events HTTP/1.1", "Host: x", "Content-Length: 2", "Content-Length: 3"],
    "a length that is none": ["POST /v1/events HTTP/1.1", "Host: x", "Content-Length: two"],
    "a negative length": ["POST /v1/events HTTP/1.1", "Host: x", "Content-Length: -1"],
    "a length and chunks": [
        "POST /v1/events HTTP/1.1",
        "Host: x",
        "Content-Length: 2",
        "Transfer-Encoding: chunked",
    ],
    "an address that is too long": ["GET /" + "x" * 2 * HEADER_LIMIT_BYTES + " HTTP/1.1", "Host: x"],
    "a header that is too long": [
        "GET /healthz HTTP/1.1",
        "Host: x",
        "X-Note: " + "x" * 2 * HEADER_LIMIT_BYTES,
    ],
    "a thousand headers": ["GET /healthz HTTP/1.1", "Host: x", *(f"X-Note-{n}: x" for n in range(1_000))],
    "a greeting of TLS": ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
}


@pytest.mark.parametrize("name", NOT_HTTP)
async def test_what_is_not_http_is_answered_with_a_problem_and_the_connection_ends(
    service: Service, connect: Connect, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    connection = await connect()
    connection.send(*NOT_HTTP[name])
    status, headers, body = await connection.answer()

    problem = json.loads(body)
    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert (problem["code"], problem["request_id"]) == ("bad_request", headers["x-request-id"])
    assert await connection.is_closed()
    # Anybody may send rubbish; it must not fill the log with stories.
    assert [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")] == []
    assert (await service.ask("GET", "/healthz")).status == 200


async def test_a_token_of_10_kb_is_refused_as_any_other(service: Service, connect: Connect) -> None:
    connection = await connect()
    connection.send(*get("/v1/status", "x" * 10_000))
    status, _, body = await connection.answer()

    assert (status, json.loads(body)["code"]) == (401, "unauthorized")


async def test_a_token_of_raw_bytes_is_refused_as_any_other(service: Service, connect: Connect) -> None:
    connection = await connect()
    connection.send(*get("/v1/status", "\udcff\udcfe"))
    status, _, body = await connection.answer()

    assert (status, json.loads(body)["code"]) == (401, "unauthorized")


async def test_requests_in_one_go_are_answered_in_their_order(service: Service, connect: Connect) -> None:
    connection = await connect()
    token = service.admin_token
    connection.send(*get("/v1/status", token))
    connection.send(*get("/v1/campaigns/none", token))
    connection.send(
        "POST /v1/events HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {token}",
        "Content-Length: 1",
        body=b"x",
    )
    connection.send(*get("/healthz", token))

    assert [(await connection.answer())[0] for _ in range(4)] == [200, 404, 400, 200]


async def test_a_connection_goes_on_after_a_refusal(service: Service, connect: Connect) -> None:
    connection = await connect()
    statuses = []
    for path in ("/v1/nothing", "/v1/agencies?limit=0", "/v1/status"):
        connection.send(*get(path, service.admin_token))
        statuses.append((await connection.answer())[0])

    assert statuses == [404, 422, 200]


async def test_a_body_whose_chunks_break_is_refused(service: Service, connect: Connect) -> None:
    connection = await connect()
    lines = ["POST /v1/events HTTP/1.1", "Host: x", f"Authorization: Bearer {service.admin_token}"]
    connection.send(*lines, "Transfer-Encoding: chunked", body=b'5\r\n{"eve\r\nzz\r\n')
    status, _, body = await connection.answer()

    assert (status, json.loads(body)["code"]) == (400, "bad_request")


async def test_half_a_request_holds_up_nobody(service: Service, connect: Connect) -> None:
    waiting = [await connect() for _ in range(50)]
    for connection in waiting:
        connection.send_bytes(b"GET /v1/status HTTP/1.1\r\nHost: x\r\nX-Ha")
    async with asyncio.timeout(PATIENCE_S):
        answers = await asyncio.gather(*(service.ask("GET", "/v1/status") for _ in range(20)))

    assert {answer.status for answer in answers} == {200}

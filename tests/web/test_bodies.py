"""Bodies: packed and unpacked under one limit, cut off, slow, and never at the cost of others."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
import zstandard
from aiohttp import ClientSession, web

from leaderboard.web.bodies import EVENTS_LIMIT_BYTES, read_body
from leaderboard.web.endpoints import Endpoint
from leaderboard.web.problems import answer_problems
from leaderboard.web.serving import Runner
from tests.conftest import Service, view
from tests.web.asking import DIALECT, WITH_BODY, address, fill, headers_for, named, refusal_of, token_for

MIB = 1024 * 1024
PATIENCE_S = 2.0

BATCH = json.dumps({"events": [view(1), view(2)]}).encode()


def zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(body)


def zstd_without_size(body: bytes) -> bytes:
    packing = zstandard.ZstdCompressor().compressobj()
    return packing.compress(body) + packing.flush()


@cache
def gzip_bomb() -> bytes:
    """1 GiB of zeros. A full flush makes the same piece fit behind itself, so one is packed and repeated."""
    packing = zlib.compressobj(wbits=31)
    head = packing.compress(bytes(MIB)) + packing.flush(zlib.Z_FULL_FLUSH)
    piece = packing.compress(bytes(MIB)) + packing.flush(zlib.Z_FULL_FLUSH)
    return head + piece * 1023 + packing.flush()


@cache
def zstd_bomb() -> bytes:
    """1 GiB of zeros."""
    packing = zstandard.ZstdCompressor().compressobj()
    zeros = bytes(MIB)
    return b"".join(packing.compress(zeros) for _ in range(1024)) + packing.flush()


async def send(
    service: Service, body: bytes, encoding: str | None, path: str = "/v1/events"
) -> tuple[int, Any, Any]:
    headers = {"Content-Encoding": encoding} if encoding is not None else {}
    async with asyncio.timeout(PATIENCE_S):
        answer = await service.ask("POST", path, data=body, headers=headers)
    return answer.status, answer.json, answer.headers


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (None, BATCH),
        ("", BATCH),
        ("identity", BATCH),
        ("gzip", gzip.compress(BATCH)),
        ("GZIP", gzip.compress(BATCH)),
        (" gzip ", gzip.compress(BATCH)),
        ("zstd", zstd(BATCH)),
        ("zstd", zstd_without_size(BATCH)),
    ],
)
async def test_a_batch_is_taken_however_it_is_packed(
    service: Service, encoding: str | None, body: bytes
) -> None:
    status, receipt, _ = await send(service, body, encoding)

    assert (status, receipt["accepted"]) == (202, 2)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b""),
        ("gzip", BATCH),
        ("gzip", gzip.compress(BATCH)[:-9]),
        ("gzip", gzip.compress(BATCH)[:-1]),
        ("gzip", gzip.compress(BATCH)[:5]),
        ("gzip", gzip.compress(BATCH) + b"something"),
        ("gzip", gzip.compress(BATCH) + gzip.compress(BATCH)),
        ("gzip", gzip.compress(BATCH)[:-8] + b"\x00" * 8),
        ("gzip", zlib.compress(BATCH)),
        ("gzip", zstd(BATCH)),
        ("zstd", b""),
        ("zstd", BATCH),
        ("zstd", zstd(BATCH)[:-3]),
        ("zstd", zstd_without_size(BATCH)[:-3]),
        ("zstd", zstd(BATCH)[:6]),
        ("zstd", zstd(BATCH) + b"something"),
        ("zstd", zstd(BATCH) + zstd(BATCH)),
        ("zstd", gzip.compress(BATCH)),
    ],
)
async def test_a_body_that_is_not_packed_as_it_says_is_refused(
    service: Service, encoding: str, body: bytes
) -> None:
    status, problem, _ = await send(service, body, encoding)

    assert (status, problem["code"]) == (400, "broken_encoding")


@pytest.mark.parametrize("encoding", ["br", "deflate", "compress", "gzip, gzip", "x" * 5_000, "é"])
async def test_an_unknown_packing_is_refused_and_the_known_ones_are_named(
    service: Service, encoding: str
) -> None:
    status, problem, headers = await send(service, BATCH, encoding)

    assert (status, problem["code"]) == (415, "unsupported_encoding")
    assert headers["Accept-Encoding"] == "gzip, zstd"


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_the_dialect_tells_of_a_packing_in_its_envelope(service: Service, encoding: str) -> None:
    headers = {"Content-Encoding": encoding, "Access-Token": service.admin_token}
    answer = await service.ask("POST", address(DIALECT[0]), data=b"{}", headers=headers)

    assert (answer.status, answer.json["code"]) == (200, 40002)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("endpoint", WITH_BODY, ids=named)
async def test_a_bomb_is_refused_soon_and_in_little_memory(
    service: Service, endpoint: Endpoint, encoding: str
) -> None:
    await fill(service)
    bomb = gzip_bomb() if encoding == "gzip" else zstd_bomb()
    headers = headers_for(endpoint, await token_for(service, endpoint)) | {"Content-Encoding": encoding}
    tracemalloc.start()
    async with asyncio.timeout(PATIENCE_S):
        answer = await service.ask(endpoint.method, address(endpoint), data=bomb, token="", headers=headers)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (answer.status, refusal_of(answer)) == (413, "too_large")
    # The bomb as it came, twice (sent and received), and at most the limit unpacked.
    assert peak_bytes < 2 * len(bomb) + 3 * EVENTS_LIMIT_BYTES


@pytest.mark.parametrize("how", ["with its length", "in chunks"])
@pytest.mark.parametrize("endpoint", WITH_BODY, ids=named)
async def test_10_mib_are_refused_and_the_next_request_is_answered(
    service: Service, endpoint: Endpoint, how: str
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b" " * MIB

    headers = headers_for(endpoint, await token_for(service, endpoint))
    body = b" " * 10 * MIB if how == "with its length" else chunks()
    await fill(service)
    async with asyncio.timeout(PATIENCE_S):
        answer = await service.ask(endpoint.method, address(endpoint), data=body, token="", headers=headers)
        after = await service.ask("GET", "/v1/status")

    assert (answer.status, refusal_of(answer)) == (413, "too_large")
    assert after.status == 200


async def test_a_large_body_without_a_token_is_refused_before_it_is_read(service: Service) -> None:
    async with asyncio.timeout(PATIENCE_S):
        answer = await service.ask("POST", "/v1/events", data=b" " * 10 * MIB, token="")
        after = await service.ask("GET", "/v1/status")

    assert (answer.status, refusal_of(answer), after.status) == (401, "unauthorized", 200)


@pytest.mark.parametrize("encoding", [None, "gzip", "zstd"])
@pytest.mark.parametrize(("extra", "status"), [(0, 202), (1, 413)])
async def test_the_limit_is_of_the_unpacked_body(
    service: Service, encoding: str | None, extra: int, status: int
) -> None:
    body = BATCH + b" " * (EVENTS_LIMIT_BYTES - len(BATCH) + extra)
    packed = {None: body, "gzip": gzip.compress(body), "zstd": zstd(body)}[encoding]

    assert (await send(service, packed, encoding))[0] == status


async def test_a_zstd_frame_that_asks_for_a_huge_window_is_refused(service: Service) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=False)
    packing = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    status, problem, _ = await send(service, packing.compress(BATCH) + packing.flush(), "zstd")

    assert (status, problem["code"]) == (400, "broken_encoding")


async def connect(service: Service) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = urlsplit(service.url)
    return await asyncio.open_connection(url.hostname, url.port)


def head(service: Service, length: int) -> bytes:
    lines = [
        "POST /v1/events HTTP/1.1",
        "Host: leaderboard",
        f"Authorization: Bearer {service.admin_token}",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def test_a_slow_sender_holds_up_nobody_and_is_taken_in_the_end(service: Service) -> None:
    reader, writer = await connect(service)
    writer.write(head(service, len(BATCH)) + BATCH[:50])
    await writer.drain()
    async with asyncio.timeout(PATIENCE_S):
        others = await asyncio.gather(*(send(service, BATCH, None) for _ in range(20)))
    writer.write(BATCH[50:])
    async with asyncio.timeout(PATIENCE_S):
        answer = await reader.readline()
    writer.close()

    assert {status for status, _, _ in others} == {202}
    assert b" 202 " in answer


async def test_a_sender_that_goes_away_in_the_middle_leaves_no_crash_behind(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        _, writer = await connect(service)
        writer.write(head(service, len(BATCH)) + BATCH[:50])
        await writer.drain()
        writer.transport.abort()
    await asyncio.sleep(0.1)
    after = await send(service, BATCH, None)

    assert after[0] == 202
    assert [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")] == []
    assert (await service.ask("GET", "/v1/status")).json["inbox"]["accepted"] == 2


async def test_a_sender_that_stops_is_told_after_a_while() -> None:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=await read_body(request, MIB, patience_s=0.2))

    async def half() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.sleep(PATIENCE_S)
        yield b"the rest"

    app = web.Application(middlewares=[answer_problems])
    app.router.add_post("/", handle)
    runner = Runner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with (
        asyncio.timeout(PATIENCE_S),
        ClientSession() as session,
        session.post(url, data=half()) as response,
    ):
        problem = await response.json(content_type="application/problem+json")
    await runner.cleanup()

    assert (response.status, problem["code"]) == (408, "body_timeout")

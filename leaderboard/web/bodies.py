"""Bodies of requests: read up to a limit, unpacked up to the same limit, and taken for what they say they are."""

from __future__ import annotations

import asyncio
import io
import re
import zlib
from typing import Final, TypeVar

import msgspec
import zstandard
from aiohttp import web

from leaderboard.web.problems import Problem
from leaderboard.web.wording import explain, sentence

EVENTS_LIMIT_BYTES: Final = 4 * 1024 * 1024
SETTINGS_LIMIT_BYTES: Final = 1024 * 1024
PATIENCE_S: Final = 60.0

# The largest window that RFC 9659 lets a sender ask for.
_ZSTD_WINDOW_BYTES: Final = 8 * 1024 * 1024

# What msgspec raises for bytes that are not JSON at all, or nested deeper than Python's stack.
NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_SIGNS: Final = {
    b"\x1f\x8b": "it looks like gzip; send the header `Content-Encoding: gzip`",
    b"\x28\xb5\x2f\xfd": "it looks like zstd; send the header `Content-Encoding: zstd`",
    b"\xef\xbb\xbf": "it begins with a byte order mark; leave that out",
    b"\xff\xfe": "it looks like UTF-16; send UTF-8",
    b"\xfe\xff": "it looks like UTF-16; send UTF-8",
}
_HALF_A_PAIR: Final = re.compile(rb"\\u[dD][89abAB]")

T = TypeVar("T")


async def read_body(request: web.Request, limit_bytes: int, patience_s: float = PATIENCE_S) -> bytes:
    """The unpacked body.

    Problems: 413 over the limit, packed or unpacked; 415 another packing; 400 broken; 408 not there in time.
    """
    if (request.content_length or 0) > limit_bytes:
        raise _too_large(limit_bytes)
    body = await _receive(request, patience_s)
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "gzip":
        body = _gunzip(body, limit_bytes)
    elif encoding == "zstd":
        body = _unzstd(body, limit_bytes)
    elif encoding not in ("identity", ""):
        detail = f"Content-Encoding: {encoding[:40]!r} is not taken here; use gzip, zstd or none"
        raise Problem(415, "unsupported_encoding", detail, headers={"Accept-Encoding": "gzip, zstd"})
    if len(body) > limit_bytes:
        raise _too_large(limit_bytes)
    return body


async def _receive(request: web.Request, patience_s: float) -> bytes:
    try:
        async with asyncio.timeout(patience_s):
            return await request.read()
    except TimeoutError as error:
        detail = f"The body did not arrive within {patience_s:g} seconds; send smaller batches."
        raise Problem(408, "body_timeout", detail, headers={"Connection": "close"}) from error
    except (ConnectionError, web.RequestPayloadError) as error:
        raise Problem(400, "bad_request", f"The body broke off: {error}") from error


def _too_large(limit_bytes: int) -> Problem:
    detail = f"The body is over {limit_bytes // 1024 // 1024} MiB unpacked; send smaller batches."
    return Problem(413, "too_large", detail)


def _gunzip(body: bytes, limit_bytes: int) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacking.decompress(body, limit_bytes + 1)
    except zlib.error as error:
        raise Problem(400, "broken_encoding", f"The body is not gzip: {error}") from error
    if len(unpacked) <= limit_bytes and (not unpacking.eof or unpacking.unused_data):
        raise Problem(400, "broken_encoding", "The gzip body is cut off or has something behind its end.")
    return unpacked


def _unzstd(body: bytes, limit_bytes: int) -> bytes:
    unpacking = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    try:
        with unpacking.stream_reader(io.BytesIO(body)) as reader:
            unpacked = reader.read(limit_bytes + 1)
    except zstandard.ZstdError as error:
        raise Problem(400, "broken_encoding", f"The body is not zstd: {error}") from error
    # The reader ends quietly where the frame is cut off; its declared or decoded size tells.
    if len(unpacked) <= limit_bytes and not _is_whole_frame(body):
        raise Problem(400, "broken_encoding", "The zstd body is cut off or has something behind its end.")
    return unpacked


def _is_whole_frame(body: bytes) -> bool:
    unpacking = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj()
    try:
        unpacking.decompress(body)
    except zstandard.ZstdError:
        return False
    return unpacking.eof and not unpacking.unused_data


def not_json(body: bytes, error: Exception) -> Problem:
    """400 for a body that is not JSON."""
    return Problem(400, "not_json", f"The body is not JSON: {why_not_json(body, error)}")


def why_not_json(text: bytes, error: Exception) -> str:
    """What bytes may be that are not JSON; the decoder's own words are no help where they are something else."""
    if not text.strip():
        return "it is empty"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if "surrogate" in str(error) or ("truncated" in str(error) and _HALF_A_PAIR.search(text)):
        return "a text in it has half of a surrogate pair, which is no character"
    return next((said for sign, said in _SIGNS.items() if text.startswith(sign)), str(error))


async def read_setting(
    request: web.Request, kind: type[T], *, required: bool = True, limit_bytes: int = SETTINGS_LIMIT_BYTES
) -> T:
    """A setting as JSON of its type. Problems: 400 not JSON; 422 naming the field that is wrong.

    Where none is `required`, no body is an empty object.
    """
    body = await read_body(request, limit_bytes)
    if not required and not body:
        body = b"{}"
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        wrong = explain(error, kind)
        raise Problem(422, "invalid", sentence(wrong), errors=[wrong]) from error
    except NOT_JSON as error:
        raise not_json(body, error) from error

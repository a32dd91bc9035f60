"""Bodies of requests: read up to a limit, unpacked up to the same limit, and taken for what they say they are."""

from __future__ import annotations

import io
import zlib
from typing import Final, TypeVar

import msgspec
import zstandard
from aiohttp import web

from leaderboard.web.problems import Problem, field_error

EVENTS_LIMIT_BYTES: Final = 4 * 1024 * 1024
SETTINGS_LIMIT_BYTES: Final = 1024 * 1024

# The largest window that RFC 9659 lets a sender ask for.
_ZSTD_WINDOW_BYTES: Final = 8 * 1024 * 1024

T = TypeVar("T")


async def read_body(request: web.Request, limit_bytes: int) -> bytes:
    """The unpacked body. Problems: 413 over the limit, packed or unpacked; 415 another packing; 400 broken."""
    if (request.content_length or 0) > limit_bytes:
        raise _too_large(limit_bytes)
    body = await request.read()
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "gzip":
        body = _gunzip(body, limit_bytes)
    elif encoding == "zstd":
        body = _unzstd(body, limit_bytes)
    elif encoding not in ("identity", ""):
        detail = f"Content-Encoding: {encoding[:40]!r} is not taken here; use gzip, zstd or none"
        raise Problem(415, "unsupported_encoding", detail)
    if len(body) > limit_bytes:
        raise _too_large(limit_bytes)
    return body


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
    if len(unpacked) <= limit_bytes and not _is_whole_frame(body, limit_bytes):
        raise Problem(400, "broken_encoding", "The zstd body is cut off or has something behind its end.")
    return unpacked


def _is_whole_frame(body: bytes, limit_bytes: int) -> bool:
    unpacking = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj()
    try:
        unpacking.decompress(body)
    except zstandard.ZstdError:
        return False
    return unpacking.eof and not unpacking.unused_data


async def read_setting(request: web.Request, kind: type[T]) -> T:
    """A setting as JSON of its type. Problems: 400 not JSON; 422 naming the field that is wrong."""
    body = await read_body(request, SETTINGS_LIMIT_BYTES)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Problem(422, "invalid", field_error(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, "not_json", f"The body is not JSON: {error}") from error

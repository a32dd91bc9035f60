"""Forms as browsers send them, read within limits of size and time. What they mean, the pages decide."""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from multidict import MultiDict, MultiDictProxy

from leaderboard.web.bodies import PATIENCE_S, read_body
from leaderboard.web.problems import Problem

# Who is not signed in has little to say.
ENTRANCE_LIMIT_BYTES: Final = 16 * 1024
FORM_LIMIT_BYTES: Final = 4 * 1024 * 1024
FIELDS_MOST: Final = 2_000

_URLENCODED: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_NO_FORM: Final = "This form cannot be read."


class Upload(NamedTuple):
    """A file that came with a form; `filename` is what the sender calls it."""

    filename: str
    content: bytes


Fields = MultiDictProxy[str | Upload]


async def read_fields(request: web.Request, limit_bytes: int, patience_s: float = PATIENCE_S) -> Fields:
    """The fields of a form. Problems: 400 no form that can be read; 408 not there in time; 413 over the limit.

    Texts are UTF-8, as browsers send them from our pages. Whatever else a sender may name is not tried: some of those
    codecs take minutes for a small text.
    """
    if (request.content_length or 0) > limit_bytes:
        raise _too_large()
    try:
        async with asyncio.timeout(patience_s):
            return MultiDictProxy(await _fields(request, limit_bytes))
    except TimeoutError as error:
        detail = "The form did not arrive in time; nothing was done."
        raise Problem(408, "body_timeout", detail, headers={"Connection": "close"}) from error
    except (Problem, ConnectionError):
        raise
    except Exception as error:
        # The parser of forms has many ways to say that one is broken, and none of them is our fault.
        raise Problem(400, "bad_request", _NO_FORM) from error


async def _fields(request: web.Request, limit_bytes: int) -> MultiDict[str | Upload]:
    if request.content_type == _MULTIPART:
        return await _parts(request, limit_bytes)
    body = await read_body(request, limit_bytes)
    if body and request.content_type != _URLENCODED:
        raise Problem(415, "bad_request", _NO_FORM)
    text = body.decode("utf-8")
    pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MOST)
    return MultiDict(pairs)


async def _parts(request: web.Request, limit_bytes: int) -> MultiDict[str | Upload]:
    found: MultiDict[str | Upload] = MultiDict()
    left_bytes = limit_bytes
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name or len(found) >= FIELDS_MOST:
            raise Problem(400, "bad_request", _NO_FORM)
        content = await _content(part, left_bytes)
        left_bytes -= len(content)
        if part.filename is None:
            found.add(part.name, content.decode("utf-8"))
        elif part.filename:  # without a name: nobody chose a file
            found.add(part.name, Upload(part.filename, content))
    return found


async def _content(part: BodyPartReader, most_bytes: int) -> bytes:
    """As it came: browsers pack no parts."""
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > most_bytes:
            raise _too_large()
    return bytes(content)


def _too_large() -> Problem:
    return Problem(413, "too_large", "The form is larger than this page takes; nothing was done.")

"""Answers: JSON by orjson, times in RFC 3339, money as texts. And the parameters that were asked with."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec
import orjson
from aiohttp import web
from msgspec import Meta

from leaderboard.domain.money import format_minor
from leaderboard.web.problems import invalid
from leaderboard.web.wording import explain

# A time as we answer it: always UTC, always with milliseconds.
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]

_WHOLE: Final = re.compile(r"-?\d+", re.ASCII)


def answer(document: object, status: int = 200) -> web.Response:
    """A JSON answer of plain values or of structs."""
    body = orjson.dumps(document, default=msgspec.to_builtins)
    return web.Response(status=status, body=body, content_type="application/json")


def money(minor: int, currency: str) -> dict[str, str]:
    """`{"amount": "12.34", "currency": "USD"}`."""
    return {"amount": format_minor(minor, currency), "currency": currency}


def checked(request: web.Request, name: str, kind: Any, default: Any = None) -> Any:
    """A parameter of the path or the query as its type; 422 names it where it is not."""
    text = request.match_info.get(name) or request.query.get(name)
    if text is None:
        return default
    try:
        value = msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(name, explain(error, kind).detail.removesuffix(", not a text")) from error
    # `1e2` and `5.0` are taken for numbers there; the reference promises digits.
    if isinstance(value, int) and not _WHOLE.fullmatch(text):
        raise invalid(name, "must be a whole number, in digits")
    return value

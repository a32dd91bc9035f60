"""Answers: JSON by orjson, times in RFC 3339, money as texts."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
from aiohttp import web

from leaderboard.domain.money import format_minor
from leaderboard.web.problems import Problem, field_error


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
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        what = field_error(error)
        raise Problem(422, "invalid", f"{name}: {what[:1].lower()}{what[1:]}") from error

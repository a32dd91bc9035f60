"""Answers: JSON by orjson, times in RFC 3339, money as texts. And the parameters that were asked with."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import orjson
from aiohttp import web
from msgspec import Meta

from leaderboard.domain.money import format_minor
from leaderboard.web.problems import Problem
from leaderboard.web.wording import explain, sentence

# A time as we answer it: always UTC, always with milliseconds.
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


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
        # Whole numbers as JSON has them: what is read leniently (`1e2`, `5.0`) would differ from the reference.
        return msgspec.convert(int(text) if _is_whole(text) else text, kind)
    except msgspec.ValidationError as error:
        wrong = explain(error, kind)
        raise Problem(422, "invalid", f"{name}: {sentence(wrong)}") from error

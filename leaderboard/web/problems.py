"""What is answered when something is wrong: RFC 9457 problems with a stable code. One mapping, used by every door."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import orjson
from aiohttp import web

from leaderboard.store.connection import is_unavailable
from leaderboard.web.keys import REQUEST_ID

log = logging.getLogger(__name__)

RETRY_AFTER_S: Final = 2

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Exception):
    """Ends a request with a status, a code that programs can rely on, and a sentence that people can act on."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: list[dict[str, object]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


def unavailable(detail: str) -> Problem:
    """503: nothing was kept, send it again."""
    return Problem(503, "unavailable", detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def not_found(what: str) -> Problem:
    """404 for a thing that does not exist."""
    return Problem(404, "not_found", f"{what} does not exist")


def respond(problem: Problem, request_id: str) -> web.Response:
    """The answer that tells of a problem."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "request_id": request_id,
    }
    if problem.errors is not None:
        document["errors"] = problem.errors
    return web.Response(
        status=problem.status,
        body=orjson.dumps(document),
        content_type="application/problem+json",
        headers=problem.headers,
    )


_AT: Final = re.compile(r"^(?P<what>.*?) - at `(?P<path>.*)`$", re.DOTALL)


def field_error(error: Exception) -> str:
    """A decoder's complaint with the field in front: `value.amount: expected str, got int`."""
    match = _AT.match(str(error))
    if match is None:
        return str(error).replace("`", "")
    path = re.sub(r"^(key in )?\$\.?", r"\1", match["path"]) or "the document"
    what = match["what"].replace("`", "")
    return f"{path}: {what[:1].lower()}{what[1:]}"


_HTTP_CODES: Final = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


def _from_http(error: web.HTTPException) -> Problem:
    code = _HTTP_CODES.get(error.status, "bad_request")
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
    detail = {
        404: "There is nothing at this address; /docs lists what there is.",
        405: "This address does not take that method.",
        413: "The body is larger than this endpoint takes.",
    }.get(error.status, error.reason)
    return Problem(error.status, code, detail, headers=headers)


def problem_of(error: Exception) -> Problem | None:
    """The problem that an error means, or None for a crash."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, web.HTTPException) and error.status >= 400:
        return _from_http(error)
    if is_unavailable(error):
        return unavailable("The store is away or busy; nothing was kept. Send it again.")
    return None


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost step of every request: whatever happens, the answer is of one shape."""
    try:
        return await handler(request)
    except Exception as error:
        if isinstance(error, web.HTTPException) and error.status < 400:
            raise
        problem = problem_of(error)
        if problem is None:
            log.exception("request %s %s failed", request.method, request.path)
            problem = Problem(
                500, "internal", "Something is broken on our side; the request id finds it in the log."
            )
        return respond(problem, request.get(REQUEST_ID, ""))

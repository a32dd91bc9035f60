"""The HTTP server under the application: its limits, and a problem for what is not even HTTP."""

from __future__ import annotations

import logging
from secrets import token_hex
from typing import Any, Final

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from leaderboard.web.problems import REQUEST_ID_HEADER, Problem, respond

log = logging.getLogger(__name__)

# A header of this size still reaches the endpoint, which can say what is wrong with it.
HEADER_LIMIT_BYTES: Final = 32 * 1024
# For how long the rest of a refused body is read and thrown away, so that its sender gets to read the refusal.
LINGER_S: Final = 2.0


class _Connection(RequestHandler):
    """Answers what cannot be parsed as everything else is answered, and notes it in one line."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun, no other can follow it")
        request_id = token_hex(8)
        if status >= 500:
            log.error("request %s failed", request_id, exc_info=exc)
            problem = Problem(
                500, "internal", "Something is broken on our side; the request id finds it in the log."
            )
        else:
            first = (message or "").strip().partition("\n")[0]
            log.info("not HTTP, from %s: %s", request.remote, first[:200])
            problem = Problem(status, "bad_request", f"This is not HTTP that can be read: {first[:200]}")
        response = respond(problem, request_id)
        response.headers[REQUEST_ID_HEADER] = request_id
        response.force_close()
        return response


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs the application of `create_app`; bodies are unpacked by its endpoints, under their limits."""

    def __init__(self, app: web.Application, **more: Any) -> None:
        super().__init__(
            app,
            auto_decompress=False,
            access_log=None,
            max_line_size=HEADER_LIMIT_BYTES,
            max_field_size=HEADER_LIMIT_BYTES,
            lingering_time=LINGER_S,
            **more,
        )

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        # The application makes the server of its own, which offers no other way to another connection class.
        server.__class__ = _Server
        return server

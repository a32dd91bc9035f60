"""An empty loop of server-sent events: the same messages as often to as many, with no store and nothing to read."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from leaderboard.cli.file_limit import allow_many_files
from leaderboard.cli.processes import die_with_parent

INTERVAL_S: Final = 0.25


class _Loop:
    """Counts publications by the clock, and tells four times a second how many there are."""

    def __init__(self, message_bytes: int, per_s: float, began_s: float) -> None:
        self._padding, self._per_s = "x" * message_bytes, per_s
        self._began_s = began_s
        self.news = asyncio.Event()
        self.message = self._make()

    def _make(self) -> bytes:
        version = 1 + int((time.monotonic() - self._began_s) * self._per_s)
        return f'event: standings\nid: {version}\ndata: {{"version":{version},"p":"{self._padding}"}}\n\n'.encode()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            self.message = self._make()
            self.news.set()
            self.news.clear()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(self.message)
        while True:
            await self.news.wait()
            await response.write(self.message)


def create_app(message_bytes: int, per_s: float, began_s: float) -> web.Application:
    """The whole service."""
    loop = _Loop(message_bytes, per_s, began_s)

    async def running(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(loop.run())
        yield
        task.cancel()

    app = web.Application()
    app.cleanup_ctx.append(running)
    app.router.add_get("/stream", loop.stream)
    return app


def main() -> None:
    """Serves until it is killed; tells in a line when it began to count."""
    die_with_parent()
    allow_many_files()
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bytes", type=int, required=True)
    parser.add_argument("--per-s", type=float, required=True)
    args = parser.parse_args()
    asyncio.run(_serve(args.port, args.bytes, args.per_s))


async def _serve(port: int, message_bytes: int, per_s: float) -> None:
    began_s = time.monotonic()
    runner = web.AppRunner(create_app(message_bytes, per_s, began_s), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    sys.stdout.write(f"{began_s}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()

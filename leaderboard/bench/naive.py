"""The naive service, as an ordinary good afternoon's work: aiohttp, orjson, redis. Run as a process by the bench.

It counts visitors in plain sets and keeps the ranking in a sorted set. It does not check events, keeps none, counts
no orders, knows no campaign, and forgets everything when its store stops.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final

import orjson
from aiohttp import web
from redis.asyncio import Redis

from leaderboard.cli.processes import die_with_parent

STANDINGS: Final = "standings"
LIMIT_BYTES: Final = 4 * 1024 * 1024

REDIS: web.AppKey[Redis] = web.AppKey("REDIS")


def visitors_of(account: str) -> str:
    return f"uv:{account}"


async def count_each(redis: Redis, views: list[dict[str, Any]]) -> None:
    """Per event SADD, SCARD and ZADD; two round trips a request, because ZADD needs what SCARD says."""
    async with redis.pipeline(transaction=False) as pipe:
        for view in views:
            pipe.sadd(visitors_of(view["account_id"]), view["visitor_id"])
            pipe.scard(visitors_of(view["account_id"]))
        counts = (await pipe.execute())[1::2]
    async with redis.pipeline(transaction=False) as pipe:
        for view, count in zip(views, counts, strict=True):
            pipe.zadd(STANDINGS, {view["account_id"]: count})
        await pipe.execute()


async def count_grouped(redis: Redis, views: list[dict[str, Any]]) -> None:
    """Grouped by account: one SADD and one SCARD each, one ZADD a request."""
    groups: dict[str, list[str]] = defaultdict(list)
    for view in views:
        groups[view["account_id"]].append(view["visitor_id"])
    async with redis.pipeline(transaction=False) as pipe:
        for account, visitors in groups.items():
            pipe.sadd(visitors_of(account), *visitors)
            pipe.scard(visitors_of(account))
        counts = (await pipe.execute())[1::2]
    if groups:
        await redis.zadd(STANDINGS, dict(zip(groups, counts, strict=True)))


FORMS: Final[dict[str, Callable[[Redis, list[dict[str, Any]]], Awaitable[None]]]] = {
    "each": count_each,
    "grouped": count_grouped,
}


def create_app(redis_url: str, form: str) -> web.Application:
    """The whole service."""
    count = FORMS[form]

    async def receive(request: web.Request) -> web.Response:
        events = orjson.loads(await request.read())["events"]
        await count(request.app[REDIS], [event for event in events if event["type"] == "product_view"])
        body = orjson.dumps({"accepted": len(events)})
        return web.Response(status=202, body=body, content_type="application/json")

    async def connected(app: web.Application) -> AsyncIterator[None]:
        app[REDIS] = Redis.from_url(redis_url)
        yield
        await app[REDIS].aclose()

    app = web.Application(client_max_size=LIMIT_BYTES)
    app.cleanup_ctx.append(connected)
    app.router.add_post("/v1/events", receive)
    return app


def main(argv: Sequence[str] | None = None) -> None:
    """Serves until SIGTERM. Several of these may share the port."""
    die_with_parent()
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--redis", required=True)
    parser.add_argument("--form", choices=sorted(FORMS), required=True)
    args = parser.parse_args(argv)
    app = create_app(args.redis, args.form)
    web.run_app(app, host="127.0.0.1", port=args.port, reuse_port=True, access_log=None, print=_announce)


def _announce(text: str) -> None:
    """Called once it listens; whoever started it waits for a line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

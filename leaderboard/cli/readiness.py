"""Waits until the service answers, and tells the person at the terminal where it is. Starts nothing."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import aiohttp

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.2
_ASK_LIMIT_S = aiohttp.ClientTimeout(total=3.0)
_WILDCARDS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def base_url(host: str, port: int) -> str:
    """Where this machine reaches a service that listens on `host`."""
    reachable = _WILDCARDS.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


async def until_ready(url: str, *, patience_s: float = 15.0) -> None:
    """Returns when GET /readyz answers 200; says once what it waits for after `patience_s`."""
    complain_at_s: float | None = asyncio.get_running_loop().time() + patience_s
    async with aiohttp.ClientSession(timeout=_ASK_LIMIT_S) as session:
        while (lacking := await _what_lacks(session, f"{url}/readyz")) is not None:
            if complain_at_s and asyncio.get_running_loop().time() > complain_at_s:
                log.warning("not ready yet: %s", lacking)
                complain_at_s = None
            await asyncio.sleep(POLL_INTERVAL_S)


async def _what_lacks(session: aiohttp.ClientSession, url: str) -> str | None:
    try:
        async with session.get(url) as answer:
            return None if answer.status == 200 else f"{url} answers {answer.status}"
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"{url} does not answer ({error or type(error).__name__})"


def welcome(url: str, data_dir: Path) -> str:
    """The block that `up` prints: where everything is, and how to end it."""
    token = data_dir / "admin.token"
    rows = {
        "address": url,
        "docs": f"{url}/docs",
        "data": str(data_dir),
        "admin token": f"in {token}" if token.exists() else "leaderboard token issue --role admin",
    }
    lines = "".join(f"  {name:<13}{value}\n" for name, value in rows.items())
    return (
        f"\nLive Leaderboard is ready.\n\n{lines}\nCtrl-C drains and stops; a second one stops at once.\n\n"
    )

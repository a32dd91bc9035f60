"""`leaderboard status`: is the service well, and has it counted everything?"""

from __future__ import annotations

import asyncio
import time
from argparse import Namespace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from leaderboard.cli.arguments import Subparsers, add_command, add_json, add_service, whole
from leaderboard.cli.client import Client, Unavailable, ask_service, at
from leaderboard.cli.connection import settle
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import print_json, print_lines, say

POLL_S: Final = 0.2
_LABEL_WIDTH: Final = 11
_EPILOG = """\
`pending` is 0 when every accepted event has been counted and shows in the standings. A script waits for that:
  leaderboard replay day.ndjson && leaderboard status --wait 60 && leaderboard standings ID
"""


def add_parser(subparsers: Subparsers) -> None:
    """Adds `status`."""
    parser = add_command(
        subparsers, "status", run, "show how the service is, and how far it has counted", epilog=_EPILOG
    )
    parser.add_argument(
        "--wait",
        type=whole(1, 86_400),
        metavar="SECONDS",
        help="until it answers and nothing is pending; exit 1 if that takes longer",
    )
    add_json(parser)
    add_service(parser)


def run(args: Namespace) -> int:
    """Shows the figures. 1 when nobody answers, or when --wait was in vain."""
    status = _wait(args) if args.wait else ask_service(args, _ask)
    if args.json:
        print_json(status)
    else:
        figures = _figures(args.url, status) | _trouble(status["archive"])
        print_lines(f"{label:<{_LABEL_WIDTH}}{value}" for label, value in figures.items())
    if not status["workers"]:
        say("no worker was heard of in the last 15 seconds: what is accepted waits for one")
    if status["buried"]:
        say(f"{status['buried']:,} events could not be applied: `leaderboard buried` says why")
    if args.wait and status["inbox"]["pending"]:
        raise CannotRun(f"{status['inbox']['pending']:,} events are still pending after {args.wait} s")
    return 0


async def _ask(client: Client) -> Any:
    return await client.get(at("status"))


def _wait(args: Namespace) -> Any:
    until_s = time.monotonic() + args.wait
    ask_service(args, partial(_until_alive, until_s=until_s))
    if args.token is None:
        # A first start writes its token before it answers, and after we have looked for one.
        settle(args)
    return ask_service(args, partial(_until_counted, until_s=until_s))


async def _until_alive(client: Client, until_s: float) -> None:
    """Returns when the process answers; the last failure when the time is up."""
    while True:
        try:
            await client.get("/healthz")
            return
        except Unavailable:
            if time.monotonic() >= until_s:
                raise
        await asyncio.sleep(POLL_S)


async def _until_counted(client: Client, until_s: float) -> Any:
    """The first status with nothing pending, or the last one when the time is up."""
    while True:
        is_over = time.monotonic() >= until_s
        try:
            status = await _ask(client)
            if is_over or not status["inbox"]["pending"]:
                return status
        except Unavailable:
            if is_over:
                raise
        await asyncio.sleep(POLL_S)


def _figures(url: str, status: dict[str, Any]) -> dict[str, object]:
    inbox, archive = status["inbox"], status["archive"]
    return {
        "service": f"{url}, version {status['version']}",
        "store": status["store"],
        "workers": status["workers"],
        "accepted": f"{inbox['accepted']:,} events",
        "counted": f"{inbox['applied']:,} events",
        "pending": f"{inbox['pending']:,} events" + _age(inbox["lag_ms"]),
        "buried": f"{status['buried']:,} events",
        "archived": f"{archive['events']:,} events, {archive['bytes'] / 1e6:,.1f} MB"
        + _behind(archive["lag_ms"]),
    }


def _trouble(archive: dict[str, Any]) -> dict[str, str]:
    if not archive.get("problem"):
        return {}
    since = datetime.fromtimestamp((archive["problem_at_ms"] or 0) / 1000, UTC)
    return {"archive": f"not writing since {since:%Y-%m-%dT%H:%M:%SZ}: {archive['problem']}"}


def _behind(lag_ms: int) -> str:
    return f", behind by {lag_ms / 1000:.1f} s" if lag_ms else ""


def _age(lag_ms: int) -> str:
    return f", the oldest for {lag_ms / 1000:.1f} s" if lag_ms else ""

"""Rescorings asked for, and previews waited for. The service decides whether they may be."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from time import monotonic
from typing import Any, Final

import orjson

from leaderboard.cli.client import Client, ask_service, at
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import say
from leaderboard.cli.rescorings_steps import show, whole_rescoring

WAIT_S: Final = 600.0
POLL_S: Final = 0.25
FILTERS: Final = {
    "network": ("CIDR", "such as 203.0.113.0/24; of IPv4 /8 to /24, of IPv6 /16 to /48"),
    "user_agent": ("TEXT", "the whole user agent"),
    "device": ("HEX", "the keyed hash of a device, 16 digits"),
    "live_session_id": ("SESSION", "of a live session"),
    "account_id": ("ACCOUNT", "views of this account only"),
    "from": ("TIME", "from then on: RFC 3339 with offset, or Unix milliseconds"),
    "until": ("TIME", "before that time"),
}


def run_void(args: Namespace) -> int:
    """Asks for views to be taken out."""
    given = {name: getattr(args, name) for name in FILTERS if getattr(args, name) is not None}
    return _ask(args, {"kind": "void_views"} | _with_times(given))


def run_outage(args: Namespace) -> int:
    """Asks for an outage to be taken out."""
    span = {name: getattr(args, name) for name in ("from", "until")}
    return _ask(args, {"kind": "outage", "live": args.live} | _with_times(span))


def run_exclude_host(args: Namespace) -> int:
    """Asks for the live time of a host to be taken out."""
    return _ask(args, {"kind": "exclude_host", "account_id": args.account_id, "host_id": args.host_id})


def _with_times(given: dict[str, str]) -> dict[str, Any]:
    """Digits alone are Unix milliseconds."""
    return {
        name: int(text) if name in ("from", "until") and text.isascii() and text.isdecimal() else text
        for name, text in given.items()
    }


def _ask(args: Namespace, what: dict[str, Any]) -> int:
    path = at("campaigns", args.campaign, "rescorings")
    return _prepared(args, path, {"what": what, "reason": args.reason})


def run_prepare(args: Namespace) -> int:
    """Has the preview made again."""
    return _prepared(args, at("campaigns", args.campaign, "rescorings", args.rescoring, "prepare"), {})


def _prepared(args: Namespace, path: str, order: dict[str, Any]) -> int:
    """0 where the preview is being made, or was waited for; 1 where it could not be made."""

    async def work(client: Client) -> dict[str, Any]:
        asked = (await client.ask("POST", path, body=orjson.dumps(order))).document
        return await _when_prepared(client, args.campaign, asked["id"]) if args.wait else dict(asked)

    found = ask_service(args, work)
    if args.json or args.wait:
        show(args, found)
    else:
        words = "is being prepared" if found["state"] == "preparing" else f"is {found['state']}"
        say(f"{found['id']} {words}: `leaderboard rescore show {args.campaign} {found['id']}`")
    return 1 if found["state"] == "failed" else 0


async def _when_prepared(client: Client, campaign: str, name: str) -> dict[str, Any]:
    until_s = monotonic() + WAIT_S
    while (found := await whole_rescoring(client, campaign, name))["state"] == "preparing":
        if monotonic() >= until_s:
            text = f"{name} is still being prepared after {WAIT_S:g} s, which goes on by itself"
            raise CannotRun(
                f"{text}: `leaderboard rescore show {campaign} {name}`; is the scheduler running?"
            )
        await asyncio.sleep(POLL_S)
    return found

"""Rescorings listed, shown, applied, cancelled and reversed."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import orjson

from leaderboard.cli.client import PAGE_LIMIT, Client, ask_service, at
from leaderboard.cli.output import print_json, print_lines, print_table, say
from leaderboard.cli.rescorings_view import head_lines, list_table, moved_table


async def whole_rescoring(client: Client, campaign: str, name: str) -> dict[str, Any]:
    """A rescoring with everybody whom it moves, however many pages they fill."""
    path = at("campaigns", campaign, "rescorings", name)
    found: dict[str, Any] = await client.get(path, limit=PAGE_LIMIT)
    while found["preview"] and found["preview"]["cursor"]:
        page = await client.get(path, limit=PAGE_LIMIT, cursor=found["preview"]["cursor"])
        found["preview"]["moved"] += page["preview"]["moved"]
        found["preview"]["cursor"] = page["preview"]["cursor"]
    return found


def run_list(args: Namespace) -> int:
    """Every rescoring of a campaign."""

    items = ask_service(args, lambda client: _every(client, args.campaign))
    if args.json:
        print_json({"items": items})
    elif not items:
        say("no rescorings: all that was counted counts")
    else:
        print_table(list_table(items))
    return 0


async def _every(client: Client, campaign: str) -> list[dict[str, Any]]:
    """The rescorings of every page, in the service's order."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = await client.get(at("campaigns", campaign, "rescorings"), limit=PAGE_LIMIT, cursor=cursor)
        found += page["items"]
        cursor = page["cursor"]
        if cursor is None:
            return found


def run_show(args: Namespace) -> int:
    """A rescoring, and whom it moves."""
    show(args, ask_service(args, lambda client: whole_rescoring(client, args.campaign, args.rescoring)))
    return 0


def show(args: Namespace, found: dict[str, Any]) -> None:
    """A rescoring as JSON, or in words with a table of whom it moves."""
    if args.json:
        print_json(found)
        return
    print_lines(head_lines(args.campaign, found))
    if moved := (found["preview"] or {}).get("moved"):
        print_lines([""])
        print_table(moved_table(moved))
    elif found["preview"]:
        print_lines(["nobody is moved"])


def run_apply(args: Namespace) -> int:
    """Takes out what was previewed."""
    return _step(args, "apply", {"preview_sha256": args.preview} if args.preview else {})


def run_cancel(args: Namespace) -> int:
    """Gives it up."""
    return _step(args, "cancel", {"reason": args.reason} if args.reason else {})


def run_reverse(args: Namespace) -> int:
    """Puts all back."""
    return _step(args, "reverse", {"reason": args.reason})


def _step(args: Namespace, verb: str, order: dict[str, str]) -> int:
    path = at("campaigns", args.campaign, "rescorings", args.rescoring, verb)
    done = ask_service(args, lambda client: client.ask("POST", path, body=orjson.dumps(order))).document
    if args.json:
        print_json(done)
        return 0
    waits = done.get("takes_effect") == "with_the_next_correction"
    say(
        f"{done['id']} is {done['state']}{'; the result stands as it is until it is corrected' if waits else ''}"
    )
    return 0

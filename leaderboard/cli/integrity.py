"""`leaderboard integrity`: the checkpoints of a campaign, what they found, and one more if somebody wants it."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Iterator
from time import monotonic
from typing import Any, Final

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_json, add_service, whole
from leaderboard.cli.client import Client, ask_service, at
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import Column, Table, count, moment, print_json, print_lines, print_table

POLL_S: Final = 0.25
_DESCRIPTION: Final = """\
Says when a campaign was last looked at by all detectors, and what they found. It is looked at daily while it is live,
and at its close. With --run it is looked at now, with --report the accounts are listed: all visitors, invalid ones,
those that count, those that are estimated to be no people, and what that changes in ranks and awards. In mode `shadow`
that is what would change. It takes the token of a reviewer or an admin.
"""
_COLUMNS: Final = (
    Column("account"),
    Column("gross", right=True),
    Column("invalid"),
    Column("counted", right=True),
    Column("discounted", right=True),
    Column("net", right=True),
    Column("rank", right=True),
    Column("award", right=True),
    Column("flags", below=True),
)


def add_parser(subparsers: Subparsers) -> None:
    """Adds `integrity`."""
    summary = "look for invalid traffic and cheats, and show what was found"
    parser = add_command(subparsers, "integrity", run, summary, _DESCRIPTION)
    parser.add_argument("id", metavar="ID", help="of the campaign")
    parser.add_argument("--run", dest="asks", action="store_true", help="ask for a checkpoint")
    parser.add_argument(
        "--wait",
        type=whole(1, 3_600),
        metavar="S",
        help="with --run: for it to be made, so many seconds at most",
    )
    parser.add_argument("--report", action="store_true", help="list the accounts as of the last checkpoint")
    add_json(parser)
    add_service(parser)


def run(args: Namespace) -> int:
    """1 where a checkpoint was waited for and could not be made."""
    if args.wait and not args.asks:
        raise WrongUsage("--wait goes with --run")
    found = ask_service(args, lambda client: _asked(client, args))
    if args.json:
        print_json(found)
    elif args.report:
        _show_report(found)
    else:
        print_lines(_state(found))
    return 0


async def _asked(client: Client, args: Namespace) -> dict[str, Any]:
    state: dict[str, Any] = await (_run(client, args) if args.asks else _read(client, args))
    return await _report(client, args) if args.report else state


async def _read(client: Client, args: Namespace) -> dict[str, Any]:
    state: dict[str, Any] = await client.get(at("campaigns", args.id, "checkpoints"))
    return state


async def _run(client: Client, args: Namespace) -> dict[str, Any]:
    """Asks for one. Waits, where told, until nobody waits for one any more."""
    before = _failed_at(await _read(client, args))
    path = at("campaigns", args.id, "checkpoints")
    state: dict[str, Any] = (await client.ask("POST", path)).document
    until_s = monotonic() + (args.wait or 0)
    while args.wait and state["asked"]:
        if monotonic() >= until_s:
            raise CannotRun(f"{args.id} has no checkpoint after {args.wait} s: is a scheduler running?")
        await asyncio.sleep(POLL_S)
        state = await _read(client, args)
    if args.wait and _failed_at(state) != before:
        raise CannotRun(f"{args.id}: {state['problem']['text']}")
    return state


def _failed_at(state: dict[str, Any]) -> str:
    return str(state["problem"]["at"]) if state["problem"] else ""


async def _report(client: Client, args: Namespace) -> dict[str, Any]:
    """The report with the accounts of all pages."""
    path = at("campaigns", args.id, "integrity")
    report: dict[str, Any] = await client.get(path, limit=1_000)
    cursor = report.pop("cursor")
    while cursor:
        page = await client.get(path, limit=1_000, cursor=cursor)
        report["items"] += page["items"]
        cursor = page["cursor"]
    return report


def _state(found: dict[str, Any]) -> Iterator[str]:
    last = found["last"]
    if last is None:
        yield f"{found['campaign_id']}: no checkpoint yet (mode {found['mode']})"
    else:
        yield (
            f"{found['campaign_id']}: checkpoint {last['number']} of {moment(last['at'])} UTC, mode {last['mode']}, "
            f"{count(last['accounts'], 'account')} in {last['took_ms'] / 1000:.1f} s"
        )
        yield f"found: {_counted(last['flags']) or 'nothing'}; {count(last['holds'], 'hold')}"
    for name, said in (("asked", "asked for"), ("running", "being made")):
        if wish := found[name]:
            yield f"one is {said} since {moment(wish['at'])} UTC, by {wish['by']}"
    if problem := found["problem"]:
        yield f"the last try failed at {moment(problem['at'])} UTC: {problem['text']}"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.items())


def _show_report(found: dict[str, Any]) -> None:
    print_table(Table(_COLUMNS, [_row(one) for one in found["items"]]).used())
    print_lines(["", *_summary(found)])


def _row(one: dict[str, Any]) -> list[str]:
    before, after = one["before"] or {}, one["after"] or {}
    return [
        one["account_id"],
        f"{one['gross_uv']:,}",
        _counted(one["invalid_uv"]),
        f"{one['counted_uv']:,}",
        f"{one['discounted_uv']:,}",
        f"{one['net_uv']:,}",
        _changed(before.get("rank"), after.get("rank")),
        _changed(_amount(before), _amount(after)),
        ", ".join(one["flags"]) + (" (held)" if one["held"] else ""),
    ]


def _amount(outcome: dict[str, Any]) -> str | None:
    return str(outcome["award"]["amount"]) if outcome else None


def _changed(before: object, after: object) -> str:
    return f"{before} → {after}" if before != after else str(after if after is not None else "")


def _summary(found: dict[str, Any]) -> Iterator[str]:
    """What has followed, or would have."""
    acts = found["mode"] == "act"
    yield (
        f"checkpoint {found['checkpoint']} of {moment(found['at'])} UTC, mode {found['mode']}: "
        + (_counted(found["flags"]) or "nothing was found")
    )
    has = "has" if acts else "would have"
    yield (
        f"integrity {has} held {count(found['held'], 'account')}, moved {count(found['reranked'], 'account')} to "
        f"another rank, and paid {count(found['paid_otherwise'], 'account')} otherwise"
    )

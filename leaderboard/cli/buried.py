"""`leaderboard buried`: batches that could not be applied, with the reason; put back when it is mended."""

from __future__ import annotations

from argparse import Namespace
from typing import Any, Final

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_json, add_service
from leaderboard.cli.client import Client, ask_service, at
from leaderboard.cli.output import Column, Table, count, print_json, print_table, say

_LISTED_AT_ONCE: Final = 100
_COLUMNS = (Column("id"), Column("events", right=True), Column("reason"))


def add_parser(subparsers: Subparsers) -> None:
    """Adds `buried` and `buried replay`."""
    parser = add_command(
        subparsers,
        "buried",
        run,
        "list what could not be applied, and apply it again",
        "Lists the batches that could not be applied, with the reason: the oldest, at most 100.",
    )
    add_json(parser)
    add_service(parser)
    verbs = parser.add_subparsers(metavar="replay")
    replay = add_command(verbs, "replay", run_replay, "apply a batch again, when its reason is mended")
    replay.add_argument("id", nargs="?", metavar="ID", help="from the list")
    replay.add_argument("--all", action="store_true", help="everything that is listed")
    add_service(replay)


def run(args: Namespace) -> int:
    """The list."""
    found = ask_service(args, lambda client: client.get(at("buried")))
    if args.json:
        print_json(found)
    elif not found["items"]:
        say("nothing is buried")
    else:
        rows = [[one["id"], f"{one['events']:,}", one["reason"]] for one in found["items"]]
        print_table(Table(_COLUMNS, rows))
    return 0


def run_replay(args: Namespace) -> int:
    """One batch, or all that are listed now. What fails again is buried again."""
    if bool(args.id) == args.all:
        raise WrongUsage("name one batch, or --all")
    replayed = ask_service(args, lambda client: _replay(client, args.id))
    events = sum(one["events"] for one in replayed)
    say(f"{_batches(len(replayed))} with {count(events, 'event')} on the way again")
    if args.all and len(replayed) >= _LISTED_AT_ONCE:
        say("there may be more: run it again")
    return 0


def _batches(number: int) -> str:
    return "1 batch" if number == 1 else f"{number:,} batches"


async def _replay(client: Client, buried_id: str | None) -> list[dict[str, Any]]:
    """One listing only: what is buried again meanwhile must not be replayed for ever."""
    ids = [buried_id] if buried_id else [one["id"] for one in (await client.get(at("buried")))["items"]]
    return [(await client.ask("POST", at("buried", one, "replay"))).document for one in ids]

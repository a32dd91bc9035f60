"""`leaderboard standings`: who stands where, once or live. Asks the service and shows what it says."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_json, add_service, whole
from leaderboard.cli.client import Client, ask_service, at
from leaderboard.cli.output import print_json, print_lines, print_table, terminal_width
from leaderboard.cli.standings_view import foot_lines, head_lines, table_of
from leaderboard.cli.standings_watch import watch

DEFAULT_LIMIT = 50
_EPILOG = """\
Movements under --watch are since the watching began. Ctrl-C ends it. In a pipe, a block is printed whenever
something has changed; with --json, a line.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Adds `standings`."""
    parser = add_command(subparsers, "standings", run, "show who stands where, once or live", epilog=_EPILOG)
    parser.add_argument("id", metavar="ID", help="of the campaign")
    parser.add_argument("--watch", action="store_true", help="stay, and show every change")
    parser.add_argument(
        "--limit", type=whole(1, 1_000), metavar="N", help=f"how many accounts ({DEFAULT_LIMIT})"
    )
    parser.add_argument("--around", metavar="ACCOUNT", help="the neighbours of this account")
    parser.add_argument(
        "--awards", action="store_true", help="list under each account what its award is made of"
    )
    add_json(parser)
    add_service(parser)


def run(args: Namespace) -> int:
    """0 also when a watch is ended by a person."""
    if args.watch and args.awards:
        raise WrongUsage("--awards goes without --watch")
    if args.watch:
        return ask_service(args, lambda client: watch(client, args.id, args.limit, args.around, args.json))
    page = ask_service(args, lambda client: get_page(client, args))
    if args.json:
        print_json(page)
    else:
        print_lines([*head_lines(page), ""])
        print_table(table_of(page, width=terminal_width(), with_awards=args.awards))
        print_lines(foot_lines(page))
    return 0


async def get_page(client: Client, args: Namespace) -> Any:
    """One page of the standings."""
    path = at("campaigns", args.id, "standings")
    return await client.get(path, limit=args.limit or DEFAULT_LIMIT, around=args.around)

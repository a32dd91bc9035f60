"""`leaderboard flags`: what rules warn and hold for, and a reviewer's decisions on it."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from typing import Any, Final, get_args

import orjson

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_json, add_service
from leaderboard.cli.client import Client, ask_service, at
from leaderboard.cli.output import Column, Table, moment, print_json, print_table, say
from leaderboard.domain.flags import Action, Status
from leaderboard.domain.judging import Ruling

_DECIDE: Final = "decide"
_RULINGS: Final = get_args(Ruling)
_COLUMNS: Final = (
    Column("flag"),
    Column("action"),
    Column("status"),
    Column("found"),
    Column("decided (UTC)"),
    Column("why"),
)
_USAGE: Final = """\
leaderboard flags [-h] [--status STATUS] [--action ACTION] [--account ACCOUNT] [--json] ID
       leaderboard flags decide ID FLAG uphold|dismiss --reason TEXT [--json]"""
_DESCRIPTION: Final = """\
Lists what the rules of a campaign warn and hold accounts for, as things are, with what was decided on it. A campaign is
not certified while a hold is open. `flags decide --help` explains decisions.
"""
_ABOUT_DECISIONS: Final = (
    "Decides on a flag, which takes a reviewer's token. A dismissed flag holds nobody, an upheld hold takes the "
    "account out of every award, and deciding again replaces the decision."
)
_ABOUT_REASONS: Final = "why it is decided so, for the agency to read"


def add_parser(subparsers: Subparsers) -> None:
    """Adds `flags` and `flags decide`."""
    summary = "list what accounts are held and warned for, and decide on it"
    parser = add_command(subparsers, "flags", run, summary, _DESCRIPTION, add_help=False)
    parser.add_argument("-h", "--help", action=_Help, nargs=0, help="show this help message and exit")
    parser.usage = _USAGE
    # `flags ID` and `flags decide ID …`: a parser of verbs would take every ID for a verb.
    parser.add_argument("words", nargs="+", metavar="ID", help="of the campaign; before it, `decide`")
    parser.add_argument("--status", choices=get_args(Status), help="flags of one status only")
    parser.add_argument("--action", choices=get_args(Action), help="holds or warnings only")
    parser.add_argument("--account", metavar="ACCOUNT", help="flags of one account only")
    parser.add_argument("--reason", metavar="TEXT", help=_ABOUT_REASONS)
    add_json(parser)
    add_service(parser)


class _Help(argparse.Action):
    """The help of the list, or after `decide` that of a decision."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, *_: object) -> None:
        is_about_decide = (getattr(namespace, "words", None) or [""])[0] == _DECIDE
        (_decide_parser() if is_about_decide else parser).print_help()
        parser.exit()


def _decide_parser() -> ArgumentParser:
    """Describes what `run` takes apart."""
    parser = ArgumentParser(prog="leaderboard flags decide", description=_ABOUT_DECISIONS)
    parser.add_argument("campaign", metavar="ID", help="of the campaign")
    parser.add_argument("flag", metavar="FLAG", help="its id, as `leaderboard flags ID` lists it")
    parser.add_argument("ruling", metavar="uphold|dismiss", help="what is decided")
    parser.add_argument("--reason", metavar="TEXT", required=True, help=_ABOUT_REASONS)
    add_json(parser)
    add_service(parser)
    return parser


def run(args: Namespace) -> int:
    """The list, or with `decide` a decision."""
    if len(args.words) == 1:
        return _list(args, args.words[0])
    if args.words[0] != _DECIDE or len(args.words) != 4 or args.words[3] not in _RULINGS:
        raise WrongUsage("it is `flags ID`, or `flags decide ID FLAG uphold|dismiss --reason TEXT`")
    if not args.reason:
        raise WrongUsage("a decision needs its --reason")
    return _decide(args, *args.words[1:])


def _list(args: Namespace, campaign: str) -> int:
    found = ask_service(args, lambda client: _all(client, campaign, args))
    if args.json:
        print_json({"items": found})
    elif not found:
        say("no flags: nobody is held or warned")
    else:
        print_table(Table(_COLUMNS, [_row(flag) for flag in found]).used())
    return 0


async def _all(client: Client, campaign: str, args: Namespace) -> list[dict[str, Any]]:
    """The flags of every page, in the service's order."""
    asked = {"status": args.status, "action": args.action, "account": args.account, "limit": 1_000}
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = await client.get(at("campaigns", campaign, "flags"), **asked, cursor=cursor)
        found += page["items"]
        cursor = page["cursor"]
        if cursor is None:
            return found


def _row(flag: dict[str, Any]) -> list[str]:
    decision, reason = flag["decision"] or {}, flag["reason"] or {}
    return [
        flag["id"],
        flag["action"],
        flag["status"],
        reason.get("detail", ""),
        moment(decision.get("at")),
        decision.get("reason", ""),
    ]


def _decide(args: Namespace, campaign: str, flag: str, ruling: str) -> int:
    path = at("campaigns", campaign, "flags", flag, "decision")
    body = orjson.dumps({"decision": ruling, "reason": args.reason})
    decided = ask_service(args, lambda client: client.ask("POST", path, body=body)).document
    if args.json:
        print_json(decided)
    elif decided["takes_effect"] == "at_once":
        say(f"{decided['id']} is {decided['status']}")
    else:
        say(f"{decided['id']} is {decided['status']}; the result stands as it is until it is corrected")
    return 0

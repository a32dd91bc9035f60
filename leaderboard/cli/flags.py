"""`leaderboard flags`: what rules and detectors hold and warn for. What is done about it is in `flag_steps`."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from typing import Any, Final, get_args

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_json, add_service
from leaderboard.cli.client import Client, ask_service, at
from leaderboard.cli.flag_steps import ABOUT, Verb, add_options, verbs
from leaderboard.cli.output import Column, Table, moment, print_json, print_table, say
from leaderboard.domain.flags import Action, Status

_VERBS: Final = verbs()
_COLUMNS: Final = (
    Column("flag"),
    Column("action"),
    Column("status"),
    Column("place", right=True),
    Column("award", right=True),
    Column("below paid", right=True),
    Column("moves", right=True),
    Column("found", below=True),
    Column("decided (UTC)"),
    Column("why", below=True),
    Column("waits for"),
)
_LONGEST_TOLD: Final = 160
_USAGE: Final = """\
leaderboard flags [-h] [--status STATUS] [--action ACTION] [--account ACCOUNT] [--rule RULE] [--by-impact]
                         [--json] ID
       leaderboard flags show ID FLAG [--json]
       leaderboard flags decide ID FLAG uphold|dismiss|disqualify --reason TEXT [--partner-link TEXT] [--json]
       leaderboard flags appeal ID FLAG --text TEXT|--file FILE [--attach FILE] [--json]
       leaderboard flags cases ID"""
_DESCRIPTION: Final = """\
Lists what the rules of a campaign and the detectors hold and warn accounts for, or want looked at, as things are, with
what was decided on it. A campaign is not certified while a hold is open, or a proposal or appeal waits. `flags VERB
--help` explains the others.
"""
_RIGHT: Final = (
    "it is `flags ID`, `flags show ID FLAG`, `flags decide ID FLAG uphold|dismiss|disqualify --reason TEXT`, "
    "`flags appeal ID FLAG --text TEXT`, or `flags cases ID`"
)


def add_parser(subparsers: Subparsers) -> None:
    """Adds `flags` with its verbs."""
    summary = "list what accounts are held and warned for, decide on it, and appeal"
    parser = add_command(subparsers, "flags", run, summary, _DESCRIPTION, add_help=False)
    parser.add_argument("-h", "--help", action=_Help, nargs=0, help="show this help message and exit")
    parser.usage = _USAGE
    # `flags ID` and `flags decide ID …`: a parser of verbs would take every ID for a verb.
    parser.add_argument("words", nargs="+", metavar="ID", help="of the campaign; before it, a verb")
    parser.add_argument("--status", choices=get_args(Status), help="flags of one status only")
    parser.add_argument(
        "--action", choices=get_args(Action), help="holds, warnings, or what is to be looked at, only"
    )
    parser.add_argument("--account", metavar="ACCOUNT", help="flags of one account only")
    parser.add_argument("--rule", metavar="RULE", help="flags of one rule or detector only")
    parser.add_argument(
        "--by-impact", action="store_true", help="those first that concern paid places, for reviewers"
    )
    add_options(parser)
    add_json(parser)
    add_service(parser)


class _Help(argparse.Action):
    """The help of the list, or after a verb that of the verb."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, *_: object) -> None:
        verb = (getattr(namespace, "words", None) or [""])[0]
        (_verb_parser(verb, _VERBS[verb]) if verb in _VERBS else parser).print_help()
        parser.exit()


def _verb_parser(name: str, verb: Verb) -> ArgumentParser:
    """Describes what `run` takes apart."""
    parser = ArgumentParser(prog=f"leaderboard flags {name}", description=verb.about)
    for word in verb.words:
        parser.add_argument(word, metavar=word, help=ABOUT[word])
    add_options(parser, verb.options)
    if verb.has_json:
        add_json(parser)
    add_service(parser)
    return parser


def run(args: Namespace) -> int:
    """The list, or what a verb says."""
    name, *words = args.words
    if not words:
        return _list(args, name)
    verb = _VERBS.get(name)
    if verb is None or len(words) != len(verb.words):
        raise WrongUsage(_RIGHT)
    return verb.run(args, *words)


def _list(args: Namespace, campaign: str) -> int:
    found = ask_service(args, lambda client: _all(client, campaign, args))
    if args.json:
        print_json({"items": found})
    elif not found:
        is_filtered = args.status or args.action or args.account or args.rule
        say("no flags fit the filter" if is_filtered else "no flags: nobody is held or warned")
    else:
        print_table(Table(_COLUMNS, [_row(flag) for flag in found]).used())
    return 0


async def _all(client: Client, campaign: str, args: Namespace) -> list[dict[str, Any]]:
    """The flags of every page, in the service's order."""
    asked = {"status": args.status, "action": args.action, "account": args.account, "rule": args.rule}
    asked |= {"order": "impact" if args.by_impact else None}
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = await client.get(at("campaigns", campaign, "flags"), **asked, limit=1_000, cursor=cursor)
        found += page["items"]
        cursor = page["cursor"]
        if cursor is None:
            return found


def _shortened(text: str) -> str:
    """`flags show` has all of it."""
    return text if len(text) <= _LONGEST_TOLD else f"{text[: _LONGEST_TOLD - 1].rstrip()}…"


def _row(flag: dict[str, Any]) -> list[str]:
    decision, reason, impact = flag["decision"] or {}, flag["reason"] or {}, flag.get("impact") or {}
    award = impact.get("award") or {}
    return [
        flag["id"],
        flag["action"],
        flag["status"],
        _number(impact.get("award_rank")),
        " ".join(award[part] for part in ("currency", "amount") if award),
        _number(impact.get("places_from_paid")),
        _number(impact.get("moves")),
        _shortened(reason.get("detail", "")),
        moment(decision.get("at")),
        decision.get("reason", ""),
        " and ".join(_waits(flag)),
    ]


def _number(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _waits(flag: dict[str, Any]) -> list[str]:
    """Whom it waits for."""
    proposed = ["a second reviewer"] if flag.get("proposed") else []
    return proposed + (["an answer to the appeal"] if flag["appeal"] == "open" else [])

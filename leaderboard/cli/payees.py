"""`leaderboard payee`: bank details proposed, confirmed, rejected, shown masked. None is ever an argument."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass
from typing import Any, Final

import orjson

from leaderboard.cli.arguments import (
    Subparsers,
    WrongUsage,
    add_command,
    add_group,
    add_json,
    add_service,
    whole,
)
from leaderboard.cli.client import Client, ask_service, at
from leaderboard.cli.output import Column, Table, moment, print_json, print_table, say
from leaderboard.cli.payee_files import read_details
from leaderboard.cli.token_names import named, token_names

_LARGEST_VERSION: Final = 2**53 - 1
_COLUMNS: Final = (
    Column("details"),
    Column("version", right=True),
    Column("type"),
    Column("country"),
    Column("kind"),
    Column("account"),
    Column("proposed (UTC)", below=True),
    Column("proposed by", below=True),
    Column("confirmed (UTC)", below=True),
    Column("confirmed by", below=True),
    Column("usable from (UTC)", below=True),
    Column("changed", below=True),
)
_ABOUT_PUT: Final = """\
Proposes bank details, which takes a payout_preparer's token, or that of the account's agency. Another person confirms
them. They are read from a file of JSON or TOML, or from stdin, and never from the command line, which others can see:

  type = "person"            # or "company"
  holder = "Maya O'Brien"
  [address]
  town = "Portland"
  country = "US"             # street, postal_code and region where there are
  [bank]
  routing = "021000021"      # or iban = "…", with its bic where it has one
  account = "000123456789"
  account_type = "checking"  # or "savings"
"""
_ABOUT_CONFIRM: Final = """\
Puts proposed bank details in force, which takes a payout_approver's token of another name than the proposer's. Compare
them with the payee first, by another way than the one they came by: `payee show` says what they change, and
--check-number compares the account's number with the one that you were told. It is asked for, or read as a line of
stdin, and never an argument. The details are paid into after payouts.payee_wait_h.
"""


def add_parsers(subparsers: Subparsers) -> None:
    """Adds `payee put`, `payee show`, `payee confirm` and `payee reject`."""
    verbs = add_group(subparsers, "payee", "propose, confirm and show bank details")
    put = add_command(verbs, "put", run_put, "propose the bank details of an account", _ABOUT_PUT)
    show = add_command(verbs, "show", run_show, "show the bank details of an account, masked")
    confirm = add_command(verbs, "confirm", run_confirm, "put proposed bank details in force", _ABOUT_CONFIRM)
    reject = add_command(verbs, "reject", run_reject, "take proposed bank details away")
    for parser in (put, show, confirm, reject):
        parser.add_argument("account", metavar="ACCOUNT", help="whose bank details they are")
    put.add_argument("file", metavar="FILE", help="the details, as JSON or TOML; - for stdin")
    for parser in (confirm, reject):
        _add_version(parser)
    confirm.add_argument(
        "--check-number",
        action="store_true",
        help="ask for the account's number, or the IBAN, and confirm only where it is that",
    )
    reject.add_argument(
        "--reason",
        metavar="TEXT",
        required=True,
        help="why, for the audit log; without any number of the details",
    )
    for parser in (put, show, confirm, reject):
        add_json(parser)
        add_service(parser)


def _add_version(parser: ArgumentParser) -> None:
    parser.add_argument(
        "version",
        type=whole(1, _LARGEST_VERSION),
        metavar="VERSION",
        help="as `leaderboard payee show` has it",
    )


def run_put(args: Namespace) -> int:
    """Proposes what the file says."""
    details = read_details(args.file)
    reply = ask_service(args, lambda client: client.put(at("accounts", args.account, "payee"), details))
    if args.json:
        print_json(reply.document)
    elif reply.status == 202:
        proposed = reply.document["proposed"]
        say(
            f"version {proposed['version']} is proposed for {args.account}, account …{proposed['last4']}: "
            "another person has to confirm it"
        )
    elif reply.document["proposed"]:
        say(f"{args.account} has these details already; nothing is changed")
    else:
        say(f"{args.account} is paid into these details already, and nothing else is proposed")
    return 0


def run_show(args: Namespace) -> int:
    """What stands and what is proposed."""
    found, names = ask_service(args, lambda client: _shown(client, args))
    if args.json:
        print_json(found)
        return 0
    rows = [_row(name, found[name], names) for name in ("current", "proposed") if found[name]]
    if not rows:
        say(f"{args.account} has no bank details")
    else:
        print_table(Table(_COLUMNS, rows).used())
    if found.get("shared_with"):
        say(f"the same bank account is also of {', '.join(found['shared_with'])}")
    return 0


async def _shown(client: Client, args: Namespace) -> tuple[Any, dict[str, str]]:
    """The details, and who holds the tokens that stand in them."""
    found = await client.get(at("accounts", args.account, "payee"))
    return found, {} if args.json else await token_names(client)


def _row(name: str, details: dict[str, Any], names: dict[str, str]) -> list[str]:
    return [
        name,
        str(details["version"]),
        details["type"],
        details["country"],
        details["kind"],
        f"…{details['last4']}",
        moment(details["proposed_at"]),
        named(details.get("proposed_by"), names),
        moment(details["confirmed_at"]),
        named(details.get("confirmed_by"), names),
        moment(details["usable_from"]),
        ", ".join(details.get("changed") or ()),
    ]


def run_confirm(args: Namespace) -> int:
    """Puts a version in force."""
    number = {"number": _number()} if args.check_number else {}
    found = _decide(args, "confirm", {"version": args.version} | number)
    if args.json:
        print_json(found)
    else:
        usable_from = moment(found["current"]["usable_from"])
        say(f"version {args.version} of {args.account} is in force, and paid into from {usable_from} UTC on")
    return 0


def _number() -> str:
    """As it is typed, without showing it, or the next line of stdin."""
    try:
        text = getpass("Account number or IBAN: ") if sys.stdin.isatty() else sys.stdin.readline()
    except EOFError:
        text = ""
    if not text.strip():
        raise WrongUsage("--check-number: there is no number; type it, or give it as a line of stdin")
    return text.strip()


def run_reject(args: Namespace) -> int:
    """Takes a version away."""
    found = _decide(args, "reject", {"version": args.version, "reason": args.reason})
    if args.json:
        print_json(found)
    else:
        say(f"version {args.version} of {args.account} is rejected")
    return 0


def _decide(args: Namespace, verb: str, body: dict[str, Any]) -> Any:
    path = at("accounts", args.account, "payee", verb)
    return ask_service(args, lambda client: client.ask("POST", path, body=orjson.dumps(body))).document

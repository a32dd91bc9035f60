"""`leaderboard payouts dispute`, `undispute`, `screen` and `tax-form`: who is not paid, and why."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from datetime import date
from typing import Any, Final, get_args

import orjson

from leaderboard.cli.arguments import Run, Subparsers, add_command, add_json, add_service
from leaderboard.cli.client import ask_service, at
from leaderboard.cli.output import print_json, say
from leaderboard.domain.payout_holds import ScreeningVerdict, TaxFormName

_ABOUT_REASON: Final = "stands in the audit log; without any number of the bank details"


def add_parsers(verbs: Subparsers) -> None:
    """Adds them."""
    for name, run, summary in (
        ("dispute", run_dispute, "hold an award of an account until it is settled what is owed"),
        ("undispute", run_undispute, "let go of an award in dispute, as a payout_approver or reviewer"),
    ):
        parser = _add(verbs, name, run, summary, "campaign", "award", "account")
        parser.add_argument("--reason", metavar="TEXT", required=True, help=_ABOUT_REASON)
    screen = _add(
        verbs, "screen", run_screen, "note what a sanctions check of an account has found", "account"
    )
    screen.add_argument(
        "verdict",
        choices=get_args(ScreeningVerdict),
        help="review and hit hold every payout of the account; clear takes a payout_approver or reviewer",
    )
    screen.add_argument(
        "--list", metavar="LIST", required=True, help="against which it was checked, such as OFAC-SDN"
    )
    screen.add_argument(
        "--list-version", metavar="VERSION", required=True, help="of that list, such as its date"
    )
    screen.add_argument("--note", metavar="TEXT", help="for whoever reads the verdict later")
    form = _add(verbs, "tax-form", run_tax_form, "note that a tax form of an account was received", "account")
    form.add_argument("form", choices=get_args(TaxFormName), help="which one")
    form.add_argument("--received", type=day, metavar="DATE", required=True, help="such as 2026-11-30")


def _add(verbs: Subparsers, name: str, run: Run, summary: str, *ids: str) -> ArgumentParser:
    parser = add_command(verbs, name, run, summary)
    for one in ids:
        parser.add_argument(one, metavar=one.upper(), help=f"id of the {one}")
    add_json(parser)
    add_service(parser)
    return parser


def day(text: str) -> str:
    """A date as people and programs read it alike."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-30") from None


def run_dispute(args: Namespace) -> int:
    """Holds one award."""
    return _send(args, "PUT", _disputed(args), {"reason": args.reason}, f"{_named(args)} is held in dispute")


def run_undispute(args: Namespace) -> int:
    """Holds it no more."""
    said = f"{_named(args)} is no longer in dispute"
    return _send(args, "DELETE", _disputed(args), {"reason": args.reason}, said)


def _disputed(args: Namespace) -> str:
    return at("campaigns", args.campaign, "disputes", args.award, args.account)


def _named(args: Namespace) -> str:
    return f"{args.award} of {args.account} in {args.campaign}"


def run_screen(args: Namespace) -> int:
    """Notes a verdict in place of the one before."""
    found = {"verdict": args.verdict, "list": args.list, "list_version": args.list_version}
    found |= {"note": args.note} if args.note else {}
    holds = "" if args.verdict == "clear" else ": its payouts are held"
    said = f"{args.account} is noted as {args.verdict} by {args.list} {args.list_version}{holds}"
    return _send(args, "PUT", at("accounts", args.account, "screening"), found, said)


def run_tax_form(args: Namespace) -> int:
    """Notes that it is there; the form itself is kept elsewhere."""
    form = {"form": args.form, "received_on": args.received}
    said = f"{args.account} has a {args.form} since {args.received}"
    return _send(args, "PUT", at("accounts", args.account, "tax-form"), form, said)


def _send(args: Namespace, method: str, path: str, body: dict[str, Any], said: str) -> int:
    document = ask_service(args, lambda client: client.ask(method, path, body=orjson.dumps(body))).document
    if args.json:
        print_json(document)
    else:
        say(said)
    return 0

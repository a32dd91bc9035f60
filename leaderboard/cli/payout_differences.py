"""`leaderboard payouts settle-difference`: what a correction made different, and people have settled elsewhere."""

from __future__ import annotations

from argparse import Namespace

import orjson

from leaderboard.cli.arguments import Subparsers, add_command, add_json, add_service
from leaderboard.cli.client import ask_service, at
from leaderboard.cli.output import print_json, say
from leaderboard.cli.payouts_view import money_text


def add_parser(verbs: Subparsers) -> None:
    """Adds it."""
    parser = add_command(
        verbs,
        "settle-difference",
        run_settle_difference,
        "note that you have settled what an award was paid otherwise than a corrected result says",
    )
    for one in ("campaign", "award", "account"):
        parser.add_argument(one, metavar=one.upper(), help=f"id of the {one}")
    parser.add_argument("--reason", metavar="TEXT", required=True, help="stands in the audit log")
    parser.add_argument("--reference", metavar="TEXT", help="where it stands, such as a transfer's number")
    add_json(parser)
    add_service(parser)


def run_settle_difference(args: Namespace) -> int:
    """Notes it; the service refuses where there is no such difference."""
    path = at("campaigns", args.campaign, "differences", args.award, args.account)
    body = {"reason": args.reason} | ({"reference": args.reference} if args.reference else {})
    noted = ask_service(args, lambda client: client.ask("PUT", path, body=orjson.dumps(body))).document
    if args.json:
        print_json(noted)
    else:
        amounts = f"paid {money_text(noted['paid'])}, owed {money_text(noted['owed'])}"
        say(f"{args.award} of {args.account} in {args.campaign} is settled: {amounts}")
    return 0

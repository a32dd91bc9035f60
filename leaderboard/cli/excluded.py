"""`leaderboard excluded` and `leaderboard rejected`: what did not count, and what the door refused, with reasons."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from leaderboard.cli.arguments import Subparsers, add_command, add_json, add_service, whole
from leaderboard.cli.client import ask_service, at
from leaderboard.cli.output import GAP, Column, Table, clean, count, print_json, print_lines, print_table, say
from leaderboard.domain.exclusions import REASONS

_SAMPLES = 3
_SAMPLES_JSON = 20
_SAMPLES_MOST = 100
_COUNTS = (Column("code"), Column("events", right=True))
_NEWEST = (Column("received (UTC)"), Column("code"), Column("account"), Column("event"), Column("detail"))


def add_parsers(subparsers: Subparsers) -> None:
    """Adds `excluded` and `rejected`."""
    excluded = add_command(
        subparsers, "excluded", run_excluded, "list what was accepted and does not count, by reason"
    )
    excluded.add_argument("id", metavar="ID", help="of the campaign")
    excluded.add_argument("--reason", choices=tuple(REASONS), metavar="CODE", help="one reason only")
    excluded.add_argument(
        "--limit",
        type=whole(0, _SAMPLES_MOST),
        metavar="N",
        help=f"how many events of each reason, the newest ({_SAMPLES}, as JSON {_SAMPLES_JSON})",
    )
    rejected = add_command(subparsers, "rejected", run_rejected, "list what the door refused, by code")
    for parser in (excluded, rejected):
        add_json(parser)
        add_service(parser)


def run_excluded(args: Namespace) -> int:
    """Reasons with their counts, and the newest events of each."""
    limit = args.limit if args.limit is not None else (_SAMPLES_JSON if args.json else _SAMPLES)
    path = at("campaigns", args.id, "excluded")
    found = ask_service(args, lambda client: client.get(path, limit=limit, reason=args.reason))
    if args.json:
        print_json(found)
    elif not found["reasons"]:
        say(_nothing(args.reason))
    else:
        print_lines(line for reason in found["reasons"] for line in _reason_lines(reason, limit))
    return 0


def _nothing(reason: str | None) -> str:
    if reason:
        return f"nothing is excluded as {reason}"
    return "nothing is excluded: all that was accepted for its accounts counts"


def _reason_lines(reason: dict[str, Any], limit: int) -> list[str]:
    counted = f"{reason['code']}: " + (count(reason["count"], "event") if reason["count"] is not None else "")
    samples = [
        f"{GAP}{one['type']} {one['id']} of {one['account_id']}, at {one['at']}, received {one['received_at']}"
        + (f", {one['invalid']}" if "invalid" in one else "")
        for one in reason["samples"]
    ]
    return [
        clean(line)
        for line in (f"{counted.removesuffix(': ')}. {reason['detail']}", *samples, *_more(reason, limit))
    ]


def _more(reason: dict[str, Any], limit: int) -> list[str]:
    """How many are not listed, and how to see them; an agency is told no counts."""
    left = (reason["count"] or 0) - len(reason["samples"])
    if left <= 0:
        return []
    hint = f": --limit {min(reason['count'], _SAMPLES_MOST)}" if limit < _SAMPLES_MOST else ""
    return [f"{GAP}and {left:,} more{hint}"]


def run_rejected(args: Namespace) -> int:
    """Codes with their counts, and the newest refusals."""
    found = ask_service(args, lambda client: client.get(at("rejected")))
    if args.json:
        print_json(found)
    elif not found["counts"]:
        say("nothing was refused")
    else:
        print_table(Table(_COUNTS, [[code, f"{n:,}"] for code, n in sorted(found["counts"].items())]))
        print_lines([""])
        print_table(Table(_NEWEST, [_refusal(one) for one in found["samples"][:10]]))
    return 0


def _refusal(one: dict[str, Any]) -> list[str]:
    received = str(one.get("received_at", "")).replace("T", " ")[:19]
    return [received, *(str(one.get(name) or "") for name in ("code", "account_id", "event_id", "detail"))]

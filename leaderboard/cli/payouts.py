"""`leaderboard payouts`: batches prepared, looked at, approved, given up. Files and reports: `payout_*.py`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any, Final, get_args

import orjson

from leaderboard.cli import (
    ledger,
    payout_checks,
    payout_differences,
    payout_files,
    payout_reports,
    payout_sent,
)
from leaderboard.cli.arguments import Run, Subparsers, add_command, add_group, add_json, add_service
from leaderboard.cli.client import Client, Refused, ask_service, at
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import count, print_json, print_lines, print_table, say
from leaderboard.cli.payout_batches import get_batch, whole_batch
from leaderboard.cli.payout_roles import add_roles, roles_lines
from leaderboard.cli.payouts_held import add_each, print_held
from leaderboard.cli.payouts_view import (
    HASH_SHOWN,
    batch_lines,
    batches_table,
    lines_table,
    money_text,
)
from leaderboard.domain.payouts import Format

_STEPS: Final = """\
From a certified result to money:
  leaderboard payouts prepare CAMPAIGN             one person
  leaderboard payouts approve BATCH                somebody else
  leaderboard payouts export BATCH --out FILE      for the bank
  leaderboard verify FILE                          that nobody has changed it, offline
  leaderboard payouts reconcile BATCH REPORT.csv   what the bank says became of it
Each may be repeated: what is done stays done, and nothing is paid twice.

The role of the token that each takes:
"""


def add_parsers(subparsers: Subparsers) -> None:
    """Adds `payouts` with all its verbs, in the order in which they are needed."""
    verbs = add_group(
        subparsers, "payouts", "pay what a certified result awards", _STEPS + "\n".join(roles_lines())
    )
    prepare = _add(verbs, "prepare", run_prepare, "put what can be paid into a batch", "campaign")
    prepare.add_argument("--format", choices=get_args(Format), help="of the file ([payouts] format)")
    listing = _add(verbs, "list", run_list, "list the batches of a campaign, and what is held", "campaign")
    for parser in (prepare, listing):
        add_each(parser)
    _add(verbs, "show", run_show, "show a batch and its lines", "batch")
    approve = _add(verbs, "approve", run_approve, "approve a batch that somebody else prepared", "batch")
    approve.add_argument(
        "--content",
        metavar="SHA256",
        default="",
        help=f"only if its content is this ({HASH_SHOWN} digits do)",
    )
    payout_files.add_parser(verbs)
    payout_reports.add_parser(verbs)
    void = _add(verbs, "void", run_void, "give a batch up before it is exported", "batch")
    void.add_argument("--reason", metavar="TEXT", required=True, help="stands in the audit log")
    void.add_argument(
        "--not-sent",
        action="store_true",
        help="after a restore: its file is not with the bank, who was asked",
    )
    payout_sent.add_parser(verbs)
    ledger.add_parsers(verbs)
    payout_checks.add_parsers(verbs)
    payout_differences.add_parser(verbs)
    add_roles(verbs)


def _add(verbs: Subparsers, name: str, run: Run, summary: str, what: str) -> ArgumentParser:
    parser = add_command(verbs, name, run, summary)
    parser.add_argument(what, metavar=what.upper(), help=f"id of the {what}")
    add_json(parser)
    add_service(parser)
    return parser


def run_prepare(args: Namespace) -> int:
    """0 with a batch, a fresh one or the one there is; 1 where nothing can be paid, and what is held on stdout."""
    body = orjson.dumps({"format": args.format} if args.format else {})
    path = at("campaigns", args.campaign, "payouts")
    try:
        reply = ask_service(args, lambda client: client.ask("POST", path, body=body))
    except Refused as error:
        _show_refused(args, error)
        raise
    if args.json:
        print_json(reply.document)
        return 0
    batch = reply.document["batch"]
    held = reply.document["held"]
    print_lines(batch_lines(batch))
    if reply.status != 201:
        say(f"{batch['id']} was there already: {_nothing_else(len(held))}")
    print_held(held, each=args.each, before=[""])
    if batch["state"] == "prepared":
        say(
            f"`leaderboard payouts approve {batch['id']}` is for somebody else, with a payout_approver's token"
        )
    return 0


def _nothing_else(held: int) -> str:
    if not held:
        return "nothing is left for another batch"
    return (
        f"nothing else can be paid now: {count(held, 'award')} {'is' if held == 1 else 'are'} held, see below"
    )


def _show_refused(args: Namespace, error: Refused) -> None:
    """Whatever is held, where nothing else is left."""
    if args.json:
        print_json(error.problem)
    else:
        print_held(error.problem.get("held") or [], each=args.each)


def run_list(args: Namespace) -> int:
    """Batches, then what is held, then what could be prepared."""
    found = ask_service(args, lambda client: client.get(at("campaigns", args.campaign, "payouts")))
    if args.json:
        print_json(found)
        return 0
    if found["batches"]:
        print_table(batches_table(found["batches"]))
    print_held(found["held"], each=args.each, before=[""] if found["batches"] else [])
    if not (found["batches"] or found["held"]):
        say(f"{args.campaign} is {found['state']}: it has no batches, and nothing is held")
    if found["payable"]:
        what = f"{count(found['payable'], 'award')}, {money_text(found['payable_total'])}"
        say(f"{what}, can be paid: `leaderboard payouts prepare {args.campaign}`")
    return 0


def run_show(args: Namespace) -> int:
    """A batch with all its lines."""
    batch = ask_service(args, lambda client: whole_batch(client, args.batch))
    if args.json:
        print_json(batch)
    else:
        print_lines([*batch_lines(batch), ""])
        print_table(lines_table(batch["items"]))
    return 0


def run_approve(args: Namespace) -> int:
    """Shows what was approved. With --content another one is refused, here or by the service."""
    batch = ask_service(args, lambda client: _approved(client, args))
    if args.json:
        print_json(batch)
    else:
        print_lines(batch_lines(batch))
        say(f"{batch['id']} is {batch['state']}: `leaderboard payouts export {batch['id']} --out FILE`")
    return 0


async def _approved(client: Client, args: Namespace) -> dict[str, Any]:
    batch = await get_batch(client, args.batch)
    content = batch["content_sha256"]
    if args.content and not _is_content(args.content, content):
        raise CannotRun(
            f"{args.batch} has the content {content[:HASH_SHOWN]}, not {args.content[:HASH_SHOWN]}: "
            f"`leaderboard payouts show {args.batch}` shows it"
        )
    body = orjson.dumps({"content_sha256": content})
    approved: dict[str, Any] = (
        await client.ask("POST", at("payouts", args.batch, "approve"), body=body)
    ).document
    return approved


def _is_content(asked: str, content: str) -> bool:
    return len(asked) >= HASH_SHOWN and content.startswith(asked.lower())


def run_void(args: Namespace) -> int:
    """Gives a batch up: its awards can be prepared again."""
    body = orjson.dumps({"reason": args.reason, "not_sent": args.not_sent})
    path = at("payouts", args.batch, "void")
    batch = ask_service(args, lambda client: client.ask("POST", path, body=body)).document
    if args.json:
        print_json(batch)
    else:
        say(f"{batch['id']} is {batch['state']}; what it was to pay can be prepared again")
    return 0

"""`leaderboard payouts reconcile`: what the bank says became of the lines of a batch, as CSV or as its NACHA file."""

from __future__ import annotations

from argparse import Namespace
from typing import Any, Final

import orjson

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_json, add_service
from leaderboard.cli.bank_reports import BankReport, Line, read_bank_returns, read_report
from leaderboard.cli.client import Client, Refused, ask_service, at
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import count, print_json, print_lines, say
from leaderboard.cli.payout_batches import whole_batch
from leaderboard.cli.payouts_view import batch_lines

_DESCRIPTION: Final = """\
Notes what became of the lines of an exported batch. All of a report is taken, or nothing; the same report again changes
nothing. A returned line can be paid again by the next batch.
"""
_COLUMNS: Final = """\
A report has a header and a line for each payout:
  id,status,code,amount,reference
  ABCDEFGHIJKLMNO,paid,,,BANK-123
  PQRSTUVWXYZ2345,returned,R03,,
status is paid, returned or corrected; a return and a correction need the bank's code. code, amount and reference may be
left out. An amount is compared with what was sent.
"""


def add_parser(verbs: Subparsers) -> None:
    """Adds `payouts reconcile`."""
    summary = "note which lines were paid, and which came back"
    parser = add_command(verbs, "reconcile", run, summary, _DESCRIPTION, _COLUMNS)
    parser.add_argument("batch", metavar="BATCH", help="id of the batch")
    parser.add_argument(
        "report", nargs="?", metavar="REPORT.csv", help="what the bank says; - reads standard input"
    )
    parser.add_argument(
        "--returns",
        metavar="FILE.ach",
        help="the bank's NACHA file of returns and corrections; - reads stdin",
    )
    parser.add_argument("--all-paid", action="store_true", help="every line that is on its way has arrived")
    parser.add_argument("--reference", metavar="TEXT", help="with --all-paid: the bank's own")
    add_json(parser)
    add_service(parser)


def run(args: Namespace) -> int:
    """0 when the report is noted, also where it was before."""
    if sum((args.report is not None, args.returns is not None, args.all_paid)) != 1:
        raise WrongUsage("it takes either a REPORT.csv, or --returns FILE.ach, or --all-paid")
    if args.reference is not None and not args.all_paid:
        raise WrongUsage("--reference goes with --all-paid; in a report it is a column")
    found = _noted(args)
    if args.json:
        print_json(found)
        return 0
    print_lines(batch_lines(found["batch"]))
    for warning in found["warnings"]:
        say(f"warning: {warning}")
    changed = found["changed"]
    say(f"{count(changed, 'line')} changed" if changed else "nothing has changed: all was known")
    return 0


def _noted(args: Namespace) -> Any:
    """What the service says of the report, which is read before anybody is asked."""
    if args.report is not None:
        report = read_report(args.report)
        return ask_service(args, lambda client: _note_report(client, args.batch, report))
    if args.returns is not None:
        returns = read_bank_returns(args.returns)
        return ask_service(args, lambda client: _note_returns(client, args.batch, returns))
    return ask_service(args, lambda client: _note_all_paid(client, args.batch, args.reference))


async def _note(client: Client, batch: str, lines: list[Line]) -> Any:
    body = orjson.dumps({"lines": lines})
    return (await client.ask("POST", at("payouts", batch, "reconcile"), body=body)).document


async def _note_report(client: Client, batch: str, report: BankReport) -> Any:
    """CannotRun tells by the lines of the file what does not fit."""
    try:
        return await _note(client, batch, report.lines)
    except Refused as error:
        if not error.errors:
            raise
        raise CannotRun(f"{report.told(error.errors)}. Nothing of it was taken in.") from error


async def _note_returns(client: Client, name: str, returns: BankReport) -> Any:
    """A bank puts what came back of several batches into one file."""
    own = {item["id"] for item in (await whole_batch(client, name))["items"]}
    report = returns.of(own)
    others = len(returns.lines) - len(report.lines)
    if not report.lines:
        raise CannotRun(f"none of the {count(len(returns.lines), 'line')} is a payout of {name}")
    if others:
        say(f"{count(others, 'line')} of other batches: name the same file for each of them")
    return await _note_report(client, name, report)


async def _note_all_paid(client: Client, name: str, reference: str | None) -> Any:
    """Of every line that is on its way. What the bank has said of the others stands, with its reference."""
    batch = await whole_batch(client, name)
    if batch["state"] == "settled":
        return {"batch": batch, "changed": 0, "warnings": []}
    report = {"status": "paid"} | ({"reference": reference} if reference else {})
    lines = [{"id": item["id"]} | report for item in batch["items"] if item["state"] == "exported"]
    if not lines:
        raise CannotRun(f"{name} is {batch['state']}: none of its lines has gone to the bank")
    return await _note(client, name, lines)

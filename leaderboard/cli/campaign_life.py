"""`leaderboard campaign close`, `certify`, `cancel` and `result`: orders to the service, which decides."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Final

import orjson
from rich.console import Console

from leaderboard.cli.arguments import Run, Subparsers, add_command, add_json, add_service, whole
from leaderboard.cli.audit_log import newest_why
from leaderboard.cli.campaign_life_view import step_sentence
from leaderboard.cli.client import Client, Refused, ask_service, at
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import clean, count, print_json, print_lines, say

WAIT_S: Final = 60
POLL_S: Final = 0.25
_CERTIFY = """\
What keeps it from being certified is listed, one line each. The scheduler carries it out; without an answer within
--wait seconds it goes on by itself, and the same command asks for it again. What cannot be carried out, and would be
tried for ever, is taken back with --withdraw: nothing of a certified campaign is paid while a correction waits.
"""


def add_parsers(verbs: Subparsers) -> None:
    """Adds `campaign close`, `certify`, `cancel` and `result`."""
    close = _add(verbs, "close", run_close, "close a campaign that people close")
    close.add_argument("--reason", metavar="TEXT", help="stands in the audit log")
    certify = _add(verbs, "certify", run_certify, "certify a campaign that is in review", _CERTIFY)
    certify.add_argument(
        "--reason", metavar="TEXT", help="stands in the audit log, and in a corrected result"
    )
    other = certify.add_mutually_exclusive_group()
    other.add_argument("--correct", action="store_true", help="write a new version of a certified result")
    other.add_argument(
        "--withdraw", action="store_true", help="take back what is being certified; with --reason"
    )
    certify.add_argument(
        "--wait", type=whole(0, 3_600), default=WAIT_S, metavar="S", help=f"for how many seconds ({WAIT_S})"
    )
    cancel = _add(verbs, "cancel", run_cancel, "give a campaign up, so that nobody is paid")
    cancel.add_argument("--reason", metavar="TEXT", required=True, help="stands in the audit log")
    for parser in (close, certify, cancel):
        add_json(parser)
    result = _add(verbs, "result", run_result, "print the certified result, byte for byte")
    result.add_argument("--version", type=whole(1, 1_000_000), metavar="N", help="which one (the newest)")
    result.add_argument("--out", metavar="FILE", help="write it to a file")


def _add(verbs: Subparsers, name: str, run: Run, summary: str, epilog: str = "") -> ArgumentParser:
    parser = add_command(verbs, name, run, summary, epilog=epilog)
    parser.add_argument("id", metavar="ID", help="of the campaign")
    add_service(parser)
    return parser


def run_close(args: Namespace) -> int:
    """Closes a campaign."""
    return _report(args, ask_service(args, lambda client: _post(client, args, "close")))


def run_cancel(args: Namespace) -> int:
    """Gives a campaign up."""
    return _report(args, ask_service(args, lambda client: _post(client, args, "cancel")))


async def _post(client: Client, args: Namespace, verb: str, **more: Any) -> Any:
    order = more | ({"reason": args.reason} if args.reason else {})
    query = {"wait": 0} if verb == "certify" else None
    reply = await client.ask("POST", at("campaigns", args.id, verb), body=orjson.dumps(order), query=query)
    return reply.document


def run_certify(args: Namespace) -> int:
    """Certifies a campaign, corrects its result, or withdraws either; 1 where something speaks against it."""
    carried_out = _withdrawn if args.withdraw else _certified
    try:
        campaign = ask_service(args, lambda client: carried_out(client, args))
    except Refused as error:
        if args.json:
            print_json(error.problem)
            return 1
        raise _explained(args, error) from error
    _report(args, campaign)
    if args.correct and not args.json:
        print_lines([f"result {_version(campaign)} was written"])
    return 0


async def _certified(client: Client, args: Namespace) -> Any:
    """The campaign when it is done. The service is asked again and again, so that no proxy loses patience."""
    campaign = await _post(client, args, "certify", **({"correct": True} if args.correct else {}))
    _say_warnings(campaign)
    until_s, before = monotonic() + args.wait, _version(campaign)
    is_awaited = bool(campaign["life"]["certifying"])
    with _waiting(f"{args.id}: being certified"):
        while campaign["life"]["certifying"]:
            if monotonic() >= until_s:
                text = f"{args.id} is still being certified after {args.wait} s, which goes on by itself"
                raise CannotRun(f"{text}{_what_for(campaign)}")
            await asyncio.sleep(POLL_S)
            campaign = await client.get(at("campaigns", args.id))
    if is_awaited and _version(campaign) == before:
        raise await _refusal(client, campaign)
    return campaign


async def _withdrawn(client: Client, args: Namespace) -> Any:
    return await _post(client, args, "certify", withdraw=True)


async def _refusal(client: Client, campaign: Any) -> Refused:
    """As the service refuses who waits at its door. The audit log has the reason, whatever was noted since."""
    name, code = campaign["id"], "blocked"
    if campaign["state"] == "cancelled":
        code, detail = "campaign_cancelled", f"{name} was not certified: it was cancelled meanwhile"
    else:
        why = await newest_why(client, name, "campaign.refuse") or "the audit log does not say why"
        outcome = "no correction was made" if campaign["life"]["result"] else "it was not certified"
        detail = f"{name}: {outcome}: {why}"
    problem = {"type": "about:blank", "title": "Conflict", "status": 409, "code": code, "detail": detail}
    return Refused(detail, 409, code, problem=problem)


def _version(campaign: Any) -> int:
    result = campaign["life"]["result"]
    return int(result["version"]) if result else 0


def _what_for(campaign: Any) -> str:
    waiting = campaign["life"]["waiting"]
    return f": {waiting['text']}" if waiting else ""


@contextmanager
def _waiting(text: str) -> Iterator[None]:
    """Something that moves, on a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


def _explained(args: Namespace, error: Refused) -> CannotRun:
    """Every blocker on a line of its own, and the line that ends the command."""
    blockers = error.problem.get("blockers") or []
    _say_warnings(error.problem)
    for one in blockers:
        sys.stderr.write(f"{clean(one['code'])}: {clean(one['detail'])}\n")
    if not blockers:
        return error
    return CannotRun(f"{args.id} is not certified: {count(len(blockers), 'blocker')}")


def _say_warnings(document: Any) -> None:
    for one in document.get("warnings") or ():
        say(f"warning: {one['detail']}")


def _report(args: Namespace, campaign: Any) -> int:
    if args.json:
        print_json(campaign)
    else:
        print_lines([clean(f"campaign {campaign['id']}: {campaign['state']}{step_sentence(campaign)}")])
    return 0


def run_result(args: Namespace) -> int:
    """The signed file to standard output, or into a file."""
    path = at("campaigns", args.id, "result")
    reply = ask_service(args, lambda client: client.ask("GET", path, query={"version": args.version}))
    content = reply.body
    if args.out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    try:
        Path(args.out).write_bytes(content)
    except OSError as error:
        raise CannotRun(f"{args.out}: {error.strerror}") from error
    is_extract = reply.document.get("signed") is False
    hint = (
        "an extract for your agency, unsigned"
        if is_extract
        else f"`leaderboard verify {args.out}` checks them"
    )
    say(f"{args.out}: {len(content):,} bytes; {hint}")
    return 0

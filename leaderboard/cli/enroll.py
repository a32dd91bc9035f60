"""`leaderboard enroll`: accounts into a campaign, with the hosts and the schedule that they promise."""

from __future__ import annotations

import sys
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_service
from leaderboard.cli.client import Client, Refused, ask_service, at, each
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import minute, print_lines
from leaderboard.domain.enrollments import Enrollment, canonical
from leaderboard.web.wording import explain, sentence

STDIN = "-"
_EPILOG = """\
What an account received before it was enrolled does not count, and is listed. Without --hosts, an account
that is enrolled already keeps its hosts and schedule. Changes of hosts or slots after the campaign's start
are accepted, hold for the whole campaign, and are listed with their time.

HOSTS is JSON:
  {"hosts": [{"host_id": "ana", "schedule": [{"start": "2026-02-14T18:00:00Z", "end": "2026-02-14T20:00:00Z"}]}]}
"""
_MANUAL = 'a window in the past takes accounts only with close = "manual" under [settlement]'


_DRAFT = "the campaign is a draft: apply it without --draft first"


def add_parser(subparsers: Subparsers) -> None:
    """Adds `enroll`."""
    parser = add_command(subparsers, "enroll", run, "enrol accounts in a campaign", epilog=_EPILOG)
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument("accounts", nargs="+", metavar="ACCOUNT")
    parser.add_argument(
        "--hosts", metavar="FILE.json", help="hosts and schedule of the one account; - for stdin"
    )
    parser.add_argument(
        "--waiver", metavar="TEXT", help="who allowed a host more than 84 h within 14 days, and why"
    )
    add_service(parser)


def run(args: Namespace) -> int:
    """Enrols one account after the other where hosts are given, else all of them at once."""
    if args.hosts and len(args.accounts) > 1:
        raise WrongUsage("--hosts is about one account; name one")
    if args.waiver is not None and not args.hosts:
        raise WrongUsage("--waiver is about a schedule; give it with --hosts")
    wanted = _read(args.hosts) if args.hosts else None
    if wanted and args.waiver is not None:
        wanted = msgspec.structs.replace(wanted, schedule_waiver=args.waiver)
    one = partial(enroll, campaign=args.campaign, wanted=wanted)
    outcomes = ask_service(args, lambda client: each(partial(one, client), dict.fromkeys(args.accounts)))
    print_lines(f"account {account}: {what}, since {minute(since)} UTC" for account, what, since in outcomes)
    return 0


async def enroll(
    client: Client, account: str, *, campaign: str, wanted: Enrollment | None
) -> tuple[str, str, str]:
    """(account, what has happened, since when it is enrolled). None leaves an enrolment as it is."""
    path = at("campaigns", campaign, "enrollments", account)
    before = await client.find(path)
    if before is not None and (wanted is None or is_same(before, wanted)):
        return account, "unchanged", before["enrolled_at"]
    document = await put_enrollment(client, path, wanted or Enrollment())
    return account, "changed" if before else "enrolled", document["enrolled_at"]


def is_same(stored: dict[str, Any], wanted: Enrollment) -> bool:
    """Whether a stored enrolment promises just this."""
    promised = [{"host_id": host["host_id"], "schedule": host["schedule"]} for host in stored["hosts"]]
    same_hosts = promised == canonical(wanted)["hosts"]
    return same_hosts and stored.get("schedule_waiver") == wanted.schedule_waiver


async def put_enrollment(client: Client, path: str, enrollment: Enrollment) -> Any:
    """Saves an enrolment; a campaign that is over says what would have helped."""
    try:
        return (await client.put(path, msgspec.to_builtins(enrollment))).document
    except Refused as error:
        if error.code == "campaign_over":
            raise Refused(f"{error}; {_MANUAL}", error.status, error.code) from error
        if error.code == "draft":
            raise Refused(_DRAFT, error.status, error.code) from error
        raise


def _read(file: str) -> Enrollment:
    try:
        raw = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
        return msgspec.json.decode(raw, type=Enrollment)
    except OSError as error:
        raise CannotRun(f"{file}: {error.strerror}") from error
    except msgspec.ValidationError as error:
        raise CannotRun(f"{file}: {sentence(explain(error, Enrollment))}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotRun(f"{file}: is not JSON: {error}") from error

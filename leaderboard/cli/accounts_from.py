"""`leaderboard account from-recording`: one account for each that recorded events name, enrolled if wanted."""

from __future__ import annotations

import re
from argparse import Namespace
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import Console

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_json, add_service, whole
from leaderboard.cli.client import Client, ask_service, at, each
from leaderboard.cli.enroll import enroll, put_enrollment
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import count, print_json, print_lines, progress_of, say
from leaderboard.cli.replay_options import WHERE_HELP
from leaderboard.domain.accounts import ID_PATTERN
from leaderboard.domain.enrollments import Enrollment
from leaderboard.replay.csv_mapping import Mapping, mapping_of
from leaderboard.replay.progress import shown
from leaderboard.replay.recorded import ReplayError, UsageError
from leaderboard.replay.recording import Recording
from leaderboard.replay.sources import check_readable, size_bytes
from leaderboard.replay.tally import Tally

_DESCRIPTION = """\
Finds the accounts that recorded events name, creates those that are missing, and with --enroll enrols them
all. FILE is read as `leaderboard replay` reads it, with the same --account-from, --account-default and
--where: CSV with a header, or without --account-from our own NDJSON; plain, .gz, .bz2 or .zst.

Do this before the replay: what an account received before it was enrolled does not count.
"""
_EPILOG = """\
An account that exists stays as it is. Its id must equal what the events say, so a value that is no id
(letters, digits and . _ : @ -) is reported and left out; its events will be listed as not enrolled.

example: leaderboard account from-recording shop.csv.gz --account-from brand --enroll spring
"""
_SHOWN = 10


class Named(Struct):
    """The account of an event; whatever else it has is no matter here."""

    account_id: str = ""


_decode = msgspec.json.Decoder(Named).decode


def add_parser(subparsers: Subparsers) -> None:
    """Adds `account from-recording`."""
    parser = add_command(
        subparsers,
        "from-recording",
        run,
        "create the accounts that recorded events name",
        _DESCRIPTION,
        _EPILOG,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE")
    add("--account-from", metavar="column", help="the CSV column that names the account")
    add("--account-default", metavar="NAME", default="", help="the account where that column is empty")
    add("--where", action="append", metavar="column=value", help=WHERE_HELP)
    add("--delimiter", metavar="CHAR", default=",", help="between the columns, tab for a tabulator (,)")
    add("--enroll", metavar="CAMPAIGN", help="enrol them all in this campaign")
    add(
        "--agency",
        default="recorded",
        metavar="A",
        help="owns the new accounts, created if missing (recorded)",
    )
    add("--kind", choices=("partner", "merchant"), default="partner", help="of the new accounts (partner)")
    add("--country", default="ZZ", metavar="US", help="of what is created (ZZ, which is no country)")
    add(
        "--most",
        type=whole(1, 10_000_000),
        default=10_000,
        metavar="N",
        help="refuse a column with more values than this, which is hardly one of accounts (10000)",
    )
    add_json(parser)
    add_service(parser)


def run(args: Namespace) -> int:
    """Reads everything first, so that a mistyped column creates nothing."""
    names = _names(args)
    good = [name for name in names if re.fullmatch(ID_PATTERN, name)]
    left_out = [name for name in names if not re.fullmatch(ID_PATTERN, name)]
    if not good:
        hint = "" if args.account_from else "; of CSV, name the column with --account-from"
        raise CannotRun(f"no event in {' '.join(args.files)} names an account{hint}")
    found = ask_service(args, partial(_settle, args=args, names=good))
    _report(args, found | {"accounts": len(good), "left_out": left_out})
    return 0


def _names(args: Namespace) -> list[str]:
    """The accounts of the events that a replay with these options would send, in order of the alphabet."""
    if args.account_from is None and (args.where or args.account_default):
        raise WrongUsage("--where and --account-default are for CSV: name the column with --account-from")
    tally = Tally()
    try:
        check_readable(args.files)
        tally.bytes_total = size_bytes(args.files)
        with shown(tally, "reading", Console(stderr=True)):
            names = _distinct(args, tally)
    except UsageError as error:
        raise WrongUsage(str(error)) from error
    except ReplayError as error:
        raise CannotRun(str(error)) from error
    if tally.broken:
        raise CannotRun(tally.broken[0])
    for cause in tally.skipped.values():
        first = cause.examples[0]
        where = f"{first.file}:{first.line}: {first.detail}"
        say(f"skipped {count(cause.count, 'line')}, as a replay will: {where}")
    return sorted(names)


def _distinct(args: Namespace, tally: Tally) -> set[str]:
    names: set[str] = set()
    for recorded in Recording(tuple(args.files), _mapping(args)).events(tally):
        tally.events += 1
        try:
            names.add(_decode(recorded.body).account_id)
        except (msgspec.DecodeError, UnicodeDecodeError):
            tally.skip("not_event", recorded.file, recorded.line, "it names no account")
        if len(names) > args.most:
            where = f"column {args.account_from}" if args.account_from else "account_id"
            raise ReplayError(f"{where} has more than {args.most:,} values; if they are accounts, use --most")
    return names - {""}


def _mapping(args: Namespace) -> Mapping | None:
    if args.account_from is None:
        return None
    delimiter = "\t" if args.delimiter == "tab" else args.delimiter
    if len(delimiter) != 1 or delimiter in '\r\n"\0':
        raise UsageError(f"--delimiter {args.delimiter!r}: give one character, or tab")
    # Only the account is looked at; what else an event must have is made up and goes nowhere.
    constants = "id:=-,at:=2000-01-01T00:00:00Z,product_id:=-,visitor_id:=-"
    return mapping_of(
        "product_view",
        [constants],
        where=args.where or (),
        account_from=args.account_from,
        account_default=args.account_default,
        delimiter=delimiter,
    )


async def _settle(client: Client, args: Namespace, names: list[str]) -> dict[str, int]:
    """What has been created and enrolled. A campaign that does not exist is found out before anything is."""
    if args.enroll:
        await client.get(at("campaigns", args.enroll))
    existing = {item["id"] for item in await client.listed(at("accounts"))}
    missing = [name for name in names if name not in existing]
    if missing:
        await _create(client, args, missing)
    enrolled = await _enroll(client, args.enroll, names, existing) if args.enroll else 0
    return {"created": len(missing), "enrolled": enrolled}


async def _create(client: Client, args: Namespace, names: list[str]) -> None:
    if args.agency not in {item["id"] for item in await client.listed(at("agencies"))}:
        await client.put(at("agencies", args.agency), {"name": args.agency, "country": args.country})
    shared = {"agency_id": args.agency, "kind": args.kind, "country": args.country}
    with progress_of("creating accounts", len(names)) as step:

        async def create(name: str) -> None:
            await client.put(at("accounts", name), {**shared, "name": name})
            step()

        await each(create, names)


async def _enroll(client: Client, campaign: str, names: list[str], existing: set[str]) -> int:
    """How many were not enrolled before. Who is keeps hosts and schedule."""
    with progress_of("enrolling", len(names)) as step:

        async def one(name: str) -> bool:
            try:
                if name not in existing:
                    path = at("campaigns", campaign, "enrollments", name)
                    await put_enrollment(client, path, Enrollment())
                    return True
                return (await enroll(client, name, campaign=campaign, wanted=None))[1] == "enrolled"
            finally:
                step()

        return sum(await each(one, names))


def _report(args: Namespace, found: dict[str, Any]) -> None:
    left_out = found["left_out"]
    if args.json:
        print_json(found)
    else:
        enrolled = f", {found['enrolled']:,} enrolled in {args.enroll}" if args.enroll else ""
        print_lines([f"{count(found['accounts'], 'account')}: {found['created']:,} created{enrolled}"])
    if left_out:
        some = ", ".join(repr(name) for name in left_out[:_SHOWN])
        more = ", …" if len(left_out) > _SHOWN else ""
        say(f"left out {count(len(left_out), 'value')} that cannot be an account id: {some}{more}")

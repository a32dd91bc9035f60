"""`leaderboard settings apply`: agencies, accounts, hosts and enrolments of one file, brought to the service."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter
from functools import partial
from typing import Any

import msgspec

from leaderboard.cli.arguments import Subparsers, add_command, add_group, add_json, add_service
from leaderboard.cli.client import Client, Refused, ask_service, below, each
from leaderboard.cli.enroll import is_same, put_enrollment
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import clean, print_json, print_lines, progress_of
from leaderboard.cli.settings_entries import KINDS, Entry, Problems, read_entries
from leaderboard.domain.enrollments import Enrollment

Counts = dict[str, Counter[str]]
OUTCOMES = ("created", "changed", "unchanged")

_EPILOG = """\
The same file again changes nothing, and what is not in it stays as it is. FILE.toml (or the same as JSON):
  [agencies.north]
  name = "North Agency"
  country = "US"

  [accounts.shop-1]                 # the id that events name it by; "quoted" where it has dots or colons
  agency_id = "north"
  name = "Shop One"
  kind = "partner"                  # or merchant
  country = "US"
  pixel_codes = []                  # may be left out, as may attributes
  attributes = { tier = "gold" }

  [hosts.shop-1.ana]
  name = "Ana"

  [enrollments.apollo-us-2022.shop-1]
  hosts = [{ host_id = "ana", schedule = [{ start = 2022-02-14T18:00:00Z, end = 2022-02-14T20:00:00Z }] }]
"""


def add_parsers(subparsers: Subparsers) -> None:
    """Adds `settings apply`."""
    verbs = add_group(subparsers, "settings", "agencies, accounts, hosts and enrolments from one file")
    parser = add_command(verbs, "apply", run, "create and change what a file describes", epilog=_EPILOG)
    parser.add_argument("file", metavar="FILE", help=".toml or .json; - for standard input, as TOML or JSON")
    add_json(parser)
    add_service(parser)


def run(args: Namespace) -> int:
    """Checks the whole file, then saves what differs, and says how much that was."""
    try:
        entries = read_entries(args.file)
        counts = ask_service(args, partial(_apply, entries=entries))
    except Problems as problems:
        for entry, detail in problems.found:
            sys.stderr.write(f"{clean(args.file)}: {clean(entry)}: {clean(detail)}\n")
        raise CannotRun(f"{args.file}: {problems}") from problems
    if args.json:
        print_json({kind: {name: count[name] for name in OUTCOMES} for kind, count in counts.items()})
    else:
        print_lines(f"{kind}: {in_words(count)}" for kind, count in counts.items())
    return 0


def in_words(count: Counter[str]) -> str:
    """`2 created, 0 changed, 5 unchanged`."""
    return ", ".join(f"{count[name]:,} {name}" for name in OUTCOMES)


async def _apply(client: Client, entries: list[Entry]) -> Counts:
    """Kind after kind, since each refers to the one before; the first kind with a problem is the last."""
    counts: Counts = {}
    for kind in KINDS:
        some = [entry for entry in entries if entry.kind == kind]
        if some:
            counts[kind] = await _save_kind(client, kind, some)
    return counts


async def _save_kind(client: Client, kind: str, entries: list[Entry]) -> Counter[str]:
    problems: list[tuple[str, str]] = []
    stored = await _stored(client, kind, entries)
    with progress_of(kind, len(entries)) as step:

        async def save(entry: Entry) -> str:
            try:
                return await _save(client, entry, stored.get(entry.path))
            except Refused as error:
                if error.status in (401, 403):
                    raise
                problems.append((entry.name, str(error)))
                return "refused"
            finally:
                step()

        counts = Counter(await each(save, entries))
    if problems:
        raise Problems(f"{len(problems)} of its {kind} refused; {in_words(counts)}", problems)
    return counts


async def _stored(client: Client, kind: str, entries: list[Entry]) -> dict[str, Any]:
    """path → what the service has there now."""
    if kind == "enrollments":
        found = await each(client.find, [entry.path for entry in entries])
        return {entry.path: one for entry, one in zip(entries, found, strict=True) if one is not None}
    lists = dict.fromkeys(_list_path(entry) for entry in entries)
    listed = await each(client.listed, lists)
    return {
        below(path, item.pop("id")): item for path, items in zip(lists, listed, strict=True) for item in items
    }


def _list_path(entry: Entry) -> str:
    return entry.path.rpartition("/")[0]


async def _save(client: Client, entry: Entry, stored: Any) -> str:
    if isinstance(entry.setting, Enrollment):
        if stored is not None and is_same(stored, entry.setting):
            return "unchanged"
        await put_enrollment(client, entry.path, entry.setting)
        return "changed" if stored is not None else "created"
    setting = msgspec.to_builtins(entry.setting)
    if stored == setting:
        return "unchanged"
    reply = await client.put(entry.path, setting)
    return "created" if reply.status == 201 else "changed"

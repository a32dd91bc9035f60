"""`leaderboard campaign apply`: one definition from a file to the service, which checks it and decides."""

from __future__ import annotations

import sys
import tomllib
from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from leaderboard.cli.arguments import Subparsers, add_command, add_json, add_service
from leaderboard.cli.campaign_versions import add_options, newest_version, version_query
from leaderboard.cli.client import Client, Refused, ask_service, at, field_sentence
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import clean, minute, print_json, print_lines, say, zone_of
from leaderboard.domain.campaigns import DefinitionError, line_of, parse_toml

STDIN = "-"
# What is said at the end, after each of the parts that are refused.
_PARTS_REFUSED: Final = {
    "not_built": "this version does not carry out all of it, so the campaign is refused",
    "not_changeable": "what a campaign has started with stands in these parts, so the version is refused",
}
# The service speaks of its address; here the same is said with options.
_IN_OPTIONS: Final = {
    "campaign_started": "the campaign has started, or starts within five minutes, so its definition stands: "
    "a change is a version from a date, `--from … --reason …`",
    "not_started": "the campaign has not begun, so it is changed freely: leave out --from and --reason",
    "published": "the campaign is published already: apply it without --draft",
}
_EPILOG = """\
The same file again changes nothing. A campaign may be changed until it starts, and then by a new version:
  leaderboard campaign apply spring.toml --from 2026-11-25T06:00 --reason "The sponsor doubles the prizes."
What was counted stands: windows may end earlier or later, and what is paid for what may change, but not the score.
What is wrong with a definition is listed as FILE:LINE: path: message, all of it.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Adds `campaign apply`."""
    parser = add_command(
        subparsers, "apply", run, "create or change a campaign from its definition", epilog=_EPILOG
    )
    parser.add_argument("file", metavar="FILE.toml", help="the definition, - for standard input")
    parser.add_argument(
        "--draft", action="store_true", help="only admins see it and nobody takes part, until applied without"
    )
    add_options(parser)
    add_json(parser)
    add_service(parser)


def run(args: Namespace) -> int:
    """Sends the definition, and says what that did."""
    toml = read_definition(args.file)
    campaign_id = _id_of(args.file, toml)

    async def work(client: Client) -> tuple[Any, Any]:
        before = await client.find(at("campaigns", campaign_id))
        path = at("campaigns", campaign_id)
        query = version_query(args, before["zone"] if before else "UTC")
        if args.draft:
            query["draft"] = "true"
        reply = await client.ask("PUT", path, body=toml.encode(), media_type="application/toml", query=query)
        return before, reply.document

    try:
        before, after = ask_service(args, work)
    except Refused as error:
        raise _explained(args.file, toml, error) from error
    _report(args, before, after)
    return 0


def read_definition(file: str) -> str:
    """The text of a file, or of standard input."""
    try:
        raw = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise CannotRun(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CannotRun(f"{file}: is not UTF-8: {error}") from error


def _id_of(file: str, toml: str) -> str:
    """The id that the address needs. A text that has none is refused before it is sent, with all its problems."""
    try:
        campaign_id = tomllib.loads(toml).get("id")
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        campaign_id = None
    if isinstance(campaign_id, str) and campaign_id:
        return campaign_id
    try:
        return parse_toml(toml).id
    except DefinitionError as error:
        raise refused_definition(file, error) from error


def _explained(file: str, toml: str, error: Refused) -> CannotRun:
    if error.code == "invalid_definition":
        problems = [(one.get("line"), str(one.get("path", "")), str(one["detail"])) for one in error.errors]
        return _refused(file, problems)
    if error.code in _PARTS_REFUSED:
        for one in error.errors:
            line = line_of(toml, str(one.get("path", "")))
            where = f"{file}:{line}" if line else file
            sys.stderr.write(f"{clean(where)}: {clean(field_sentence(one))}\n")
        return CannotRun(f"{file}: {_PARTS_REFUSED[error.code]}")
    if error.code in _IN_OPTIONS:
        return CannotRun(f"{file}: {_IN_OPTIONS[error.code]}")
    return error


def refused_definition(file: str, error: DefinitionError) -> CannotRun:
    """All that is wrong with the definition of a file, said on stderr, and the line that ends the command."""
    return _refused(file, [(one.line, one.path, one.message) for one in error.problems])


def _refused(file: str, problems: list[tuple[int | None, str, str]]) -> CannotRun:
    """All problems on stderr as an editor can follow them, and the line that ends the command."""
    for line, path, message in problems:
        where = ": ".join([f"{file}:{line}" if line else file, *([path] if path else [])])
        sys.stderr.write(f"{clean(where)}: {clean(message)}\n")
    found = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return CannotRun(f"{file}: the definition is refused, it has {found}")


def _report(args: Namespace, before: Any, after: Any) -> None:
    if args.json:
        print_json(after)
    else:
        zone = zone_of(after["zone"])
        window = f"{minute(after['starts_at'], zone)} to {minute(after['ends_at'], zone)} {after['zone']}"
        print_lines([f"campaign {after['id']}: {_outcome(before, after)}; {after['state']}, {window}"])
    if _is_shut(after):
        say(
            "its window is over and the clock closes it, so nothing more can count; to fill it from "
            'recordings, set close = "manual" under [settlement]'
        )


def _outcome(before: Any, after: Any) -> str:
    if before is None:
        return "created"
    if len(after["versions"]) > len(before["versions"]):
        return newest_version(after)
    if before["state"] == "draft" != after["state"]:
        return "published"
    return "unchanged" if before["definition_hash"] == after["definition_hash"] else "changed"


def _is_shut(campaign: Any) -> bool:
    close = campaign["definition"].get("settlement", {}).get("close")
    return bool(campaign["state"] == "closing" and close != "manual")

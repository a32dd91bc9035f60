"""`leaderboard audit-log`: who decided what; the log as a file; and its chain checked, with or without the service."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from leaderboard.cli.arguments import Subparsers, add_command, add_json, add_service, whole
from leaderboard.cli.client import Client, Refused, ask_service, at
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import Column, Table, moment, print_json, print_lines, print_table, say
from leaderboard.cli.token_names import named, token_names
from leaderboard.domain.audit_log import Chain, Entry

_PAGE_LIMIT: Final = 200
_COLUMNS = (
    Column("seq", right=True),
    Column("at (UTC)"),
    Column("actor"),
    Column("action"),
    Column("subject"),
    Column("changed"),
    Column("why"),
)
_ABOUT_THE_END: Final = """\
Every entry holds the hash of the one before, so no entry can be changed, taken out or put in unseen. An end that was
cut off shows with --head only: note the head that a verification gives, or take the one that a result names.
"""


def add_parsers(subparsers: Subparsers) -> None:
    """Adds `audit-log`, `audit-log export` and `audit-log verify`."""
    listing = add_command(subparsers, "audit-log", run, "list who decided what, the newest first")
    listing.add_argument("--limit", type=whole(1, 100_000), default=20, metavar="N", help="how many (20)")
    listing.add_argument(
        "--subject", metavar="TEXT", help="what it begins with: a campaign, an account, a token"
    )
    listing.add_argument("--action", metavar="ACTION", help="one action only, such as campaign.put")
    add_json(listing)
    verbs = listing.add_subparsers(metavar="export|verify")
    export = add_command(verbs, "export", run_export, "write the log to a file, a line an entry")
    export.add_argument("file", type=Path, metavar="FILE", help="NDJSON, the oldest first")
    verify = add_command(
        verbs,
        "verify",
        run_verify,
        "check the chain of the log, or of an exported file",
        epilog=_ABOUT_THE_END,
    )
    verify.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="an export, read without a service"
    )
    verify.add_argument("--head", default="", metavar="HASH", help="some entry has to have this hash")
    for parser in (listing, export, verify):
        add_service(parser)


def run(args: Namespace) -> int:
    """The newest entries."""
    items, names = ask_service(args, lambda client: _named(client, args))
    if args.json:
        print_json({"items": items})
    elif not items:
        say("the audit log has no such entry")
    else:
        print_table(Table(_COLUMNS, [_row(item, names) for item in items]).used())
    return 0


async def _named(client: Client, args: Namespace) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The entries, and who holds the tokens that stand in them."""
    return await _newest(client, args), {} if args.json else await token_names(client)


async def _newest(client: Client, args: Namespace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query = {"subject": args.subject, "action": args.action, "limit": min(args.limit, _PAGE_LIMIT)}
    async for item in _items(client, query):
        found.append(item)
        if len(found) == args.limit:
            break
    return found


async def newest_why(client: Client, subject: str, action: str) -> str:
    """Why something was last decided, for who may read the log; nothing where the log does not tell."""
    try:
        async for item in _items(client, {"subject": subject, "action": action, "limit": _PAGE_LIMIT}):
            if item["subject"] == subject:
                return str(item["why"])
    except Refused as error:
        if error.status != 403:
            raise
    return ""


async def _items(client: Client, query: dict[str, object]) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = await client.get(at("audit-log"), **query, cursor=cursor)
        for item in page["items"]:
            yield item
        cursor = page["cursor"]
        if cursor is None:
            return


async def _oldest_first(client: Client) -> AsyncIterator[Entry]:
    async for item in _items(client, {"order": "oldest", "limit": _PAGE_LIMIT}):
        texts = {"before": item["before_text"], "after": item["after_text"]}
        yield msgspec.convert({name: item[name] for name in Entry.__struct_fields__} | texts, Entry)


def _row(item: dict[str, Any], names: dict[str, str]) -> list[str]:
    who = [str(item["seq"] or ""), moment(item["at"]), named(item["actor"], names)]
    return [*who, item["action"], item["subject"], _changed(item), item["why"]]


def _changed(item: dict[str, Any]) -> str:
    """The names of the fields that differ; or that all of it is new, or gone. Of a decision what was decided."""
    before, after = item["before"], item["after"]
    if item["action"] == "decision.put" and isinstance(after, dict):
        return str(after.get("decision", ""))
    if before is None or after is None:
        return "removed" if after is None else "new"
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return ""
    names = sorted(before.keys() | after.keys())
    return ", ".join(name for name in names if before.get(name) != after.get(name))


def run_export(args: Namespace) -> int:
    """The whole log. The file has its name when it is complete."""
    entries = ask_service(args, lambda client: _export(client, args.file))
    say(f"{_entries(entries)} in {args.file}")
    return 0


async def _export(client: Client, path: Path) -> int:
    written, draft = 0, path.with_name(f"{path.name}.part")
    try:
        with draft.open("wb") as file:
            async for entry in _oldest_first(client):
                file.write(orjson.dumps(entry, default=msgspec.to_builtins) + b"\n")
                written += 1
        draft.replace(path)
    except OSError as error:
        raise CannotRun(f"{path} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    return written


def run_verify(args: Namespace) -> int:
    """0 where the chain is whole; 1 names the first entry at which it breaks."""
    chain = Chain(args.head)
    if args.file:
        _follow_file(chain, args.file)
    else:
        ask_service(args, lambda client: _follow_service(chain, client))
    if not chain.has_sought:
        raise CannotRun(f"no entry has the hash {args.head}: the log was cut off, or it is another one")
    print_lines([f"{_entries(chain.entries)}, chain whole, head {chain.head or 'none'}"])
    if chain.older:
        say(f"{_entries(chain.older)} before the chain: no hash protects them")
    return 0


def _follow_file(chain: Chain, path: Path) -> None:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                _follow(chain, _read(line, f"{path}, line {number}"))
    except OSError as error:
        raise CannotRun(f"{path} cannot be read: {error.strerror}") from error


def _read(line: bytes, place: str) -> Entry:
    try:
        return msgspec.json.decode(line, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotRun(f"{place}: is no entry of an audit log: {error}") from error


async def _follow_service(chain: Chain, client: Client) -> None:
    async for entry in _oldest_first(client):
        _follow(chain, entry)


def _follow(chain: Chain, entry: Entry) -> None:
    if problem := chain.follow(entry):
        raise CannotRun(f"the chain breaks: {problem}")


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"

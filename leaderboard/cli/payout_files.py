"""`leaderboard payouts export`: the file for the bank and what proves it, checked, and kept from other eyes."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from argparse import Namespace
from hashlib import sha256
from pathlib import Path
from typing import Final, get_args

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_service
from leaderboard.cli.client import Client, Reply, ask_service, at
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import say
from leaderboard.cli.verify_export import check_pair, manifest_name
from leaderboard.domain.payouts import Format

# The list for people, masked, at any time; and what is signed about the file. Neither has a bank account in it.
HARMLESS: Final = ("csv", "manifest")
_DESCRIPTION: Final = """\
Writes the file of an approved batch, the same bytes each time, and beside it FILE.manifest.json, what is signed about
it: `leaderboard verify FILE` checks both. A file of another content is never overwritten. With `--format csv` it is
the list for people instead, at any time, with account numbers masked; with `--format manifest` only what is signed.
"""


def add_parser(verbs: Subparsers) -> None:
    """Adds `payouts export`."""
    parser = add_command(verbs, "export", run, "write the file that the bank takes", _DESCRIPTION)
    parser.add_argument("batch", metavar="BATCH", help="id of the batch")
    parser.add_argument(
        "--format",
        choices=(*HARMLESS, *get_args(Format)),
        help="csv, manifest, or what the batch was prepared for (that)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="for its owner's eyes only, mode 0600 (standard output)"
    )
    add_service(parser)


def run(args: Namespace) -> int:
    """The file, once its bytes are what the service says they are."""
    if args.out is None and args.format not in HARMLESS and sys.stdout.isatty():
        raise WrongUsage("a file with bank accounts is not shown on a terminal: name one with --out FILE")
    if args.out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(ask_service(args, lambda client: _export(client, args.batch, args.format)))
        sys.stdout.buffer.flush()
        return 0
    files = ask_service(args, lambda client: _files(client, args))
    for path, content in files.items():
        check_free(path, content)
    for path, content in files.items():
        there = ":" if write_once(path, content) else " is there already, with the same"
        say(f"{path}{there} {len(content):,} bytes, SHA-256 {sha256(content).hexdigest()}")
    if len(files) > 1:
        say(f"`leaderboard verify {shlex.quote(str(args.out))}` checks that nobody has changed them")
    return 0


async def _files(client: Client, args: Namespace) -> dict[Path, bytes]:
    """What is written where. With a file for the bank comes the manifest that it is checked by."""
    content = await _export(client, args.batch, args.format)
    if args.format in HARMLESS:
        return {args.out: content}
    manifest = await _export(client, args.batch, "manifest")
    path = Path(manifest_name(str(args.out)))
    check_pair(str(path), manifest, content)
    return {args.out: content, path: manifest}


async def _export(client: Client, batch: str, format: str | None) -> bytes:
    path = at("payouts", batch, "export")
    return arrived(await client.ask("GET", path, query={"format": format}, accept="*/*"))


def arrived(reply: Reply) -> bytes:
    """The file, where it is what the service says it is."""
    if sha256(reply.body).hexdigest() != reply.sha256:
        said = reply.sha256 or "no X-Content-SHA256"
        raise CannotRun(f"the file has not arrived as it was sent ({said}): export it again")
    return reply.body


def check_free(path: Path, content: bytes) -> None:
    """CannotRun where something else is there."""
    try:
        if path.exists() and not (path.is_file() and path.read_bytes() == content):
            raise CannotRun(
                f"{path} is there already, with other bytes, and is not overwritten: name another file"
            )
    except OSError as error:
        raise CannotRun(f"{path} cannot be read: {error.strerror}") from error


def write_once(path: Path, content: bytes) -> bool:
    """Whole or not at all, mode 0600. False where the same bytes are there; CannotRun where others are."""
    check_free(path, content)
    try:
        if path.exists():
            return False
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            draft = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                draft.rename(path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise CannotRun(f"{path} cannot be written: {error.strerror}") from error
    return True

"""`leaderboard payouts sent`: after a restore, a batch whose file the bank has. Sends no file anywhere."""

from __future__ import annotations

import argparse
import re
from argparse import Namespace
from hashlib import sha256
from typing import Final

import orjson

from leaderboard.cli.arguments import Subparsers, add_command, add_json, add_service
from leaderboard.cli.client import ask_service, at
from leaderboard.cli.output import print_json, say
from leaderboard.cli.verify_seal import read

_SHA256: Final = re.compile("[0-9a-f]{64}", re.ASCII)
_DESCRIPTION: Final = """\
After a restore, for a batch that the backup has as prepared or approved, and whose file the bank says it has: it is
exported from then on, and `leaderboard payouts reconcile` takes what the bank reports. The file is only hashed.
"""


def add_parser(verbs: Subparsers) -> None:
    """Adds `payouts sent`."""
    summary = "after a restore: note that the bank has the file of a batch"
    parser = add_command(verbs, "sent", run_sent, summary, _DESCRIPTION)
    parser.add_argument("batch", metavar="BATCH", help="id of the batch")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--file", metavar="COPY", help="the copy that was downloaded")
    which.add_argument("--sha256", type=digest, metavar="HEX", help="of that file, 64 digits")
    parser.add_argument(
        "--reference",
        metavar="TEXT",
        required=True,
        help="how the bank confirmed it; stands in the audit log",
    )
    add_json(parser)
    add_service(parser)


def digest(text: str) -> str:
    """A SHA-256 as tools write it, in small letters."""
    if not _SHA256.fullmatch(text.lower()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a SHA-256, which has 64 digits from 0 to f")
    return text.lower()


def run_sent(args: Namespace) -> int:
    """Notes it; the service refuses where the batch cannot have been sent."""
    file_sha256 = args.sha256 or sha256(read(args.file)).hexdigest()
    body = orjson.dumps({"file_sha256": file_sha256, "reference": args.reference})
    path = at("payouts", args.batch, "sent")
    batch = ask_service(args, lambda client: client.ask("POST", path, body=body)).document
    if args.json:
        print_json(batch)
    else:
        say(f"{batch['id']} is {batch['state']}: `leaderboard payouts reconcile {batch['id']} REPORT.csv`")
    return 0

"""`leaderboard verify`: whether a result or an export is what was signed. Needs no service, store or configuration."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Final

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import clean, print_lines
from leaderboard.cli.verify_export import export_told, is_manifest, sealed_part
from leaderboard.cli.verify_result import result_told
from leaderboard.cli.verify_seal import checked_file, key_told, require_key
from leaderboard.domain.signing import Checked

_EPILOG: Final = """\
A payment file is checked by FILE.manifest.json beside it, and a manifest together with its payment file where that is
beside it.

Without --key, a file that passes is whole, and signed by the key inside it: that nobody has changed it since somebody
signed it. Who that was, shows only the comparison with a key that you have from the service itself:
  curl -H "Authorization: Bearer $TOKEN" $LEADERBOARD_URL/v1/signing-keys > keys.json
  leaderboard verify result.json --key keys.json
  leaderboard verify spring-1.ach --key keys.json
"""
_LABEL_WIDTH: Final = 10


def add_parser(subparsers: Subparsers) -> None:
    """Adds `verify`."""
    summary = "check a result's or an export's hash and signature, offline"
    parser = add_command(subparsers, "verify", run, summary, epilog=_EPILOG)
    parser.add_argument(
        "file",
        metavar="FILE",
        help="a payment file, its manifest, or a result, as GET /v1/campaigns/ID/result gives it; - reads a result "
        "or a manifest from stdin",
    )
    parser.add_argument(
        "--key",
        metavar="KEY",
        help="the key that must have signed it: its id, itself in base64, or a file with it or with the answer "
        "of /v1/signing-keys",
    )
    parser.add_argument(
        "--previous",
        metavar="FILE",
        help="the result that this one corrects: checks that this one names it",
    )


def run(args: Namespace) -> int:
    """A few lines about a file that is in order; CannotRun says what is wrong with one that is not."""
    sealed = sealed_part(args.file)
    checked = checked_file(sealed)
    if args.key is not None:
        require_key(sealed, checked, args.key)
    told = [*_told(args, sealed, checked), *key_told(checked, compared=args.key is not None)]
    print_lines(clean(f"{label:<{_LABEL_WIDTH}} {text}") for label, text in told)
    return 0


def _told(args: Namespace, sealed: str, checked: Checked) -> Iterator[tuple[str, str]]:
    if is_manifest(checked):
        if args.previous is not None:
            raise WrongUsage("--previous goes with a result, and this is the manifest of an export")
        return export_told(args.file, sealed, checked)
    if sealed != args.file:
        raise CannotRun(f"{sealed}: its seal is in order, but it is not the manifest of a payment file")
    return result_told(args.file, checked, args.previous)

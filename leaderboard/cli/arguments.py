"""What commands share: the types of their parsers, and the options that mean the same everywhere."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from leaderboard.cli.opening import CannotRun

Subparsers: TypeAlias = "_SubParsersAction[ArgumentParser]"
Run: TypeAlias = "Callable[[Namespace], int]"


class WrongUsage(CannotRun):
    """The command was given something that cannot be meant: exit 2, not 1."""


def add_command(
    subparsers: Subparsers,
    name: str,
    run: Run,
    summary: str,
    description: str = "",
    epilog: str = "",
    *,
    add_help: bool = True,
) -> ArgumentParser:
    """A command that `run` carries out. `summary` is its line in the list of commands."""
    parser = subparsers.add_parser(
        name,
        help=summary,
        description=description or f"{summary[:1].upper()}{summary[1:]}.",
        epilog=epilog or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=add_help,
    )
    parser.set_defaults(run=run)
    return parser


def add_group(subparsers: Subparsers, name: str, summary: str, epilog: str = "") -> Subparsers:
    """A noun whose verbs are commands of their own: `token issue`, `token list`."""
    parser = subparsers.add_parser(
        name,
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}.",
        epilog=epilog or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser.add_subparsers(required=True, metavar="COMMAND")


def add_service(parser: ArgumentParser) -> None:
    """`--url` and `--token`. Without a default, so that a sub-command does not undo what stood before it."""
    group = parser.add_argument_group("service")
    group.add_argument(
        "--url",
        type=service_url,
        default=argparse.SUPPRESS,
        help="where it answers; or LEADERBOARD_URL (http://127.0.0.1:8080)",
    )
    group.add_argument(
        "--token",
        default=argparse.SUPPRESS,
        help="or LEADERBOARD_TOKEN, which no process list shows; for a service on this machine, "
        "without either, the one in DATA/admin.token",
    )
    talks_to_service(parser)


def talks_to_service(parser: ArgumentParser) -> None:
    """Marks a command: its address and its token are settled before it runs."""
    parser.set_defaults(talks=True)


def add_json(parser: ArgumentParser) -> None:
    """`--json`."""
    parser.add_argument("--json", action="store_true", help="print the data as JSON")


def service_url(text: str) -> str:
    """The address of a service, without a slash at its end."""
    try:
        parts = urlsplit(text.strip())
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    # What is refused is not repeated: a password may stand in it.
    if not is_good:
        raise argparse.ArgumentTypeError("is not an address such as http://127.0.0.1:8080")
    if parts.username is not None or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError("takes host, port and path only, no user, ? or #")
    return text.strip().rstrip("/")


def whole(least: int, most: int) -> Callable[[str], int]:
    """The type of a whole number from `least` to `most`."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text[:19]) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return number

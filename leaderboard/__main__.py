"""The command line: one parser, one module a command. Only wiring."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from leaderboard import __version__
from leaderboard.cli import (
    audit,
    audit_log,
    bench,
    buried,
    campaigns,
    connection,
    demo,
    excluded,
    flags,
    integrity,
    metrics,
    payees,
    payouts,
    replay,
    rescorings,
    restore,
    roles,
    settings,
    simulate,
    standings,
    status,
    tokens,
    verify,
)
from leaderboard.cli.arguments import WrongUsage, talks_to_service
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import say

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

_EPILOG = """\
A first look:      leaderboard demo
Your own service:  leaderboard up
                   leaderboard campaign example --id spring --start today > spring.toml
                   leaderboard campaign apply spring.toml
                   leaderboard standings spring --watch

`leaderboard COMMAND --help` explains each. Commands that talk to a running service take --url and --token;
on the machine where it was started, from the same directory, they need neither.
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command, in the order in which they are needed."""
    parser = argparse.ArgumentParser(
        prog="leaderboard",
        description="Runs incentive programmes for live shopping, and pays out on them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument(
        "--config",
        type=Path,
        default=None,
        metavar="FILE",
        help="the configuration (config.toml where there is one)",
    )
    parser.add_argument(
        "--data", type=Path, default=Path("var"), metavar="DIR", help="the data directory (var)"
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    demo.add_parser(subparsers)
    roles.add_parsers(subparsers)
    campaigns.add_parsers(subparsers)
    settings.add_parsers(subparsers)
    talks_to_service(replay.add_parser(subparsers))
    simulate.add_parser(subparsers)
    standings.add_parser(subparsers)
    excluded.add_parsers(subparsers)
    flags.add_parser(subparsers)
    integrity.add_parser(subparsers)
    rescorings.add_parser(subparsers)
    payouts.add_parsers(subparsers)
    audit.add_parser(subparsers)
    verify.add_parser(subparsers)
    audit_log.add_parsers(subparsers)
    metrics.add_parser(subparsers)
    status.add_parser(subparsers)
    buried.add_parser(subparsers)
    restore.add_parser(subparsers)
    payees.add_parsers(subparsers)
    tokens.add_parsers(subparsers)
    bench.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """0 done, 1 refused or failed with one clear line on stderr, 2 wrong usage."""
    args = build_parser().parse_args(argv)
    _write_what_the_terminal_can()
    try:
        if getattr(args, "talks", False):
            connection.settle(args)
        code = int(args.run(args))
        sys.stdout.flush()
        return code
    except CannotRun as error:
        say(str(error))
        return WRONG_USAGE if isinstance(error, WrongUsage) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe has gone; nothing is left to say, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _write_what_the_terminal_can() -> None:
    """A name that the terminal's encoding lacks is shown with question marks; it is no reason to end."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())

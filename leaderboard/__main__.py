"""The command line: one parser, one module a command. Only wiring."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from leaderboard import __version__
from leaderboard.cli import demo, replay, roles
from leaderboard.cli.opening import CannotRun


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = argparse.ArgumentParser(
        prog="leaderboard", description="Runs incentive programmes for live shopping, and pays out on them."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument(
        "--config", type=Path, default=None, help="the configuration (config.toml where there is one)"
    )
    parser.add_argument("--data", type=Path, default=Path("var"), help="the data directory (var)")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    roles.add_parsers(subparsers)
    demo.add_parser(subparsers)
    replay.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """0 done, 1 refused or failed with one clear line on stderr, 2 wrong usage."""
    args = build_parser().parse_args(argv)
    try:
        return int(args.run(args))
    except CannotRun as error:
        sys.stderr.write(f"leaderboard: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of a pipe has gone; nothing is left to say, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())

"""`leaderboard bench streams`: its options and exit status."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console

from leaderboard.bench.door import BenchError
from leaderboard.bench.report import PLAIN_WIDTH
from leaderboard.cli.arguments import whole
from leaderboard.demo.client import DemoError
from leaderboard.store.embedded import StoreFailed, StoreInUse

DONE, FAILED, INTERRUPTED = 0, 1, 130
STREAMS: Final = 2_000
PLACES: Final = 50


def add_stream_options(parser: argparse.ArgumentParser) -> None:
    """Adds what only `streams` takes."""
    parser.add_argument(
        "--streams",
        type=whole(least=1, most=5_000),
        default=STREAMS,
        metavar="N",
        help=f"streams: how many ({STREAMS:,})",
    )
    parser.add_argument(
        "--places",
        type=whole(least=1, most=1_000),
        default=PLACES,
        metavar="N",
        help=f"streams: how many places each shows, of 1,000 ({PLACES})",
    )


def run_streams(args: argparse.Namespace, progress: Console) -> int:
    """0 when it could be measured, whatever came out."""
    # It starts processes that no other command needs.
    from leaderboard.bench import streams, streams_report

    plan = streams.Plan(streams=args.streams, limit=args.places)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="leaderboard-bench-") as directory,
            progress.status("bench streams", spinner="dots") as status,
        ):
            score = asyncio.run(streams.run(plan, Path(directory), status.update))
    except (BenchError, DemoError, StoreFailed, StoreInUse, OSError) as error:
        progress.print(f"leaderboard bench: {error}", markup=False, highlight=False, soft_wrap=True)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    if args.json:
        sys.stdout.write(streams_report.as_json(score).decode() + "\n")
    else:
        terminal = sys.stdout.isatty()
        streams_report.show(score, Console(width=None if terminal else PLAIN_WIDTH, highlight=False))
    return DONE

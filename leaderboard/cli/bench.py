"""`leaderboard bench`: how fast this machine is, with ours and without. Only options and exit status."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from leaderboard.bench.course import Course
from leaderboard.bench.door import BenchError
from leaderboard.bench.plan import FULL, PARTS, PLANS, QUICK, USUAL
from leaderboard.bench.report import PLAIN_WIDTH, as_json, show
from leaderboard.bench.results import Results
from leaderboard.cli.arguments import Subparsers, whole
from leaderboard.cli.bench_streams import add_stream_options, run_streams
from leaderboard.demo.client import DemoError
from leaderboard.store.embedded import StoreFailed, StoreInUse

EXACT, FAILED, INTERRUPTED = 0, 1, 130


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Adds `bench` to the commands."""
    parser = subparsers.add_parser(
        "bench",
        help="measure this machine: ceiling, naive baseline, us; ratios",
        description="Measures on throw-away data, in one run and with the same recorded traffic: a bare loop, a naive "
        "service in two forms, and `leaderboard up`; then live time, archive, audit and close. Takes about ten minutes "
        "and up to 800 MB of temporary files. Exit status 1 when a number that was shown is wrong; a missed target is "
        "not a failure.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=["integrity", "streams"],
        help="integrity: detectors on made-up worlds that they were not made on, instead of speed; about half an hour. "
        "streams: how soon a change is with all of many open streams; two minutes",
    )
    add_stream_options(parser)
    parser.add_argument(
        "--worlds",
        type=whole(least=0, most=1_000),
        default=26,
        metavar="N",
        help="integrity: how many worlds, and as many shifted ones; 0 for hosts alone (26: more than 5,000 honest "
        "accounts of each)",
    )
    parser.add_argument(
        "--tuning", action="store_true", help="integrity: on the worlds that thresholds were chosen on"
    )
    parser.add_argument(
        "--logs",
        type=Path,
        metavar="DIR",
        help="integrity: on web logs with labelled sessions instead (*.log.gz, and ann_*.txt with session and label)",
    )
    parser.add_argument(
        "--visits",
        type=Path,
        metavar="FILE.csv.bz2",
        help="integrity: on visits instead (columns reviewerId, vendorId, date)",
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--quick", dest="plan", action="store_const", const=QUICK.name, help="about three minutes, 350 MB"
    )
    size.add_argument(
        "--full",
        dest="plan",
        action="store_const",
        const=FULL.name,
        help="ten million visitors and audited events too, 3 GB",
    )
    parser.add_argument(
        "--only",
        type=_parts,
        default=PARTS,
        metavar="PART,…",
        help=f"parts to measure, of {', '.join(PARTS)} (all)",
    )
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    parser.set_defaults(plan=USUAL.name, run=run)
    return parser


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if unknown := [part for part in parts if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is not one of {', '.join(PARTS)}")
    return parts


def run(args: argparse.Namespace) -> int:
    """0 when all that ours showed was exact; 1 when not, or with one line when it could not go on."""
    progress = Console(stderr=True)
    if args.what == "integrity":
        return _integrity(args, progress)
    if args.what == "streams":
        return run_streams(args, progress)
    try:
        results = asyncio.run(_measure(args.plan, args.only, progress))
    except (BenchError, DemoError, StoreFailed, StoreInUse, OSError) as error:
        progress.print(f"leaderboard bench: {error}", markup=False, highlight=False, soft_wrap=True)
        return FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED
    if args.json:
        sys.stdout.write(as_json(results).decode() + "\n")
    else:
        terminal = sys.stdout.isatty()
        show(results, Console(width=None if terminal else PLAIN_WIDTH, highlight=False))
    return EXACT if results.exact else FAILED


def _integrity(args: argparse.Namespace, progress: Console) -> int:
    if args.logs or args.visits:
        return _recorded(args)
    # It needs much that no other command does.
    from leaderboard.bench import integrity, integrity_report

    plan = integrity.Plan(worlds=args.worlds, shifted=args.worlds, tuning=args.tuning)
    try:
        with progress.status("bench integrity", spinner="dots") as status:
            score = integrity.run(plan, status.update)
    except KeyboardInterrupt:
        return INTERRUPTED
    if args.json:
        sys.stdout.write(integrity_report.as_json(score).decode() + "\n")
    else:
        terminal = sys.stdout.isatty()
        integrity_report.show(score, Console(width=None if terminal else PLAIN_WIDTH, highlight=False))
    return EXACT


def _recorded(args: argparse.Namespace) -> int:
    from leaderboard.bench import integrity_logs

    console = Console(highlight=False)
    try:
        if args.logs:
            integrity_logs.show_sessions(integrity_logs.web_logs(args.logs), console)
        if args.visits:
            integrity_logs.show_visits(integrity_logs.visits(args.visits), console)
    except (OSError, KeyError, ValueError) as error:
        sys.stderr.write(f"leaderboard bench: {error}\n")
        return FAILED
    return EXACT


async def _measure(plan: str, parts: Collection[str], progress: Console) -> Results:
    task = asyncio.current_task()
    with suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: task and task.cancel())
    with (
        tempfile.TemporaryDirectory(prefix="leaderboard-bench-") as directory,
        progress.status("bench", spinner="dots") as status,
    ):
        return await Course(PLANS[plan], Path(directory), status.update, parts).run()

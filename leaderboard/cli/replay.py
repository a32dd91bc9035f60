"""`leaderboard replay`: recorded events through the HTTP door. Only options, order of steps and exit status."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from functools import partial

from rich.console import Console

from leaderboard.cli.arguments import Subparsers
from leaderboard.cli.replay_options import add_options, door_of, job_of
from leaderboard.replay.job import Job, Timing, look, measure, send
from leaderboard.replay.progress import shown
from leaderboard.replay.recorded import ReplayError, UsageError
from leaderboard.replay.report import Outcome, as_json, as_text
from leaderboard.replay.sender import Door
from leaderboard.replay.sources import check_readable, size_bytes
from leaderboard.replay.tally import Tally

DONE, FAILED, WRONG_USAGE = 0, 1, 2


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Adds the command, which `run` carries out."""
    parser = subparsers.add_parser("replay", help="send recorded events through the HTTP door")
    add_options(parser)
    parser.set_defaults(run=run)
    return parser


def run(args: argparse.Namespace) -> int:
    """Sends the recording. 0 also when lines were skipped or events rejected: the summary says which."""
    console = Console(stderr=True)
    try:
        check_readable(args.files)
        job, door = job_of(args), door_of(args)
    except ReplayError as error:
        _say(console, str(error))
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED
    outcome = _outcome(job, None if args.dry_run else door, console)
    sys.stdout.write(as_json(outcome).decode() + "\n" if args.json else as_text(outcome))
    for problem in outcome.problems:
        _say(console, problem)
    return FAILED if outcome.problems else DONE


def _outcome(job: Job, door: Door | None, console: Console) -> Outcome:
    """Whatever ends it, what was done until then is reported. Without a door it is a dry run."""
    tally, timing, failure = _tally(job), Timing(), None
    started_s = time.monotonic()
    try:
        timing = _measure(job, console)
        started_s = time.monotonic()
        with shown(tally, "replaying" if door else "checking", console):
            _carry_out(job, timing, door, tally, console)
    except ReplayError as error:
        failure = str(error)
    except KeyboardInterrupt:
        failure = "interrupted"
    return Outcome(tally, time.monotonic() - started_s, door is None, timing.shift, failure)


def _measure(job: Job, console: Console) -> Timing:
    scratch = _tally(job)
    with shown(scratch, "measuring", console):
        return measure(job, scratch, _now_ms())


def _carry_out(job: Job, timing: Timing, door: Door | None, tally: Tally, console: Console) -> None:
    if door is None:
        look(job, timing, tally, _now_ms())
    else:
        asyncio.run(send(job, timing, door, tally, partial(_say, console)))


def _tally(job: Job) -> Tally:
    return Tally(bytes_total=size_bytes(job.recording.files))


def _say(console: Console, text: str) -> None:
    console.print(f"leaderboard replay: {text}", markup=False, emoji=False, highlight=False, soft_wrap=True)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

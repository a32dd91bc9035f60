"""`leaderboard demo`: Apollo running now, on throw-away data. Accounts, visitors and cheats are made up."""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

from leaderboard.cli.arguments import WrongUsage
from leaderboard.cli.output import progress_of
from leaderboard.demo.cheats import perform_cheats
from leaderboard.demo.client import DemoError
from leaderboard.demo.closed_show import perform_closed
from leaderboard.demo.recording import Files, in_words, record
from leaderboard.demo.show import Plan, perform
from leaderboard.demo.world import make_world

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

Play: TypeAlias = "Callable[[Plan, Path, TextIO], Coroutine[Any, Any, None]]"

RECORDED_EVENTS = 100_000
ACCOUNTS = 40
ACCOUNTS_WITH_CHEATS = 24
EPILOG = """\
A million events, counted and audited, with `leaderboard up` running:
  leaderboard demo --record day.ndjson.zst --events 1000000
  leaderboard campaign apply day.toml
  leaderboard settings apply day.settings.json
  leaderboard replay day.ndjson.zst
  leaderboard status --wait 600
  leaderboard audit apollo-demo
The same seed, accounts, rate and number of events make the same bytes.
"""

_DURATION = re.compile(r"(\d{1,6})(s|m|h)?", re.ASCII)
_SECONDS = {None: 1, "s": 1, "m": 60, "h": 3600}


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Adds `demo` to the commands."""
    parser = subparsers.add_parser(
        "demo",
        help="show Apollo running now, on throw-away made-up data",
        description="Starts the service on throw-away data, fills it with a made-up programme in full swing,\n"
        "and shows the standings move. Nothing real is read or written.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--for", dest="for_s", type=duration_s, metavar="30s", help="end by itself (30s, 5m, 1h)"
    )
    parser.add_argument(
        "--seed", type=int, default=7, metavar="N", help="the same seed makes the same world (7)"
    )
    parser.add_argument(
        "--accounts",
        type=_between(1, 2_000),
        metavar="N",
        help=f"how many compete ({ACCOUNTS}; with --cheats {ACCOUNTS_WITH_CHEATS})",
    )
    parser.add_argument(
        "--rate", type=_between(1, 50_000), default=2_000, metavar="N", help="events a second (2000)"
    )
    parser.add_argument(
        "--port", type=_between(0, 65_535), default=0, metavar="N", help="0: one that is free (0)"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the made-up data in this empty directory"
    )
    _add_others(parser)
    _add_recording(parser)
    parser.set_defaults(run=run)
    return parser


def _add_others(parser: argparse.ArgumentParser) -> None:
    """Shows of a programme that is over."""
    others = parser.add_mutually_exclusive_group()
    others.add_argument(
        "--closed", action="store_true", help="show one that is over and certified, for you to pay by hand"
    )
    others.add_argument(
        "--cheats", action="store_true", help="show one that is over, with cheats, for you to review by hand"
    )


def _add_recording(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("recording", "writes the events to a file instead of showing them")
    group.add_argument(
        "--record",
        type=Path,
        metavar="FILE.ndjson[.zst]",
        help="for `leaderboard replay`; beside it go the campaign, the settings, and who is honest and who is not",
    )
    group.add_argument(
        "--events", type=_between(1, 1_000_000_000), metavar="N", help=f"how many ({RECORDED_EVENTS:,})"
    )


def duration_s(text: str) -> float:
    """`30s`, `5m`, `1h` or plain seconds."""
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration such as 30s, 5m or 1h")
    return float(int(match[1]) * _SECONDS[match[2]])


class _between:
    """A whole number from `least` to `most`."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        with suppress(ValueError):
            if self._least <= (number := int(text)) <= self._most:
                return number
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {self._least} to {self._most}")


def run(args: argparse.Namespace) -> int:
    """0 when it ended by itself or was ended by a person; 1 with one line when it could not go on."""
    if args.record:
        return _record(args)
    if args.events is not None:
        raise WrongUsage("--events goes with --record")
    accounts = args.accounts or (ACCOUNTS_WITH_CHEATS if args.cheats else ACCOUNTS)
    plan = Plan(seed=args.seed, accounts=accounts, rate=args.rate, port=args.port, for_s=args.for_s)
    play = perform_closed if args.closed else perform_cheats if args.cheats else perform
    try:
        with _data_directory(args.keep) as data, suppress(asyncio.CancelledError):
            asyncio.run(_perform(plan, data, play))
        sys.stdout.write(_farewell(args.keep))
    except (DemoError, OSError) as error:
        sys.stderr.write(f"leaderboard demo: {error}\n")
        return 1
    return 0


def _record(args: argparse.Namespace) -> int:
    for option in ("for_s", "keep", "port", "closed", "cheats"):
        if getattr(args, option):
            name = option.removesuffix("_s")
            raise WrongUsage(f"--record starts no service, so --{name} has nothing to say; leave it out")
    count, world = args.events or RECORDED_EVENTS, make_world(args.seed, args.accounts or ACCOUNTS)
    try:
        files = Files.at(args.record)
        with progress_of("thousand events", -(-count // 1_000)) as step:
            record(files, world, count, args.rate, step)
    except (DemoError, OSError) as error:
        sys.stderr.write(f"leaderboard demo: {error}\n")
        return 1
    sys.stdout.write(in_words(files, count, len(world.accounts)))
    return 0


async def _perform(plan: Plan, data: Path, play: Play) -> None:
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(ending, lambda: task and task.cancel())
    await play(plan, data, sys.stdout)


@contextmanager
def _data_directory(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="leaderboard-demo-") as name:
            yield Path(name)
        return
    keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise DemoError(f"--keep {keep}: is not empty, and made-up data does not go among other data")
    yield keep.resolve()


def _farewell(keep: Path | None) -> str:
    if keep is None:
        return "The throw-away data is removed.\n"
    again = f"leaderboard --config {keep / 'config.toml'} --data {keep} up"
    return f"The made-up data stays in {keep}. To look again: {again}\n"

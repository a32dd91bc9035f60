"""`leaderboard simulate`: a labelled, made-up campaign as files for `leaderboard replay`. Sends nothing."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, whole
from leaderboard.cli.campaign_example import campaign_id
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import print_lines, progress_of
from leaderboard.cli.simulated_files import SimulatedFiles, write
from leaderboard.domain.times import rfc3339
from leaderboard.replay.recorded_times import parse_time
from leaderboard.simulator.plan import ALL_ATTACKS, START_MS, PlanError

_EPILOG = f"""\
Attacks: {", ".join(ALL_ATTACKS[:6])},
  {", ".join(ALL_ATTACKS[6:13])},
  {", ".join(ALL_ATTACKS[13:18])},
  {", ".join(ALL_ATTACKS[18:])}
Each is one account of its own; all others are honest, some of a kind that looks odd. Beside the events go the
labels (who is what) and the settings (agencies, accounts, hosts, enrolments):
  leaderboard simulate --attack farm --attack loop --campaign spring --output spring.ndjson.zst
  leaderboard campaign example --id spring --start 2026-02-14 > spring.toml   # made times are UTC: set zone = "UTC"
                                                                               # there, and close = "manual"
  leaderboard campaign apply spring.toml
  leaderboard settings apply spring.settings.json
  leaderboard replay spring.ndjson.zst
The same options make the same bytes. Two worlds have accounts and ids in common: give each a service of its own.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Adds `simulate`."""
    parser = add_command(
        subparsers, "simulate", run, "write a made-up campaign with labelled cheats", epilog=_EPILOG
    )
    parser.add_argument(
        "--attack",
        action="append",
        default=[],
        choices=ALL_ATTACKS,
        metavar="NAME",
        help="one account with it; repeatable, see below",
    )
    parser.add_argument(
        "--share", type=share, metavar="0.3", help="of a cheat's visitors are bought (drawn from .05 to .7)"
    )
    _add_size(parser)
    parser.add_argument(
        "--output", type=Path, required=True, metavar="EVENTS.ndjson[.zst]", help="the events"
    )
    parser.add_argument("--labels", type=Path, metavar="FILE.json", help="who is what (EVENTS.labels.json)")
    parser.add_argument(
        "--settings", type=Path, metavar="FILE.json", help="for `settings apply` (EVENTS.settings.json)"
    )
    parser.add_argument("--campaign", type=campaign_id, metavar="ID", help="that the settings enrol them in")


def _add_size(parser: ArgumentParser) -> None:
    parser.add_argument("--accounts", type=whole(2, 1_000), default=20, metavar="N", help="in all (20)")
    parser.add_argument("--days", type=whole(1, 60), default=3, metavar="N", help="(3)")
    parser.add_argument(
        "--seed", type=whole(0, 2**31), default=7, metavar="N", help="the same makes the same world (7)"
    )
    parser.add_argument(
        "--start", type=moment_ms, default=START_MS, metavar="TIME", help=f"({rfc3339(START_MS)})"
    )


def share(text: str) -> float:
    """A part of the whole."""
    try:
        if 0.01 <= (part := float(text)) <= 0.95:
            return part
    except ValueError:
        pass
    raise ArgumentTypeError(f"{text!r} is not a share from 0.01 to 0.95, such as 0.3")


def moment_ms(text: str) -> int:
    """A time, in Unix milliseconds."""
    try:
        return parse_time(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def run(args: Namespace) -> int:
    """Writes the three files, and says what is in them and how to send them."""
    from leaderboard.simulator.campaigns import CampaignPlan, make_campaign  # numpy: only where it is needed

    plan = CampaignPlan(
        accounts=args.accounts, days=args.days, attacks=args.attack, share=args.share, start_ms=args.start
    )
    files = SimulatedFiles.at(args.output, args.labels, args.settings)
    try:
        campaign = make_campaign(args.seed, plan)
        with progress_of("thousand events", -(-len(campaign) // 1_000)) as step:
            count = write(files, campaign, args.campaign, step)
    except PlanError as error:
        raise WrongUsage(f"--{error}") from error
    except OSError as error:
        raise CannotRun(f"{error.filename or files.events}: {error.strerror}") from error
    print_lines(_in_words(files, args, count))
    return 0


def _in_words(files: SimulatedFiles, args: Namespace, count: int) -> list[str]:
    cheats = len(args.attack)
    return [
        f"{count:,} made-up events of {args.accounts} accounts, {cheats} of them with an attack: {files.events}",
        f"who is what: {files.labels}",
        f"agencies, accounts and hosts: {files.settings}",
        "To send them:",
        f"  leaderboard settings apply {files.settings}",
        f"  leaderboard replay {files.events}",
    ]

"""`leaderboard campaign example`: a definition to start from, with an id and a window of one's own. Asks no service."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError, Namespace
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Final, Literal
from zoneinfo import ZoneInfo

from leaderboard.cli.arguments import Subparsers, add_command
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import print_lines
from leaderboard.domain.campaigns import Window, parse_toml

DEFAULT_NAME: Final = "apollo-us-2022"
TODAY: Final = "today"
_FOLDER = files("leaderboard") / "examples"
_ID = re.compile(r'^id = "[^"]*"', re.MULTILINE)
_CAMPAIGN_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)


def add_parser(subparsers: Subparsers) -> None:
    """Adds `campaign example`."""
    parser = add_command(subparsers, "example", run, "print a definition to start from")
    names = ", ".join(example_names())
    parser.add_argument(
        "name", nargs="?", default=DEFAULT_NAME, metavar="NAME", help=f"{names} ({DEFAULT_NAME})"
    )
    parser.add_argument("--id", type=campaign_id, metavar="ID", help="another id")
    parser.add_argument(
        "--start",
        type=first_day,
        metavar="DAY",
        help="move the window, as long as it is, to begin on this day (2026-02-14, or today)",
    )


def example_names() -> list[str]:
    """The definitions that come with the package."""
    names = (file.name for file in _FOLDER.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def campaign_id(text: str) -> str:
    """An id that a campaign may have."""
    if not _CAMPAIGN_ID.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} is not 1 to 64 of a-z, 0-9, `_`, `.` and `-`")
    return text


def first_day(text: str) -> date | Literal["today"]:
    """A day, or the one that it is in the campaign's zone."""
    try:
        return TODAY if text == TODAY else date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is neither a day such as 2026-02-14 nor today") from error


def run(args: Namespace) -> int:
    """The text of one, as it is or with what was asked for."""
    if args.name not in example_names():
        raise CannotRun(f"there is no example {args.name!r}; there are {', '.join(example_names())}")
    text = (_FOLDER / f"{args.name}.toml").read_text("utf-8")
    if args.id:
        text = _ID.sub(f'id = "{args.id}"', text, count=1)
    if args.start:
        text = moved(text, args.start, datetime.now(UTC))
    print_lines(text.splitlines())
    return 0


def moved(toml: str, start: date | Literal["today"], now: datetime) -> str:
    """The definition with every window moved so that it begins at midnight of a day; each keeps its length."""
    definition = parse_toml(toml)
    day = now.astimezone(ZoneInfo(definition.zone)).date() if start == TODAY else start
    for window in definition.windows.values():
        toml = _with_window(toml, window, datetime.combine(day, time()))
    return toml


def _with_window(toml: str, window: Window, start: datetime) -> str:
    if window.start is None or window.end is None:
        return toml
    end = start + (window.end - window.start)
    for key, before, after in (("start", window.start, start), ("end", window.end, end)):
        # The rest of the line goes with it: what it says about the old time is no longer true.
        line = re.compile(rf"^{key} = {before.isoformat()}.*$", re.MULTILINE)
        toml = line.sub(f"{key} = {after.isoformat()}", toml, count=1)
    return toml

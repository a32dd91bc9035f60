"""The options of `leaderboard replay`, and the job and the door that they describe. Starts nothing."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from leaderboard.domain.events import EVENT_TYPES
from leaderboard.replay.batches import MAX_EVENTS
from leaderboard.replay.csv_mapping import Mapping as CsvMapping
from leaderboard.replay.csv_mapping import mapping_of
from leaderboard.replay.job import Job
from leaderboard.replay.pacing import MAX_SPEED, parse_speed
from leaderboard.replay.rebase import NOW
from leaderboard.replay.recorded import UsageError
from leaderboard.replay.recorded_times import parse_time
from leaderboard.replay.recording import Recording
from leaderboard.replay.sender import Door
from leaderboard.replay.sources import STDIN, can_be_read_twice

MAX_PARALLEL = 64
DEFAULT_URL = "http://127.0.0.1:8080"
WHERE_HELP = "or column!=value, column^=start, column!^=start; all have to hold"

_DESCRIPTION = """\
Sends recorded events through POST /v1/events. FILE is our own NDJSON, one event a line, or any CSV with a
header when columns are mapped with --map; plain, .gz, .bz2 or .zst, a .tar of them, or - for standard input.
"""

_EPILOG = """\
Replaying the same file again counts nothing twice: ids stay the same. A CSV row without a mapped id gets one
from its content, so a row that stands there twice is one event. Orders of several rows need --group-by.

--map value.amount=Quantity*UnitPrice multiplies columns, exactly in decimals; -Total turns the sign. What is
computed is negative where money goes back: a refund is sent with the other sign, and one that is positive is
skipped and reported, as is a negative order. More decimals than the currency has are skipped without --round.

--group-by InvoiceNo makes one event of all rows with the same value, wherever in the files they stand, in the
order of their first rows: value.amount is the exact sum over them, a list (product_ids) has their distinct
values, all else comes from the first row, the id is the value itself unless one is mapped. A row that stands
there twice counts twice. If one of its lines is broken, or names another account or currency, the whole event
is skipped and both are reported; from a file that is damaged nothing is sent. Everything is read, and the events
are held, before the first is sent.

--rebase gives moved events other ids (and refunds the other ids of their orders), derived from the distance:
moving to the same time again repeats the same events, `now` makes new ones each time. With `now` the last
event happens when it is sent, so that none lies in the future; at 1x that makes the first one happen now.

example: leaderboard replay shop.csv.gz --where event_type=view --account-from brand \\
           --map at=event_time,product_id=sku,visitor_id=user --map source:=live
example: leaderboard replay invoices.tar.zst --type order --group-by InvoiceNo --where 'InvoiceNo!^=C' \\
           --map 'at=InvoiceDate,value.amount=Quantity*UnitPrice,currency:=GBP,account_id:=shop'
"""

_CSV_NAMES = (".csv", ".tsv")
_NDJSON_NAMES = (".ndjson", ".jsonl")
_COMPRESSED = (".gz", ".bz2", ".zst")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Every option. Those of the door leave no default behind, so that a caller may have its own."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE")
    _add_csv_options(parser.add_argument_group("CSV"))
    _add_time_options(parser.add_argument_group("time"))
    _add_door_options(parser.add_argument_group("service"))
    add("--shuffle", type=int, metavar="SEED", help="in a random order; holds all events in memory")
    add("--limit", type=_between(1, 1 << 62), metavar="N", help="only the first N events")
    add("--dry-run", action="store_true", help="read, map and check; send nothing")
    add("--json", action="store_true", help="the summary as JSON")


def _add_csv_options(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--type", choices=EVENT_TYPES, metavar="T", help=f"of the events: {', '.join(EVENT_TYPES)}")
    add("--map", action="append", metavar="field=column,…", help="or field:=constant; may be given again")
    add("--where", action="append", metavar="column=value", help=WHERE_HELP)
    add("--group-by", metavar="column", help="rows that share its value are one event, see below")
    add("--round", action="store_true", help="computed amounts to whole minor units, half away from zero")
    add("--account-from", metavar="column", help="short for --map account_id=column")
    add("--account-default", metavar="NAME", help="the account where that column is empty")
    add("--zone", metavar="ZONE", help="of times without an offset, such as Europe/London (UTC)")
    add("--delimiter", metavar="CHAR", help="between the columns, tab for a tabulator (,)")


def _add_time_options(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--speed", default=MAX_SPEED, metavar="60x|max", help="by the events' times, or as fast as taken")
    add("--rebase", metavar="now|TIME", help="move the recording; TIME is when its first event happens")


def _add_door_options(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--url", default=argparse.SUPPRESS, help=f"or LEADERBOARD_URL ({DEFAULT_URL})")
    add("--token", default=argparse.SUPPRESS, help="or LEADERBOARD_TOKEN, which no process list shows")
    add("--batch", type=_between(1, MAX_EVENTS), default=MAX_EVENTS, metavar="N", help="events a request")
    add("--parallel", type=_between(1, MAX_PARALLEL), default=4, metavar="N", help="requests in flight (4)")
    add("--give-up-after", type=float, default=60.0, metavar="S", help="seconds without success (60)")


def door_of(args: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> Door:
    """The door that the options name, or the environment does."""
    url = getattr(args, "url", None) or environ.get("LEADERBOARD_URL") or DEFAULT_URL
    token = getattr(args, "token", None) or environ.get("LEADERBOARD_TOKEN")
    if token is not None and not (token.isascii() and token.isprintable()):
        raise UsageError("the token has characters in it that no token has")
    return Door(url, token, parallel=args.parallel, give_up_after_s=args.give_up_after)


def job_of(args: argparse.Namespace) -> Job:
    """The job that the options describe; UsageError where they contradict each other or the files."""
    speed, rebase = parse_speed(args.speed), _rebase(args.rebase)
    if args.shuffle is not None and speed is not None:
        raise UsageError("--shuffle has no times to keep to: it needs --speed max")
    if args.files.count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
    if rebase is not None:
        _check_two_passes(args.files)
    recording = Recording(tuple(args.files), _mapping(args), args.limit, args.shuffle)
    return Job(recording, speed, rebase, args.batch)


def _mapping(args: argparse.Namespace) -> CsvMapping | None:
    csv = (
        args.type,
        args.map,
        args.where,
        args.group_by,
        args.round or None,
        args.account_from,
        args.account_default,
        args.zone,
        args.delimiter,
    )
    if all(option is None for option in csv):
        _check_names(args.files, _CSV_NAMES, "is CSV: say with --map which columns are which fields")
        return None
    _check_names(args.files, _NDJSON_NAMES, "is NDJSON: it is sent as it is and takes no CSV options")
    if args.group_by is not None:
        _check_once(args.files)
    return mapping_of(
        args.type or EVENT_TYPES[0],
        args.map or (),
        where=args.where or (),
        account_from=args.account_from,
        account_default=args.account_default or "",
        zone=_zone(args.zone),
        delimiter=_delimiter(args.delimiter),
        group_by=args.group_by,
        rounds=args.round,
    )


def _check_names(files: Iterable[str], endings: tuple[str, ...], problem: str) -> None:
    for file in files:
        name = next((file.removesuffix(ending) for ending in _COMPRESSED if file.endswith(ending)), file)
        if name.endswith(endings):
            raise UsageError(f"{file} {problem}")


def _check_two_passes(files: Iterable[str]) -> None:
    for file in files:
        if not can_be_read_twice(file):
            raise UsageError(f"--rebase reads everything twice, and {file} can be read only once")


def _check_once(files: Iterable[str]) -> None:
    """Rows of an event are summed, so that a file given twice would double its money."""
    seen: set[Path] = set()
    for file in files:
        if (path := Path(file).resolve()) in seen:
            raise UsageError(f"{file} is given twice: --group-by would count its rows twice")
        seen.add(path)


def _rebase(text: str | None) -> int | Literal["now"] | None:
    if text is None or text == NOW:
        return None if text is None else NOW
    try:
        return parse_time(text)
    except ValueError as error:
        raise UsageError(f"--rebase: {error}") from error


def _zone(name: str | None) -> tzinfo:
    try:
        return UTC if name is None else ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"--zone {name!r}: there is no such time zone") from error


def _delimiter(text: str | None) -> str:
    char = {None: ",", "tab": "\t"}.get(text, text or "")
    if len(char) != 1 or char in '\r\n"\0':
        raise UsageError(f"--delimiter {text!r}: give one character, or tab")
    return char


def _between(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not least <= (value := int(text)) <= most:
            raise argparse.ArgumentTypeError(f"{value} is not between {least} and {most}")
        return value

    return number

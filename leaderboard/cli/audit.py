"""`leaderboard audit`: the result recomputed from the archive, and compared with what the service says. Only wiring."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from leaderboard.archive.errors import ArchiveError, DamagedArchive
from leaderboard.archive.reading import segments, verify
from leaderboard.cli.arguments import Subparsers, add_command, add_json, whole
from leaderboard.cli.opening import CannotRun, archive_directory, opened_store, read_config
from leaderboard.cli.output import Column, Table, count, print_json, print_lines, print_table, say
from leaderboard.config import Config
from leaderboard.domain.audits import Audit, Difference
from leaderboard.store.connection import is_unavailable
from workers.auditing import How, TooSlow, audit, peak_memory_bytes
from workers.recount_settings import NoSuchCampaign

_COLUMNS: Final = (
    Column("account"),
    Column("field"),
    Column("live", right=True),
    Column("recounted", right=True),
    Column("difference", right=True),
)
_DESCRIPTION: Final = """\
Recomputes visitors, live time, orders, refunds, eligibility and ranking of a campaign from the archive, by SQL that
shares no code with the counting, and compares to the last unit: times in ms, money in minor units. Exit 0 when all
agrees, 1 when anything differs. Runs beside the service, on a machine that has the archive; accounts that events come
in for meanwhile are tried again, and those that never stand still are named. Of a certified campaign the newest result
must follow from the archive, too: fields of it begin with "result.".
"""
_LISTED: Final = 20


def add_parser(subparsers: Subparsers) -> None:
    """Adds `audit`."""
    parser = add_command(
        subparsers, "audit", run, "recompute a campaign from the archive, and compare", _DESCRIPTION
    )
    parser.add_argument("id", metavar="ID", help="of the campaign")
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="DIR",
        help="a copy of the archive ([archive] directory)",
    )
    parser.add_argument(
        "--rounds",
        type=whole(1, 100),
        default=3,
        metavar="N",
        help="how often accounts that differ or are in motion are looked at (3)",
    )
    add_json(parser)


def run(args: Namespace) -> int:
    """0 when the archive and the service agree, 1 when anything differs."""
    config = read_config(args)
    source = args.source or archive_directory(config, args.data)
    if not segments(source):
        raise CannotRun(
            f"there is no archive in {source}: the archiver writes it, or name a copy with --from"
        )
    try:
        _verify(source)
        found = asyncio.run(_audit(args, config, source))
    except (NoSuchCampaign, TooSlow, ArchiveError, ValueError, OSError) as error:
        raise CannotRun(str(error)) from error
    except Exception as error:
        if is_unavailable(error):
            raise CannotRun(f"the store does not answer: {error}") from error
        raise
    if args.json:
        print_json(_document(found))
    else:
        _show(found, config.scheduler.recount_interval_s)
    return 0 if found.agrees else 1


def _verify(source: Path) -> None:
    """Holds the files to their manifest."""
    try:
        verify(source)
    except DamagedArchive:
        # A file whose addresses were being cut just now is right the second time.
        verify(source)


async def _audit(args: Namespace, config: Config, source: Path) -> Audit:
    async with opened_store(config, args.data) as store:
        progress = say if sys.stderr.isatty() else _nobody
        how = How(source, config.ingest.id_memory_h, args.rounds, say=progress)
        return await audit(store, args.id, how)


def _nobody(text: str) -> None:
    """Nothing is said in a pipe."""


def _document(found: Audit) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(found, str_keys=True)
    return {"agrees": found.agrees} | document | {"peak_memory_bytes": peak_memory_bytes()}


def _show(found: Audit, recount_interval_s: int) -> None:
    if found.differences:
        print_table(Table(_COLUMNS, [_cells(one) for one in found.differences]))
        print_lines([""])
    print_lines(_summary(found))
    for line in _remarks(found, recount_interval_s):
        say(line)


def _cells(difference: Difference) -> list[str]:
    live, recounted = difference.live, difference.recounted
    is_amount = not isinstance(live, bool) and live is not None and recounted is not None
    by = f"{live - recounted:+,}" if is_amount else ""  # type: ignore[operator]
    return [difference.account, difference.field, _shown(live), _shown(recounted), by]


def _shown(value: int | bool | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else f"{value:,}"


def _summary(found: Audit) -> Iterable[str]:
    compared = found.accounts - len(found.not_compared)
    also = f" and with result {found.result}" if found.result else ""
    verdict = (
        f"agrees on {count(compared, 'account')}{also}"
        if found.agrees
        else f"differs in {count(found.differing_accounts, 'account')} of {compared:,}"
    )
    yield (
        f"{verdict}; {count(found.events, 'event')} recounted in {found.took_ms / 1000:.1f} s, "
        f"peak memory {peak_memory_bytes() / 2**20:.0f} MiB"
    )


def _remarks(found: Audit, recount_interval_s: int) -> Iterable[str]:
    if found.not_compared:
        some = ", ".join(found.not_compared[:_LISTED]) + (" …" if len(found.not_compared) > _LISTED else "")
        why = "events kept coming in, or a rescoring takes something out, which is exact from the close on"
        yield f"not compared, since {why}: {some}"
    for one in found.notes[:_LISTED]:
        is_late = one.field == "eligible"  # noted only where a metric of the archive decides it
        why = (
            f"not yet refreshed from the archive (every {recount_interval_s} s)"
            if is_late
            else "it decides nothing"
        )
        yield f"{one.account}: {one.field} is {_shown(one.live)}, recounted {_shown(one.recounted)}; {why}"
    if not found.agrees and found.buried_entries:
        batches = f"{found.buried_entries:,} buried batch{'es' if found.buried_entries > 1 else ''}"
        yield f"{batches} may be the cause: archived, and not applied; `leaderboard buried` lists them"
    if found.unreadable_entries:
        yield f"the archive has {found.unreadable_entries:,} entries that nobody could read; they count nowhere"

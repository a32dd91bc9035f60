"""How the figures of live time, archive, audit and close read: tables. What they mean is decided in `results`."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from leaderboard.bench.airtime_memory import HostMemory
from leaderboard.bench.archiving import ArchiveFigures
from leaderboard.bench.auditing import AuditFigures
from leaderboard.bench.closing import ClosingFigures
from leaderboard.bench.live_load import LiveLoad
from leaderboard.bench.results import Results
from leaderboard.bench.tables import cpu, table, times

MIB = 1 << 20
WHAT_IS_LIVE = (
    "Live time: every account has two registered hosts who have been on air for some days. Heartbeats of 20 s lie in "
    "the past and come many times faster than real time, in order per host: more of them are counted together than of "
    "as many hosts in real time. Every account's effective and kept time is compared to the millisecond."
)


def live_tables(results: Results) -> Iterator[Table]:
    """Those that there are figures for."""
    if results.live:
        yield _loads(results.live)
        yield _waiting(results.live)
    if results.host_memory:
        yield _host_memory(results.host_memory)
    if results.archive:
        yield _archive(results.archive)
    if results.audit:
        yield _audit(results.audit)
    if results.closing:
        yield _closing(results.closing)


def _loads(loads: list[LiveLoad]) -> Table:
    columns = ("load", "accounts", "accepted/s", "visible/s", "of it heartbeats", "processor s", "shown")
    made = table("Live time through the whole path; processor seconds per million events", *columns)
    for one in loads:
        made.add_row(
            _load(one),
            f"{one.accounts:,}",
            f"{one.accepted_per_s:,.0f}",
            f"{one.visible_per_s:,.0f}",
            f"{one.beats_per_s:,.0f}",
            cpu(one.cpu_s),
            "exact" if one.exact else _wrong(one),
        )
    return made


def _load(one: LiveLoad) -> str:
    return f"{one.what}, {'as fast as taken' if one.rate is None else f'{one.rate:,.0f} events/s'}"


def _wrong(one: LiveLoad) -> str:
    return f"{one.wrong:,} accounts off" if one.wrong else "visitors off"


def _waiting(loads: list[LiveLoad]) -> Table:
    made = table(
        "Live time, from sending to seeing, ms", "load", "accounts", "", "samples", "p50", "p99", "worst"
    )
    for one in loads:
        for what, visible in (("a view", one.view_visible), ("a heartbeat", one.beat_visible)):
            if visible:
                made.add_row(_load(one), f"{one.accounts:,}", what, *times(visible))
        if one.archived_s is not None:
            archived = f"{one.archived_s * 1000:,.0f}"
            made.add_row(
                _load(one),
                f"{one.accounts:,}",
                "then until all is archived",
                "1",
                archived,
                archived,
                archived,
            )
    return made


def _host_memory(one: HostMemory) -> Table:
    made = table(f"The store's memory per host after {one.days} days of ordinary use", "", "bytes")
    made.add_row(f"of {one.hosts:,} hosts, {one.beats / one.hosts:,.0f} heartbeats each", "")
    made.add_row("all that counting left", f"{one.each:,.0f}")
    made.add_row("of it packed live sessions", f"{one.packed_each:,.0f}")
    made.add_row("apart: the enrolment, with a promised slot a day", f"{one.enrolled_each:,.0f}")
    made.add_row("apart, per heartbeat: its id, while ids are remembered", f"{one.id_each:.1f}")
    made.add_row("effective and kept time", "exact" if one.exact else f"{one.wrong:,} accounts wrong")
    return made


def _archive(one: ArchiveFigures) -> Table:
    made = table(f"Archive, {one.events:,} events of the demo's mix", "", "")
    made.add_row("on the disk, sealed", f"{one.bytes_each:.1f} bytes an event")
    made.add_row("archived and sealed", f"{one.per_s:,.0f} events/s")
    made.add_row("archiver and sealing, per million events", f"{one.cpu_s:.1f} processor s")
    made.add_row("inbox before", f"{one.inbox_before:.1f} bytes an event")
    made.add_row("inbox after archiving and trimming", f"{one.inbox_after:.1f} bytes an event")
    made.add_row("read back", "exact" if one.exact else f"{one.found:,} of {one.events:,}")
    return made


def _audit(one: AuditFigures) -> Table:
    made = table(f"Audit of {one.events:,} events of {one.accounts:,} accounts", "", "")
    made.add_row("the archive on the disk", f"{one.archive_bytes / MIB:,.0f} MiB")
    made.add_row("took, as a process of its own", f"{one.seconds:.1f} s")
    made.add_row("peak memory", f"{one.peak_bytes / MIB:,.0f} MiB")
    verdict = f"{one.differing:,} accounts differ, {one.recounted:,} of {one.to_recount:,} events recounted"
    made.add_row("agrees with what the archive was made to give", "exactly" if one.exact else verdict)
    return made


def _closing(one: ClosingFigures) -> Table:
    made = table(f"Close of a campaign of {one.events:,} events and {one.accounts:,} accounts", "", "")
    made.add_row("from the cut-off to review", f"{one.review_s:.1f} s")
    made.add_row("from the request to the certified result", f"{one.certified_s:.1f} s")
    made.add_row("a page of the standings meanwhile, p50", f"{one.pages.p50_ms:.1f} ms")
    made.add_row("p99", f"{one.pages.p99_ms:.1f} ms")
    verdict = f"{one.differences:,} differences, {one.not_compared:,} accounts not compared"
    made.add_row("agrees with the archive", "exactly" if one.exact else verdict)
    return made

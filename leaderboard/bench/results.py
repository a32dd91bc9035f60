"""All that was measured, as values, and how it compares with what we set out to reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from leaderboard.bench.airtime_memory import HostMemory
from leaderboard.bench.archiving import ArchiveFigures
from leaderboard.bench.auditing import AuditFigures
from leaderboard.bench.closing import ClosingFigures
from leaderboard.bench.freshness import Freshness
from leaderboard.bench.live_load import LiveLoad
from leaderboard.bench.machine import Machine
from leaderboard.bench.memory import EventMemory, VisitorMemory
from leaderboard.bench.pages import Pages
from leaderboard.bench.recording import Mix
from leaderboard.bench.throughput import Round, Throughput

BARE: Final = "bare loop"
OURS: Final = "ours"
NAIVE_EACH: Final = "naive, each"
NAIVE_GROUPED: Final = "naive, grouped"
AUDITED_EVENTS: Final = 10_000_000  # that the times of an audit and of a close are set for


class VisitorGrowth(Struct, frozen=True):
    """Ours, with so many visitors in the counters already."""

    visitors: int
    round: Round


class Target(Struct, frozen=True):
    """`ratio` is above 1 where the figure is better than what is wanted, whichever way that is."""

    name: str
    value: float
    wanted: float
    unit: str
    at_least: bool = True

    @property
    def ratio(self) -> float:
        better, worse = (self.value, self.wanted) if self.at_least else (self.wanted, self.value)
        return better / worse if worse else 0.0

    @property
    def met(self) -> bool:
        return self.value >= self.wanted if self.at_least else self.value <= self.wanted


class Results(Struct):
    """Filled as the bench goes on; what was not measured is empty."""

    plan: str
    machine: Machine
    mixes: list[Mix] = field(default_factory=list)
    throughput: list[Throughput] = field(default_factory=list)
    freshness: list[Freshness] = field(default_factory=list)
    pages: list[Pages] = field(default_factory=list)
    by_accounts: list[Throughput] = field(default_factory=list)
    by_visitors: list[VisitorGrowth] = field(default_factory=list)
    visitor_memory: list[VisitorMemory] = field(default_factory=list)
    event_memory: EventMemory | None = None
    live: list[LiveLoad] = field(default_factory=list)
    host_memory: HostMemory | None = None
    archive: ArchiveFigures | None = None
    audit: AuditFigures | None = None
    closing: ClosingFigures | None = None
    seconds: float = 0.0

    def of(self, name: str) -> Throughput | None:
        """The rounds of one contestant."""
        return next((one for one in self.throughput if one.name == name), None)

    @property
    def exact(self) -> bool:
        """Whether ours never showed another number than the right one."""
        rounds = [
            one for each in (*self.throughput, *self.by_accounts) if each.name == OURS for one in each.rounds
        ]
        rounds += [one.round for one in self.by_visitors]
        ours = [one for one in self.visitor_memory if one.what.startswith("our")]
        found = [one.exact for one in rounds] + [one.exact for one in ours]
        found += [one.exact for one in self.freshness] + [one.exact for one in self.pages]
        found += [one.exact for one in self.live]
        found += [one.exact for one in (self.host_memory, self.archive, self.audit, self.closing) if one]
        return all(found)

    @property
    def others(self) -> float:
        """Processors that other programs kept busy, at worst."""
        found = [one.others for each in self.throughput for one in each.rounds]
        return max(found + [one.others for one in self.live], default=0.0)

    def processor_ratio(self, name: str) -> float | None:
        """How many times our processor time an event another one needs; None where the machine does not tell."""
        ours, other = self.of(OURS), self.of(name)
        if ours is None or other is None or not sum(ours.cpu_s.values()):
            return None
        return sum(other.cpu_s.values()) / sum(ours.cpu_s.values())

    def targets(self) -> list[Target]:
        """What we set out to reach, with what was reached."""
        return [
            *self._throughput_targets(),
            *self._page_targets(),
            *self._memory_targets(),
            *self._live_targets(),
            *self._archive_targets(),
        ]

    def _throughput_targets(self) -> Iterator[Target]:
        ours = self.of(OURS)
        if ours is None:
            return
        yield Target("accepted", ours.accepted_per_s, 100_000, "events/s")
        yield Target("visible", ours.visible_per_s, 50_000, "events/s")
        for name, times in ((NAIVE_EACH, 5.0), (NAIVE_GROUPED, 1.5)):
            if naive := self.of(name):
                ratio = ours.visible_per_s / naive.visible_per_s
                yield Target(f"visible, against {name}", ratio, times, "times")

    def _page_targets(self) -> Iterator[Target]:
        for one in self.pages:
            load = "full load" if one.rate is None else f"{one.rate:,.0f} events/s"
            name = f"page of 50 among {one.accounts:,} accounts, p99 at {load}"
            yield Target(name, max(one.first.p99_ms, one.anywhere.p99_ms), 10.0, "ms", at_least=False)

    def _memory_targets(self) -> Iterator[Target]:
        for one in self.visitor_memory:
            if one.what.startswith("our"):
                name = f"{one.what}, {one.visitors:,} visitors"
                yield Target(name, one.bytes_each, 12.0, "bytes", at_least=False)

    def _live_targets(self) -> Iterator[Target]:
        for one in self.live:
            if one.rate is None and one.beats_share < 1:
                name = f"heartbeats visible, two beside three views, {one.accounts:,} accounts"
                yield Target(name, one.beats_per_s, 20_000, "events/s")
        if memory := self.host_memory:
            name = f"memory per host, {memory.days} days of ordinary use"
            yield Target(name, memory.each, 4_000, "bytes", at_least=False)

    def _archive_targets(self) -> Iterator[Target]:
        if archive := self.archive:
            yield Target("archive on the disk, per event", archive.bytes_each, 40.0, "bytes", at_least=False)
            yield Target("archived and sealed", archive.per_s, 50_000, "events/s")
        if audit := self.audit:
            if audit.events >= AUDITED_EVENTS:
                name = f"audit of {audit.events:,} events"
                yield Target(name, audit.seconds, 60.0, "s", at_least=False)
            name = f"audit of {audit.events:,} events, peak memory"
            yield Target(name, audit.peak_bytes / (1 << 20), 2_048, "MiB", at_least=False)
        closing = self.closing
        if closing and closing.events >= AUDITED_EVENTS:
            name = f"closing and certifying {closing.accounts:,} accounts, {closing.events:,} events"
            yield Target(name, closing.seconds, 60.0, "s", at_least=False)

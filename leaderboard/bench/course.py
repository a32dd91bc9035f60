"""The course of the bench: who is started when, who takes turns with whom. Measures through the other modules."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from redis import Redis

from leaderboard.bench.airtime_memory import measure_hosts
from leaderboard.bench.archiving import measure_archive
from leaderboard.bench.auditing import measure_audit
from leaderboard.bench.closing import measure_closing
from leaderboard.bench.contestants import WITHOUT_FILE, Contestant, Naive, Ours, started_naive, started_ours
from leaderboard.bench.filling import fill
from leaderboard.bench.freshness import measure_freshness
from leaderboard.bench.live_course import measure_live_time
from leaderboard.bench.machine import this_machine
from leaderboard.bench.memory import measure_counters, measure_parts, measure_set, used_bytes
from leaderboard.bench.pages import measure_pages
from leaderboard.bench.plan import FULL_LOAD_RATE, PARTS, SHARE_OF_ACCEPTED, Plan
from leaderboard.bench.recording import Recording, record
from leaderboard.bench.results import BARE, Results, VisitorGrowth
from leaderboard.bench.throughput import Throughput, measure_bare, measure_round
from leaderboard.config import Config
from leaderboard.demo.campaign import CAMPAIGN_ID
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.store import open_store

Tell = Callable[[str], None]


class Position(Struct):
    """How far a recording has been sent to ours."""

    recording: Recording
    done: int = 0

    def take(self, batches: int) -> tuple[int, int]:
        """The next batches, or as many as are left."""
        start = self.done
        self.done = min(len(self.recording), start + batches)
        return start, self.done


class Course:
    """One run of the bench in a directory of its own."""

    def __init__(self, plan: Plan, directory: Path, tell: Tell, parts: Collection[str] = PARTS) -> None:
        self._plan, self._directory, self._tell, self._parts = plan, directory, tell, parts
        self.results = Results(plan.name, this_machine())

    async def run(self) -> Results:
        """All parts that are wanted, one after the other."""
        began_s = time.monotonic()
        measures = {
            "traffic": self._main_part,
            "accounts": self._growth,
            "memory": self._memory,
            "live": self._live,
            "archive": self._archive,
            "audit": self._audit,
            "closing": self._closing,
        }
        root = self._directory
        for part in (part for part in PARTS if part in self._parts):
            with TemporaryDirectory(prefix=f"{part}-", dir=root) as directory:
                self._directory = Path(directory)
                await measures[part]()
        self.results.seconds = time.monotonic() - began_s
        return self.results

    def _record(self, accounts: int, batches: int) -> Recording:
        self._tell(f"recording {batches * self._plan.batch_events:,.0f} events of {accounts:,} accounts")
        now_ms = time.time_ns() // 1_000_000
        recording = record(
            self._directory / f"traffic-{accounts}",
            accounts=accounts,
            batches=batches,
            now_ms=now_ms,
            batch_events=self._plan.batch_events,
            warm_up_s=self._plan.warm_up_s,
        )
        self.results.mixes.append(recording.mix)
        return recording

    # ── 1,000 accounts: everybody in turns, then ours alone ──────────────────────────────────────

    async def _main_part(self) -> None:
        plan = self._plan
        rounds = plan.rounds * plan.round_batches
        later = 2 * plan.batches(plan.steady_rate, plan.freshness_s)
        recording = self._record(
            plan.accounts, rounds + later + len(plan.growth_visitors) * plan.growth_batches
        )
        async with started_ours(self._directory / "ours", recording) as ours:
            with Redis.from_url(ours.store_url) as redis:
                used_before = used_bytes(redis)
                self.results.throughput = await self._rounds(ours, recording)
                self._tell("weighing what ours keeps")
                events = rounds * plan.batch_events
                self.results.event_memory = await asyncio.to_thread(measure_parts, redis, events, used_before)
            position = Position(recording, rounds)
            await self._freshness(ours, position)
            await self._more_visitors(ours, position)

    async def _rounds(self, ours: Ours, recording: Recording) -> list[Throughput]:
        batches, found = self._plan.round_batches, []
        with self._naive() as naive, EmbeddedStore(self._new("bare"), extra_arguments=WITHOUT_FILE) as store:
            contestants: list[Contestant] = [*naive, ours]
            found = [
                Throughput(name, self._plan.accounts) for name in (BARE, *(one.name for one in contestants))
            ]
            for number in range(self._plan.rounds):
                start, stop = number * batches, (number + 1) * batches
                self._tell(f"round {number + 1} of {self._plan.rounds}")
                found[0].rounds.append(await asyncio.to_thread(measure_bare, store, recording, start, stop))
                for contestant, throughput in zip(contestants, found[1:], strict=True):
                    one = await asyncio.to_thread(measure_round, contestant, recording, start, stop)
                    throughput.rounds.append(one)
        return found

    @contextmanager
    def _naive(self) -> Iterator[list[Naive]]:
        with ExitStack() as stack:
            forms = ("each", "grouped")
            yield [stack.enter_context(started_naive(self._new(form), form)) for form in forms]

    def _new(self, name: str) -> Path:
        number = sum(1 for path in self._directory.iterdir() if path.name.startswith(name))
        return self._directory / f"{name}-{number}"

    async def _freshness(self, ours: Ours, position: Position) -> None:
        accepted = next(one.accepted_per_s for one in self.results.throughput if one.name == ours.name)
        for rate in (accepted * SHARE_OF_ACCEPTED, self._plan.steady_rate):
            self._tell(f"from sent to visible at {rate:,.0f} events/s")
            # No more than was recorded for it: on a fast machine a share of what is accepted is soon sent.
            batches = self._plan.batches(min(rate, self._plan.steady_rate), self._plan.freshness_s)
            start, stop = position.take(batches)
            found = await asyncio.to_thread(
                measure_freshness, ours, position.recording, start, stop, rate=rate
            )
            self.results.freshness.append(found)

    async def _more_visitors(self, ours: Ours, position: Position) -> None:
        for visitors in self._plan.growth_visitors:
            self._tell(f"ours with {visitors:,} visitors")
            await self._fill_up(ours, position.recording, visitors)
            start, stop = position.take(self._plan.growth_batches)
            one = await asyncio.to_thread(measure_round, ours, position.recording, start, stop)
            self.results.by_visitors.append(VisitorGrowth(visitors, one))

    async def _fill_up(self, ours: Ours, recording: Recording, visitors: int) -> None:
        shown = await asyncio.to_thread(ours.shown)
        missing = visitors - shown.unique - ours.extra
        if missing <= 0:
            return
        members = recording.world.accounts
        async with open_store(ours.store_url, partitions=Config().ingest.partitions) as store:
            names, weights = zip(*((account.id, account.popularity) for account in members), strict=True)
            await store.directory.open()
            first, publish = ours.extra, store.judge.publish
            await fill(store, CAMPAIGN_ID, names, weights, missing, first, publish)
        ours.extra += missing

    # ── More accounts ────────────────────────────────────────────────────────────────────────────

    async def _growth(self) -> None:
        for accounts in self._plan.growth_accounts:
            await self._with_more_accounts(accounts)

    async def _with_more_accounts(self, accounts: int) -> None:
        plan, reads_pages = self._plan, accounts == self._plan.page_accounts
        pages = plan.batches(plan.steady_rate + FULL_LOAD_RATE, plan.pages_s) if reads_pages else 0
        recording = self._record(accounts, plan.growth_batches + pages)
        async with started_ours(self._new("ours"), recording) as ours:
            with self._naive() as naive:
                contestants: list[Contestant] = [*naive, ours]
                for contestant in contestants:
                    self._tell(f"{accounts:,} accounts: {contestant.name}")
                    one = await asyncio.to_thread(
                        measure_round, contestant, recording, 0, plan.growth_batches
                    )
                    self.results.by_accounts.append(Throughput(contestant.name, accounts, [one]))
            if reads_pages:
                await self._pages(ours, Position(recording, plan.growth_batches))

    async def _pages(self, ours: Ours, position: Position) -> None:
        plan = self._plan
        for rate in (plan.steady_rate, None):
            self._tell("pages at full load" if rate is None else f"pages at {rate:,.0f} events/s")
            start, stop = position.take(plan.batches(rate or FULL_LOAD_RATE, plan.pages_s))
            found = await asyncio.to_thread(measure_pages, ours, position.recording, start, stop, rate=rate)
            self.results.pages.append(found)

    # ── Memory ───────────────────────────────────────────────────────────────────────────────────

    async def _memory(self) -> None:
        found, plan = self.results.visitor_memory, self._plan
        for visitors in plan.memory_visitors:
            for accounts in plan.memory_accounts:
                self._tell(f"weighing {visitors:,} visitors of {accounts:,} accounts")
                found.append(await measure_counters(self._new("counters"), visitors, accounts))
        for hashed in (False, True):
            self._tell(f"weighing plain sets of {plan.set_visitors:,} visitors")
            found.append(await measure_set(self._new("set"), plan.set_visitors, hashed=hashed))

    # ── Live time, archive, audit, closing ───────────────────────────────────────────────────────

    async def _live(self) -> None:
        plan = self._plan.live
        for accounts in plan.accounts:
            self._tell(f"recording views and heartbeats of {accounts:,} accounts")
            with TemporaryDirectory(dir=self._directory) as directory:
                self.results.live += await measure_live_time(Path(directory), plan, accounts, self._tell)
        self._tell(f"{plan.ordinary_days} days of {plan.ordinary_accounts:,} ordinary accounts")
        self.results.host_memory = await measure_hosts(
            self._new("ordinary"), plan.ordinary_accounts, plan.ordinary_days
        )

    async def _archive(self) -> None:
        events = self._plan.archive_events
        self._tell(f"archiving {events:,} events")
        self.results.archive = await measure_archive(self._new("archive"), events)

    async def _audit(self) -> None:
        events = self._plan.audit_events
        self._tell(f"writing and auditing an archive of {events:,} events")
        self.results.audit = await measure_audit(self._new("audit"), events, self._plan.accounts)

    async def _closing(self) -> None:
        events, accounts = self._plan.closing_events, self._plan.closing_accounts
        self._tell(f"closing and certifying a campaign of {events:,} events and {accounts:,} accounts")
        self.results.closing = await measure_closing(self._new("closing"), events, accounts)

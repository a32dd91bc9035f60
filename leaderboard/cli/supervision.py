"""Keeps services running: starts them in order, starts crashed ones again, stops them in reverse. Knows no service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from leaderboard.cli.processes import CannotStart
from leaderboard.store.embedded import describe_exit

log = logging.getLogger(__name__)

DRAIN_LIMIT_S = 20.0
PROVEN_AFTER_S = 5.0
HEALTHY_AFTER_S = 60.0
FALSE_STARTS = 3
LONGEST_DELAY_S = 30.0


class Service(Protocol):
    """Something that runs until it ends. `start` raises CannotStart; `ended` gives the exit code."""

    name: str

    async def start(self) -> None: ...
    async def ended(self) -> int: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Stage:
    """Services that start and stop together. `least_s`: the time to end that they get even in a hurry."""

    services: Sequence[Service]
    least_s: float = 0.0


@dataclass(slots=True)
class Patience:
    """How long to wait before the next start: not at all, then 1, 2, 4 … 30 s; a minute of health forgives."""

    crashes: int = 0
    false_starts: int = 0
    proven: bool = False

    def delay_s(self, code: int, lived_s: float) -> float | None:
        """None: give up. Only for what never stayed up, and ended three times by its own will."""
        self.proven = self.proven or lived_s >= PROVEN_AFTER_S
        self.false_starts = self.false_starts + 1 if code > 0 and not self.proven else 0
        self.crashes = 1 if lived_s >= HEALTHY_AFTER_S else self.crashes + 1
        if self.false_starts >= FALSE_STARTS:
            return None
        return 0.0 if self.crashes == 1 else min(2.0 ** (self.crashes - 2), LONGEST_DELAY_S)


class Keeper:
    """One service, kept running until it is told to stop or there is no hope for it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.started = asyncio.Event()
        self._stopping = asyncio.Event()
        self._patience = Patience()

    async def run(self) -> None:
        """Returns when told to stop. Raises CannotStart when the service does not get up."""
        while not self._stopping.is_set():
            began_s = _now_s()
            code, how = await self._live_once()
            if self._stopping.is_set():
                return
            lived_s = _now_s() - began_s
            delay_s = self._patience.delay_s(code, lived_s)
            if delay_s is None:
                raise CannotStart(
                    f"{self.service.name} could not start: it {how}, {FALSE_STARTS} times in a row"
                )
            again = f"in {delay_s:.0f} s" if delay_s else "at once"
            log.warning("%s %s after %.0f s; starting it again %s", self.service.name, how, lived_s, again)
            await _within(delay_s, self._stopping.wait())

    async def _live_once(self) -> tuple[int, str]:
        try:
            await self.service.start()
        except CannotStart as error:
            if not self.started.is_set() and not self._stopping.is_set():
                raise
            return 1, f"could not start ({error})"
        self.started.set()
        if self._stopping.is_set():  # told while it was starting
            self.service.terminate()
        code = await self.service.ended()
        return code, f"ended with {describe_exit(code)}"

    def stop(self) -> None:
        self._stopping.set()
        self.service.terminate()


class Supervisor:
    """Runs stages one after the other, and to their end in reverse."""

    def __init__(self, stages: Sequence[Stage], *, drain_limit_s: float = DRAIN_LIMIT_S) -> None:
        self.failure: str | None = None
        self._stages = [(stage, [Keeper(service) for service in stage.services]) for stage in stages]
        self._drain_limit_s = drain_limit_s
        self._tasks: dict[Keeper, asyncio.Task[None]] = {}
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()

    def request_stop(self) -> None:
        """Once: drain and stop. Twice: now."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    async def run(self) -> int:
        """Until a stop is asked for (0) or a service does not get up (1, and `failure` says why)."""
        try:
            for _, keepers in self._stages:
                await self._start(keepers)
            await self._stop.wait()
        finally:
            await self._stop_all()
        return 1 if self.failure else 0

    async def _start(self, keepers: Iterable[Keeper]) -> None:
        for keeper in keepers:
            if self._stop.is_set():
                return
            self._tasks[keeper] = asyncio.create_task(self._keep(keeper))
            await _first_of(keeper.started.wait(), self._stop.wait())

    async def _keep(self, keeper: Keeper) -> None:
        try:
            await keeper.run()
        except CannotStart as error:
            self._fail(str(error))
        except Exception as error:  # a mistake of ours must not leave a service without its keeper
            log.exception("keeping %s running failed", keeper.service.name)
            self._fail(f"keeping {keeper.service.name} running failed: {error!r}")

    def _fail(self, why: str) -> None:
        self.failure = self.failure or why
        self._stop.set()

    async def _stop_all(self) -> None:
        end_s = _now_s() + self._drain_limit_s
        for stage, keepers in reversed(self._stages):
            running = {keeper: self._tasks[keeper] for keeper in keepers if keeper in self._tasks}
            if running:
                await self._stop_stage(running, max(end_s - _now_s(), stage.least_s), stage.least_s)

    async def _stop_stage(
        self, running: dict[Keeper, asyncio.Task[None]], limit_s: float, least_s: float
    ) -> None:
        for keeper in running:
            keeper.stop()
        everyone = asyncio.gather(*running.values())
        await _within(limit_s, _first_of(asyncio.shield(everyone), self._hurry.wait()))
        if not everyone.done():
            await _within(least_s, asyncio.shield(everyone))
        for keeper, task in running.items():
            if not task.done():
                log.warning("%s did not stop in time and is killed", keeper.service.name)
                keeper.service.kill()
        await everyone


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def _within(limit_s: float, waited_for: Awaitable[object]) -> None:
    """Waits for it, but no longer than `limit_s`."""
    task = asyncio.ensure_future(waited_for)
    await asyncio.wait({task}, timeout=limit_s)
    await _cancel({task})


async def _first_of(*waited_for: Awaitable[object]) -> None:
    tasks = {asyncio.ensure_future(each) for each in waited_for}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancel(tasks)


async def _cancel(tasks: Iterable[asyncio.Future[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

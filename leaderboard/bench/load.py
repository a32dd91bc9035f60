"""The load: recorded bodies sent through a door as fast as it takes them, or at a set rate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Final

from msgspec import Struct

from leaderboard.bench.door import BenchError, Connection, Door
from leaderboard.bench.recording import Recording

CONNECTIONS: Final = 16
ACCEPTED: Final = 202
NOT_NOW: Final = (429, 503)
PAUSE_S: Final = 0.2


class Sent(Struct, frozen=True):
    """Of a recording the batches from `start` to `stop`, all of them answered with 202."""

    start: int
    stop: int
    events: int
    began_s: float
    seconds: float
    cpu_s: float
    asked_to_wait: int

    @property
    def per_s(self) -> float:
        return self.events / self.seconds


class _Sender:
    """Shared by all connections."""

    def __init__(self, door: Door, recording: Recording, start: int, rate: float | None) -> None:
        self._door, self._recording, self._start, self._rate = door, recording, start, rate
        self.broken = Event()
        self.began_s = 0.0

    def begin(self) -> None:
        self.began_s = time.monotonic()

    def _due(self, numbers: Iterator[int]) -> Iterator[memoryview]:
        for number in numbers:
            if self.broken.is_set():
                return
            if self._rate:
                events = (number - self._start) * self._recording.batches[number].events
                time.sleep(max(0.0, self.began_s + events / self._rate - time.monotonic()))
            yield self._recording.body(number)

    def work(self, numbers: Iterator[int]) -> tuple[float, int]:
        """Processor seconds of this connection, and how often it was asked to wait."""
        began_s, asked_to_wait = time.thread_time(), 0
        try:
            with Connection(self._door) as connection:
                for body in self._due(numbers):
                    asked_to_wait += self._deliver(connection, body)
        except BaseException:
            self.broken.set()
            raise
        return time.thread_time() - began_s, asked_to_wait

    def _deliver(self, connection: Connection, body: memoryview) -> int:
        asked_to_wait = 0
        while not self.broken.is_set():
            status, answer = connection.post(body)
            if status == ACCEPTED:
                break
            if status not in NOT_NOW:
                raise BenchError(f"events were answered {status}: {answer.decode(errors='replace')[:300]}")
            asked_to_wait += 1
            time.sleep(PAUSE_S)
        return asked_to_wait


def send(
    door: Door,
    recording: Recording,
    start: int,
    stop: int,
    *,
    rate: float | None = None,
    connections: int = CONNECTIONS,
    in_turn: bool = False,
) -> Sent:
    """Sends the batches from `start` to `stop`, each once; `rate` in events a second. Returns after the last 202.

    Whichever connection is free takes the next batch; `in_turn` the first takes the first and so on, so that what one
    of them sends keeps its order.
    """
    stop = min(stop, len(recording))
    sender = _Sender(door, recording, start, rate)
    shared = iter(range(start, stop))
    turns = [iter(range(first, stop, connections)) for first in range(start, start + connections)]
    numbers = turns if in_turn else [shared] * connections
    with ThreadPoolExecutor(connections, thread_name_prefix="bench-load") as pool:
        sender.begin()
        done = [future.result() for future in [pool.submit(sender.work, one) for one in numbers]]
    return Sent(
        start=start,
        stop=stop,
        events=sum(batch.events for batch in recording.batches[start:stop]),
        began_s=sender.began_s,
        seconds=time.monotonic() - sender.began_s,
        cpu_s=sum(cpu_s for cpu_s, _ in done),
        asked_to_wait=sum(waits for _, waits in done),
    )

"""From sending a view to seeing it in the standings, over HTTP on both sides, while other events stream in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any, Final

import orjson
from msgspec import Struct

from leaderboard.bench.contestants import Ours, is_exact
from leaderboard.bench.door import BenchError, Connection, Door
from leaderboard.bench.load import send
from leaderboard.bench.recording import Recording
from leaderboard.bench.setting_up import PROBE
from leaderboard.bench.spread import Spread, spread
from leaderboard.demo.campaign import CAMPAIGN_ID

PROBE_GAP_S: Final = 0.02
LOOK_GAP_S: Final = 0.005
SEEN_WITHIN_S: Final = 60.0
PATH: Final = f"/v1/campaigns/{CAMPAIGN_ID}/standings?around={PROBE}&limit=1"


class Freshness(Struct, frozen=True):
    """At `rate` events a second; `reached_per_s` is what the door really took."""

    rate: float
    reached_per_s: float
    visible: Spread
    exact: bool


class Line:
    """One kind of thing that the probe account sends, a unit each, and when each of them showed.

    `event` makes the n-th of all; `shown` is how many the standings show of them.
    """

    def __init__(
        self, event: Callable[[int], dict[str, Any]], shown: Callable[[dict[str, Any]], int], already: int
    ) -> None:
        self._event, self._shown, self.already = event, shown, already
        self.events: list[dict[str, Any]] = []
        self.sent_s: list[float] = []
        self.shown_s: list[float] = []

    def next_event(self) -> dict[str, Any]:
        event = self._event(self.already + len(self.events))
        self.events.append(event)
        self.sent_s.append(time.monotonic())
        return event

    def look(self, entry: dict[str, Any]) -> None:
        now_s = time.monotonic()
        self.shown_s += [now_s] * (self._shown(entry) - self.already - len(self.shown_s))

    @property
    def all_shown(self) -> bool:
        return len(self.shown_s) >= len(self.sent_s)

    def visible(self) -> Spread:
        """From sending to seeing."""
        return spread([shown - sent for sent, shown in zip(self.sent_s, self.shown_s, strict=True)])


class _Probe:
    """Sends what its lines have, and watches the standings."""

    def __init__(self, door: Door, lines: Sequence[Line]) -> None:
        self._door, self._lines = door, lines
        self.over = Event()

    def send(self) -> None:
        with Connection(self._door) as connection:
            while not self.over.wait(PROBE_GAP_S):
                body = orjson.dumps({"events": [line.next_event() for line in self._lines]})
                if connection.post(body)[0] != 202:
                    raise BenchError("the probe's events were not taken")

    def watch(self) -> None:
        """Until all that was sent has been seen."""
        until_s = float("inf")
        with Connection(self._door) as connection:
            while not (self.over.is_set() and all(line.all_shown for line in self._lines)):
                if self.over.is_set():
                    until_s = min(until_s, time.monotonic() + SEEN_WITHIN_S)
                if time.monotonic() > until_s:
                    raise BenchError(f"the probe's events did not show within {SEEN_WITHIN_S:.0f} s")
                entry = orjson.loads(connection.get(PATH))["entries"][0]
                for line in self._lines:
                    line.look(entry)
                time.sleep(LOOK_GAP_S)


@contextmanager
def probing(door: Door, *lines: Line) -> Iterator[None]:
    """Probes all the while; left when everything the probe sent has shown."""
    probe = _Probe(door, lines)
    with ThreadPoolExecutor(2, thread_name_prefix="bench-probe") as pool:
        watching, sending = pool.submit(probe.watch), pool.submit(probe.send)
        try:
            yield
        finally:
            probe.over.set()
        sending.result()
        watching.result()


def view_line(already: int) -> Line:
    """Views, each by a new visitor."""
    return Line(_view, lambda entry: int(entry["score"]), already)


def _view(number: int) -> dict[str, Any]:
    return {
        "type": "product_view",
        "id": f"probe-{number}",
        "at": time.time_ns() // 1_000_000,
        "account_id": PROBE,
        "product_id": "probe-product",
        "visitor_id": f"probe-visitor-{number}",
    }


def measure_freshness(ours: Ours, recording: Recording, start: int, stop: int, *, rate: float) -> Freshness:
    """Sends the batches at `rate` and probes all the while; returns when everything shows."""
    line = view_line(ours.probes)
    with probing(ours.door, line):
        sent = send(ours.door, recording, start, stop, rate=rate)
    ours.note_probes(len(line.sent_s))
    ours.wait_until_shown()
    return Freshness(rate, sent.per_s, line.visible(), is_exact(ours.shown(), recording, sent.stop))

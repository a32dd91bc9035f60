"""From sending a view to seeing it in the standings, over HTTP on both sides, while other events stream in."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Final

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


class _Probe:
    """Views by one new visitor each of the probe account, and when each of them showed."""

    def __init__(self, door: Door, already: int) -> None:
        self._door, self._already = door, already
        self.sent_s: list[float] = []
        self.shown_s: list[float] = []
        self.over = Event()

    def send_views(self) -> None:
        with Connection(self._door) as connection:
            while not self.over.wait(PROBE_GAP_S):
                body = orjson.dumps({"events": [_view(self._already + len(self.sent_s))]})
                self.sent_s.append(time.monotonic())
                if connection.post(body)[0] != 202:
                    raise BenchError("the probe's view was not taken")

    def watch(self) -> None:
        """Until all that was sent has been seen."""
        until_s = float("inf")
        with Connection(self._door) as connection:
            while not self.over.is_set() or len(self.shown_s) < len(self.sent_s):
                if self.over.is_set():
                    until_s = min(until_s, time.monotonic() + SEEN_WITHIN_S)
                if time.monotonic() > until_s:
                    raise BenchError(f"the probe's views did not show within {SEEN_WITHIN_S:.0f} s")
                self._look(connection)
                time.sleep(LOOK_GAP_S)

    def _look(self, connection: Connection) -> None:
        score = orjson.loads(connection.get(PATH))["entries"][0]["score"] - self._already
        self.shown_s += [time.monotonic()] * (score - len(self.shown_s))


def _view(number: int) -> dict[str, object]:
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
    probe = _Probe(ours.door, ours.probes)
    with ThreadPoolExecutor(2, thread_name_prefix="bench-probe") as pool:
        watching, sending = pool.submit(probe.watch), pool.submit(probe.send_views)
        try:
            sent = send(ours.door, recording, start, stop, rate=rate)
        finally:
            probe.over.set()
        sending.result()
        watching.result()
    ours.note_probes(len(probe.sent_s))
    ours.wait_until_shown()
    times_s = [shown - sent for sent, shown in zip(probe.sent_s, probe.shown_s, strict=True)]
    return Freshness(rate, sent.per_s, spread(times_s), is_exact(ours.shown(), recording, sent.stop))

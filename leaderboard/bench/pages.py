"""How long a page of the standings takes while events stream in."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event
from typing import Final

from msgspec import Struct

from leaderboard.bench.contestants import Ours, is_exact
from leaderboard.bench.door import Connection, Door
from leaderboard.bench.load import send
from leaderboard.bench.recording import Recording
from leaderboard.bench.spread import Spread, spread
from leaderboard.demo.campaign import CAMPAIGN_ID

LIMIT: Final = 50
GAP_S: Final = 0.005
PATH: Final = f"/v1/campaigns/{CAMPAIGN_ID}/standings?limit={LIMIT}"


class Pages(Struct, frozen=True):
    """`first`: the page that everybody looks at. `anywhere`: pages that nobody asked for just before."""

    accounts: int
    rate: float | None
    reached_per_s: float
    first: Spread
    anywhere: Spread
    exact: bool


def _read(door: Door, accounts: int, over: Event) -> tuple[list[float], list[float]]:
    first_s: list[float] = []
    anywhere_s: list[float] = []
    rng = Random(accounts)
    with Connection(door) as connection:
        while not over.is_set():
            first_s.append(_timed(connection, PATH))
            anywhere_s.append(
                _timed(connection, f"{PATH}&offset={rng.randrange(1, max(2, accounts - LIMIT))}")
            )
    return first_s, anywhere_s


def _timed(connection: Connection, path: str) -> float:
    time.sleep(GAP_S)
    began_s = time.monotonic()
    connection.get(path)
    return time.monotonic() - began_s


def measure_pages(ours: Ours, recording: Recording, start: int, stop: int, *, rate: float | None) -> Pages:
    """Sends the batches, at `rate` or as fast as they are taken, and reads pages all the while."""
    over = Event()
    accounts = recording.mix.accounts
    with ThreadPoolExecutor(1, thread_name_prefix="bench-reader") as pool:
        reading = pool.submit(_read, ours.door, accounts, over)
        try:
            sent = send(ours.door, recording, start, stop, rate=rate)
        finally:
            over.set()
        first_s, anywhere_s = reading.result()
    ours.wait_until_shown()
    exact = is_exact(ours.shown(), recording, sent.stop)
    return Pages(accounts, rate, sent.per_s, spread(first_s), spread(anywhere_s), exact)

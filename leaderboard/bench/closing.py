"""The close and the certification of a large campaign under `leaderboard up`, while its standings are read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Final

import orjson
from msgspec import Struct

from leaderboard.bench.closing_filling import fill_campaign, prepare_campaign
from leaderboard.bench.door import BenchError, Connection, Door, Questions
from leaderboard.bench.spread import Spread, spread
from leaderboard.demo.campaign import CAMPAIGN_ID
from leaderboard.demo.service import Service, running_service

READ_EVERY_S: Final = 0.1
ASK_EVERY_S: Final = 0.25
WAIT_S: Final = 30  # of one request to certify; the next one waits for the same
DONE_WITHIN_S: Final = 900.0
CAMPAIGN: Final = f"/v1/campaigns/{CAMPAIGN_ID}"


class ClosingFigures(Struct, frozen=True):
    """`review_s` from the cut-off until the campaign is in review, `certified_s` from the request until the result.

    `pages` are answers to a reader of the standings meanwhile. `differences` were found by the service itself when it
    certified; `not_compared` are accounts that it could not look at.
    """

    events: int
    accounts: int
    review_s: float
    certified_s: float
    pages: Spread
    differences: int
    not_compared: int

    @property
    def seconds(self) -> float:
        return self.review_s + self.certified_s

    @property
    def exact(self) -> bool:
        return not self.differences and not self.not_compared


async def measure_closing(data: Path, events: int, accounts: int) -> ClosingFigures:
    """Closes a campaign of about so many events by hand, so that its cut-off is that moment, and certifies it."""
    await asyncio.to_thread(data.mkdir)
    async with running_service(data, 0) as service:
        world = await prepare_campaign(_door(service), data, accounts)
    filled = await fill_campaign(data, world, events)
    async with running_service(data, 0) as service:
        door = _door(service)
        with _reader(door) as times_s:
            review_s = await asyncio.to_thread(_closed_s, door)
            certified_s = await asyncio.to_thread(_certified_s, door)
        with Questions(door) as questions:
            audit = questions.get_json(f"{CAMPAIGN}/audit")
    return ClosingFigures(
        events=filled,
        accounts=audit["accounts"],
        review_s=review_s,
        certified_s=certified_s,
        pages=spread(times_s),
        differences=audit["differences_count"],
        not_compared=len(audit["not_compared"]),
    )


def _door(service: Service) -> Door:
    return Door(int(service.url.rpartition(":")[2]), admin_token=service.admin_token())


def _closed_s(door: Door) -> float:
    with Questions(door) as questions:
        began_s = time.monotonic()
        questions.send("POST", f"{CAMPAIGN}/close", b"{}")
        while questions.get_json(CAMPAIGN)["state"] != "review":
            _check_patience(began_s, "in review")
            time.sleep(ASK_EVERY_S)
        return time.monotonic() - began_s


def _certified_s(door: Door) -> float:
    with Questions(door) as questions:
        began_s = time.monotonic()
        while not _is_certified(questions):
            _check_patience(began_s, "certified")
        return time.monotonic() - began_s


def _is_certified(questions: Questions) -> bool:
    answer = orjson.loads(questions.send("POST", f"{CAMPAIGN}/certify?wait={WAIT_S}", b"{}"))
    return bool(answer["state"] == "certified")


def _check_patience(began_s: float, state: str) -> None:
    if time.monotonic() - began_s > DONE_WITHIN_S:
        raise BenchError(f"the campaign was not {state} within {DONE_WITHIN_S:.0f} s")


@contextmanager
def _reader(door: Door) -> Iterator[list[float]]:
    """Reads the first page again and again; how long each answer took."""
    over, times_s = Event(), list[float]()

    def read() -> None:
        with Connection(door) as connection:
            while not over.is_set():
                began_s = time.monotonic()
                connection.get(f"{CAMPAIGN}/standings?limit=50")
                times_s.append(time.monotonic() - began_s)
                over.wait(READ_EVERY_S)

    with ThreadPoolExecutor(1, thread_name_prefix="bench-reader") as pool:
        reading = pool.submit(read)
        try:
            yield times_s
        finally:
            over.set()
            reading.result()

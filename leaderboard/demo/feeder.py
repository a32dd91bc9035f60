"""Sends parcels through the HTTP door at their time, and again when the door says so. Makes no events."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import orjson
from aiohttp import ClientError, ClientSession
from msgspec import Struct, field

from leaderboard.demo.network import Parcel

SENDERS = 4
TRIES = 20
LONGEST_PAUSE_S = 5.0
NOT_NOW = (429, 503)

Sleep = Callable[[float], Awaitable[None]]


class Counts(Struct):
    """Events, but for `resent`, which are requests. What was neither accepted nor rejected was given up."""

    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    given_up: int = 0
    resent: int = 0
    codes: Counter[str] = field(default_factory=Counter)


class Feeder:
    """One platform feed with its token."""

    def __init__(self, session: ClientSession, url: str, token: str, *, sleep: Sleep = asyncio.sleep) -> None:
        self._session, self._url, self._sleep = session, f"{url}/v1/events", sleep
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.counts = Counts()

    async def feed(self, parcels: Iterable[Parcel], now_ms: Callable[[], int]) -> None:
        """Every parcel at its time, several under way at once; a slow door slows the feed."""
        waiting: asyncio.Queue[Parcel] = asyncio.Queue(maxsize=SENDERS)
        async with asyncio.TaskGroup() as group:
            senders = [group.create_task(self._send_all(waiting)) for _ in range(SENDERS)]
            for parcel in parcels:
                await self._sleep(max(0, parcel.due_ms - now_ms()) / 1000)
                await waiting.put(parcel)
            await waiting.join()
            for sender in senders:
                sender.cancel()

    async def _send_all(self, waiting: asyncio.Queue[Parcel]) -> None:
        while True:
            parcel = await waiting.get()
            await self.deliver(parcel)
            waiting.task_done()

    async def deliver(self, parcel: Parcel) -> None:
        """Until an answer is heard. Safe to repeat: the same events count once."""
        body = orjson.dumps({"events": parcel.events})
        self.counts.sent += len(parcel.events)
        lost = parcel.answer_lost
        for attempt in range(TRIES):
            pause_s = await self._attempt(body, attempt, listen=not lost)
            if pause_s is None:
                return
            lost = False
            self.counts.resent += 1
            await self._sleep(pause_s)
        self._give_up(len(parcel.events), "no_answer")

    async def _attempt(self, body: bytes, attempt: int, *, listen: bool) -> float | None:
        """None when it is settled; else how long to wait before the same bytes go again."""
        try:
            async with self._session.post(self._url, data=body, headers=self._headers) as answer:
                content = await answer.read()
        except (ClientError, TimeoutError):
            return min(LONGEST_PAUSE_S, 0.1 * 2.0**attempt)
        if answer.status in NOT_NOW:
            return _retry_after_s(answer.headers.get("Retry-After"))
        if not listen:
            return 0.5
        self._note(answer.status, content, body)
        return None

    def _note(self, status: int, content: bytes, body: bytes) -> None:
        if status != 202:
            self._give_up(len(orjson.loads(body)["events"]), f"http_{status}")
            return
        said = orjson.loads(content)
        self.counts.accepted += said["accepted"]
        self.counts.rejected += len(said["rejected"])
        self.counts.codes.update(line["code"] for line in said["rejected"])

    def _give_up(self, events: int, code: str) -> None:
        self.counts.given_up += events
        self.counts.codes[code] += events


def _retry_after_s(header: str | None) -> float:
    """Seconds as the door says; the other form of the header, a date, is answered with one second."""
    try:
        return min(LONGEST_PAUSE_S, max(0.05, float(header or 1)))
    except ValueError:
        return 1.0

"""Batches to `POST /v1/events`, several at a time, each until it is taken. Does not look into them."""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
from msgspec import Struct

from leaderboard.replay.ahead import ReadAhead
from leaderboard.replay.answers import SendingStopped, Taken, Trouble, read_answer, wait_s
from leaderboard.replay.batches import Batch
from leaderboard.replay.tally import Tally

Say = Callable[[str], None]

_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)

# aiohttp wants larger bodies as files, to write them in pieces.
_LARGE_BODY_BYTES = 1 << 20

# Shorter than any server keeps a silent connection, so that it is we who close it.
_KEEPALIVE_S = 5

# One batch for each request in flight, and as many ready to follow.
_AHEAD_PER_REQUEST = 2


class Door(Struct, frozen=True):
    """Where to send and how: `parallel` requests in flight, `give_up_after_s` without any success."""

    url: str
    token: str | None = None
    parallel: int = 4
    give_up_after_s: float = 60.0

    @property
    def endpoint(self) -> str:
        return f"{self.url.rstrip('/')}/v1/events"

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/x-ndjson", "Accept": "application/json"}
        return headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})


async def send_all(batches: Iterator[Batch], door: Door, tally: Tally, say: Say) -> None:
    """Sends every batch when it is due; SendingStopped ends it at the first that cannot be sent."""
    connector = aiohttp.TCPConnector(limit=door.parallel, keepalive_timeout=_KEEPALIVE_S)
    async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT, headers=door.headers) as session:
        feed = ReadAhead(batches, door.parallel * _AHEAD_PER_REQUEST)
        sender = Sender(session, door, tally, say)
        try:
            await _all_or_first_error([sender.work(feed) for _ in range(door.parallel)])
        finally:
            feed.close()


class Sender:
    """Counts what the door says, and waits as long as the door wants."""

    def __init__(self, session: aiohttp.ClientSession, door: Door, tally: Tally, say: Say) -> None:
        self._session = session
        self._door = door
        self._tally = tally
        self._say = say
        self._said: set[str] = set()
        self._started_s = self._success_s = time.monotonic()

    async def work(self, feed: ReadAhead[Batch]) -> None:
        """Sends batch after batch until there is none left; as many as wanted may share a feed."""
        while (batch := await feed.next()) is not None:
            await asyncio.sleep(max(0.0, self._started_s + batch.due_s - time.monotonic()))
            self._tally.sent += len(batch.events)
            self._count(batch, await self._deliver(batch))

    async def _deliver(self, batch: Batch) -> Taken:
        """The same bytes until they are taken: whatever was kept the first time counts once."""
        body, first_s, attempt = batch.body, time.monotonic(), 0
        while isinstance(answer := await self._post(body, batch), Trouble):
            await self._wait(answer, attempt, first_s)
            attempt += 1
        self._success_s = time.monotonic()
        return answer

    async def _post(self, body: bytes, batch: Batch) -> Taken | Trouble:
        data = io.BytesIO(body) if len(body) > _LARGE_BODY_BYTES else body
        try:
            async with self._session.post(self._door.endpoint, data=data, allow_redirects=False) as response:
                text = await response.read()
                return read_answer(
                    response.status, response.headers.get("Retry-After"), text, datetime.now(UTC)
                )
        except SendingStopped as error:
            first = batch.events[0]
            sending = f"sending {len(batch.events)} events from {first.file}:{first.line} on"
            raise SendingStopped(f"{self._door.endpoint} answered {error} ({sending})") from error
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise SendingStopped(f"{self._door.url!r} is no address such as http://127.0.0.1:8080") from error
        except aiohttp.ClientSSLError as error:
            raise SendingStopped(f"{self._door.endpoint} is not trusted: {error}") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return Trouble("connection", _reason(error))

    async def _wait(self, trouble: Trouble, attempt: int, first_s: float) -> None:
        # Others getting through means that waiting helps; a silence between two batches means nothing.
        failing_s = time.monotonic() - max(first_s, self._success_s)
        left_s = self._door.give_up_after_s - failing_s
        if left_s <= 0:
            raise SendingStopped(f"{self._door.endpoint}: {trouble.text}; gave up after {failing_s:.0f} s")
        if trouble.kind not in self._said:
            self._said.add(trouble.kind)
            trying = f"trying again for up to {self._door.give_up_after_s:g} s"
            self._say(f"{self._door.endpoint}: {trouble.text}; {trying}")
        pause_s = min(wait_s(attempt, trouble.retry_after_s), left_s)
        self._tally.retries += 1
        self._tally.waited_s += pause_s
        await asyncio.sleep(pause_s)

    def _count(self, batch: Batch, answer: Taken) -> None:
        self._tally.accepted += answer.accepted
        for rejection in answer.rejected:
            if rejection.index >= len(batch.events):
                number = rejection.index
                raise SendingStopped(f"{self._door.endpoint} rejected event {number}, which was not sent")
            event = batch.events[rejection.index]
            self._tally.reject(rejection.code, event.file, event.line, rejection.detail)


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        # Numbers of the system are positive; those of the name service have their own text.
        number = error.errno or 0
        return f"cannot connect: {os.strerror(number) if number > 0 else error.strerror}"
    if isinstance(
        error, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError)
    ):
        return "the connection broke before there was an answer"
    return str(error).strip() or type(error).__name__


async def _all_or_first_error(works: list[Coroutine[Any, Any, None]]) -> None:
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

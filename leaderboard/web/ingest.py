"""The way in for events: check the shape, append, answer. An event that is answered 202 is kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from time import monotonic
from typing import Final

from aiohttp import web
from msgspec import Struct

from leaderboard.domain.kept_events import KeptEvent, KeptView
from leaderboard.domain.times import rfc3339
from leaderboard.store.store import Store
from leaderboard.web import examples
from leaderboard.web.answers import answer
from leaderboard.web.bodies import EVENTS_LIMIT_BYTES, read_body
from leaderboard.web.door import open_door
from leaderboard.web.endpoints import SENDERS, Answer, Body, Endpoint
from leaderboard.web.event_batches import NDJSON, EventBatch, Keeper, Rejection, sort_batch
from leaderboard.web.keys import CALLER, CONFIG, DOOR, HASHER, NOW_MS, REQUEST_ID, STORE
from leaderboard.web.problems import unavailable

BACKLOG_MAX_AGE_S: Final = 0.1
SAMPLES_PER_REQUEST: Final = 20


class Backlog:
    """How long the inbox is, asked at most ten times a second however many batches come in."""

    def __init__(self, store: Store, limit_events: int) -> None:
        self._store = store
        self._limit_events = limit_events
        self._pending = 0
        self._asked_s = float("-inf")

    async def check(self) -> None:
        """Problem 503 while more events wait than the configuration allows."""
        if monotonic() - self._asked_s > BACKLOG_MAX_AGE_S:
            self._asked_s = monotonic()
            self._pending = await self._store.inbox.pending()
        if self._pending > self._limit_events:
            raise unavailable(
                f"{self._pending:,} events wait to be counted, more than {self._limit_events:,}; send it again later."
            )


BACKLOG: web.AppKey[Backlog] = web.AppKey("BACKLOG")
SORTING: web.AppKey[asyncio.Lock] = web.AppKey("SORTING")


class Receipt(Struct):
    """`accepted` events are kept. `rejected` ones are not; each says which and why."""

    accepted: int
    rejected: list[Rejection]
    request_id: str


async def append(request: web.Request, kept: Sequence[KeptEvent]) -> None:
    """Keeps events, all or none; problem 503 where that cannot be promised."""
    await request.app[BACKLOG].check()
    invalid = Counter(event.invalid for event in kept if type(event) is KeptView and event.invalid)
    if invalid:
        await request.app[STORE].exclusions.note_invalid(invalid)
    await request.app[STORE].inbox.append(kept, request[REQUEST_ID])


async def note_rejected(request: web.Request, rejected: Sequence[Rejection]) -> None:
    """Lists what was refused, for the sender's people to find."""
    if not rejected:
        return
    now, sender = rfc3339(request[NOW_MS]), request[CALLER].id
    await request.app[STORE].exclusions.note_rejected(
        [
            (
                one.code,
                {
                    "detail": one.detail,
                    "account_id": one.account_id,
                    "event_id": one.event_id,
                    "received_at": now,
                    "token_id": sender,
                    "request_id": request[REQUEST_ID],
                },
            )
            for one in rejected
        ],
        samples=SAMPLES_PER_REQUEST,
    )


async def receive_events(request: web.Request) -> web.Response:
    """A batch of our own events."""
    body = await read_body(request, EVENTS_LIMIT_BYTES)
    keeper = Keeper(request[NOW_MS], request.app[HASHER], request.app[DOOR])
    # One batch at a time: a turn of the loop then holds one slice of work, however many senders there are.
    async with request.app[SORTING]:
        found = await sort_batch(body, request.content_type, keeper, request[CALLER].allows_account)
    # What was refused is listed first: if either fails the answer is 503, and nothing was kept.
    await note_rejected(request, found.rejected)
    await append(request, found.kept)
    return answer(Receipt(len(found.kept), found.rejected, request[REQUEST_ID]), status=202)


def setup(app: web.Application) -> None:
    """What the door keeps between requests."""
    app[BACKLOG] = Backlog(app[STORE], app[CONFIG].ingest.inbox_limit_events)
    app[SORTING] = asyncio.Lock()
    app[DOOR] = open_door(app[CONFIG].integrity)


ENDPOINTS: Final = (
    Endpoint(
        "POST",
        "/v1/events",
        receive_events,
        SENDERS,
        "Send a batch of events",
        "Events",
        {202: Answer("What was kept, and what was not and why.", Receipt, example=examples.RECEIPT)},
        body=Body(
            {"application/json": EventBatch, NDJSON: str},
            "At most 1,000 events and 4 MiB unpacked, plain or with `Content-Encoding: gzip` or `zstd`. "
            "NDJSON has one event a line.",
            {"application/json": examples.EVENTS, NDJSON: examples.EVENTS_NDJSON},
        ),
        description="One bad event never rejects its neighbours. A view of a crawler or from a data centre is kept, "
        "too, and counted as invalid. "
        "On 503 nothing is promised: send the same again, it counts once.",
    ),
)

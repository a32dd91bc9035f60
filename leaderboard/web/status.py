"""How the service is: alive, ready, how far behind, in figures."""

from __future__ import annotations

import re
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from leaderboard import __version__
from leaderboard.store.connection import is_unavailable
from leaderboard.store.inbox import Buried, Progress
from leaderboard.store.store import Store
from leaderboard.web.answers import answer
from leaderboard.web.endpoints import ADMIN, ANYONE, EVERY_ROLE, Answer, Endpoint, Parameter
from leaderboard.web.keys import CALLER, CONFIG, NOW_MS, STORE
from leaderboard.web.payout_metrics import add_payout_metrics
from leaderboard.web.problems import Problem, not_found
from leaderboard.web.server_status import Operations, operations
from leaderboard.web.stream import add_stream_metrics
from leaderboard.web.stream_hub import HUB

WORKER_SEEN_MS: Final = 15_000
READY_LAG_MS: Final = 60_000


BuriedId = Annotated[str, Meta(max_length=64)]


class InboxStatus(Struct):
    """`pending` is 0 when every accepted event has been applied and shows in the standings."""

    pending: int
    lag_ms: int
    accepted: int
    applied: int


class ArchiveStatus(Struct):
    """`lag_ms`: age of the oldest event that is not archived. The others as the archiver last reported them.

    `problem`: why nothing is archived now, since `problem_at_ms`; null where all is well. It may name directories of
    the server, so agencies and senders of events see only since when.
    """

    lag_ms: int
    events: int
    segments: int
    bytes: int
    problem: str | None
    problem_at_ms: int | None


class Status(Struct):
    """`workers`: how many were heard of in the last 15 seconds. `operations`: for admins, null for others."""

    version: str
    store: str
    inbox: InboxStatus
    buried: int
    archive: ArchiveStatus
    workers: int
    operations: Operations | None


class BuriedEntry(Struct):
    """A batch that could not be applied; `id` names it for a replay."""

    id: str
    entry_id: str
    events: int
    reason: str


class BuriedList(Struct):
    """The oldest first, at most 100."""

    items: list[BuriedEntry]
    cursor: str | None


async def get_health(_request: web.Request) -> web.Response:
    """The process answers."""
    return answer({"status": "ok", "version": __version__})


async def get_ready(request: web.Request) -> web.Response:
    """The store answers and the inbox is not too far behind; 503 names what is missing."""
    store = request.app[STORE]
    try:
        progress = await store.inbox.progress(await store.now_ms())
    except Exception as error:
        if not is_unavailable(error):
            raise
        raise Problem(503, "not_ready", "The store does not answer.", headers={"Retry-After": "2"}) from error
    limit = request.app[CONFIG].ingest.inbox_limit_events
    if progress.lag_ms > READY_LAG_MS or progress.pending > limit:
        detail = f"{progress.pending:,} events wait, the oldest for {progress.lag_ms / 1000:.0f} s."
        raise Problem(503, "not_ready", detail, headers={"Retry-After": "5"})
    return answer({"status": "ready", "lag_ms": progress.lag_ms})


async def get_status(request: web.Request) -> web.Response:
    """Where the events are."""
    store = request.app[STORE]
    progress = await store.inbox.progress(request[NOW_MS])
    problem, problem_at_ms = await store.archiving.problem() or (None, None)
    is_staff = request[CALLER].role not in ("agency", "ingest")
    return answer(
        {
            "version": __version__,
            "store": "ok",
            "inbox": {
                "pending": progress.pending,
                "lag_ms": progress.lag_ms,
                "accepted": progress.accepted,
                "applied": progress.applied,
            },
            "buried": progress.buried,
            "archive": {
                "lag_ms": await store.archiving.lag_ms(request[NOW_MS]),
                **await store.archiving.figures(),
                "problem": problem if is_staff else None,
                "problem_at_ms": problem_at_ms,
            },
            "workers": await store.inbox.consumers(WORKER_SEEN_MS),
            "operations": await operations(request) if request[CALLER].role == "admin" else None,
        }
    )


async def get_metrics(request: web.Request) -> web.Response:
    """The same figures for Prometheus, and what the door refused."""
    store = request.app[STORE]
    progress = await store.inbox.progress(await store.now_ms())
    registry = _registry(progress, await store.inbox.consumers(WORKER_SEEN_MS))
    behind_ms = await store.archiving.lag_ms(await store.now_ms())
    archive_lag = Gauge(
        "leaderboard_archive_lag_seconds", "Age of the oldest event not archived.", registry=registry
    )
    archive_lag.set(behind_ms / 1000)
    counts, _ = await store.exclusions.rejected()
    rejected = Gauge(
        "leaderboard_events_rejected", "Events that the door refused.", ["code"], registry=registry
    )
    for code, events in counts.items():
        rejected.labels(code).set(events)
    invalid = Gauge(
        "leaderboard_views_invalid",
        "Views that the door took for no person's.",
        ["reason"],
        registry=registry,
    )
    for reason, views in (await store.exclusions.invalid()).items():
        invalid.labels(reason).set(views)
    figures = await store.reminders.figures()
    add_payout_metrics(registry, figures.values(), await store.now_ms())
    add_stream_metrics(registry, request.app[HUB])
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _registry(progress: Progress, workers: int) -> CollectorRegistry:
    registry = CollectorRegistry()
    for name, text, value in (
        ("leaderboard_events_accepted", "Events accepted since the installation began.", progress.accepted),
        ("leaderboard_events_applied", "Events applied and shown.", progress.applied),
        ("leaderboard_events_buried", "Events set aside because they cannot be applied.", progress.buried),
        ("leaderboard_inbox_pending_events", "Events accepted and not yet shown.", progress.pending),
        ("leaderboard_inbox_lag_seconds", "Age of the oldest event not yet shown.", progress.lag_ms / 1000),
        ("leaderboard_workers", "Workers heard of in the last 15 seconds.", workers),
    ):
        Gauge(name, text, registry=registry).set(value)
    return registry


async def list_buried(request: web.Request) -> web.Response:
    """What could not be applied, with the reason."""
    return answer({"items": [_shown(one) for one in await request.app[STORE].inbox.buried()], "cursor": None})


def _shown(buried: Buried) -> dict[str, object]:
    return {
        "id": buried.id,
        "entry_id": buried.entry_id,
        "events": buried.events_count,
        "reason": buried.reason,
    }


async def replay_buried(request: web.Request) -> web.Response:
    """Puts a buried batch back into the inbox, once."""
    buried_id = request.match_info["id"]
    events = await _unbury(request.app[STORE], buried_id)
    if events < 0:
        raise not_found(f"buried batch {buried_id[:64]}")
    return answer({"id": buried_id, "events": events}, status=202)


async def _unbury(store: Store, buried_id: str) -> int:
    match = re.fullmatch(r"(\d{1,4}):(\d{1,15}-\d{1,10})", buried_id, re.ASCII)
    if match is None or int(match[1]) not in store.inbox.partitions:
        return -1
    return await store.inbox.unbury(int(match[1]), match[2])


class Alive(Struct):
    """The process answers."""

    status: str
    version: str


class Ready(Struct):
    """The service can be used."""

    status: str
    lag_ms: int


class Replayed(Struct):
    """A batch on its way again."""

    id: str
    events: int


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/healthz", get_health, ANYONE, "Is the process alive?", "Running", {200: Answer("It is.", Alive)}
    ),
    Endpoint(
        "GET", "/readyz", get_ready, ANYONE, "Is the service ready?", "Running",
        {200: Answer("It is.", Ready), 503: Answer("It is not, and why: `not_ready`.")},
    ),
    Endpoint(
        "GET", "/metrics", get_metrics, ANYONE, "Figures for Prometheus", "Running",
        {200: Answer("Counts and lags, no names.", None, "text/plain"), 503: Answer("The store is away.")},
    ),
    Endpoint(
        "GET", "/v1/status", get_status, EVERY_ROLE, "Where the events are", "Running",
        {200: Answer("Figures.", Status)},
    ),
    Endpoint(
        "GET", "/v1/buried", list_buried, ADMIN, "List what could not be applied", "Running",
        {200: Answer("Batches with their reason.", BuriedList)},
    ),
    Endpoint(
        "POST", "/v1/buried/{id}/replay", replay_buried, ADMIN, "Apply a buried batch again", "Running",
        {202: Answer("It is on its way.", Replayed), 404: Answer("There is no such batch, or no longer.")},
        (Parameter("id", "path", BuriedId, "From the list.", example="0:1645214400000-0"),),
    ),
)  # fmt: skip

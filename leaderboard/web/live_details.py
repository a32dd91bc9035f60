"""The live time of an account, host by host: what counted, what did not and why, promised slots against kept ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.live_beats import COUNTING, REASONS, LiveRules
from leaderboard.domain.live_sessions import Span
from leaderboard.domain.live_shown import KeptSlot, ShownHost, shown_hosts
from leaderboard.domain.live_time import AccountTime
from leaderboard.domain.times import rfc3339, to_ms
from leaderboard.store.directory import Campaign
from leaderboard.store.live_times import Place
from leaderboard.web.answers import Time
from leaderboard.web.endpoints import Parameter
from leaderboard.web.keys import STORE
from leaderboard.web.problems import invalid
from leaderboard.web.wording import explain

Instant = Annotated[datetime, Meta(tz=True)]


class LiveSlot(Struct):
    """A promised slot `[start, end)`, cut to the campaign's window; for `kept_s` of it the host was live at all."""

    start: Time
    end: Time
    kept_s: float


class LiveInterval(Struct):
    """Effective time `[start, end)`."""

    start: Time
    end: Time


class LiveSpan(Struct):
    """What a live session did in `[start, end)`. It `counts` where it is effective; `reason` and `detail` say why."""

    live_session_id: str
    start: Time
    end: Time
    counts: bool
    reason: str
    detail: str


class LiveHost(Struct):
    """A host: `registered` now. `effective` joins all sessions; `spans` explain each by itself; silence has no span.

    `promised_s` is the time of its slots, `kept_s` how much of that it was live, whatever it did.
    """

    host_id: str
    registered: bool
    effective_s: float
    promised_s: float
    kept_s: float
    schedule: list[LiveSlot]
    effective: list[LiveInterval]
    spans: list[LiveSpan]


async def live_document(
    request: web.Request, campaign: Campaign, account: str, registered: set[str]
) -> list[dict[str, Any]]:
    """The hosts of an account with their live time, of the range that was asked for."""
    store, name = request.app[STORE], campaign.definition.id
    (stored,) = await store.live_times.read([Place(name, account)])
    promise = (await store.directory.promises(name, [account]))[account]
    window = campaign.counted.window
    time = AccountTime(
        LiveRules.of(campaign.definition.live), (window.starts_at_ms, window.ends_at_ms), promise.slots
    )
    for host, packed in stored.hosts.items():
        time.load(host, packed)
    hosts = {host.host: host for host in shown_hosts(time, promise.slots, *_range_ms(request, time.window))}
    nothing = dict.fromkeys(sorted(registered - hosts.keys()))
    shown = hosts | {host: ShownHost(host, [], [], {}) for host in nothing}
    return [_host(shown[host], registered) for host in sorted(shown)]


def _range_ms(request: web.Request, window: tuple[int, int]) -> tuple[int, int]:
    return _instant_ms(request, "live_from", window[0]), _instant_ms(request, "live_until", window[1])


def _instant_ms(request: web.Request, name: str, default_ms: int) -> int:
    text = request.query.get(name)
    if text is None:
        return default_ms
    try:
        return to_ms(msgspec.convert(text, Instant))  # strictly: a bare number is no instant here
    except msgspec.ValidationError as error:
        raise invalid(name, explain(error, Instant).detail) from error


def _host(host: ShownHost, registered: set[str]) -> dict[str, Any]:
    return {
        "host_id": host.host,
        "registered": host.host in registered,
        "effective_s": host.effective_ms / 1000,
        "promised_s": host.promised_ms / 1000,
        "kept_s": host.kept_ms / 1000,
        "schedule": [_slot(slot) for slot in host.slots],
        "effective": [{"start": rfc3339(start), "end": rfc3339(end)} for start, end in host.effective],
        "spans": [_span(session, span) for session, spans in host.sessions.items() for span in spans],
    }


def _slot(slot: KeptSlot) -> Mapping[str, object]:
    return {"start": rfc3339(slot.start_ms), "end": rfc3339(slot.end_ms), "kept_s": slot.kept_ms / 1000}


def _span(session: str, span: Span) -> Mapping[str, object]:
    return {
        "live_session_id": session,
        "start": rfc3339(span.start_ms),
        "end": rfc3339(span.end_ms),
        "counts": span.reason in COUNTING,
        "reason": span.reason,
        "detail": REASONS[span.reason],
    }


PARAMETERS: Final = (
    Parameter(
        "live_from", "query", Instant, "Show live time from here on; the start of the campaign unless told."
    ),
    Parameter(
        "live_until", "query", Instant, "Show live time up to here; the end of the campaign unless told."
    ),
)

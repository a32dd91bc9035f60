"""What did not count, with its reason: per campaign, and what the door refused. Nothing is dropped silently."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Final

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from leaderboard.domain.exclusions import NEVER_MS, REASONS, Window
from leaderboard.domain.integrity import InvalidReason
from leaderboard.domain.times import rfc3339, to_ms
from leaderboard.store.store import Store
from leaderboard.web.answers import Time, answer, checked
from leaderboard.web.auth import agency_of
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, find_campaign
from leaderboard.web.endpoints import EVERY_ROLE, SENDERS, Answer, Endpoint, Parameter
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.problems import invalid

SampleLimit = Annotated[int, Meta(ge=0, le=100)]
ReasonName = Annotated[str, Meta(max_length=64)]


_EVERY_SAMPLE: Final = 1_000_000


class ExcludedEvent(Struct):
    """An event that did not count: enough to find it at the sender's, nothing of its visitor.

    `late_by_ms`, of a late one: how long after the last moment that counted it was received. `invalid`, of an invalid
    view, is what the door found: `crawler`, `no_agent`, `data_centre` or `prefetch`.
    """

    type: str
    id: str
    account_id: str
    at: Time
    received_at: Time
    late_by_ms: int | UnsetType | None = UNSET
    invalid: InvalidReason | UnsetType = UNSET


class ExcludedReason(Struct):
    """Events that did not count for one reason. `count` is exact (null for an agency), samples are the newest.

    `cutoff_at`, of `late`: the last receive time that counted; of refunds it may be a later one.
    """

    code: str
    detail: str
    count: int | None
    samples: list[ExcludedEvent]
    cutoff_at: Time | UnsetType | None = UNSET


class Excluded(Struct):
    """All that did not count for a campaign."""

    campaign_id: str
    total: int | None
    reasons: list[ExcludedReason]


class RejectedEvent(Struct):
    """An event that the door refused, and what it told its sender."""

    code: str
    detail: str
    account_id: str | None
    event_id: str | None
    received_at: Time
    token_id: str
    request_id: str


class Rejected(Struct):
    """What the door refused, by code, and the newest of it."""

    counts: dict[str, int]
    samples: list[RejectedEvent]


async def get_excluded(request: web.Request) -> web.Response:
    """Counts and samples by reason; an agency sees the samples of its own accounts."""
    store, campaign = request.app[STORE], find_campaign(request)
    campaign_id = campaign.definition.id
    limit, wanted = checked(request, "limit", SampleLimit, 20), checked(request, "reason", ReasonName)
    if wanted is not None and wanted not in REASONS:
        raise invalid("reason", f"must be one of {', '.join(REASONS)}, not {wanted!r}")
    counts, agency = await store.exclusions.counts(campaign_id), agency_of(request)
    reasons = []
    for code in (code for code in REASONS if code in counts and wanted in (None, code)):
        samples = await _visible(store, campaign_id, code, agency)
        if agency is None or samples:
            count = counts[code] if agency is None else None
            shown = {"code": code, "detail": REASONS[code], "count": count, "samples": samples[:limit]}
            reasons.append(_with_lateness(shown, campaign.counted.window) if code == "late" else shown)
    total = sum(counts.values()) if agency is None else None
    return answer({"campaign_id": campaign_id, "total": total, "reasons": reasons})


def _with_lateness(shown: dict[str, Any], window: Window) -> dict[str, Any]:
    """With what it takes to argue about lateness: the cut-off, and by how much each sample missed it."""
    samples = [one | {"late_by_ms": _late_by_ms(one, window)} for one in shown["samples"]]
    cutoff_at = None if window.cutoff_ms >= NEVER_MS else rfc3339(window.cutoff_ms)
    return shown | {"cutoff_at": cutoff_at, "samples": samples}


def _late_by_ms(sample: dict[str, Any], window: Window) -> int | None:
    cutoff_ms = window.refunds_until_ms if sample["type"] == "refund" else window.cutoff_ms
    received_ms = to_ms(datetime.fromisoformat(str(sample["received_at"])))
    return None if cutoff_ms >= NEVER_MS else received_ms - cutoff_ms


async def _visible(store: Store, campaign_id: str, code: str, agency: str | None) -> list[dict[str, Any]]:
    """All samples that are kept, or those of an agency: cut afterwards, or others would take its places."""
    samples = await store.exclusions.samples(campaign_id, code, _EVERY_SAMPLE)
    if agency is None:
        return samples
    accounts = await store.directory.accounts({str(one["account_id"]) for one in samples})
    owners = {name: account.agency_id for name, account in accounts.items() if account}
    return [one for one in samples if owners.get(str(one["account_id"])) == agency]


async def get_rejected(request: web.Request) -> web.Response:
    """What the door refused: all of it for operators, a sender's own for the sender."""
    counts, samples = await request.app[STORE].exclusions.rejected()
    caller = request[CALLER]
    if caller.role == "ingest":
        samples = [one for one in samples if one["token_id"] == caller.id]
        counts = _counted(str(one["code"]) for one in samples)
    return answer({"counts": counts, "samples": samples})


def _counted(codes: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for code in codes:
        found[code] = found.get(code, 0) + 1
    return found


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/excluded", get_excluded, EVERY_ROLE - {"ingest"},
        "Read what did not count", "Standings", {200: Answer("By reason.", Excluded), 404: NO_CAMPAIGN},
        (
            CAMPAIGN,
            Parameter("reason", "query", ReasonName, "One reason only."),
            Parameter("limit", "query", SampleLimit, "How many samples of each reason, 20 unless told."),
        ),
    ),
    Endpoint(
        "GET", "/v1/rejected", get_rejected, SENDERS, "Read what the door refused", "Events",
        {200: Answer("By code. For a sender: of its own newest.", Rejected)},
    ),
)  # fmt: skip

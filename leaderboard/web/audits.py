"""What the last audit of a campaign found: its dates for everybody, its findings for those who answer for them."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from leaderboard.domain.audits import Audited, Difference
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time, answer
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, find_campaign
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint
from leaderboard.web.keys import CALLER, STORE

_SEE_DIFFERENCES: Final = ("admin", "reviewer")


class DifferenceShown(Struct):
    """A number that the service shows and the archive does not give: times in ms, money in minor units."""

    account_id: str
    field: str
    live: int | bool | None
    recounted: int | bool | None


class AuditShown(Struct):
    """When a campaign was last recomputed from the archive, and when all of it last agreed; null before the first.

    Of the last run: `agrees` when nothing differed, `events` that were recounted from the archive, `accounts` that it
    looked at, `differences_count`. For admins and reviewers: the first 100 `differences`, and as `not_compared` the
    accounts that could not be compared because events kept coming in for them. Others see null there.
    """

    campaign_id: str
    last_run_at: Time | None
    last_agreement_at: Time | None
    agrees: bool | None
    events: int | None
    accounts: int | None
    differences_count: int | None
    differences: list[DifferenceShown] | None
    not_compared: list[str] | None


async def get_audit(request: web.Request) -> web.Response:
    """The last audit, and the last agreement."""
    campaign_id = find_campaign(request).definition.id
    audited = await request.app[STORE].audits.last(campaign_id)
    document = dict.fromkeys(AuditShown.__struct_fields__) | {"campaign_id": campaign_id}
    if audited:
        document |= _dates(audited)
        if request[CALLER].role in _SEE_DIFFERENCES:
            document |= _findings(audited)
    return answer(document)


def _dates(audited: Audited) -> dict[str, Any]:
    last, agreement = audited.last, audited.agreement
    return {
        "last_run_at": rfc3339(last.at_ms),
        "last_agreement_at": rfc3339(agreement.at_ms) if agreement else None,
        "agrees": last.agrees,
        "events": last.events,
        "accounts": last.accounts,
        "differences_count": last.differences_count,
    }


def _findings(audited: Audited) -> dict[str, Any]:
    last = audited.last
    return {
        "differences": [_shown(one) for one in last.differences],
        "not_compared": list(last.not_compared),
    }


def _shown(difference: Difference) -> dict[str, Any]:
    return {
        "account_id": difference.account,
        "field": difference.field,
        "live": difference.live,
        "recounted": difference.recounted,
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/audit", get_audit, EVERY_ROLE - {"ingest"},
        "Read the last audit", "Standings",
        {200: Answer("The last run, and the last agreement.", AuditShown), 404: NO_CAMPAIGN}, (CAMPAIGN,),
        description="An audit recomputes the standings from the archive: `leaderboard audit ID` runs one.",
    ),
)  # fmt: skip

"""What the last audit of a campaign found: its dates for everybody, its findings for those who answer for them."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from leaderboard.domain.audits import Audited, Difference
from leaderboard.domain.checkpoints import Wish
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time, answer
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, find_campaign
from leaderboard.web.checkpoints import REVIEWERS, FailureShown, WishShown, failure_shown, wish_shown
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.problems import Problem

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
    accounts that could not be compared because events kept coming in for them; `asked` is who waits for an audit,
    `problem` why the last one that was asked for could not be made. Others see null there.
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
    asked: WishShown | None
    problem: FailureShown | None


async def get_audit(request: web.Request) -> web.Response:
    """The last audit, and the last agreement."""
    return answer(await _document(request))


async def post_audit(request: web.Request) -> web.Response:
    """Has an audit made; who asks while somebody waits for one waits with him."""
    store, campaign = request.app[STORE], find_campaign(request)
    if campaign.life.state in ("draft", "cancelled"):
        raise Problem(
            409, "no_audit", f"{campaign.definition.id} is {campaign.life.state}: nothing is to be audited."
        )
    await store.audits.ask(campaign.definition.id, Wish(await store.now_ms(), request[CALLER].id))
    return answer(await _document(request), 202)


async def _document(request: web.Request) -> dict[str, Any]:
    campaign_id, audits = find_campaign(request).definition.id, request.app[STORE].audits
    document: dict[str, Any] = dict.fromkeys(AuditShown.__struct_fields__)
    document |= {"campaign_id": campaign_id}
    sees_differences = request[CALLER].role in _SEE_DIFFERENCES
    if audited := await audits.last(campaign_id):
        document |= _dates(audited) | (_findings(audited) if sees_differences else {})
    if sees_differences:
        wish, failure = await audits.wished(campaign_id)
        document |= {"asked": wish_shown(wish), "problem": failure_shown(failure)}
    return document


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
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/audit", post_audit, REVIEWERS, "Ask for an audit", "Standings",
        {
            202: Answer("It is made within a minute or two; `last_run_at` is then another one.", AuditShown),
            404: NO_CAMPAIGN,
            409: Answer("The campaign is a draft, or was given up."),
        },
        (CAMPAIGN,),
    ),
)  # fmt: skip

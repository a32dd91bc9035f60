"""Closing and cancelling a campaign by people's word. What the clock does, it does by itself."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.lifecycle import Life, cancelled, closed_by_hand, closes_by_hand, state_now
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import answer
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import (
    CAMPAIGN,
    NO_CAMPAIGN,
    CampaignShown,
    find_campaign,
    shown_with_life,
)
from leaderboard.web.endpoints import ADMIN, Answer, Body, Endpoint
from leaderboard.web.moves import move, where_it_stands
from leaderboard.web.problems import Problem

Why = Annotated[
    str, Meta(min_length=1, max_length=1_000, description="Stands in the audit log.", pattern=r"\S")
]


class CloseOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """Why a campaign is closed."""

    reason: Why | None = None


class CancelOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """Why a campaign is given up."""

    reason: Why


async def close_campaign(request: web.Request) -> web.Response:
    """Closes a campaign that people close: what is received from now on is late."""
    find_campaign(request)
    order = await read_setting(request, CloseOrder, required=False)
    await move(request, "campaign.close", _closed, order.reason or "")
    return answer(await shown_with_life(request))


def _closed(definition: Definition, life: Life, now_ms: int) -> Life | None:
    state = state_now(definition, life, now_ms)
    if state == "cancelled":
        raise Problem(409, "campaign_cancelled", "The campaign was cancelled: there is nothing to close.")
    if state in ("draft", "scheduled"):
        detail = f"{where_it_stands(definition, life, now_ms)} To give it up, cancel it."
        raise Problem(409, "not_started", detail)
    if state != "live":
        return None
    if not closes_by_hand(definition):
        ends_at = rfc3339(definition.ends_at_ms or 0)
        detail = f"The clock closes this campaign at its end, {ends_at}. To give it up before, cancel it."
        raise Problem(409, "closed_by_clock", detail)
    return closed_by_hand(life, now_ms)


async def cancel_campaign(request: web.Request) -> web.Response:
    """Gives a campaign up: what is received from now on is late, and nobody is paid."""
    find_campaign(request)
    order = await read_setting(request, CancelOrder)
    await move(request, "campaign.cancel", _cancelled, order.reason)
    return answer(await shown_with_life(request))


def _cancelled(definition: Definition, life: Life, now_ms: int) -> Life | None:
    if life.state == "cancelled":
        return None
    if life.is_final:
        detail = f"The campaign is {life.state}: what is wrong with its result is corrected by a new version of it."
        raise Problem(409, "already_certified", detail)
    return cancelled(definition, life, now_ms)


_REASON: Final = {"reason": "The sponsor has left."}

ENDPOINTS: Final = (
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/close", close_campaign, ADMIN, "Close a campaign", "Results",
        {
            200: Answer("It is closed, or was before.", CampaignShown),
            404: NO_CAMPAIGN,
            409: Answer("It has not begun (`not_started`), was given up, or the clock closes it (`closed_by_clock`)."),
        },
        (CAMPAIGN,),
        Body(
            {"application/json": CloseOrder}, "May be left out.",
            {"application/json": {"reason": "All is in."}}, required=False,
        ),
        'For `settlement.close = "manual"`. Again: nothing changes.',
    ),
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/cancel", cancel_campaign, ADMIN, "Give a campaign up", "Results",
        {
            200: Answer("It is given up, or was before.", CampaignShown),
            404: NO_CAMPAIGN,
            409: Answer("It is certified or paid (`already_certified`)."),
        },
        (CAMPAIGN,),
        Body({"application/json": CancelOrder}, examples={"application/json": _REASON}),
        "Possible until it is certified. Again: nothing changes.",
    ),
)  # fmt: skip

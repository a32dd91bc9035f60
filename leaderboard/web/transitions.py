"""What an admin can do with a campaign, told beforehand; and publishing a draft as it is. Words are the domain's."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from msgspec import Struct

from leaderboard.domain.campaigns import State
from leaderboard.domain.lifecycle import state_now
from leaderboard.domain.transitions import Surroundings, Transition, transitions
from leaderboard.web.answers import answer
from leaderboard.web.campaign_life import blockers_shown
from leaderboard.web.campaign_shown import (
    CAMPAIGN,
    NO_CAMPAIGN,
    CampaignShown,
    find_campaign,
    shown_with_life,
)
from leaderboard.web.drafts import after_saving
from leaderboard.web.endpoints import ADMIN, Answer, Endpoint
from leaderboard.web.keys import STORE
from leaderboard.web.problems import Problem


class TransitionList(Struct):
    """Where a campaign stands, and every step that people take with it."""

    state: State
    items: list[Transition]


async def get_transitions(request: web.Request) -> web.Response:
    """For each step (publish, close, certify, cancel) whether it is possible as things are, and what would follow."""
    store, campaign = request.app[STORE], find_campaign(request)
    now_ms, counts = await store.now_ms(), await store.enrollment_requests.counts(campaign.definition.id)
    found = await blockers_shown(request, campaign, now_ms)
    around = Surroundings(
        now_ms,
        counts.enrolled,
        counts.pending,
        found.blockers if found else (),
        found.warnings if found else (),
    )
    state = state_now(campaign.newest, campaign.life, now_ms)
    return answer(TransitionList(state, transitions(campaign.newest, campaign.life, around)))


async def publish_campaign(request: web.Request) -> web.Response:
    """Publishes a draft with the definition that it has."""
    if find_campaign(request).life.state == "cancelled":
        raise Problem(409, "campaign_cancelled", "The campaign was cancelled: there is nothing to publish.")
    await after_saving(request, as_draft=False)
    return answer(await shown_with_life(request))


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/transitions", get_transitions, ADMIN, "Show what can be done", "Campaigns",
        {200: Answer("Every step.", TransitionList), 404: NO_CAMPAIGN}, (CAMPAIGN,),
        description="It moves nothing: by the time of the step, things may be otherwise.",
    ),
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/publish", publish_campaign, ADMIN, "Publish a draft", "Campaigns",
        {
            200: Answer("It is published, or was before.", CampaignShown),
            404: NO_CAMPAIGN,
            409: Answer("It was given up (`campaign_cancelled`)."),
        },
        (CAMPAIGN,),
        description="As saving it without `draft`. Again: nothing changes.",
    ),
)  # fmt: skip

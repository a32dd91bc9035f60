"""Checkpoints asked for and shown, for those who review. What the last one found of accounts: `integrity.py`."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.campaigns import State
from leaderboard.domain.campaigns.integrity import Mode
from leaderboard.domain.checkpoints import Checkpoint, Checkpointed, Failure, Wish, why_not
from leaderboard.domain.lifecycle import state_now
from leaderboard.domain.times import rfc3339
from leaderboard.domain.tokens import Role
from leaderboard.store.directory import Campaign
from leaderboard.web.answers import Time, answer
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Endpoint
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.problems import Problem

REVIEWERS: Final = frozenset[Role](("admin", "reviewer"))


class CheckpointShown(Struct):
    """A checkpoint. `through`: whatever had been received by then was looked at. `flags`: detector → accounts that it
    found, `holds` of them ask for a hold; `discounted_uv` visitors are estimated to be no people. `sha256` is of its
    document, which lies beside the archive."""

    number: int
    at: Time
    through: Time
    took_ms: int
    by: str
    mode: Mode
    state: State
    accounts: int
    flags: dict[str, int]
    holds: int
    discounted_uv: int
    sha256: str


class WishShown(Struct):
    """Since when, and for whom: the id of a token, or `scheduler`."""

    at: Time
    by: str


class FailureShown(WishShown):
    """Why the last one could not be made."""

    text: str


class CheckpointsShown(Struct):
    """`last` made, one that somebody has `asked` for, one that is `running`, and the `problem` of the last try: null
    where there is none."""

    campaign_id: str
    mode: Mode
    last: CheckpointShown | None
    asked: WishShown | None
    running: WishShown | None
    problem: FailureShown | None


async def post_checkpoint(request: web.Request) -> web.Response:
    """Has a checkpoint made; who asks while somebody waits for one waits with him."""
    store, campaign = request.app[STORE], find_campaign(request)
    name, now_ms = campaign.definition.id, await store.now_ms()
    # What the clock alone decides may not be stored yet.
    life = replace(campaign.life, state=state_now(campaign.newest, campaign.life, now_ms))
    if reason := why_not(campaign.definition, life):
        raise Problem(409, "no_checkpoint", f"{name} has no checkpoint made: {reason}.")
    await store.checkpoints.ask(name, Wish(now_ms, request[CALLER].id))
    return answer(_shown(campaign, await store.checkpoints.last(name)), 202)


async def get_checkpoints(request: web.Request) -> web.Response:
    """How it stands with a campaign's checkpoints."""
    campaign = find_campaign(request)
    return answer(_shown(campaign, await request.app[STORE].checkpoints.last(campaign.definition.id)))


def _shown(campaign: Campaign, known: Checkpointed) -> CheckpointsShown:
    return CheckpointsShown(
        campaign_id=campaign.definition.id,
        mode=campaign.definition.integrity.mode,
        last=_checkpoint(known.last) if known.last else None,
        asked=wish_shown(known.asked),
        running=wish_shown(known.running),
        problem=failure_shown(known.failure),
    )


def wish_shown(wish: Wish | None) -> WishShown | None:
    """Who waits, where somebody does."""
    return WishShown(rfc3339(wish.at_ms), wish.by) if wish else None


def failure_shown(failure: Failure | None) -> FailureShown | None:
    """Why the last try failed, where it did."""
    return FailureShown(rfc3339(failure.at_ms), failure.by, failure.text) if failure else None


def _checkpoint(made: Checkpoint) -> CheckpointShown:
    return CheckpointShown(
        number=made.number,
        at=rfc3339(made.at_ms),
        through=rfc3339(made.through_ms),
        took_ms=made.took_ms,
        by=made.actor,
        mode=made.mode,
        state=made.state,
        accounts=made.accounts,
        flags=dict(made.flags),
        holds=made.holds,
        discounted_uv=made.excess_uv,
        sha256=made.sha256,
    )


ENDPOINTS: Final = (
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/checkpoints", post_checkpoint, REVIEWERS, "Ask for a checkpoint", "Review",
        {
            202: Answer("It is made within a minute or two; `last` is then another one.", CheckpointsShown),
            404: NO_CAMPAIGN,
            409: Answer("Integrity is off, or the campaign is neither live nor closing nor in review."),
        },
        (CAMPAIGN,),
        description="At a checkpoint all detectors look at everything that was received. One is made daily while a "
        "campaign is live, one at its close, and one whenever somebody asks.",
    ),
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/checkpoints", get_checkpoints, REVIEWERS, "Read the last checkpoint",
        "Review",
        {200: Answer("How it stands with them.", CheckpointsShown), 404: NO_CAMPAIGN}, (CAMPAIGN,),
    ),
)  # fmt: skip

"""A campaign as it is shown: in short, whole, and with the rules in force."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.blockers import Blocker
from leaderboard.domain.campaigns import State, canonical
from leaderboard.domain.lifecycle import state_now
from leaderboard.domain.live_metrics import kept_where
from leaderboard.domain.summary import summary
from leaderboard.domain.times import rfc3339
from leaderboard.store.directory import Campaign
from leaderboard.web.answers import Time
from leaderboard.web.campaign_life import LifeShown, blockers_document, blockers_shown, life_shown
from leaderboard.web.campaign_versions import STAFF, VersionShown, versions_shown
from leaderboard.web.endpoints import Answer, Parameter
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.problems import not_found

CampaignId = Annotated[str, Meta(min_length=1, max_length=64)]


def campaign_head(campaign: Campaign, now_ms: int) -> dict[str, object]:
    """What every answer about a campaign says first."""
    definition, window = campaign.definition, campaign.counted.window
    return {
        "id": definition.id,
        "title": definition.title,
        "state": state_now(campaign.newest, campaign.life, now_ms),
        "starts_at": rfc3339(window.starts_at_ms),
        "ends_at": rfc3339(window.ends_at_ms),
        "zone": definition.zone,
        "metric": definition.metric_sentence(),
        "tie_rule": definition.tie_rule(),
        "public": campaign.newest.public,
    }


def may_see(request: web.Request, campaign: Campaign) -> bool:
    """A draft is nobody's business but its authors'."""
    return campaign.life.state != "draft" or request[CALLER].role == "admin"


def find_campaign(request: web.Request) -> Campaign:
    """The campaign that the address names; 404 where there is none, or one that the caller may not know of."""
    campaign_id = request.match_info["campaign"]
    campaign = request.app[STORE].directory.campaigns.get(campaign_id)
    if campaign is None or not may_see(request, campaign):
        raise not_found(f"campaign {campaign_id[:128]}")
    return campaign


def shown(campaign: Campaign, now_ms: int) -> dict[str, object]:
    """A campaign with its whole definition."""
    return campaign_head(campaign, now_ms) | {
        "definition": canonical(campaign.definition),
        "definition_hash": campaign.hash,
        "summary": summary(campaign.definition),
        "metrics": [{"name": name, "kept": kept} for name, kept in kept_where(campaign.definition).items()],
    }


async def shown_with_life(request: web.Request) -> dict[str, object]:
    """The campaign that the address names as it is at this moment: its definition, its life, what blocks it."""
    campaign, now_ms = find_campaign(request), await request.app[STORE].now_ms()
    versions = versions_shown(campaign, is_staff=request[CALLER].role in STAFF)
    life = {"versions": versions, "life": await life_shown(request, campaign, now_ms)}
    return shown(campaign, now_ms) | life | blockers_document(await blockers_shown(request, campaign, now_ms))


class CampaignHead(Struct):
    """A campaign in short. Times in UTC; `zone` is the campaign's own.

    `public`: its standings may be read without a token; the newest version says it, from the moment it is saved.
    """

    id: str
    title: str
    state: State
    starts_at: Time
    ends_at: Time
    zone: str
    metric: str
    tie_rule: str
    public: bool


class MetricKept(Struct):
    """A metric, and where its value comes from: counters keep it `live`, or the `archive` is asked now and then."""

    name: str
    kept: Literal["live", "archive"]


class CampaignShown(CampaignHead):
    """A campaign with its definition in canonical form, the SHA-256 of that, and where its metrics come from.

    `summary`: its rules in sentences.

    `blockers` keep it from being certified, `warnings` do not; both are told to admins and reviewers in review.
    """

    definition: dict[str, Any]
    definition_hash: str
    summary: list[str]
    metrics: list[MetricKept]
    versions: list[VersionShown]
    life: LifeShown
    blockers: list[Blocker] | None
    warnings: list[Blocker] | None


CAMPAIGN: Final = Parameter("campaign", "path", CampaignId, example="example-week")
NO_CAMPAIGN: Final = Answer("There is no such campaign.")

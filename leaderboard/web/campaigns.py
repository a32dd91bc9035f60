"""Campaigns: their definitions in, as TOML or JSON, and out."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.campaigns import (
    Definition,
    DefinitionError,
    State,
    canonical,
    definition_hash,
    parse_document,
    parse_toml,
    state_by_clock,
    unbuilt,
)
from leaderboard.domain.kept_events import FUTURE_TOLERANCE_MS
from leaderboard.domain.live_metrics import kept_where
from leaderboard.domain.times import rfc3339
from leaderboard.store.directory import Campaign
from leaderboard.store.settings import CampaignFixed, StoredCampaign
from leaderboard.web import examples
from leaderboard.web.answers import Time, answer
from leaderboard.web.bodies import NOT_JSON, SETTINGS_LIMIT_BYTES, not_json, read_body
from leaderboard.web.endpoints import ADMIN, EVERY_ROLE, Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.problems import FieldError, Problem, not_found
from leaderboard.web.wording import explain, sentence

CampaignId = Annotated[str, Meta(min_length=1, max_length=64)]


def campaign_head(campaign: Campaign, now_ms: int) -> dict[str, object]:
    """What every answer about a campaign says first."""
    definition, window = campaign.definition, campaign.counted.window
    return {
        "id": definition.id,
        "title": definition.title,
        "state": state_by_clock(definition, now_ms),
        "starts_at": rfc3339(window.starts_at_ms),
        "ends_at": rfc3339(window.ends_at_ms),
        "zone": definition.zone,
        "metric": definition.metric_sentence(),
        "tie_rule": definition.tie_rule(),
    }


def find_campaign(request: web.Request) -> Campaign:
    """The campaign that the address names; 404 where there is none."""
    campaign_id = request.match_info["campaign"]
    campaign = request.app[STORE].directory.campaigns.get(campaign_id)
    if campaign is None:
        raise not_found(f"campaign {campaign_id[:128]}")
    return campaign


def _refused(error: DefinitionError) -> Problem:
    errors = [FieldError(problem.message, problem.path, problem.line) for problem in error.problems]
    return Problem(
        422, "invalid_definition", f"The definition is refused. First: {error.problems[0]}", errors=errors
    )


async def _read_definition(request: web.Request) -> Definition:
    body = await read_body(request, SETTINGS_LIMIT_BYTES)
    try:
        if request.content_type == "application/json":
            return parse_document(_json_object(body))
        return parse_toml(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Problem(400, "not_toml", f"The body is not UTF-8: {error}") from error
    except DefinitionError as error:
        raise _refused(error) from error


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.ValidationError as error:
        wrong = explain(error, dict[str, Any])
        detail = f"The definition is refused. First: {sentence(wrong)}"
        raise Problem(422, "invalid_definition", detail, errors=[wrong]) from error
    except NOT_JSON as error:
        raise not_json(body, error) from error


async def put_campaign(request: web.Request) -> web.Response:
    """A campaign, by its id: freely until it starts."""
    store, definition = request.app[STORE], await _read_definition(request)
    if definition.id != request.match_info["campaign"]:
        address = request.match_info["campaign"][:128]
        raise Problem(
            422, "other_id", f"id: the definition is of {definition.id!r}, the address says {address!r}"
        )
    if missing := unbuilt(definition):
        parts = (what.partition(": ") for what in missing)
        errors = [FieldError(sentence, path) for path, _, sentence in parts]
        raise Problem(
            422, "not_built", f"This version does not carry out: {'; '.join(missing)}", errors=errors
        )
    outcome = await _save(request, definition)
    await store.directory.refresh()
    return answer(_shown(store.directory.campaigns[definition.id], request[NOW_MS]), 201 if outcome else 200)


async def _save(request: web.Request, definition: Definition) -> bool:
    """Whether the campaign is new. 409 for a change of one that has started."""
    settings, now_ms = request.app[STORE].settings, request[NOW_MS]
    stored = await settings.campaign(definition.id)
    fresh = StoredCampaign(canonical(definition), definition_hash(definition), now_ms)
    if stored is None:
        await settings.put_campaign(definition.id, fresh, request[CALLER].id)
        return True
    if stored.hash == fresh.hash:
        return False
    changed = msgspec.structs.replace(fresh, created_ms=stored.created_ms)
    try:
        await settings.put_campaign(definition.id, changed, request[CALLER].id, _fixed_from_ms(stored))
    except CampaignFixed as error:
        detail = (
            "The campaign has started, or starts within five minutes, so its definition stands. "
            "A change needs a new version from a date."
        )
        raise Problem(409, "campaign_started", detail) from error
    return False


def _fixed_from_ms(stored: StoredCampaign) -> int:
    """Events may be a little ahead of our clock, so they count by these rules a little before the start."""
    starts_at_ms = parse_document(stored.definition).starts_at_ms
    return 0 if starts_at_ms is None else starts_at_ms - FUTURE_TOLERANCE_MS


def _shown(campaign: Campaign, now_ms: int) -> dict[str, object]:
    return campaign_head(campaign, now_ms) | {
        "definition": canonical(campaign.definition),
        "definition_hash": campaign.hash,
        "metrics": [{"name": name, "kept": kept} for name, kept in kept_where(campaign.definition).items()],
    }


async def get_campaign(request: web.Request) -> web.Response:
    """A campaign with its whole definition: the rules are public to those who take part."""
    return answer(_shown(find_campaign(request), request[NOW_MS]))


async def list_campaigns(request: web.Request) -> web.Response:
    """All campaigns, by id."""
    campaigns = sorted(request.app[STORE].directory.campaigns.items())
    items = [campaign_head(campaign, request[NOW_MS]) for _, campaign in campaigns]
    return answer({"items": items, "cursor": None})


class CampaignHead(Struct):
    """A campaign in short. Times in UTC; `zone` is the campaign's own."""

    id: str
    title: str
    state: State
    starts_at: Time
    ends_at: Time
    zone: str
    metric: str
    tie_rule: str


class MetricKept(Struct):
    """A metric, and where its value comes from: counters keep it `live`, or the `archive` is asked now and then."""

    name: str
    kept: Literal["live", "archive"]


class CampaignShown(CampaignHead):
    """A campaign with its definition in canonical form, the SHA-256 of that, and where its metrics come from."""

    definition: dict[str, Any]
    definition_hash: str
    metrics: list[MetricKept]


class CampaignList(Struct):
    """All campaigns."""

    items: list[CampaignHead]
    cursor: str | None


CAMPAIGN: Final = Parameter("campaign", "path", CampaignId, example="example-week")
NO_CAMPAIGN: Final = Answer("There is no such campaign.")

ENDPOINTS: Final = (
    Endpoint(
        "PUT", "/v1/campaigns/{campaign}", put_campaign, ADMIN, "Save a campaign", "Campaigns",
        {
            200: Answer("It was there; it is now as sent.", CampaignShown),
            201: Answer("It is new.", CampaignShown),
            409: Answer("It has started and stands as it is."),
        },
        (CAMPAIGN,),
        Body(
            {"application/toml": str, "application/json": dict[str, Any]},
            "The definition, as TOML or the same as JSON.",
            {"application/toml": examples.CAMPAIGN_TOML},
        ),
        "Unknown keys are errors with their line. What this version cannot carry out is refused by name.",
    ),
    Endpoint(
        "GET", "/v1/campaigns/{campaign}", get_campaign, EVERY_ROLE, "Show a campaign", "Campaigns",
        {200: Answer("The campaign.", CampaignShown), 404: NO_CAMPAIGN}, (CAMPAIGN,),
    ),
    Endpoint(
        "GET", "/v1/campaigns", list_campaigns, EVERY_ROLE, "List campaigns", "Campaigns",
        {200: Answer("All campaigns.", CampaignList)},
    ),
)  # fmt: skip

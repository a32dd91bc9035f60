"""Campaigns: their definitions in, as TOML or JSON, and out."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import Struct

from leaderboard.domain.campaigns import (
    Definition,
    DefinitionError,
    canonical,
    definition_hash,
    parse_document,
    parse_toml,
    unbuilt,
)
from leaderboard.store.campaign_versions import StoredCampaign
from leaderboard.store.settings import CampaignFixed
from leaderboard.web import examples
from leaderboard.web.answers import answer
from leaderboard.web.bodies import NOT_JSON, SETTINGS_LIMIT_BYTES, not_json, read_body
from leaderboard.web.campaign_changes import (
    PARAMETERS,
    Change,
    change_asked_for,
    fixed_from_ms,
    save_version,
)
from leaderboard.web.campaign_shown import (
    CAMPAIGN,
    NO_CAMPAIGN,
    CampaignHead,
    CampaignShown,
    campaign_head,
    may_see,
    shown_with_life,
)
from leaderboard.web.drafts import DRAFT, after_saving, before_saving, is_draft, is_meant
from leaderboard.web.endpoints import ADMIN, EVERY_ROLE, Answer, Body, Endpoint
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.problems import FieldError, Problem
from leaderboard.web.wording import explain, sentence


def _refused(error: DefinitionError) -> Problem:
    errors = [FieldError(problem.message, problem.path, problem.line) for problem in error.problems]
    return Problem(
        422, "invalid_definition", f"The definition is refused. First: {error.problems[0]}", errors=errors
    )


async def _read_definition(request: web.Request) -> Definition:
    try:
        return parse_definition(await read_definition_body(request))
    except DefinitionError as error:
        raise _refused(error) from error


async def read_definition_body(request: web.Request) -> str | dict[str, Any]:
    """The text of a TOML body, or the object of a JSON one."""
    body = await read_body(request, SETTINGS_LIMIT_BYTES)
    if request.content_type == "application/json":
        return _json_object(body)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, "not_toml", f"The body is not UTF-8: {error}") from error


def parse_definition(body: str | dict[str, Any]) -> Definition:
    """The definition of a body; DefinitionError has all that is wrong with it."""
    return parse_toml(body) if isinstance(body, str) else parse_document(body)


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
    """A campaign, by its id: freely until it starts, then as a new version from a date."""
    change, as_draft = change_asked_for(request), is_meant(request)
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
    await before_saving(request, definition, as_draft=as_draft)
    outcome = await _save(request, definition, change)
    await store.directory.refresh()
    await after_saving(request, as_draft=as_draft)
    return answer(await shown_with_life(request), 201 if outcome else 200)


async def _save(request: web.Request, definition: Definition, change: Change | None) -> bool:
    """Whether the campaign is new. 409 for a change of one that has started, but as a new version."""
    if change is not None:
        await save_version(request, definition, change)
        return False
    settings, now_ms = request.app[STORE].settings, request[NOW_MS]
    stored = await settings.campaign(definition.id)
    fresh = StoredCampaign(canonical(definition), definition_hash(definition), now_ms)
    if stored is None:
        await settings.put_campaign(definition.id, fresh, request[CALLER].id)
        return True
    if stored.newest_hash == fresh.hash:
        return False
    changed = msgspec.structs.replace(fresh, created_ms=stored.created_ms)
    try:
        last_ms = None if is_draft(request) else fixed_from_ms(parse_document(stored.definition))
        await settings.put_campaign(definition.id, changed, request[CALLER].id, last_ms)
    except CampaignFixed as error:
        detail = (
            "The campaign has started, or starts within five minutes, so its definition stands. "
            "A change is a new version from a date: say `from` and `reason` in the address."
        )
        raise Problem(409, "campaign_started", detail) from error
    return False


async def get_campaign(request: web.Request) -> web.Response:
    """A campaign with its whole definition: the rules are public to those who take part."""
    return answer(await shown_with_life(request))


async def list_campaigns(request: web.Request) -> web.Response:
    """All campaigns, by id; drafts for admins only."""
    campaigns = sorted(request.app[STORE].directory.campaigns.items())
    items = [campaign_head(one, request[NOW_MS]) for _, one in campaigns if may_see(request, one)]
    return answer({"items": items, "cursor": None})


class CampaignList(Struct):
    """All campaigns."""

    items: list[CampaignHead]
    cursor: str | None


ENDPOINTS: Final = (
    Endpoint(
        "PUT", "/v1/campaigns/{campaign}", put_campaign, ADMIN, "Save a campaign", "Campaigns",
        {
            200: Answer("It was there; it is now as sent.", CampaignShown),
            201: Answer("It is new.", CampaignShown),
            409: Answer("It has started and a change needs `from` and `reason`; or it is over, or no draft any more."),
        },
        (CAMPAIGN, DRAFT, *PARAMETERS),
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

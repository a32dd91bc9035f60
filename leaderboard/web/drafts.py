"""Drafts: campaigns that are saved and seen by admins only, until they are published. Reads no definitions."""

from __future__ import annotations

from typing import Final, Literal

from aiohttp import web
from msgspec.structs import replace

from leaderboard.domain.campaigns import Definition, definition_hash, parse_document
from leaderboard.domain.lifecycle import Life, state_now
from leaderboard.web.answers import checked
from leaderboard.web.campaign_shown import find_campaign
from leaderboard.web.endpoints import Parameter
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.moves import move, said
from leaderboard.web.problems import Problem

YesNo = Literal["true", "false"]

DRAFT: Final = Parameter(
    "draft", "query", YesNo, "`true`: only admins see it and nobody takes part, until it is saved without."
)
_CHANGEABLE: Final = ("draft", "scheduled", "live")


async def before_saving(request: web.Request, definition: Definition, *, as_draft: bool) -> None:
    """Makes a new campaign a draft, where that is meant. 409 where a campaign is none any more, or stands as it is."""
    store, now_ms = request.app[STORE], await request.app[STORE].now_ms()
    life, stored = await store.lifecycles.life(definition.id), await store.settings.campaign(definition.id)
    known = parse_document(stored.newest_definition) if stored else definition
    state = state_now(known, life, now_ms)
    if as_draft and life.state != "draft":
        if stored is not None or life.version:
            detail = f"The campaign is {said(state)}, so it is published: save it without `draft`."
            raise Problem(409, "published", detail)
        draft = replace(life, state="draft", version=1, since_ms=now_ms)
        actor = request[CALLER].id
        await store.lifecycles.move(definition.id, life, draft, action="campaign.draft", actor=actor)
    if stored and stored.newest_hash != definition_hash(definition) and state not in _CHANGEABLE:
        raise Problem(409, "campaign_closed", f"The campaign is {said(state)}, so its definition stands.")


async def after_saving(request: web.Request, *, as_draft: bool) -> None:
    """Publishes a draft, unless it is meant to stay one."""
    if find_campaign(request).life.state == "draft" and not as_draft:
        await move(request, "campaign.publish", _published)


def is_draft(request: web.Request) -> bool:
    """Whether the campaign that the address names is one: it may be changed whatever its window."""
    known = request.app[STORE].directory.campaigns.get(request.match_info["campaign"])
    return known is not None and known.life.state == "draft"


def is_meant(request: web.Request) -> bool:
    """Whether what is saved is to be a draft, as the address says."""
    return bool(checked(request, "draft", YesNo) == "true")


def _published(_definition: Definition, life: Life, now_ms: int) -> Life | None:
    return life.moved("scheduled", now_ms) if life.state == "draft" else None

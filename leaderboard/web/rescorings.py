"""Rescorings asked for and looked at: the scheduler works out what would follow. What is done with them: next door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from leaderboard.domain.accounts import END, Id
from leaderboard.domain.lifecycle import state_now
from leaderboard.domain.rescoring_steps import OPEN, is_same, rescoring_id
from leaderboard.domain.rescorings import Moved, Rescoring, What
from leaderboard.domain.tokens import Role
from leaderboard.web import examples
from leaderboard.web.answers import answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.moves import TRIES, where_it_stands
from leaderboard.web.problems import Problem, invalid, not_found
from leaderboard.web.rescorings_asked import RescoringAsked, check_what
from leaderboard.web.rescorings_shown import RescoringList, RescoringShown, rescoring_head, rescoring_shown

Limit = Annotated[int, Meta(ge=1, le=1_000)]
RescoringId = Annotated[str, Meta(pattern="^[a-z2-7]{8}" + END)]

REVIEWERS: Final = frozenset[Role](("reviewer",))
READERS: Final = frozenset[Role](("admin", "reviewer"))
RESCORING: Final = Parameter("rescoring", "path", RescoringId, "As asking for it told.", "mfrggzdf")
NO_RESCORING: Final = Answer("There is no such campaign or rescoring.")

MOST_MOVED: Final = 1_000


async def list_rescorings(request: web.Request) -> web.Response:
    """The rescorings of a campaign, whatever became of them, without the accounts that they move."""
    campaign, limit = find_campaign(request), checked(request, "limit", Limit, 100)
    cursor = checked(request, "cursor", RescoringId)
    found = await request.app[STORE].rescorings.of(campaign.definition.id)
    newest = sorted(found.values(), key=lambda one: (-one.at_ms, one.id))
    if cursor is not None:
        newest = newest[_behind([one.id for one in newest], cursor) :]
    page, more = newest[:limit], len(newest) > limit
    return answer(RescoringList([rescoring_head(one) for one in page], page[-1].id if more else None))


async def get_rescoring(request: web.Request) -> web.Response:
    """A rescoring with its preview: ranks, scores and awards before and after."""
    limit, cursor = checked(request, "limit", Limit, MOST_MOVED), checked(request, "cursor", Id)
    return answer(await shown(request, await find_rescoring(request), limit, cursor))


async def post_rescoring(request: web.Request) -> web.Response:
    """Asks for a rescoring, or tells of the open one that the caller has asked for with these words."""
    check_campaign(request)
    asked = await read_setting(request, RescoringAsked)
    what = await check_what(request, asked.what)
    rescoring, is_fresh = await _ask(request, what, asked.reason)
    return answer(await shown(request, rescoring), 202 if is_fresh else 200)


async def _ask(request: web.Request, what: What, reason: str) -> tuple[Rescoring, bool]:
    """The rescoring, and whether it was asked for just now."""
    rescorings, name = request.app[STORE].rescorings, find_campaign(request).definition.id
    by, number = request[CALLER].id, 0
    for _ in range(TRIES):
        found = await rescorings.of(name)
        same = [one for one in found.values() if is_same(one, what, reason, by)]
        if standing := next((one for one in same if one.state in OPEN), None):
            return standing, False
        number = max(number, len(same))
        name_of_it = rescoring_id(what, reason, by, number)
        fresh = Rescoring(
            id=name_of_it, campaign=name, what=what, reason=reason, by=by, at_ms=request[NOW_MS]
        )
        if await rescorings.move(None, fresh, actor=by, why=reason) == "done":
            return fresh, True
        # The same at the same moment, which the next look finds; or else a name that other words have, too.
        number += name_of_it in found
    raise still_moving(name)


def check_campaign(request: web.Request) -> None:
    """409 where nothing can be taken out of a campaign: it has not begun, was given up, or is being certified."""
    campaign = find_campaign(request)
    state = state_now(campaign.newest, campaign.life, request[NOW_MS])
    stands = where_it_stands(campaign.newest, campaign.life, request[NOW_MS])
    if state in ("draft", "scheduled"):
        raise Problem(409, "not_started", f"{stands} There is nothing to take out of it before its start.")
    if state == "cancelled":
        raise Problem(409, "campaign_cancelled", "The campaign was cancelled: nobody is paid by its scores.")
    check_not_certifying(request)


def check_not_certifying(request: web.Request) -> None:
    """409 while a result is being made of what is in force."""
    campaign = find_campaign(request)
    if campaign.life.certifying:
        detail = (
            f"{campaign.definition.id} is being certified: wait until it is, or withdraw the certification."
        )
        raise Problem(409, "certifying", detail)


async def find_rescoring(request: web.Request) -> Rescoring:
    """The rescoring that the address names; 404 where there is none."""
    campaign, name = find_campaign(request).definition.id, checked(request, "rescoring", RescoringId)
    found = await request.app[STORE].rescorings.one(campaign, name)
    if found is None:
        raise not_found(f"rescoring {name} of {campaign}")
    return found


async def shown(
    request: web.Request, one: Rescoring, limit: int = MOST_MOVED, cursor: str | None = None
) -> RescoringShown:
    """The rescoring, with a page of whom it moves."""
    moved: Sequence[Moved] = one.preview.moved if one.preview else ()
    if cursor is not None:
        moved = moved[_behind([each.account for each in moved], cursor) :]
    page, more = moved[:limit], len(moved) > limit
    accounts = await request.app[STORE].directory.accounts([each.account for each in page])
    currency = find_campaign(request).definition.currency
    return rescoring_shown(one, page, page[-1].account if more else None, accounts, currency)


def _behind(names: Sequence[str], cursor: str) -> int:
    """Where the page behind a cursor begins."""
    if cursor not in names:
        raise invalid("cursor", "is not of this list as it stands: read it from its beginning")
    return names.index(cursor) + 1


def still_moving(name: str) -> Problem:
    """409 for who was overtaken again and again."""
    return Problem(409, "moving", f"{name} is being moved by others again and again; try it once more.")


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/rescorings", list_rescorings, READERS, "List rescorings", "Review",
        {200: Answer("A page of rescorings.", RescoringList), 404: NO_CAMPAIGN},
        (
            CAMPAIGN,
            Parameter("limit", "query", Limit, "How many, 100 unless told."),
            Parameter("cursor", "query", RescoringId, "Reads on from the page before."),
        ),
    ),
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/rescorings", post_rescoring, REVIEWERS, "Ask for a rescoring", "Review",
        {
            200: Answer("The caller has asked for it before, and it is open.", RescoringShown),
            202: Answer("It is being prepared.", RescoringShown),
            404: NO_CAMPAIGN,
            409: Answer("The campaign has not begun, was given up, or is being certified (`certifying`)."),
        },
        (CAMPAIGN,),
        Body({"application/json": RescoringAsked}, examples={"application/json": examples.RESCORING}),
        "Nothing is taken out before it is applied. The scheduler works out from the archive what would follow, for "
        "everybody's rank and awards; read the rescoring until its `state` is `prepared`.",
    ),
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/rescorings/{rescoring}", get_rescoring, READERS, "Look at a rescoring",
        "Review",
        {200: Answer("The rescoring with its preview.", RescoringShown), 404: NO_RESCORING},
        (
            CAMPAIGN, RESCORING,
            Parameter("limit", "query", Limit, "How many accounts of the preview, 1,000 unless told."),
            Parameter("cursor", "query", Id, "Reads on from the page before."),
        ),
    ),
)  # fmt: skip

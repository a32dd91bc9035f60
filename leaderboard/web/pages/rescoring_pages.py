"""Rescorings: what was taken out of a campaign, asking for more, and what would follow, before another applies it."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from leaderboard.domain.tokens import Role
from leaderboard.web.pages.rescoring_form import FIELDS, KINDS, local, order_of
from leaderboard.web.pages.review import READERS, REVIEWERS, Errors, errors_of
from leaderboard.web.pages.review_queue import api_of
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem, not_found

_PER_PAGE: Final = 100
_STEPS: Final = {
    "apply": "rescoring_applied",
    "reverse": "rescoring_reversed",
    "cancel": "rescoring_cancelled",
    "prepare": "rescoring_asked",
}


async def show_rescorings(visit: Visit) -> web.Response:
    """All of a campaign, and the form to ask for another; an address may fill it in."""
    return await _listed(visit)


async def _listed(visit: Visit, errors: Errors | None = None, status: int = 200) -> web.Response:
    campaign = await visit.ask(api_of(visit.campaign))
    cursor = visit.request.query.get("cursor") or None
    found = await visit.ask(api_of(visit.campaign, "rescorings"), limit=_PER_PAGE, cursor=cursor)
    return visit.page(
        "rescorings.html",
        status,
        campaign=campaign,
        rescorings=found["items"],
        cursor=found["cursor"],
        typed=_typed(visit, campaign["zone"]),
        errors=errors or {},
        may_ask=visit.may("reviewer") and campaign["state"] not in ("draft", "scheduled", "cancelled"),
    )


def _typed(visit: Visit, zone: str) -> dict[str, str]:
    if visit.posted is not None:
        return {name: visit.field(name) for name in FIELDS}
    given = visit.request.query
    typed = {name: given.get(name, "") for name in FIELDS}
    typed |= {name: local(typed[name], zone) for name in ("from", "until")}
    typed["kind"] = typed["kind"] if typed["kind"] in KINDS else KINDS[0]
    return typed


async def ask_for(visit: Visit) -> web.Response:
    """Asks for a rescoring: what would follow is worked out, and nothing is taken out yet."""
    campaign = await visit.ask(api_of(visit.campaign))
    order = order_of(visit.field, campaign["zone"])
    try:
        asked = await visit.tell("POST", api_of(visit.campaign, "rescorings"), order)
    except Problem as problem:
        return await _listed(visit, errors_of(visit.words, problem), problem.status)
    return visit.redirect(_path(visit, asked["id"]), done="rescoring_asked")


def _path(visit: Visit, rescoring: str) -> str:
    return api_of(visit.campaign, "rescorings", rescoring).removeprefix("/v1")


async def show_rescoring(visit: Visit) -> web.Response:
    """What would follow, or has."""
    return await _whole(visit)


async def _whole(visit: Visit, errors: Errors | None = None, status: int = 200) -> web.Response:
    cursor = visit.request.query.get("cursor") or None
    path = api_of(visit.campaign, "rescorings", visit.request.match_info["rescoring"])
    rescoring = await visit.ask(path, limit=_PER_PAGE, cursor=cursor)
    return visit.page(
        "rescoring.html",
        status,
        campaign=await visit.ask(api_of(visit.campaign)),
        rescoring=rescoring,
        path=_path(visit, rescoring["id"]),
        reason=visit.field("reason"),
        errors=errors or {},
    )


async def take_step(visit: Visit) -> web.Response:
    """Applies, reverses, cancels or prepares again."""
    name, step = visit.request.match_info["rescoring"], visit.request.match_info["step"]
    if step not in _STEPS:
        raise not_found(f"the step {step[:64]}")
    path = api_of(visit.campaign, "rescorings", name, step)
    try:
        await visit.tell("POST", path, _order(visit, step))
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _whole(visit, errors_of(visit.words, problem), problem.status)
    return visit.redirect(_path(visit, name), done=_STEPS[step])


def _order(visit: Visit, step: str) -> dict[str, Any] | None:
    if step == "apply":
        return {"preview_sha256": visit.field("preview_sha256")}
    if step == "reverse":
        return {"reason": visit.field("reason")}
    reason = visit.field("reason")
    return {"reason": reason} if step == "cancel" and reason else None


_READERS: Final[frozenset[Role]] = READERS

PAGES: Final = (
    PageEndpoint("GET", "/campaigns/{campaign}/rescorings", show_rescorings, _READERS),
    PageEndpoint("POST", "/campaigns/{campaign}/rescorings", ask_for, REVIEWERS),
    PageEndpoint("GET", "/campaigns/{campaign}/rescorings/{rescoring}", show_rescoring, _READERS),
    PageEndpoint("POST", "/campaigns/{campaign}/rescorings/{rescoring}/{step}", take_step, REVIEWERS),
)

"""Review: the queue of flags, one flag with what speaks for and against it, and what is decided on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from leaderboard.domain.tokens import Role
from leaderboard.web.pages import review_queue
from leaderboard.web.pages.review_flag import Chosen, read_chosen
from leaderboard.web.pages.review_integrity import show_integrity
from leaderboard.web.pages.review_queue import api_of, path_of
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem
from leaderboard.web.words import Words

READERS: Final = frozenset[Role](("admin", "reviewer"))
REVIEWERS: Final = frozenset[Role](("reviewer",))

_MOST_FLAGS: Final = 1_000
_DONE: Final = {
    "at_once": "flag_decided",
    "when_another_agrees": "flag_proposed",
    "with_the_next_correction": "flag_decided_later",
}

Flags = list[dict[str, Any]]
# Field → what is wrong with it; "" is the whole.
Errors = Mapping[str, str]


async def show_queue(visit: Visit) -> web.Response:
    """The queue, with its first flag beside it where there is room."""
    return await _shown(visit)


async def show_flag(visit: Visit) -> web.Response:
    """One flag, with the queue beside it where there is room."""
    return await _shown(visit, opened=visit.request.match_info["flag"])


async def _shown(
    visit: Visit, opened: str = "", errors: Errors | None = None, status: int = 200
) -> web.Response:
    campaign = await visit.ask(api_of(visit.campaign))
    flags, part = await _flags(visit), _part(visit)
    listed = review_queue.in_part(flags, part)
    name = opened or (listed[0]["id"] if listed else "")
    chosen = await _chosen(visit, name, flags, is_opened=bool(opened)) if name else None
    return visit.page(
        "review.html",
        status,
        campaign=campaign,
        checkpoints=await visit.ask(api_of(visit.campaign, "checkpoints")),
        flags=listed,
        part=part,
        counts=review_queue.counts(flags),
        chosen=chosen,
        is_opened=bool(opened),
        typed=_typed(visit, chosen),
        account_names=await visit.account_names({flag["account_id"] for flag in flags}),
        errors=errors or {},
        path_of=lambda *steps, show=part: path_of(visit.campaign, *steps, part=show),
    )


async def _chosen(visit: Visit, name: str, flags: Flags, *, is_opened: bool) -> Chosen | None:
    """The flag beside the queue. While a campaign runs, the first one may be over since the queue was read."""
    try:
        return await read_chosen(visit, name, flags)
    except Problem as problem:
        if is_opened or problem.status != 404:
            raise
        return None


async def _flags(visit: Visit) -> Flags:
    found = await visit.ask(api_of(visit.campaign, "flags"), order="impact", limit=_MOST_FLAGS)
    flags: Flags = found["items"]
    return flags


def _part(visit: Visit) -> str:
    return review_queue.known_part(visit.request.query.get("show", ""))


def _typed(visit: Visit, chosen: Chosen | None) -> dict[str, str]:
    """What stands in the form; a second reviewer finds what the first has seen, to agree with or not."""
    typed = {name: visit.field(name) for name in ("decision", "reason", "partner_link")}
    proposed = chosen.flag["proposed"] if chosen else None
    if visit.posted is None and proposed:
        typed["partner_link"] = proposed.get("partner_link") or ""
    return typed


async def decide(visit: Visit) -> web.Response:
    """Decides, and goes on to the next flag of the queue."""
    name, part = visit.request.match_info["flag"], _part(visit)
    if errors := _missing(visit):
        return await _shown(visit, name, errors, 422)
    flags = await _flags(visit)
    try:
        decided = await visit.tell("POST", api_of(visit.campaign, "flags", name, "decision"), _asked(visit))
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _shown(visit, name, errors_of(visit.words, problem), problem.status)
    following = review_queue.after(flags, name, part)
    where = path_of(visit.campaign, *([following] if following else []), part=part)
    return visit.redirect(where, done=_DONE[decided["takes_effect"]])


def _missing(visit: Visit) -> dict[str, str]:
    found = {}
    if not visit.field("decision"):
        found["decision"] = visit.words.gettext("Choose what to decide.")
    if not visit.field("reason"):
        found["reason"] = visit.words.gettext("Say why: the account's agency reads it.")
    return found


def _asked(visit: Visit) -> dict[str, str]:
    asked = {"decision": visit.field("decision"), "reason": visit.field("reason")}
    if asked["decision"] == "disqualify":
        asked["partner_link"] = visit.field("partner_link")
    return asked


def errors_of(words: Words, problem: Problem) -> dict[str, str]:
    """What the API found wrong, by the last step of the field's path; the first of each field."""
    found: dict[str, str] = {}
    for one in problem.errors or ():
        found.setdefault(one.path.rpartition(".")[2], words.said(one.detail))
    return found or {"": words.said(problem.detail)}


async def look(visit: Visit) -> web.Response:
    """Has all detectors look at what was received."""
    try:
        await visit.tell("POST", api_of(visit.campaign, "checkpoints"))
    except Problem as problem:
        if problem.status != 409:
            raise
        return await _shown(visit, errors={"look": visit.words.said(problem.detail)}, status=problem.status)
    return visit.redirect(path_of(visit.campaign), done="checkpoint_asked")


PAGES: Final = (
    PageEndpoint("GET", "/campaigns/{campaign}/review", show_queue, READERS),
    PageEndpoint("POST", "/campaigns/{campaign}/review/checkpoint", look, READERS),
    PageEndpoint("GET", "/campaigns/{campaign}/review/integrity", show_integrity, READERS),
    PageEndpoint("GET", "/campaigns/{campaign}/review/{flag}", show_flag, READERS),
    PageEndpoint("POST", "/campaigns/{campaign}/review/{flag}/decision", decide, REVIEWERS),
)

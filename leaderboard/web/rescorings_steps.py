"""Rescorings applied, reversed, cancelled, prepared again: each a compare-and-set. Works out no figures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from aiohttp import web

from leaderboard.domain.adjustments import Voided
from leaderboard.domain.rescoring_steps import (
    as_applied,
    as_asked_again,
    as_cancelled,
    as_reversed,
    check_applier,
    check_preview,
    check_reverser,
)
from leaderboard.domain.rescorings import Rescoring, RescoringRefused
from leaderboard.web.answers import answer
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Body, Endpoint
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.moves import TRIES
from leaderboard.web.paying import person
from leaderboard.web.problems import Problem
from leaderboard.web.rescorings import (
    NO_RESCORING,
    RESCORING,
    REVIEWERS,
    check_campaign,
    check_not_certifying,
    find_rescoring,
    shown,
    still_moving,
)
from leaderboard.web.rescorings_asked import ApplyOrder, CancelOrder, ReverseOrder
from leaderboard.web.rescorings_shown import RescoringDecided, RescoringShown, rescoring_decided


class _Step(NamedTuple):
    """What becomes of a rescoring. `basis`: the others that have to be in force, None where that does not matter;
    `voided`: what is voided of the campaign then, None where the scheduler works it out."""

    after: Rescoring
    why: str = ""
    basis: tuple[str, ...] | None = None
    voided: Mapping[str, Voided] | None = None


# What is to be done with a rescoring as it stands; None where it is so already. Asked again where others were first.
_Decide = Callable[[Rescoring], Awaitable[_Step | None]]


async def apply_rescoring(request: web.Request) -> web.Response:
    """Takes out what was previewed, in one step with the audit entry."""
    check_campaign(request)
    order = await read_setting(request, ApplyOrder, required=False)

    async def decide(found: Rescoring) -> _Step | None:
        if found.state == "applied":
            return None
        after = as_applied(found, request[CALLER].id, await request.app[STORE].now_ms())
        if order.preview_sha256:
            check_preview(found, order.preview_sha256)
        check_applier(found, person(request), await _name_of(request, found.by))
        prepared = await request.app[STORE].rescorings.prepared(found.campaign, found.id)
        if prepared is None:
            raise _changed_meanwhile(found)
        return _Step(after, found.reason, prepared.basis, prepared.after)

    return await _decided(request, await _move(request, decide))


async def reverse_rescoring(request: web.Request) -> web.Response:
    """Puts back what was taken out."""
    check_not_certifying(request)
    order = await read_setting(request, ReverseOrder)
    try:
        done = await _move(request, _reversing(request, order.reason, by_figures=True))
    except _OtherBasis:
        # With others in force than at its preview nobody knows the figures without it; the scheduler recounts them.
        done = await _move(request, _reversing(request, order.reason, by_figures=False))
    return await _decided(request, done)


def _reversing(request: web.Request, reason: str, *, by_figures: bool) -> _Decide:
    store = request.app[STORE]

    async def decide(found: Rescoring) -> _Step | None:
        if found.state == "reversed":
            return None
        after = as_reversed(found, request[CALLER].id, await store.now_ms(), reason)
        check_reverser(found, person(request), await _name_of(request, found.applied_by))
        prepared = await store.rescorings.prepared(found.campaign, found.id)
        if prepared is None or not by_figures:
            return _Step(after, reason)
        return _Step(after, reason, prepared.basis, prepared.before)

    return decide


async def cancel_rescoring(request: web.Request) -> web.Response:
    """Gives a rescoring up that is not in force."""
    order = await read_setting(request, CancelOrder, required=False)

    async def decide(found: Rescoring) -> _Step | None:
        return None if found.state == "cancelled" else _Step(as_cancelled(found), order.reason or "")

    return answer(await shown(request, await _move(request, decide)))


async def prepare_rescoring(request: web.Request) -> web.Response:
    """Has the preview made anew: from the archive as it is, and with the others that are in force."""
    check_campaign(request)

    async def decide(found: Rescoring) -> _Step | None:
        return None if found.state == "preparing" else _Step(as_asked_again(found))

    return answer(await shown(request, await _move(request, decide)), 202)


class _OtherBasis(Problem):
    """Others are in force than those that the figures were worked out with."""


async def _move(request: web.Request, decide: _Decide) -> Rescoring:
    """The rescoring after the decision is carried out, by whoever it was."""
    store = request.app[STORE]
    for _ in range(TRIES):
        found, life_version = await find_rescoring(request), None
        try:
            step = await decide(found)
        except RescoringRefused as refused:
            raise _problem(refused) from refused
        if step is None:
            return found
        if step.after.state in ("applied", "reversed"):
            # A certification goes by what was in force when it was asked for.
            check_not_certifying(request)
            life_version = find_campaign(request).life.version
        outcome = await store.rescorings.move(
            found,
            step.after,
            actor=request[CALLER].id,
            why=step.why,
            basis=step.basis,
            voided=step.voided,
            life_version=life_version,
        )
        if outcome == "basis":
            raise _changed_meanwhile(found)
        if outcome == "done":
            await store.directory.refresh()
            return step.after
        await store.directory.reload()
    raise still_moving(found.id)


async def _decided(request: web.Request, rescoring: Rescoring) -> web.Response:
    is_final = find_campaign(request).life.is_final
    effect = rescoring_decided(
        await shown(request, rescoring), "with_the_next_correction" if is_final else "at_once"
    )
    return answer(effect)


async def _name_of(request: web.Request, token: str) -> str:
    found = await request.app[STORE].tokens.find(token)
    return found.name if found else token


def _changed_meanwhile(rescoring: Rescoring) -> Problem:
    detail = (
        f"Other rescorings are in force than when rescoring {rescoring.id} was previewed: prepare it again, "
        "and look at what would follow."
    )
    return _OtherBasis(409, "changed_meanwhile", detail)


_CODES: Final = {
    "not_possible": (409, "illegal_step"),
    "same_person": (403, "same_person"),
    "changed": (409, "changed"),
}


def _problem(refused: RescoringRefused) -> Problem:
    status, code = _CODES[refused.code]
    return Problem(status, code, str(refused))


_CANCEL: Final = {"reason": "The visitors were a school class."}
_REVERSE: Final = {"reason": "The network is that of the venue."}

ENDPOINTS: Final = (
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/rescorings/{rescoring}/apply", apply_rescoring, REVIEWERS,
        "Apply a rescoring", "Review",
        {
            200: Answer("It is in force, or was before.", RescoringDecided),
            403: Answer("The caller prepared it (`same_person`)."),
            404: NO_RESCORING,
            409: Answer(
                "It has no preview, or others are in force than when that was made (`changed_meanwhile`), or the "
                "campaign is being certified (`certifying`)."
            ),
        },
        (CAMPAIGN, RESCORING),
        Body({"application/json": ApplyOrder}, "May be left out.", {"application/json": {}}, required=False),
        "It takes another reviewer than the one who prepared it, whatever its preview says. Nothing is deleted: what "
        "is taken out stays in the archive, and can be put back.",
    ),
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/rescorings/{rescoring}/reverse", reverse_rescoring, REVIEWERS,
        "Reverse a rescoring", "Review",
        {
            200: Answer("It is out of force, or was before.", RescoringDecided),
            403: Answer("The caller applied it (`same_person`)."),
            404: NO_RESCORING,
            409: Answer("It was not applied, or the campaign is being certified (`certifying`)."),
        },
        (CAMPAIGN, RESCORING),
        Body({"application/json": ReverseOrder}, examples={"application/json": _REVERSE}),
        "It takes another reviewer than the one who applied it.",
    ),
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/rescorings/{rescoring}/cancel", cancel_rescoring, REVIEWERS,
        "Cancel a rescoring", "Review",
        {
            200: Answer("It is given up, or was before.", RescoringShown),
            404: NO_RESCORING,
            409: Answer("It was applied; that is reversed, not cancelled."),
        },
        (CAMPAIGN, RESCORING),
        Body(
            {"application/json": CancelOrder}, "May be left out.", {"application/json": _CANCEL}, required=False
        ),
    ),
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/rescorings/{rescoring}/prepare", prepare_rescoring, REVIEWERS,
        "Prepare a rescoring again", "Review",
        {
            202: Answer("Its preview is being made anew.", RescoringShown),
            404: NO_RESCORING,
            409: Answer("It was applied, reversed or cancelled."),
        },
        (CAMPAIGN, RESCORING),
        description="For a preview that is old, that could not be made, or that others have overtaken.",
    ),
)  # fmt: skip

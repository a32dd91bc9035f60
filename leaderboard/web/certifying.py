"""Certifying a campaign: asks what speaks against it, orders it, and waits for the scheduler, who carries it out.

What was ordered is withdrawn here too, until it is carried out.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Annotated, Final, NamedTuple

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.blockers import BLOCKERS, WARNINGS
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.lifecycle import Certification, Life, refused, requested, state_now
from leaderboard.web.answers import answer, checked
from leaderboard.web.blockers import find_blockers
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import (
    CAMPAIGN,
    NO_CAMPAIGN,
    CampaignShown,
    find_campaign,
    shown_with_life,
)
from leaderboard.web.endpoints import ADMIN, Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, CONFIG, STORE
from leaderboard.web.lifecycle import Why
from leaderboard.web.moves import move, where_it_stands
from leaderboard.web.problems import Problem, invalid

WaitS = Annotated[int, Meta(ge=0, le=120)]

WAIT_S: Final = 60
POLL_S: Final = 0.1
# An archiver writes once a second; what it will have by then is nothing to be refused for.
PATIENCE_S: Final = 3.0
# Subjects are searched by how they begin, and other campaigns may begin alike.
_REFUSALS_READ: Final = 20


class CertifyOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """Why. To `correct` a certified result takes a reason: the new version names the old one and says why.

    To `withdraw` what is being certified takes one too. It is not certified then, and may be ordered again.
    """

    reason: Why | None = None
    correct: bool = False
    withdraw: bool = False


class _Ordered(NamedTuple):
    """The results there were before, and whether there is anything to wait for."""

    results_before: int
    is_waiting: bool


async def certify_campaign(request: web.Request) -> web.Response:
    """Certifies a campaign in review, or corrects a certified result, unless something speaks against it."""
    find_campaign(request)
    wait_s = checked(request, "wait", WaitS, WAIT_S)
    order = await read_setting(request, CertifyOrder, required=False)
    _check_order(order)
    if order.withdraw:
        await _withdraw(request, order.reason or "")
        return answer(await shown_with_life(request))
    until_s = monotonic() + wait_s
    ordered = await _order(request, order)
    is_done = not ordered.is_waiting or await _carried_out(request, ordered.results_before, until_s)
    await request.app[STORE].directory.refresh()
    if not is_done and find_campaign(request).life.certifying is None:
        # It came to its end between the two looks: an answer of "still at it" would show nobody how.
        is_done = await _carried_out(request, ordered.results_before, until_s)
    return answer(await shown_with_life(request), 200 if is_done else 202)


def _check_order(order: CertifyOrder) -> None:
    if order.withdraw and order.correct:
        raise invalid(
            "withdraw", "does not go with correct: leave correct out, a correction is withdrawn alike"
        )
    if order.withdraw and order.reason is None:
        raise invalid("reason", "is required to withdraw: whoever waits for the certification is told why")
    if order.correct and order.reason is None:
        raise invalid("reason", "is required for a correction: the new version of the result says why")


async def _withdraw(request: web.Request, reason: str) -> None:
    """Takes back what is being certified. The scheduler, too, moves by compare-and-set: one of the two was first."""
    store, name = request.app[STORE], find_campaign(request).definition.id
    why = f"Withdrawn: {reason}"
    life = await move(request, "campaign.refuse", _withdrawn, why)
    await store.lifecycles.note(name, f"{_no_outcome(life)}: {why}", await store.now_ms())


def _withdrawn(definition: Definition, life: Life, now_ms: int) -> Life:
    if life.certifying is None:
        detail = (
            f"Nothing is being certified that could be withdrawn. {where_it_stands(definition, life, now_ms)}"
        )
        raise Problem(409, "not_certifying", detail)
    return refused(life, now_ms)


async def _order(request: web.Request, order: CertifyOrder) -> _Ordered:
    """Orders it, or joins those who wait for it already."""
    store, campaign = request.app[STORE], find_campaign(request)
    life = await store.lifecycles.life(campaign.definition.id)
    _check(campaign.newest, life, await store.now_ms(), order)
    if life.is_final and not order.correct:
        return _Ordered(life.result, is_waiting=False)
    if life.certifying is None:
        await _check_blockers(request, order)
        reason = order.reason or ""

        def decide(definition: Definition, life: Life, now_ms: int) -> Life | None:
            _check(definition, life, now_ms, order)
            if life.certifying or (life.is_final and not order.correct):
                return None
            corrects = life.result if order.correct else 0
            return requested(life, Certification(now_ms, request[CALLER].id, reason, corrects), now_ms)

        await store.lifecycles.note(campaign.definition.id, "", 0)
        life = await move(request, "campaign.request", decide, reason)
    return _Ordered(life.result, is_waiting=life.certifying is not None)


def _check(definition: Definition, life: Life, now_ms: int, order: CertifyOrder) -> None:
    """What may be certified, and what may be corrected."""
    if life.is_final:
        return
    if state_now(definition, life, now_ms) != "review":
        raise Problem(409, "not_in_review", where_it_stands(definition, life, now_ms))
    if order.correct:
        raise Problem(
            409, "not_certified", "There is no result yet that could be corrected: certify it first."
        )


async def _check_blockers(request: web.Request, order: CertifyOrder) -> None:
    store, campaign = request.app[STORE], find_campaign(request)
    found = await find_blockers(
        store,
        campaign,
        patience_s=PATIENCE_S,
        is_correction=order.correct,
        requires_funding=request.app[CONFIG].payouts.require_funding,
        requires_checkpoint=request.app[CONFIG].integrity.require_checkpoint,
    )
    if found.blockers:
        detail = " ".join(one.detail for one in found.blockers)
        raise Problem(409, "blocked", detail, blockers=found.blockers, warnings=found.warnings)


async def _carried_out(request: web.Request, results_before: int, until_s: float) -> bool:
    """Whether the scheduler has certified it; False while it is at it. 409 where it found that it cannot."""
    store, name = request.app[STORE], find_campaign(request).definition.id
    while True:
        life = await store.lifecycles.life(name)
        if life.result > results_before:
            return True
        if life.certifying is None:
            raise await _refusal(request, life)
        if monotonic() >= until_s:
            return False
        await asyncio.sleep(POLL_S)


async def _refusal(request: web.Request, life: Life) -> Problem:
    store, name = request.app[STORE], find_campaign(request).definition.id
    if life.state == "cancelled":
        return Problem(409, "campaign_cancelled", "The campaign was cancelled meanwhile.")
    refusals = await store.audit_log.page(_REFUSALS_READ, subject=name, action="campaign.refuse")
    why = next((one.why for one in refusals.entries if one.subject == name), "the audit log says why")
    return Problem(409, "blocked", f"{_no_outcome(life)}: {why}")


def _no_outcome(life: Life) -> str:
    return "No correction was made" if life.is_final else "It was not certified"


def _listed(codes: dict[str, str]) -> str:
    return "; ".join(f"`{code}`: {text}" for code, text in codes.items())


_OF_BLOCKERS: Final = f"Blockers: {_listed(BLOCKERS)}. Warnings: {_listed(WARNINGS)}."

ENDPOINTS: Final = (
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/certify", certify_campaign, ADMIN, "Certify a campaign", "Results",
        {
            200: Answer("It is certified, or was before; or it was withdrawn.", CampaignShown),
            202: Answer("It is being certified, until `life.certifying` of the campaign is null.", CampaignShown),
            404: NO_CAMPAIGN,
            409: Answer(
                "It is not in review, or something keeps it from being certified (`blocked`); or there is nothing to "
                "withdraw (`not_certifying`)."
            ),
        },
        (
            CAMPAIGN,
            Parameter("wait", "query", WaitS, f"How many seconds to wait for it, {WAIT_S} unless told."),
        ),
        Body(
            {"application/json": CertifyOrder}, "May be left out.",
            {"application/json": {"reason": "Reviewed by two."}}, required=False,
        ),
        f"Refunds that are received from then on are late. {_OF_BLOCKERS}",
    ),
)  # fmt: skip

"""One award and its payment: why it is held, and what people can do about it. Disputes, and differences settled."""

from __future__ import annotations

from typing import Any, Final, Literal

from aiohttp import web

from leaderboard.domain.tokens import Role
from leaderboard.web.pages.paths import api, below
from leaderboard.web.pages.payout_asking import APPROVERS, PAYERS, READERS, Document, campaign_of
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem

# Whoever prepares a payout may hold it back, and no more.
DISPUTERS: Final = PAYERS | frozenset[Role](("reviewer",))
LIFTERS: Final = APPROVERS | frozenset[Role](("reviewer",))

Method = Literal["PUT", "DELETE"]


def _named(visit: Visit) -> tuple[str, str]:
    return visit.request.match_info["award"], visit.request.match_info["account"]


async def show_award(visit: Visit) -> web.Response:
    """An award, with the forms for whoever reads."""
    return await _show(visit)


async def _show(visit: Visit, problem: Problem | None = None, form: str = "") -> web.Response:
    award, account = _named(visit)
    payouts = await visit.ask(api("campaigns", visit.campaign, "payouts"))
    held = _found(payouts["held"], award, account)
    reasons = held["reasons"] if held else []
    codes = {reason["code"] for reason in reasons}
    return visit.page(
        "payout_award.html",
        problem.status if problem else 200,
        campaign=await campaign_of(visit, visit.campaign),
        award=award,
        account=account,
        name=(await visit.account_names([account]))[account],
        held=held,
        reasons=reasons,
        to_pay=_found(payouts["to_pay"], award, account),
        settled=_found(payouts["settled_by_hand"], award, account),
        is_disputed="disputed" in codes,
        is_paid_otherwise="paid_otherwise" in codes,
        may_dispute=visit.may(*DISPUTERS),
        may_lift=visit.may(*LIFTERS),
        may_settle=visit.may(*APPROVERS),
        problem=problem,
        refused_form=form,
        typed={name: visit.field(name) for name in ("reason", "reference")},
    )


def _found(awards: list[Document], award: str, account: str) -> Document | None:
    """The entry of an award; with the most reasons where it is held for more than one cause."""
    own = [one for one in awards if (one["award"], one["account_id"]) == (award, account)]
    if len(own) > 1 and "reasons" in own[0]:
        return own[0] | {"reasons": [reason for one in own for reason in one["reasons"]]}
    return own[0] if own else None


async def dispute(visit: Visit) -> web.Response:
    """Holds the award back."""
    return await _write(visit, "PUT", "disputes", {"reason": visit.field("reason")}, "award_disputed")


async def lift(visit: Visit) -> web.Response:
    """Lifts a dispute."""
    return await _write(visit, "DELETE", "disputes", {"reason": visit.field("reason")}, "dispute_lifted")


async def settle(visit: Visit) -> web.Response:
    """Notes that people have settled what is paid otherwise than the result says."""
    asked = {"reason": visit.field("reason"), "reference": visit.field("reference")}
    return await _write(visit, "PUT", "differences", asked, "difference_settled")


async def _write(visit: Visit, method: Method, what: str, body: dict[str, Any], done: str) -> web.Response:
    award, account = _named(visit)
    try:
        await visit.tell(method, api("campaigns", visit.campaign, what, award, account), body)
    except Problem as problem:
        return await _show(visit, problem, done)
    return visit.redirect(below("campaigns", visit.campaign, "payouts", "awards", award, account), done=done)


_PATH: Final = "/campaigns/{campaign}/payouts/awards/{award}/{account}"
PAGES: Final = (
    PageEndpoint("GET", _PATH, show_award, READERS),
    PageEndpoint("POST", _PATH + "/dispute", dispute, DISPUTERS),
    PageEndpoint("POST", _PATH + "/lift", lift, LIFTERS),
    PageEndpoint("POST", _PATH + "/settled", settle, APPROVERS),
)

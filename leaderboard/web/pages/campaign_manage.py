"""A campaign's life as a page for admins: where it stands, each step with what would follow, what is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from aiohttp import web

from leaderboard.web.endpoints import ADMIN
from leaderboard.web.pages.paths import api, below
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem

Document = dict[str, Any]

LIFE: Final = ("draft", "scheduled", "live", "closing", "review", "certified", "paid")
_CANCELLED: Final = "cancelled"
# How long a page waits for a certification before it says that it is under way.
_PATIENCE_S: Final = 5
_ACCEPTED: Final = 202

# What is in the way of a certification → where it is resolved, below the campaign or elsewhere; None: time does it.
WHERE: Final[Mapping[str, str | None]] = {
    "settlement_hold": None,
    "holds": "review?show=held",
    "integrity": "review#look",
    "proposals": "review?show=second",
    "appeals": "review?show=appealed",
    "appeal_period": "review?show=decided",
    "metrics": "manage#audit",
    "audit": "manage#audit",
    "unfunded": "manage#funding",
    "bank_details": "/accounts",
    "inbox": "/ops",
    "buried": "/ops",
    "archive": "/ops",
    "scheduler": "/ops",
}


async def show_manage(visit: Visit) -> web.Response:
    """The page as it is at this moment."""
    return await _show(visit)


async def _show(visit: Visit, refused: str = "", problem: Problem | None = None) -> web.Response:
    """With a step that was `refused`, and what was typed for it."""
    campaign = await visit.ask(api("campaigns", visit.campaign))
    steps = await visit.ask(api("campaigns", visit.campaign, "transitions"))
    ledger = await visit.ask("/v1/ledger", campaign=visit.campaign, limit=1)
    budget = f"budget:{visit.campaign}"
    return visit.page(
        "campaign_manage.html",
        problem.status if problem else 200,
        campaign=campaign,
        life=LIFE if campaign["state"] != _CANCELLED else (*_before_the_end(campaign), _CANCELLED),
        steps={one["step"]: one for one in steps["items"]},
        audit=await visit.ask(api("campaigns", visit.campaign, "audit")),
        balances=[one["balance"] for one in ledger["balances"] if one["account"] == budget],
        where={code: _address(visit.campaign, way) for code, way in WHERE.items()},
        refused=refused,
        problem=problem,
        typed={name: visit.field(name) for name in ("reason", "amount", "reference")},
    )


def _before_the_end(campaign: Document) -> tuple[str, ...]:
    """How far it came is not kept; that it was once live shows in the time of its cut-off."""
    return LIFE[:3] if campaign["life"]["cutoff_at"] else LIFE[:2]


def _address(campaign: str, way: str | None) -> str:
    if not way or way.startswith("/"):
        return way or ""
    return f"{below('campaigns', campaign)}/{way}"


async def _take(visit: Visit, step: str, path: tuple[str, ...], body: Document, done: str) -> web.Response:
    """A form sent on to our API; shown again with the reason where that refuses it."""
    try:
        await visit.tell("POST", api("campaigns", visit.campaign, *path), body)
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        return await _show(visit, step, problem)
    return _back(visit, done)


def _back(visit: Visit, done: str) -> web.Response:
    return visit.redirect(below("campaigns", visit.campaign, "manage"), done=done)


def _reason(visit: Visit) -> Document:
    return {"reason": visit.field("reason")} if visit.field("reason") else {}


def _unsure(visit: Visit) -> bool:
    """What cannot be taken back takes a tick, with scripts or without."""
    return visit.field("sure") != "yes"


async def _ask_again(visit: Visit, step: str) -> web.Response:
    detail = visit.words.gettext("Tick the box to show that you mean it.")
    return await _show(visit, step, Problem(422, "invalid", detail))


async def publish(visit: Visit) -> web.Response:
    """Publishes a draft."""
    return await _take(visit, "publish", ("publish",), {}, "campaign_published")


async def close(visit: Visit) -> web.Response:
    """Closes a campaign that people close."""
    if _unsure(visit):
        return await _ask_again(visit, "close")
    return await _take(visit, "close", ("close",), _reason(visit), "campaign_closed")


async def cancel(visit: Visit) -> web.Response:
    """Gives a campaign up."""
    if _unsure(visit):
        return await _ask_again(visit, "cancel")
    return await _take(visit, "cancel", ("cancel",), {"reason": visit.field("reason")}, "campaign_cancelled")


async def certify(visit: Visit) -> web.Response:
    """Certifies what is in review."""
    return await _certify(visit, "certify", _reason(visit))


async def correct(visit: Visit) -> web.Response:
    """Makes another version of a certified result."""
    return await _certify(visit, "correct", _reason(visit) | {"correct": True})


async def withdraw(visit: Visit) -> web.Response:
    """Takes back what is being certified."""
    body = _reason(visit) | {"withdraw": True}
    return await _take(visit, "withdraw", ("certify",), body, "certifying_withdrawn")


async def _certify(visit: Visit, step: str, body: Document) -> web.Response:
    if _unsure(visit):
        return await _ask_again(visit, step)
    try:
        found = await visit.inside.fetch(
            "POST",
            api("campaigns", visit.campaign, "certify"),
            query={"wait": _PATIENCE_S},
            body=orjson.dumps(body),
        )
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        return await _show(visit, step, problem)
    return _back(visit, "certifying" if found.status == _ACCEPTED else "certified")


async def audit(visit: Visit) -> web.Response:
    """Has the standings counted again from the archive."""
    return await _take(visit, "audit", ("audit",), {}, "audit_asked")


async def fund(visit: Visit) -> web.Response:
    """Notes money that was set aside."""
    campaign = await visit.ask(api("campaigns", visit.campaign))
    amount = {"amount": visit.field("amount"), "currency": campaign["definition"]["currency"]}
    body = {"amount": amount, "reference": visit.field("reference")}
    return await _take(visit, "funding", ("funding",), body, "funding_noted")


_PATH: Final = "/campaigns/{campaign}/manage"
PAGES: Final = (
    PageEndpoint("GET", _PATH, show_manage, ADMIN),
    PageEndpoint("POST", f"{_PATH}/publish", publish, ADMIN),
    PageEndpoint("POST", f"{_PATH}/close", close, ADMIN),
    PageEndpoint("POST", f"{_PATH}/cancel", cancel, ADMIN),
    PageEndpoint("POST", f"{_PATH}/certify", certify, ADMIN),
    PageEndpoint("POST", f"{_PATH}/correct", correct, ADMIN),
    PageEndpoint("POST", f"{_PATH}/withdraw", withdraw, ADMIN),
    PageEndpoint("POST", f"{_PATH}/audit", audit, ADMIN),
    PageEndpoint("POST", f"{_PATH}/funding", fund, ADMIN),
)

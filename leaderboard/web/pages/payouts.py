"""Payouts of a campaign: when they are due, what can be paid, what is held and why, the batches; preparing another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple, get_args

import orjson
from aiohttp import web

from leaderboard.domain.banking_days import banking_days_until, local_day
from leaderboard.domain.payouts import Format
from leaderboard.web.pages.paths import api, below
from leaderboard.web.pages.payout_asking import PREPARERS, READERS, Document, campaign_of, names_of
from leaderboard.web.pages.payout_order import by_award, figures_of
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem

_CREATED: Final = 201
_ON_THEIR_WAY: Final = ("prepared", "approved", "exported")


class DaysLeft(NamedTuple):
    """How long it is until a day; under 0 when it is over. `banking`: only days on which banks work are counted."""

    days: int
    banking: bool


async def show_payouts(visit: Visit) -> web.Response:
    """How the payouts of a campaign stand."""
    campaign = await campaign_of(visit, visit.campaign)
    try:
        payouts = await visit.ask(api("campaigns", visit.campaign, "payouts"))
    except Problem as problem:
        if problem.status != 409:
            raise
        return visit.page("payouts.html", campaign=campaign, payouts=None, problem=problem)
    return visit.page(
        "payouts.html",
        campaign=campaign,
        payouts=payouts,
        problem=None,
        left=days_left(payouts, visit.now_ms, campaign["zone"]),
        names=await names_of(visit, payouts["held"], payouts["to_pay"], payouts["settled_by_hand"]),
        is_open=is_open(payouts),
        counted=counted(payouts),
        figures=await figures_of(visit, payouts["batches"]),
        groups=by_award(payouts["to_pay"]),
    )


def days_left(payouts: Mapping[str, Any], now_ms: int, zone: str) -> DaysLeft | None:
    """Until the day on which the awards are due; None where the programme says no day."""
    if not payouts["due_on"]:
        return None
    due, today = date.fromisoformat(payouts["due_on"]), local_day(now_ms, zone)
    # The calendar is told with the edition that it was taken from.
    calendar = payouts["calendar"].partition(" ")[0]
    if not calendar:
        return DaysLeft((due - today).days, banking=False)
    return DaysLeft(banking_days_until(today, due, calendar), banking=True)


def is_open(payouts: Mapping[str, Any]) -> bool:
    """Whether something is still to be paid, or to be told by the bank."""
    on_their_way = any(batch["state"] in _ON_THEIR_WAY for batch in payouts["batches"])
    return bool(payouts["payable"] or payouts["held"] or on_their_way)


def counted(payouts: Mapping[str, Any]) -> list[tuple[str, int]]:
    """(code of a reason, how many awards it holds), the most frequent first."""
    codes = Counter(reason["code"] for held in payouts["held"] for reason in held["reasons"])
    return codes.most_common()


async def preview_batch(visit: Visit) -> web.Response:
    """The lines that a batch would have, before it is prepared."""
    asked = visit.request.query.get("format", "")
    return await _preview(visit, asked if asked in get_args(Format) else None)


async def _preview(visit: Visit, chosen: str | None, problem: Problem | None = None) -> web.Response:
    campaign = await campaign_of(visit, visit.campaign)
    payouts = await visit.ask(api("campaigns", visit.campaign, "payouts"), format=chosen)
    status = problem.status if problem else 200
    return visit.page(
        "payout_prepare.html",
        status,
        campaign=campaign,
        names=await names_of(visit, payouts["to_pay"]),
        payouts=payouts,
        groups=by_award(payouts["to_pay"]),
        problem=problem,
        formats=get_args(Format),
    )


async def prepare_batch(visit: Visit) -> web.Response:
    """Prepares a batch, or goes on to the one that there is."""
    asked = {"format": visit.field("format")}
    try:
        found = await visit.inside.fetch(
            "POST", api("campaigns", visit.campaign, "payouts"), body=orjson.dumps(asked)
        )
    except Problem as problem:
        if problem.status not in (403, 409):
            raise
        return await _preview(visit, asked["format"], problem)
    batch: Document = found.document["batch"]
    done = "batch_prepared" if found.status == _CREATED else "batch_stands"
    return visit.redirect(below("payouts", batch["id"]), done=done)


PAGES: Final = (
    PageEndpoint("GET", "/campaigns/{campaign}/payouts", show_payouts, READERS),
    PageEndpoint("GET", "/campaigns/{campaign}/payouts/prepare", preview_batch, PREPARERS),
    PageEndpoint("POST", "/campaigns/{campaign}/payouts/prepare", prepare_batch, PREPARERS),
)

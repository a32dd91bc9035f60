"""Operations: what is wrong first and what to do about it, then figures. Looks through our API; mends by its steps."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiohttp import web

from leaderboard.web.answers import answer
from leaderboard.web.endpoints import ADMIN
from leaderboard.web.pages.charts import sparkline
from leaderboard.web.pages.operations_findings import Look, findings
from leaderboard.web.pages.operations_words import (
    memory_words,
    reject_names,
    setting_words,
    size,
    state_names,
)
from leaderboard.web.pages.paths import api
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem

# Those that run or wait for somebody; what is over is audited when its result is made.
_AT_WORK: Final = ("live", "closing", "review", "scheduled", "certified")
_CAMPAIGNS_MOST: Final = 50
_SAMPLES_SHOWN: Final = 20

Document = dict[str, Any]


async def show_operations(visit: Visit) -> web.Response:
    """The whole page."""
    status, rejected, buried, campaigns = await asyncio.gather(
        visit.ask("/v1/status"),
        visit.ask("/v1/rejected"),
        visit.ask("/v1/buried"),
        visit.ask("/v1/campaigns"),
    )
    at_work, hidden = await _at_work(visit, campaigns["items"])
    look = Look(visit.words, visit.now_ms, status, at_work)
    operations = status["operations"]
    return visit.page(
        "ops.html",
        service=status,
        operations=operations,
        memory=operations["memory"],
        line=sparkline(operations["memory"]["samples"]),
        memory_words=memory_words(visit.words, operations["memory"]),
        findings=findings(look),
        rejected=sorted(rejected["counts"].items(), key=lambda one: (-one[1], one[0])),
        samples=rejected["samples"][:_SAMPLES_SHOWN],
        buried=buried["items"],
        campaigns=at_work,
        hidden=hidden,
        size=lambda many: size(visit.words, many),
        reject_names=reject_names(visit.words),
        state_names=state_names(visit.words),
        setting_words=setting_words(visit.words),
    )


async def _at_work(visit: Visit, campaigns: list[Document]) -> tuple[list[Document], int]:
    """Campaigns with their audit and checkpoints, those that end first at the top; and how many more there are."""
    wanted = [one for one in campaigns if one["state"] in _AT_WORK]
    wanted.sort(key=lambda one: (_AT_WORK.index(one["state"]), one["ends_at"], one["id"]))
    shown = wanted[:_CAMPAIGNS_MOST]
    return [await _with_work(visit, one) for one in shown], len(wanted) - len(shown)


async def _with_work(visit: Visit, campaign: Document) -> Document:
    path = api("campaigns", campaign["id"])
    audit, checkpoints = await visit.ask(f"{path}/audit"), await visit.ask(f"{path}/checkpoints")
    return {**campaign, "audit": audit, "checkpoints": checkpoints}


async def tell_figures(visit: Visit) -> web.Response:
    """What moves from second to second, for the page's own script."""
    status = await visit.ask("/v1/status")
    inbox, memory = status["inbox"], status["operations"]["memory"]
    figures = {
        "at_ms": visit.now_ms,
        **{name: inbox[name] for name in ("accepted", "applied", "pending", "lag_ms")},
        "lag": visit.words.duration(inbox["lag_ms"] / 1000),
        "used": size(visit.words, memory["used_bytes"]),
        "workers": status["workers"],
        "streams": status["operations"]["streams"],
    }
    response = answer(figures)
    response.headers["Cache-Control"] = "no-store"
    return response


async def replay(visit: Visit) -> web.Response:
    """Puts a buried batch back; where somebody else has, there is nothing left to do."""
    buried = visit.request.match_info["id"]
    try:
        await visit.tell("POST", api("buried", buried, "replay"))
    except Problem as problem:
        if problem.status != 404:
            raise
        return visit.redirect("/ops", done="buried_gone")
    return visit.redirect("/ops", done="buried_replayed")


async def ask_for_audit(visit: Visit) -> web.Response:
    """Has a campaign recomputed from the archive."""
    await visit.tell("POST", api("campaigns", visit.campaign, "audit"))
    return visit.redirect("/ops", done="audit_asked")


PAGES: Final = (
    PageEndpoint("GET", "/ops", show_operations, ADMIN),
    PageEndpoint("GET", "/ops/now", tell_figures, ADMIN),
    PageEndpoint("POST", "/ops/buried/{id}/replay", replay, ADMIN),
    PageEndpoint("POST", "/ops/campaigns/{campaign}/audit", ask_for_audit, ADMIN),
)

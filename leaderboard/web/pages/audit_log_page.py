"""The audit log as people read it: who decided what, when, and what changed by it."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web
from yarl import URL

from leaderboard.web.pages.audit_log_changes import changes
from leaderboard.web.pages.audit_log_words import action_names, actor_names
from leaderboard.web.pages.visit import STAFF, PageEndpoint, Visit

_A_PAGE: Final = 50
_FILTERS: Final = ("subject", "action", "actor")


async def show_audit_log(visit: Visit) -> web.Response:
    """A page of it, the newest first."""
    query = {name: visit.request.query.get(name, "").strip() for name in _FILTERS}
    asked = {name: text for name, text in query.items() if text}
    page = await visit.ask("/v1/audit-log", **asked, cursor=visit.request.query.get("cursor"), limit=_A_PAGE)
    newest = (await visit.ask("/v1/audit-log", limit=1))["items"]
    return visit.page(
        "audit_log.html",
        entries=[_with_changes(visit, one) for one in page["items"]],
        names=action_names(visit.words),
        actors=actor_names(visit.words),
        people=sorted(visit.names.items(), key=lambda one: (one[1], one[0])),
        query=query,
        older=_older(asked, page["cursor"]),
        head=newest[0] if newest else None,
    )


def _with_changes(visit: Visit, entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "changes": changes(visit.words, entry["before"], entry["after"])}


def _older(asked: dict[str, str], cursor: str | None) -> str:
    return str(URL("/audit-log").with_query({**asked, "cursor": cursor})) if cursor else ""


PAGES: Final = (PageEndpoint("GET", "/audit-log", show_audit_log, STAFF),)

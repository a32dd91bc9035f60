"""Every page there is, and the forms they send."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from leaderboard.web.endpoints import Handler
from leaderboard.web.pages import (
    account,
    accounts,
    audit_log_page,
    campaign_edit,
    campaign_manage,
    campaign_rules,
    campaigns,
    enrollments,
    enrollments_asked,
    entering,
    ledger_page,
    openid,
    operations,
    payees,
    payout_award,
    payout_batch,
    payout_reconcile,
    payouts,
    people,
    rescoring_pages,
    result_page,
    review,
    standings,
)
from leaderboard.web.pages.frame import entered, paged
from leaderboard.web.pages.names import KNOWN_NAMES, KnownNames
from leaderboard.web.pages.visit import Entrance, PageEndpoint

ENTRANCES: Final[tuple[Entrance, ...]] = (*entering.ENTRANCES, *openid.ENTRANCES)
PAGES: Final[tuple[PageEndpoint, ...]] = (
    *entering.PAGES,
    *campaigns.PAGES,
    *campaign_edit.PAGES,
    *campaign_rules.PAGES,
    *campaign_manage.PAGES,
    *enrollments.PAGES,
    *enrollments_asked.PAGES,
    *standings.PAGES,
    *account.PAGES,
    *accounts.PAGES,
    *result_page.PAGES,
    *review.PAGES,
    *rescoring_pages.PAGES,
    *operations.PAGES,
    *people.PAGES,
    *audit_log_page.PAGES,
    *payouts.PAGES,
    *payout_award.PAGES,
    *payout_batch.PAGES,
    *payout_reconcile.PAGES,
    *payees.PAGES,
    *ledger_page.PAGES,
)


def add_pages(app: web.Application) -> None:
    """Adds every page to the application's addresses."""
    app[KNOWN_NAMES] = KnownNames()
    openid.setup(app)
    for entrance in ENTRANCES:
        _add(app, entrance.method, entrance.path, entered(entrance))
    for endpoint in PAGES:
        _add(app, endpoint.method, endpoint.path, paged(endpoint))


def _add(app: web.Application, method: str, path: str, handler: Handler) -> None:
    app.router.add_route(method, path, handler)
    if method == "GET":
        app.router.add_route("HEAD", path, handler)

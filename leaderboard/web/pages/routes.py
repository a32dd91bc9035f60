"""Every page there is, and the forms they send."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from leaderboard.web.endpoints import Handler
from leaderboard.web.pages import account, accounts, entering, rescoring_pages, result_page, review, standings
from leaderboard.web.pages.frame import entered, paged
from leaderboard.web.pages.visit import Entrance, PageEndpoint

ENTRANCES: Final[tuple[Entrance, ...]] = (*entering.ENTRANCES,)
PAGES: Final[tuple[PageEndpoint, ...]] = (
    *entering.PAGES,
    *standings.PAGES,
    *account.PAGES,
    *accounts.PAGES,
    *result_page.PAGES,
    *review.PAGES,
    *rescoring_pages.PAGES,
)


def add_pages(app: web.Application) -> None:
    """Adds every page to the application's addresses."""
    for entrance in ENTRANCES:
        _add(app, entrance.method, entrance.path, entered(entrance))
    for endpoint in PAGES:
        _add(app, endpoint.method, endpoint.path, paged(endpoint))


def _add(app: web.Application, method: str, path: str, handler: Handler) -> None:
    app.router.add_route(method, path, handler)
    if method == "GET":
        app.router.add_route("HEAD", path, handler)

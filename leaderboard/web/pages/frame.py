"""Around every page: who reads and whether they may, that a form is really ours, and problems in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aiohttp import web
from yarl import URL

from leaderboard.domain.sessions import is_form_token, split_cookie
from leaderboard.web.auth import signed_in
from leaderboard.web.endpoints import Handler
from leaderboard.web.keys import CALLER, CONFIG, STORE
from leaderboard.web.pages.forms import ENTRANCE_LIMIT_BYTES, FORM_LIMIT_BYTES, Fields, read_fields
from leaderboard.web.pages.inside import Inside
from leaderboard.web.pages.names import names_for
from leaderboard.web.pages.visit import (
    FORM_TOKEN,
    VISITOR,
    Entrance,
    PageEndpoint,
    PageHandler,
    Visit,
)
from leaderboard.web.problems import Problem, explained, problem_of
from leaderboard.web.words import LANGUAGE_COOKIE, negotiated, words_of

# A browser takes a cookie with this prefix only where it is for this very host, and for TLS.
_COOKIES: Final = ("__Host-leaderboard", "leaderboard")


def is_behind_tls(request: web.Request) -> bool:
    """Whether people reach us by TLS: as the configuration says, or the connection shows."""
    url = request.app[CONFIG].pages.url
    return url.startswith("https:") if url else request.secure


def cookie_name(request: web.Request) -> str:
    """The name of the session's cookie."""
    return _COOKIES[0] if is_behind_tls(request) else _COOKIES[1]


def words_for(request: web.Request) -> str:
    """The language that somebody chose, or that the browser asks for."""
    return negotiated(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("Accept-Language", ""))


def check_origin(request: web.Request) -> None:
    """A form comes from a page of ours. Browsers say from where; one that says nothing is judged by the form alone."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    else:
        url = request.app[CONFIG].pages.url
        own = {request.host, URL(url).authority} if url else {request.host}
        is_ours = origin is None or _authority(origin) in own
    if not is_ours:
        raise Problem(403, "forbidden", "This form was sent from a page of another site; nothing was done.")


def _authority(origin: str) -> str:
    try:
        return URL(origin).authority
    except ValueError:
        return ""


async def _read_form(request: web.Request, secret: str) -> Fields:
    posted = await read_fields(request, FORM_LIMIT_BYTES)
    if not is_form_token(secret, str(posted.get(FORM_TOKEN, ""))):
        detail = (
            "This form is of another session; nothing was done. Open the page again and send it once more."
        )
        raise Problem(403, "forbidden", detail)
    return posted


def paged(endpoint: PageEndpoint) -> Handler:
    """The page behind its check. Who is not signed in is sent to do so; who may not is told."""
    return _explaining(lambda visit: _carried_out(endpoint, visit))


def entered(entrance: Entrance) -> Handler:
    """The page for everybody; its form has to come from a page of ours all the same."""

    async def answer(visit: Visit) -> web.StreamResponse:
        if entrance.method == "POST":
            check_origin(visit.request)
            visit = replace(visit, posted=await read_fields(visit.request, ENTRANCE_LIMIT_BYTES))
        return await entrance.handler(visit)

    return _explaining(answer)


def _explaining(answer: PageHandler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        visit = stranger(request)
        try:
            visit = await open_visit(request)
            return await answer(visit)
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            return visit.refused(problem)

    return handle


@web.middleware
async def show_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Somebody who reads gets a page also where there is none, or where something of ours is broken."""
    try:
        return await handler(request)
    except Exception as error:
        is_answer = isinstance(error, web.HTTPException) and error.status < 400
        if is_answer or not _reads(request):
            raise
        return stranger(request).refused(explained(request, error))


def _reads(request: web.Request) -> bool:
    """Whether a browser asks for something to show, and not a program for data."""
    is_of_machines = request.path.startswith(("/v1/", "/open_api/", "/static/"))
    return "text/html" in request.headers.get("Accept", "") and not is_of_machines


def stranger(request: web.Request) -> Visit:
    """A visit of nobody in particular, for which nothing is looked up."""
    return Visit(request, words_of(words_for(request)), VISITOR, "", Inside(request))


async def open_visit(request: web.Request) -> Visit:
    """The visit of whoever the cookie stands for, or of VISITOR."""
    cookie = request.cookies.get(cookie_name(request), "")
    inside, words = Inside(request), words_of(words_for(request))
    caller = await signed_in(request, cookie)
    if caller is None:
        request[CALLER] = VISITOR
        return Visit(request, words, VISITOR, "", inside)
    secret, names = (split_cookie(cookie) or ("", ""))[1], await names_for(request, caller)
    return Visit(request, words, caller, secret, inside, names=names)


async def _carried_out(endpoint: PageEndpoint, visit: Visit) -> web.StreamResponse:
    request = visit.request
    if not visit.is_signed_in and not (endpoint.public and _is_public(request)):
        return _to_sign_in(visit, endpoint)
    if visit.is_signed_in and visit.caller.role not in endpoint.allow:
        raise Problem(403, "forbidden", "This page is for other roles than yours.")
    if endpoint.method == "POST":
        check_origin(request)
        posted = await _read_form(request, visit.secret)
        visit = replace(visit, posted=posted)
    return await endpoint.handler(visit)


def _is_public(request: web.Request) -> bool:
    campaign = request.app[STORE].directory.campaigns.get(request.match_info.get("campaign", ""))
    return campaign is not None and campaign.life.state != "draft" and campaign.newest.public


def _to_sign_in(visit: Visit, endpoint: PageEndpoint) -> web.Response:
    """What was sent with a form is gone, so it is not repeated after signing in."""
    back = visit.request.rel_url.path_qs if endpoint.method == "GET" else ""
    where = URL("/sign-in").with_query({"next": back} if back not in ("", "/") else {})
    return visit.redirect(str(where))

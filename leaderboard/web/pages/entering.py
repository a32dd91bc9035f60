"""Signing in and out: by a token, or by a link that works once. Sessions of other sign-ins begin here, too."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from leaderboard.domain.sessions import cookie_text, is_link_code, is_usable
from leaderboard.domain.tokens import Token, is_valid, split_token
from leaderboard.web.campaign_shown import campaign_head
from leaderboard.web.keys import CONFIG, STORE
from leaderboard.web.pages.frame import cookie_name, is_behind_tls
from leaderboard.web.pages.visit import PEOPLE, Entrance, PageEndpoint, Visit
from leaderboard.web.problems import Problem
from leaderboard.web.words import LANGUAGE_COOKIE, LANGUAGES

_HOUR_MS: Final = 3_600_000
_YEAR_S: Final = 365 * 24 * 3600
_PUBLIC_SHOWN: Final = 10
# A way on our own site: neither another host nor a control character.
_OWN_PATH: Final = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*", re.ASCII)


def own_path(text: str) -> str:
    """Where to go after signing in: a path of ours, or the campaigns."""
    return text if _OWN_PATH.fullmatch(text) and not text.startswith("/sign-") else "/campaigns"


def address_of(request: web.Request) -> str:
    """The network address whose failures are counted: the one that our own outermost proxy saw."""
    behind = request.app[CONFIG].pages.proxies
    named = [one.strip() for one in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
    if behind and len(named) >= behind and named[-behind]:
        return named[-behind][:64]
    return request.remote or "unknown"


async def checked_address(visit: Visit) -> str:
    """The address of who tries to sign in. Problem while it has to wait, after too many failures."""
    address = address_of(visit.request)
    if wait_s := await visit.request.app[STORE].sessions.wait_s(address):
        detail = "Too many attempts to sign in have failed from this address. Wait a quarter of an hour."
        raise Problem(429, "too_many_attempts", detail, headers={"Retry-After": str(wait_s)})
    return address


async def _token_of(visit: Visit, text: str) -> Token | None:
    parts = split_token(text)
    token = await visit.request.app[STORE].tokens.find(parts[0]) if parts else None
    return token if token and parts and is_valid(token, parts[1], visit.now_ms) else None


async def begin_session(visit: Visit, token: Token, where: str) -> web.Response:
    """Signs the browser in with a token, and goes on. What it was signed in with before ends."""
    request, sessions = visit.request, visit.request.app[STORE].sessions
    if visit.is_signed_in:
        await sessions.end(visit.caller.id, visit.secret)
    lifetime_ms = request.app[CONFIG].pages.session_h * _HOUR_MS
    session, secret = await sessions.begin(token, visit.now_ms, lifetime_ms)
    response = visit.redirect(own_path(where))
    response.set_cookie(
        cookie_name(request),
        cookie_text(token.id, secret),
        max_age=(session.expires_ms - session.created_ms) // 1000,
        httponly=True,
        secure=is_behind_tls(request),
        samesite="Lax",
        path="/",
    )
    return response


def sign_in_form(
    visit: Visit, where: str, problem: Problem | None = None, *, is_of_token: bool = False
) -> web.Response:
    """The ways to sign in, and why it did not work; `is_of_token` where that is the fault of what was typed."""
    response = visit.page(
        "sign_in.html",
        problem.status if problem else 200,
        next=own_path(where) if where else "",
        problem=problem,
        is_of_token=is_of_token,
        openid=_provider_name(visit),
        campaigns=_public_campaigns(visit),
    )
    response.headers.update(problem.headers if problem else {})
    return response


def _public_campaigns(visit: Visit) -> list[dict[str, object]]:
    """Those whose standings are read without signing in, what ended last first."""
    every = visit.request.app[STORE].directory.campaigns.values()
    public = [one for one in every if one.newest.public and one.life.state not in ("draft", "cancelled")]
    public.sort(key=lambda one: one.counted.window.ends_at_ms, reverse=True)
    return [campaign_head(one, visit.now_ms) for one in public[:_PUBLIC_SHOWN]]


def _provider_name(visit: Visit) -> str:
    openid = visit.request.app[CONFIG].pages.openid
    return openid.name if openid.issuer else ""


async def show_sign_in(visit: Visit) -> web.Response:
    """The form for a token."""
    return sign_in_form(visit, visit.request.query.get("next", ""))


async def sign_in(visit: Visit) -> web.Response:
    """Takes a token."""
    where = visit.field("next")
    try:
        address = await checked_address(visit)
        token = await _token_of(visit, visit.field("token"))
        if token is None:
            await visit.request.app[STORE].sessions.failed(address)
            raise Problem(401, "unauthorized", "This token is unknown, expired or revoked.")
        if not is_usable(token, visit.now_ms):
            raise Problem(
                403, "forbidden", "A token of role ingest is for machines; nobody signs in with it."
            )
    except Problem as problem:
        return sign_in_form(visit, where, problem, is_of_token=problem.status in (401, 403))
    return await begin_session(visit, token, where)


_NO_LINK: Final = "This link was used, or is older than 15 minutes. Ask for another one."


async def show_link(visit: Visit) -> web.Response:
    """Asks before a link is used up: programs that look at mail open links, too."""
    code, store = visit.request.match_info["code"], visit.request.app[STORE]
    await checked_address(visit)
    link = await store.sessions.link(code, visit.now_ms) if is_link_code(code) else None
    token = await store.tokens.find(link.token) if link else None
    if token is None or not is_usable(token, visit.now_ms):
        await store.sessions.failed(address_of(visit.request))
        raise Problem(404, "not_found", _NO_LINK)
    return visit.page("sign_in_link.html", token=token)


async def use_link(visit: Visit) -> web.Response:
    """Signs in with a link, once."""
    code, store = visit.request.match_info["code"], visit.request.app[STORE]
    address = await checked_address(visit)
    link = await store.sessions.use_link(code, visit.now_ms) if is_link_code(code) else None
    token = await store.tokens.find(link.token) if link else None
    if token is None or not is_usable(token, visit.now_ms):
        await store.sessions.failed(address)
        raise Problem(404, "not_found", _NO_LINK)
    return await begin_session(visit, token, "")


async def sign_out(visit: Visit) -> web.Response:
    """Signs this browser out."""
    await visit.request.app[STORE].sessions.end(visit.caller.id, visit.secret)
    return _signed_out(visit)


async def sign_out_everywhere(visit: Visit) -> web.Response:
    """Signs every browser out that is signed in with the same token."""
    await visit.request.app[STORE].sessions.end_all(visit.caller.id)
    return _signed_out(visit)


def _signed_out(visit: Visit) -> web.Response:
    response = visit.redirect("/sign-in", done="signed_out")
    response.del_cookie(cookie_name(visit.request), path="/", secure=is_behind_tls(visit.request))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def show_me(visit: Visit) -> web.Response:
    """Who one is here, and where one is signed in."""
    browsers = await visit.request.app[STORE].sessions.count(visit.caller.id, visit.now_ms)
    return visit.page("me.html", browsers=browsers)


async def choose_language(visit: Visit) -> web.Response:
    """Keeps the choice of a language for a year."""
    response = visit.redirect(own_path(visit.field("next")))
    if (language := visit.field("language")) in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, language, max_age=_YEAR_S, samesite="Lax", path="/", httponly=True
        )
    return response


async def show_start(visit: Visit) -> web.Response:
    """The first page is the list of campaigns."""
    return visit.redirect("/campaigns")


# Nobody is signed in yet where these are asked for, so each has to stand without a session.
ENTRANCES: Final = (
    Entrance("GET", "/", show_start),
    Entrance("GET", "/sign-in", show_sign_in),
    Entrance("POST", "/sign-in", sign_in),
    Entrance("GET", "/sign-in/link/{code}", show_link),
    Entrance("POST", "/sign-in/link/{code}", use_link),
    Entrance("POST", "/language", choose_language),
)
PAGES: Final = (
    PageEndpoint("GET", "/me", show_me, PEOPLE),
    PageEndpoint("POST", "/sign-out", sign_out, PEOPLE),
    PageEndpoint("POST", "/sign-out-everywhere", sign_out_everywhere, PEOPLE),
)

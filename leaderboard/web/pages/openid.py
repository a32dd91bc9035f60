"""Signing in by OpenID Connect: off to the provider, and back with a code. Who one is then is a token without secret.

It begins with a link and not with a form: browsers hold every redirect after a form to our policy for forms, and no
policy can know all hosts that a provider sends people through.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

from aiohttp import ClientSession, web

from leaderboard.config import ConfigError, OpenId
from leaderboard.domain.openid import ATTEMPT_LIFETIME_MS, Attempt, is_browser
from leaderboard.domain.sessions import is_link_code
from leaderboard.domain.tokens import hash_secret
from leaderboard.web.keys import CONFIG, REQUEST_ID, STORE
from leaderboard.web.pages.entering import begin_session, checked_address, own_path, sign_in_form
from leaderboard.web.pages.frame import is_behind_tls
from leaderboard.web.pages.openid_people import token_of
from leaderboard.web.pages.openid_provider import TIMEOUT, CodeRefused, NotSetUp, Provider, ProviderAway
from leaderboard.web.pages.openid_token import NotGenuine
from leaderboard.web.pages.visit import Entrance, Visit
from leaderboard.web.problems import Problem, not_found

log = logging.getLogger(__name__)

PROVIDER: web.AppKey[Provider] = web.AppKey("PROVIDER")
BACK: Final = "/sign-in/openid/callback"

_COOKIES: Final = ("__Host-leaderboard-openid", "leaderboard-openid")


class _Unproven(Exception):
    """The answer does not fit what was begun here; the text is for the log."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the provider sent the browser back with, and the attempt that it answers."""

    attempt: Attempt
    query: Mapping[str, str]


def setup(app: web.Application) -> None:
    """Lets the application know its provider, if it has one. ConfigError for a secret that cannot be read."""
    config = app[CONFIG].pages.openid
    if not config.issuer:
        return
    secret = _secret_of(config)

    async def provider(app: web.Application) -> AsyncIterator[None]:
        async with ClientSession(timeout=TIMEOUT, headers={"Accept": "application/json"}) as session:
            app[PROVIDER] = Provider(config, secret, session)
            yield

    app.cleanup_ctx.append(provider)


def _secret_of(config: OpenId) -> str:
    name = config.client_secret_file
    try:
        secret = Path(name).read_text("utf-8").strip() if name else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"pages.openid.client_secret_file: {name}: cannot be read: {error}") from error
    if name and not secret:
        raise ConfigError(f"pages.openid.client_secret_file: {name}: is empty")
    return secret


def _provider(visit: Visit) -> Provider:
    if PROVIDER not in visit.request.app:
        raise not_found("signing in by OpenID Connect")
    return visit.request.app[PROVIDER]


def _cookie_name(visit: Visit) -> str:
    return _COOKIES[0] if is_behind_tls(visit.request) else _COOKIES[1]


def _back(visit: Visit) -> str:
    request = visit.request
    return (request.app[CONFIG].pages.url or f"{request.scheme}://{request.host}") + BACK


async def begin(visit: Visit) -> web.Response:
    """Sends the browser to the provider. What the answer has to fit is kept here, for ten minutes."""
    provider, where = _provider(visit), own_path(visit.request.query.get("next", ""))
    try:
        address = await checked_address(visit)
        # Begun in two tabs, both can be ended: the cookie is the browser's and stays, the state is the tab's.
        kept = visit.request.cookies.get(_cookie_name(visit), "")
        browser = kept if is_link_code(kept) else token_urlsafe(32)
        state = token_urlsafe(32)
        attempt = Attempt(hash_secret(browser), token_urlsafe(32), token_urlsafe(48), where)
        way = await provider.way(
            visit.now_ms,
            back=_back(visit),
            state=state,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            language=visit.words.language,
        )
        if not await visit.request.app[STORE].attempts.begin(state, attempt, address):
            detail = "Too many sign-ins were begun from this address. Wait a quarter of an hour."
            raise Problem(429, "too_many_attempts", detail)
    except ProviderAway as error:
        return sign_in_form(visit, where, _away(provider, error))
    except Problem as problem:
        return sign_in_form(visit, where, problem)
    response = web.Response(status=303, headers={"Location": way, "Cache-Control": "no-store"})
    response.set_cookie(
        _cookie_name(visit),
        browser,
        max_age=ATTEMPT_LIFETIME_MS // 1000,
        httponly=True,
        secure=is_behind_tls(visit.request),
        samesite="Lax",
        path="/",
    )
    return response


async def come_back(visit: Visit) -> web.Response:
    """Takes the provider's answer: signs in whom it names, or says on the form why not."""
    provider, where = _provider(visit), ""
    try:
        address = await checked_address(visit)
        answer = await _answered(visit)
        where = answer.attempt.next
        claims = await _claims(visit, provider, answer)
        token = await token_of(visit, provider.config, claims)
    except ProviderAway as error:
        return sign_in_form(visit, where, _away(provider, error))
    except (_Unproven, CodeRefused, NotGenuine) as error:
        log.warning("request %s: no sign-in by OpenID Connect: %s", visit.request[REQUEST_ID], error)
        await visit.request.app[STORE].sessions.failed(address)
        return sign_in_form(visit, where, _unproven(provider))
    except Problem as problem:
        return sign_in_form(visit, where, problem)
    return await begin_session(visit, token, where)


def _away(provider: Provider, error: ProviderAway) -> Problem:
    log.error("the provider of OpenID Connect cannot be used: %s", error)
    name = provider.config.name
    if isinstance(error, NotSetUp):
        detail = (
            f"This service is not set up for {name} as it should be."
            " Tell whoever runs it, or sign in with a token."
        )
    else:
        detail = f"At the moment {name} does not answer. Try again in a minute, or sign in with a token."
    return Problem(502, "unavailable", detail)


def _unproven(provider: Provider) -> Problem:
    name = provider.config.name
    detail = (
        f"What {name} answered belongs to no sign-in of this browser, was used, or is over 10 minutes old."
        " Begin again."
    )
    return Problem(401, "unauthorized", detail)


async def _answered(visit: Visit) -> _Answer:
    """The attempt that the request answers; it is used up, and has to be of this browser."""
    query, browser = visit.request.query, visit.request.cookies.get(_cookie_name(visit), "")
    attempt = await visit.request.app[STORE].attempts.take(query.get("state", ""))
    if attempt is None:
        raise _Unproven("the state is unknown, used or over")
    if not is_browser(attempt, browser):
        raise _Unproven("another browser began it")
    return _Answer(attempt, query)


async def _claims(visit: Visit, provider: Provider, answer: _Answer) -> Mapping[str, Any]:
    query, config = answer.query, provider.config
    metadata = await provider.metadata(visit.now_ms)
    # RFC 9207: of two providers none can pass its own answer, or another's, for that of the other.
    if query.get("iss", config.issuer) != config.issuer:
        raise _Unproven("it names another issuer")
    if metadata.authorization_response_iss_parameter_supported and "iss" not in query:
        raise _Unproven("it names no issuer")
    if "error" in query:
        log.info("the provider of OpenID Connect declines: %r", query["error"][:80])
        raise Problem(
            403, "forbidden", f"There was no sign-in with {config.name}. Begin again, or ask who runs it."
        )
    if not query.get("code"):
        raise _Unproven("there is no code")
    attempt = answer.attempt
    return await provider.claims(
        visit.now_ms, code=query["code"], back=_back(visit), nonce=attempt.nonce, verifier=attempt.verifier
    )


# Nobody is signed in yet where these are asked for, so each has to stand without a session.
ENTRANCES: Final = (
    Entrance("GET", "/sign-in/openid", begin),
    Entrance("GET", BACK, come_back),
)

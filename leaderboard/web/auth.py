"""Who calls, and whether they may: one look at the store per request, so a revocation works at once."""

from __future__ import annotations

import msgspec
from aiohttp import web

from leaderboard.domain.accounts import Account
from leaderboard.domain.sessions import is_usable, split_cookie
from leaderboard.domain.tokens import Role, Token, is_valid, split_token
from leaderboard.store import keys
from leaderboard.store.client import Command
from leaderboard.store.sessions import Sessions
from leaderboard.web.endpoints import Endpoint, Handler
from leaderboard.web.keys import AHEAD, AHEAD_ANSWER, CALLER, NOW_MS, STORE
from leaderboard.web.problems import Problem


def _unauthorized(detail: str) -> Problem:
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": 'Bearer realm="leaderboard"'})


async def _look_up(
    request: web.Request, token_id: str, also: Command | None = None
) -> tuple[Token | None, object]:
    """The stored token, and what else was asked; on the same way, the store's clock and the settings that changed."""
    store = request.app[STORE]
    commands: list[Command] = [("HGET", keys.TOKENS, token_id), ("TIME",), store.directory.changes]
    if also:
        commands.append(also)
    answers = await store.client.together(commands, raise_errors=False)
    if failed := next((one for one in answers[:3] if isinstance(one, Exception)), None):
        raise failed
    found, (seconds, micros), changes = answers[:3]
    request[NOW_MS] = int(seconds) * 1000 + int(micros) // 1000
    await store.directory.absorb(changes)
    return msgspec.json.decode(found, type=Token) if found else None, answers[3] if also else None


async def authenticate(request: web.Request, text: str) -> Token | None:
    """The caller whom a token text stands for, or None."""
    parts = split_token(text)
    if parts is None:
        return None
    token, request[AHEAD_ANSWER] = await _look_up(request, parts[0], request.get(AHEAD))
    if token is None or not is_valid(token, parts[1], request[NOW_MS]):
        return None
    request[CALLER] = token
    return token


async def signed_in(request: web.Request, cookie: str) -> Token | None:
    """The caller whom a session's cookie stands for, or None; either way the request knows the store's time."""
    token_id, secret = split_cookie(cookie) or ("", "")
    token, found = await _look_up(request, token_id, Sessions.look_up(token_id, secret))
    if isinstance(found, Exception):
        raise found
    session = Sessions.found(found if isinstance(found, bytes) else None, request[NOW_MS])
    if token is None or session is None or not is_usable(token, request[NOW_MS]):
        return None
    request[CALLER] = token
    return token


async def _authorize(request: web.Request, allow: frozenset[Role]) -> None:
    if CALLER not in request:
        await _authenticate(request)
    if (role := request[CALLER].role) not in allow:
        roles = ", ".join(sorted(allow))
        raise Problem(403, "forbidden", f"A token of role {role} may not do this; it takes {roles}.")


async def _authenticate(request: web.Request) -> None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise _unauthorized("This needs a token: send the header `Authorization: Bearer TOKEN`.")
    if await authenticate(request, text.strip()) is None:
        raise _unauthorized("This token is unknown, expired or revoked.")


def guarded(endpoint: Endpoint) -> Handler:
    """The endpoint's handler behind its check. `allow` without roles means that no token is needed.

    A page asks endpoints in the name of whoever is signed in: then the caller is known already.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        if endpoint.ahead and CALLER not in request and (command := endpoint.ahead(request)):
            request[AHEAD] = tuple(command)
        if endpoint.allow and not endpoint.own_envelope:
            await _authorize(request, endpoint.allow)
        return await endpoint.handler(request)

    return handle


def agency_of(request: web.Request) -> str | None:
    """The agency that a caller is bound to, or None for one who may see every account."""
    caller = request[CALLER]
    return caller.agency if caller.role == "agency" else None


def may_see_details(account: Account | None, agency: str | None) -> bool:
    """Whether a caller bound to `agency`, or to none, may see the details of an account."""
    return agency is None or (account is not None and account.agency_id == agency)

"""Who calls, and whether they may: one look at the store per request, so a revocation works at once."""

from __future__ import annotations

import msgspec
from aiohttp import web

from leaderboard.domain.tokens import Role, Token, is_valid, split_token
from leaderboard.store import keys
from leaderboard.store.client import Command
from leaderboard.web.endpoints import Endpoint, Handler
from leaderboard.web.keys import AHEAD, AHEAD_ANSWER, CALLER, NOW_MS, STORE
from leaderboard.web.problems import Problem


def _unauthorized(detail: str) -> Problem:
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": 'Bearer realm="leaderboard"'})


async def _look_up(request: web.Request, token_id: str) -> Token | None:
    """The stored token; on the same way, the store's clock and the settings that have changed."""
    store = request.app[STORE]
    commands: list[Command] = [("HGET", keys.TOKENS, token_id), ("TIME",), store.directory.changes]
    if ahead := request.get(AHEAD):
        commands.append(ahead)
    answers = await store.client.together(commands, raise_errors=False)
    if failed := next((one for one in answers[:3] if isinstance(one, Exception)), None):
        raise failed
    request[AHEAD_ANSWER] = answers[3] if ahead else None
    found, (seconds, micros), changes = answers[:3]
    request[NOW_MS] = int(seconds) * 1000 + int(micros) // 1000
    await store.directory.absorb(changes)
    return msgspec.json.decode(found, type=Token) if found else None


async def authenticate(request: web.Request, text: str) -> Token | None:
    """The caller whom a token text stands for, or None."""
    parts = split_token(text)
    token = await _look_up(request, parts[0]) if parts else None
    if parts is None or token is None or not is_valid(token, parts[1], request[NOW_MS]):
        return None
    request[CALLER] = token
    return token


async def _authorize(request: web.Request, allow: frozenset[Role]) -> None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise _unauthorized("This needs a token: send the header `Authorization: Bearer TOKEN`.")
    token = await authenticate(request, text.strip())
    if token is None:
        raise _unauthorized("This token is unknown, expired or revoked.")
    if token.role not in allow:
        roles = ", ".join(sorted(allow))
        raise Problem(403, "forbidden", f"A token of role {token.role} may not do this; it takes {roles}.")


def guarded(endpoint: Endpoint) -> Handler:
    """The endpoint's handler behind its check. `allow` without roles means that no token is needed."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if endpoint.ahead and (command := endpoint.ahead(request)):
            request[AHEAD] = tuple(command)
        if endpoint.allow and not endpoint.own_envelope:
            await _authorize(request, endpoint.allow)
        return await endpoint.handler(request)

    return handle


def agency_of(request: web.Request) -> str | None:
    """The agency that a caller is bound to, or None for one who may see every account."""
    caller = request[CALLER]
    return caller.agency if caller.role == "agency" else None

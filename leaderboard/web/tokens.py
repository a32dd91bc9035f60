"""Access tokens: issued, listed, revoked. A secret is answered once and never again."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import END
from leaderboard.domain.sessions import is_usable
from leaderboard.domain.times import rfc3339
from leaderboard.domain.tokens import Role, Token, TokenRequest, binding_problem, expiry_ms
from leaderboard.web import examples
from leaderboard.web.answers import Time, answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.endpoints import ADMIN, Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, CONFIG, NOW_MS, STORE
from leaderboard.web.problems import Problem, invalid, not_found

TokenId = Annotated[str, Meta(pattern="^[a-z0-9]{1,32}" + END)]


class TokenShown(Struct, kw_only=True):
    """A token without its secret. `browsers`: in how many somebody is signed in with it.

    `from_provider`: it is of somebody whom the provider of OpenID Connect signs in, so that it has no secret.
    """

    id: str
    role: Role
    name: str
    agency: str | None
    accounts: list[str]
    created_at: Time
    expires_at: Time | None
    revoked_at: Time | None
    browsers: int
    from_provider: bool


class TokenIssued(TokenShown, kw_only=True):
    """A new token; `secret` is what its holder sends, and is shown here only."""

    secret: str


class TokenList(Struct):
    """All tokens, the oldest first."""

    items: list[TokenShown]
    cursor: str | None


class LinkIssued(Struct):
    """A link that signs somebody in with a token: once, and until it expires. It is answered here only."""

    url: str
    expires_at: Time


def _shown(token: Token, browsers: int = 0) -> dict[str, object]:
    return {
        "id": token.id,
        "role": token.role,
        "name": token.name,
        "agency": token.agency,
        "accounts": token.accounts,
        "created_at": rfc3339(token.created_ms),
        "expires_at": rfc3339(token.expires_ms) if token.expires_ms else None,
        "revoked_at": rfc3339(token.revoked_ms) if token.revoked_ms else None,
        "browsers": browsers,
        "from_provider": bool(token.person),
    }


async def issue_token(request: web.Request) -> web.Response:
    """A new token."""
    asked = await read_setting(request, TokenRequest)
    await _check(request, asked)
    token, text = await request.app[STORE].tokens.issue(asked, request[CALLER].id, request[NOW_MS])
    response = answer(_shown(token) | {"secret": text}, status=201)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _check(request: web.Request, asked: TokenRequest) -> None:
    problem = binding_problem(asked)
    if problem is None and asked.expires is not None:
        try:
            expiry_ms(asked.expires)
        except ValueError as error:
            problem = str(error)
    if problem is None and asked.agency and await request.app[STORE].settings.agency(asked.agency) is None:
        problem = f"agency: agency {asked.agency} does not exist; put it first"
    if problem:
        path, _, detail = problem.partition(": ")
        raise invalid(path, detail)


async def list_tokens(request: web.Request) -> web.Response:
    """All tokens, without secrets."""
    store = request.app[STORE]
    tokens = await store.tokens.every()
    browsers = await store.sessions.counts([token.id for token in tokens], request[NOW_MS])
    items = [_shown(token, 0 if token.revoked_ms else browsers[token.id]) for token in tokens]
    return answer({"items": items, "cursor": None})


async def revoke_token(request: web.Request) -> web.Response:
    """Ends a token, from the next request on."""
    token_id = checked(request, "token", TokenId)
    if not await request.app[STORE].tokens.revoke(token_id, request[CALLER].id, request[NOW_MS]):
        raise not_found(f"token {token_id}")
    return web.Response(status=204)


async def issue_link(request: web.Request) -> web.Response:
    """A link that signs in with a token: once, within 15 minutes."""
    token_id, sessions = checked(request, "token", TokenId), request.app[STORE].sessions
    token = await request.app[STORE].tokens.find(token_id)
    if token is None:
        raise not_found(f"token {token_id}")
    if not is_usable(token, request[NOW_MS]) or token.person:
        detail = (
            f"Nobody can sign in with a link to token {token_id}: it is revoked, expired, of role ingest, or of"
            " somebody whom the provider of OpenID Connect signs in."
        )
        raise Problem(409, "not_usable", detail)
    link, code = await sessions.make_link(token, request[CALLER].id, request[NOW_MS])
    shown = {"url": f"{_address(request)}/sign-in/link/{code}", "expires_at": rfc3339(link.expires_ms)}
    response = answer(shown, status=201)
    response.headers["Cache-Control"] = "no-store"
    return response


def _address(request: web.Request) -> str:
    """Where people reach the service."""
    return request.app[CONFIG].pages.url or f"{request.scheme}://{request.host}"


async def end_sessions(request: web.Request) -> web.Response:
    """Signs every browser out that is signed in with a token, and takes back its unused links."""
    token_id = checked(request, "token", TokenId)
    if await request.app[STORE].tokens.find(token_id) is None:
        raise not_found(f"token {token_id}")
    await request.app[STORE].sessions.end_all(token_id)
    return web.Response(status=204)


_TOKEN: Final = Parameter(
    "token", "path", TokenId, "The token's id: the part between the two underscores.", "k3v9x2m4q8z1"
)
_NO_TOKEN: Final = Answer("There is no such token.")

ENDPOINTS: Final = (
    Endpoint(
        "POST", "/v1/tokens", issue_token, ADMIN, "Issue a token", "Tokens",
        {201: Answer("The token, with its secret.", TokenIssued)},
        body=Body({"application/json": TokenRequest}, examples={"application/json": examples.TOKEN}),
    ),
    Endpoint(
        "GET", "/v1/tokens", list_tokens, ADMIN, "List tokens", "Tokens", {200: Answer("All tokens.", TokenList)}
    ),
    Endpoint(
        "DELETE", "/v1/tokens/{token}", revoke_token, ADMIN, "Revoke a token", "Tokens",
        {204: Answer("It has ended, now or before."), 404: _NO_TOKEN}, (_TOKEN,),
    ),
    Endpoint(
        "POST", "/v1/tokens/{token}/link", issue_link, ADMIN, "Make a link for signing in", "Tokens",
        {
            201: Answer("The link, which signs one browser in.", LinkIssued),
            404: _NO_TOKEN,
            409: Answer("Nobody can sign in with this token."),
        },
        (_TOKEN,),
    ),
    Endpoint(
        "DELETE", "/v1/tokens/{token}/sessions", end_sessions, ADMIN, "Sign a token out everywhere", "Tokens",
        {204: Answer("No browser is signed in with it."), 404: _NO_TOKEN}, (_TOKEN,),
    ),
)  # fmt: skip

"""The way in for clients that speak the TikTok Events API: its envelope outside, our events inside.

HTTP status is 200 for whatever the envelope can say, since such clients look no further. 413 and 503 remain.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import Struct

from leaderboard.domain.events import Event
from leaderboard.domain.events_api import Code, endpoint_of, source_of, translate
from leaderboard.domain.events_api import Endpoint as Dialect
from leaderboard.domain.events_api import answer as envelope
from leaderboard.domain.kept_events import KeptEvent, Refused
from leaderboard.web import examples
from leaderboard.web.answers import answer
from leaderboard.web.auth import authenticate
from leaderboard.web.bodies import EVENTS_LIMIT_BYTES, NOT_JSON, not_json, read_body
from leaderboard.web.endpoints import SENDERS, Answer, Body, Endpoint
from leaderboard.web.event_batches import Keeper, Rejection
from leaderboard.web.ingest import append, note_rejected
from leaderboard.web.keys import CALLER, DOOR, HASHER, NOW_MS, REQUEST_ID, STORE
from leaderboard.web.problems import Problem


class Envelope(Struct):
    """What clients of the dialect read: `code` first.

    0 good · 20001 some events were refused, see `data.errors` · 40001 not this token's source · 40002 cannot be
    understood, the message names the field · 40104 no token · 40105 no such token.
    """

    code: int
    message: str
    request_id: str
    data: dict[str, Any]


def _say(request: web.Request, code: int, message: str, data: dict[str, Any] | None = None) -> web.Response:
    return answer(envelope(code, message, request[REQUEST_ID], data))


async def _refusal(request: web.Request) -> web.Response | None:
    """The envelope for a caller who may not send, or None."""
    text = request.headers.get("Access-Token", "").strip()
    if not text:
        return _say(request, Code.TOKEN_MISSING, "Access-Token: the header is missing or empty.")
    token = await authenticate(request, text)
    if token is None:
        return _say(request, Code.TOKEN_WRONG, "Access-Token: this token is unknown, expired or revoked.")
    if token.role not in SENDERS:
        return _say(request, Code.NO_PERMISSION, f"A token of role {token.role} may not send events.")
    return None


async def receive_dialect(request: web.Request) -> web.Response:
    """A request of the dialect, translated, kept and answered."""
    if refusal := await _refusal(request):
        return refusal
    try:
        document = await _read_document(request)
    except Problem as problem:
        if problem.status not in (400, 415):
            raise
        return _say(request, Code.INVALID, problem.detail)
    endpoint = endpoint_of(request.path)
    if endpoint is None:
        return _say(request, Code.UNKNOWN_PATH, "There is nothing at this address.")
    return await _take(request, endpoint, document)


async def _read_document(request: web.Request) -> object:
    body = await read_body(request, EVENTS_LIMIT_BYTES)
    try:
        return msgspec.json.decode(body)
    except NOT_JSON as error:
        raise not_json(body, error) from error


async def _take(request: web.Request, endpoint: Dialect, document: object) -> web.Response:
    source = source_of(endpoint, document)
    account = await request.app[STORE].settings.account_of_pixel(source) if source else None
    if source and (account is None or not request[CALLER].allows_account(account)):
        detail = f"No permission to send events of {source[:64]!r}: it is no pixel code of an account of this token."
        await note_rejected(request, [Rejection(0, "unknown_pixel", detail)])
        return _say(request, Code.NO_PERMISSION, detail)
    found = translate(endpoint, document, received_ms=request[NOW_MS], request_id=request[REQUEST_ID])
    kept, refused = _keep_all(request, found.events, account or "")
    refused += [Rejection(one.index or 0, "invalid", str(one), account) for one in found.problems]
    await note_rejected(request, refused)
    await append(request, kept)
    return _say(request, found.code, found.message, found.data)


def _keep_all(
    request: web.Request, events: list[Event], account: str
) -> tuple[list[KeptEvent], list[Rejection]]:
    kept: list[KeptEvent] = []
    refused: list[Rejection] = []
    keeper = Keeper(request[NOW_MS], request.app[HASHER], request.app[DOOR])
    for index, event in enumerate(events):
        event.account_id = account
        try:
            kept.append(keeper.keep(event))
        except Refused as error:
            refused.append(Rejection(index, error.code, str(error), account, event.id))
    return kept, refused


def _endpoint(version: str, name: str) -> Endpoint:
    return Endpoint(
        "POST",
        f"/open_api/{version}/{name}/",
        receive_dialect,
        SENDERS,
        f"{name}, {version}",
        "Events API",
        {200: Answer("The envelope; `code` 0 is good.", Envelope)},
        body=Body(
            {"application/json": dict[str, Any]}, examples={"application/json": examples.DIALECT[name]}
        ),
        description="The token goes into the header `Access-Token`. The source is a pixel code or an account's id.",
        own_envelope=True,
    )


ENDPOINTS: Final = tuple(
    _endpoint(version, name)
    for version in ("v1.3", "v1.2")
    for name in ("event/track", "pixel/track", "pixel/batch")
)

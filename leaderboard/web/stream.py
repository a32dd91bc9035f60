"""`GET …/standings/stream`: the standings as server-sent events. What is sent comes from the hub."""

from __future__ import annotations

from secrets import randbelow
from time import monotonic
from typing import Any, Final

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge

from leaderboard.domain.sessions import is_usable
from leaderboard.domain.tokens import Token
from leaderboard.store import keys
from leaderboard.web.answers import checked
from leaderboard.web.auth import agency_of
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, find_campaign
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint, Parameter
from leaderboard.web.keys import CALLER, REQUEST_ID, STORE
from leaderboard.web.problems import REQUEST_ID_HEADER
from leaderboard.web.standings import FRESHNESS, Limit
from leaderboard.web.stream_hub import HUB, Hub
from leaderboard.web.stream_line import Channel, Permit, Subscription

CONTENT_TYPE: Final = "text/event-stream"
# Programs open a stream that has ended again after some such time, and not all of them at once.
RETRY_MS: Final = range(1_000, 3_000)

_HEADERS: Final = {
    "Content-Type": CONTENT_TYPE,
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep messages back
}
_ABOUT: Final = """\
A message `standings` has the page's own fields, but only those of campaign, provisional and total that have changed,
and four more: `whole` is true of the first, which has everything; `entries` are those that are new or have changed, as
`GET …/standings` has them; `moved` those of which only `rank` or `award_rank` is another; `gone` the accounts that have
left the page. At most four come in a second. `id` names what is known after it: with `Last-Event-ID` a stream begins
with what was missed, where that can still be told. A message `as_of` has as_of, lag_ms, awards_as_of and version, and
comes when nothing has changed for five seconds; who hears nothing for ten has lost the connection. While the store is
away, comments come in its place. The stream ends when the token does, or the service is stopped.
"""
_EXAMPLE: Final = """\
event: standings
id: 9f2c41d07be85a36
data: {"as_of":"2026-03-01T12:00:00.000Z","lag_ms":0,"awards_as_of":null,"version":8,"whole":false,"entries":[],\
"moved":[{"account_id":"mayas-corner","rank":2,"award_rank":null}],"gone":[]}

"""


def setup(app: web.Application) -> None:
    """The hub of all streams. When the service stops, they end before it waits for anybody."""
    hub = app[HUB] = Hub(app[STORE], app[FRESHNESS])

    async def close(_app: web.Application) -> None:
        await hub.close()

    app.on_shutdown.append(close)


def token_permit(token: Token) -> Permit:
    """Holds until the token expires or is revoked."""

    def holds(answers: Any, now_ms: int) -> bool:
        return bool(answers[0]) and is_usable(msgspec.json.decode(answers[0], type=Token), now_ms)

    return Permit((("HGET", keys.TOKENS, token.id),), holds)


async def stream_standings(request: web.Request) -> web.StreamResponse:
    """The first places of the standings, and whatever changes in them, as server-sent events."""
    campaign, limit = find_campaign(request), checked(request, "limit", Limit, 50)
    if request.method == "HEAD":
        return web.Response(headers=_HEADERS)
    channel = Channel(campaign.definition.id, agency_of(request), limit)
    last_id = request.headers.get("Last-Event-ID", "")
    return await serve(request, request.app[HUB].subscribe(channel, token_permit(request[CALLER]), last_id))


async def serve(request: web.Request, subscription: Subscription) -> web.StreamResponse:
    """Sends what comes, until the subscription ends or the client is gone; closes it in the end."""
    response = web.StreamResponse(headers={**_HEADERS, REQUEST_ID_HEADER: request[REQUEST_ID]})
    transport = request.transport
    subscription.abort = transport.abort if transport else None
    try:
        await response.prepare(request)
        await response.write(f"retry: {RETRY_MS[randbelow(len(RETRY_MS))]}\n\n".encode())
        async for message in subscription:
            subscription.sending_s = monotonic()
            await response.write(message)
            subscription.sending_s = None
    except ConnectionError:
        pass  # nobody is there to be told
    finally:
        subscription.close()
    return response


def add_stream_metrics(registry: CollectorRegistry, hub: Hub) -> None:
    """How many streams this process holds."""
    for name, text, value in (
        ("leaderboard_streams", "Open streams of standings, of this process.", hub.streams),
        ("leaderboard_stream_channels", "Different pages that they show.", hub.channels),
    ):
        Gauge(name, text, registry=registry).set(value)


ENDPOINTS: Final = (
    Endpoint(
        "GET",
        "/v1/campaigns/{campaign}/standings/stream",
        stream_standings,
        EVERY_ROLE - {"ingest"},
        "Watch the standings",
        "Standings",
        {
            200: Answer("Messages, as long as both sides want.", None, CONTENT_TYPE, _EXAMPLE),
            404: NO_CAMPAIGN,
        },
        (CAMPAIGN, Parameter("limit", "query", Limit, "How many places, 50 unless told.")),
        description=" ".join(_ABOUT.split()),
    ),
)

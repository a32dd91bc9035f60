"""The stream behind the page of standings: what has changed, in the words of one language. The hub does the rest."""

from __future__ import annotations

from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from aiohttp import web
from msgspec import Struct

from leaderboard.domain.sessions import is_usable
from leaderboard.domain.tokens import Token
from leaderboard.store import keys
from leaderboard.store.directory import Directory
from leaderboard.store.sessions import Sessions
from leaderboard.web.answers import checked
from leaderboard.web.auth import agency_of
from leaderboard.web.campaign_shown import find_campaign
from leaderboard.web.keys import STORE
from leaderboard.web.pages.paths import below
from leaderboard.web.pages.standings_board import ROWS_PER_PAGE, WALL_PLACES_MOST
from leaderboard.web.pages.standings_rows import Level, Row, row_of
from leaderboard.web.pages.visit import Visit
from leaderboard.web.problems import Problem
from leaderboard.web.standings import Limit
from leaderboard.web.stream import CONTENT_TYPE, serve
from leaderboard.web.stream_hub import HUB
from leaderboard.web.stream_line import NOBODY, Channel, Permit
from leaderboard.web.stream_tape import Change, Form
from leaderboard.web.words import Words, words_of

_OTHER_READER: Final = "Somebody else is signed in in this browser by now. Load the page again."


class _Moved(Struct, omit_defaults=True, rename={"account": "i", "rank": "r", "award_rank": "p"}):
    account: str
    rank: int
    award_rank: int | None = None


class _Message(Struct, omit_defaults=True):
    """What the script of the page is told; `state` and `total` only where they are others than before."""

    as_of: str
    lag_ms: int
    rows: list[Row]
    moved: list[_Moved] = []
    gone: list[str] = []
    whole: bool = False
    state: str = ""
    total: int | None = None


def address(visit: Visit, level: Level, limit: int, known: str) -> str:
    """Where the page asks. It names its reader, so that nobody else's numbers come to a page that is open."""
    asked = {"limit": limit, "told": level, "reader": visit.caller.id, "id": known}
    return f"{below('campaigns', visit.campaign, 'live')}?{urlencode(asked)}"


async def watch(visit: Visit) -> web.StreamResponse:
    """Changes of the first places, for as long as the reader may see them."""
    request = visit.request
    channel = _channel(visit)
    if request.method == "HEAD":
        return web.Response(content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})
    last_id = request.headers.get("Last-Event-ID") or request.query.get("id", "")
    return await serve(request, request.app[HUB].subscribe(channel, _permit(visit), last_id))


def _channel(visit: Visit) -> Channel:
    request, campaign = visit.request, find_campaign(visit.request)
    limit, told = checked(request, "limit", Limit, 50), checked(request, "told", Level, "public")
    if request.query.get("reader", visit.caller.id) != visit.caller.id:
        raise Problem(403, "forbidden", _OTHER_READER)
    level = _level(visit, told)
    if not visit.is_signed_in and limit > WALL_PLACES_MOST:
        # Each number of places costs the process a reading of its own, and strangers could ask for all of them.
        limit = ROWS_PER_PAGE
    scope = agency_of(request) if level in ("agency", "staff") else NOBODY
    return Channel(campaign.definition.id, scope, limit, form(level, visit.words.language))


def _level(visit: Visit, told: Level) -> Level:
    """A reader is told what is theirs, or less."""
    if not visit.is_signed_in:
        return "public"
    if told in ("public", "wall"):
        return told
    return "agency" if visit.caller.role == "agency" else "staff"


@cache
def form(level: Level, language: str) -> Form:
    """Messages in a language; the name is the same for all who are told the same."""
    words = words_of(language)
    return Form(f"page {level} {language}", lambda change: _written(change, words, level))


def _written(change: Change, words: Words, level: Level) -> bytes:
    head = change.head
    return msgspec.json.encode(
        _Message(
            as_of=head["as_of"],
            lag_ms=head["lag_ms"],
            rows=[row_of(entry, words, level) for entry in change.entries],
            moved=[_Moved(one["account_id"], one["rank"], _award_rank(one, level)) for one in change.moved],
            gone=list(change.gone),
            whole=change.whole,
            state=head["campaign"]["state"] if "campaign" in head else "",
            total=head.get("total"),
        )
    )


def _award_rank(entry: Any, level: Level) -> int | None:
    rank: int | None = entry["award_rank"] if level in ("agency", "staff") else None
    return rank


def _permit(visit: Visit) -> Permit:
    """While the session holds and its token too; a visitor's while the campaign is public."""
    if not visit.is_signed_in:
        return _public_permit(visit.request.app[STORE].directory, visit.campaign)
    token_id = visit.caller.id
    commands = (("HGET", keys.TOKENS, token_id), tuple(Sessions.look_up(token_id, visit.secret)))

    def holds(answers: Any, now_ms: int) -> bool:
        token, session = answers
        is_good = bool(token) and is_usable(msgspec.json.decode(token, type=Token), now_ms)
        return is_good and Sessions.found(session, now_ms) is not None

    return Permit(commands, holds)


def _public_permit(directory: Directory, name: str) -> Permit:
    def holds(_answers: Any, _now_ms: int) -> bool:
        campaign = directory.campaigns.get(name)
        return campaign is not None and campaign.newest.public

    return Permit((), holds)

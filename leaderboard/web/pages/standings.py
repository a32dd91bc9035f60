"""The standings of a campaign as a page: for people of every role, for visitors where it is public, and for a wall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from aiohttp import web
from msgspec import Meta

from leaderboard.domain.times import to_ms
from leaderboard.web.answers import checked
from leaderboard.web.pages import standings_csv, standings_live
from leaderboard.web.pages.paths import api
from leaderboard.web.pages.standings_board import ROWS_PER_PAGE, WALL_PLACES_MOST, Board, read_board
from leaderboard.web.pages.standings_chart import rank_chart
from leaderboard.web.pages.standings_prizes import is_by_award, last_paid_rank, podium, prizes_of
from leaderboard.web.pages.standings_rows import Level, Row, level_of, row_of
from leaderboard.web.pages.visit import PEOPLE, PageEndpoint, Visit
from leaderboard.web.stream_tape import event_id

PageNumber = Annotated[int, Meta(ge=1, le=10_000)]
WallPlaces = Annotated[int, Meta(ge=3, le=WALL_PLACES_MOST)]

SEARCH_CHARACTERS: Final = 128
WALL_PLACES: Final = 10
# The columns of the table, by who reads it; the script fills them by these names.
_ALL: Final = ("rank", "move", "name", "score", "above", "paid", "why", "award")
COLUMNS: Final[Mapping[Level, tuple[str, ...]]] = {
    "public": ("rank", "name", "score"),
    "wall": ("rank", "move", "name", "score"),
    "agency": _ALL,
    "staff": _ALL,
}
# While numbers may still move.
_MOVING: Final = ("scheduled", "live", "closing", "review")


async def show_standings(visit: Visit) -> web.Response:
    """The page, or the wall with `?wall=1`."""
    if visit.request.query.get("wall") == "1":
        return await _show_wall(visit)
    number = checked(visit.request, "page", PageNumber, 1)
    board = await read_board(visit, number, visit.request.query.get("q", "").strip()[:SEARCH_CHARACTERS])
    level = level_of(visit)
    known = event_id(board.document)
    leading = await _with_winners(visit, board.document, _rows(visit, board.leading, level))
    return visit.page(
        "standings.html",
        **await _campaign(visit, board.document, leading),
        level=level,
        columns=COLUMNS[level],
        rows=_rows(visit, board.entries, level),
        board=board,
        scores=board.scores,
        pinned=_rows(visit, board.own, level),
        chart=await rank_chart(visit, board.own) if level != "public" and board.is_live else None,
        live=_live(visit, board, standings_live.address(visit, level, ROWS_PER_PAGE, known)),
    )


async def _with_winners(visit: Visit, document: Mapping[str, Any], rows: list[Row]) -> list[Row]:
    """Once it is certified, a result tells agencies who won, which the standings do not."""
    if document["provisional"] or not visit.may("agency"):
        return rows
    result = await visit.find(api("campaigns", visit.campaign, "result")) or {}
    places = {one["account_id"]: one["award_rank"] for one in result.get("standings", ())}
    for row in rows:
        row.award_rank = places.get(row.account, row.award_rank)
    return rows


def _live(visit: Visit, board: Board, address: str) -> str:
    return address if board.is_live and board.document["campaign"]["state"] in _MOVING else ""


async def _show_wall(visit: Visit) -> web.Response:
    """Big enough to be read across a room. Whoever put it up, it tells what everybody may know."""
    places = checked(visit.request, "top", WallPlaces, WALL_PLACES)
    document = await visit.ask(api("campaigns", visit.campaign, "standings"), limit=places)
    level: Level = "wall" if visit.is_signed_in else "public"
    rows = _rows(visit, document["entries"], level)
    is_moving = document["campaign"]["state"] in _MOVING
    return visit.page(
        "standings_wall.html",
        **await _campaign(visit, document, rows),
        level=level,
        columns=COLUMNS[level],
        rows=rows,
        scores={row.rank: row.score for row in rows},
        # Without the id of what it has: a wall is told less than whoever put it up, so its stream begins anew.
        live=standings_live.address(visit, level, places, "") if is_moving else "",
    )


def _rows(visit: Visit, entries: Sequence[Mapping[str, Any]], level: Level) -> list[Row]:
    return [row_of(entry, visit.words, level) for entry in entries]


async def _campaign(visit: Visit, document: Mapping[str, Any], leading: Sequence[Row]) -> dict[str, Any]:
    """What the campaign's rules and its life tell, and the first places."""
    shown = await visit.ask(api("campaigns", visit.campaign))
    prizes = prizes_of(shown["definition"])
    return {
        "campaign": document["campaign"],
        "head": document,
        "life": shown["life"],
        "is_uv": counts_visitors(shown["definition"]),
        "left_s": _seconds_left(document["campaign"], visit.now_ms),
        "prizes": prizes,
        "podium": podium(prizes, leading) if prizes else [],
        "by_award": is_by_award(leading),
        "paid_rank": last_paid_rank(prizes, leading),
    }


def counts_visitors(definition: Mapping[str, Any]) -> bool:
    """Whether the score is unique visitors, so that it may be called by their name."""
    name = next((award["rank_by"] for award in definition.get("award", ()) if "rank_by" in award), "")
    metric = definition.get("metric", {}).get(name, {})
    by = [step["by"] for step in metric.get("steps", ()) if "by" in step]
    return metric.get("source") == "view" and by == [["visitor"]]


def _seconds_left(campaign: Mapping[str, Any], now_ms: int) -> int:
    """Until it begins, or until it ends."""
    ahead = campaign["starts_at"] if campaign["state"] == "scheduled" else campaign["ends_at"]
    return max(to_ms(datetime.fromisoformat(ahead)) - now_ms, 0) // 1000


async def download_standings(visit: Visit) -> web.Response:
    """Everybody's line, as a file."""
    return await standings_csv.download(visit)


PAGES: Final = (
    PageEndpoint("GET", "/campaigns/{campaign}", show_standings, PEOPLE, public=True),
    PageEndpoint("GET", "/campaigns/{campaign}/standings.csv", download_standings, PEOPLE, public=True),
    PageEndpoint("GET", "/campaigns/{campaign}/live", standings_live.watch, PEOPLE, public=True),
)

"""Ranks over time of those who lead and of the reader's own accounts, as a chart. Keeps no history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from leaderboard.domain.times import from_ms, to_ms
from leaderboard.web.pages import charts
from leaderboard.web.pages.chart_lines import MOST_LINES
from leaderboard.web.pages.paths import api
from leaderboard.web.pages.standings_board import Entry
from leaderboard.web.pages.standings_prizes import PLACES_SHOWN
from leaderboard.web.pages.visit import Visit
from leaderboard.web.words import Words

_DAY_MS: Final = 24 * 3_600_000
# Two points are a line, but no story.
_LEAST_TIMES: Final = 3
_OWN_MOST: Final = MOST_LINES - PLACES_SHOWN

History = Mapping[str, Any]


async def rank_chart(visit: Visit, own: Sequence[Entry]) -> charts.Lines | None:
    """None where too little has been noted yet."""
    path = api("campaigns", visit.campaign, "standings", "history")
    found = await visit.find(path, top=PLACES_SHOWN)
    if found is None or len(found["times"]) < _LEAST_TIMES:
        return None
    lines = {one["account_id"]: one for one in found["accounts"]}
    own_ids = {entry["account_id"] for entry in own}
    for entry in [one for one in own if one["account_id"] not in lines][:_OWN_MOST]:
        more = await visit.find(path, account=entry["account_id"])
        # Between the two questions a moment more may have been noted.
        if more and len(more["times"]) == len(found["times"]):
            lines |= {one["account_id"]: one for one in more["accounts"]}
    return _drawn(visit.words, found, lines, own_ids)


def _drawn(words: Words, found: History, lines: Mapping[str, Any], own: set[str]) -> charts.Lines:
    zone = ZoneInfo(found["campaign"]["zone"])
    times_ms = [to_ms(datetime.fromisoformat(one["at"])) for one in found["times"]]
    drawn = [
        charts.Line(one["name"] or account, one["ranks"], account in own) for account, one in lines.items()
    ]
    axis = charts.Axis(
        words.gettext("Time"),
        times_ms,
        lambda at_ms: words.when(at_ms, zone),
        tuple(_marks(words, times_ms, zone)),
    )
    return charts.ranks(drawn, axis, number=words.number)


def _marks(words: Words, times_ms: Sequence[int], zone: ZoneInfo) -> Iterator[tuple[int, str]]:
    """Days; hours where there are not even two days to tell."""
    first_ms, last_ms = times_ms[0], times_ms[-1]
    if last_ms - first_ms > 2 * _DAY_MS:
        for at_ms in charts.day_marks(first_ms, last_ms, zone):
            yield at_ms, words.day_of_year(from_ms(at_ms).astimezone(zone))
        return
    every_h = 3 if last_ms - first_ms > _DAY_MS // 4 else 1
    for at_ms in charts.hour_marks(first_ms, last_ms, zone, every_h):
        yield at_ms, words.clock(at_ms, zone)

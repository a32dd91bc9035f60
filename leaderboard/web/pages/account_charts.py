"""An account's visitors by hour and by product, and its rank over time, as charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from leaderboard.domain.times import from_ms
from leaderboard.web.pages import charts
from leaderboard.web.pages.review_charts import instant_ms
from leaderboard.web.pages.review_queue import api_of
from leaderboard.web.pages.visit import Visit
from leaderboard.web.words import Words

Document = dict[str, Any]

HOUR_MS: Final = 3_600_000
PRODUCTS_SHOWN: Final = 100
# Beyond, bars of hours would be thinner than a pixel on a phone.
_MOST_BARS: Final = 24 * 31


@dataclass(frozen=True, slots=True)
class Product:
    """`share` is of the product that was visited most, for the length of its bar."""

    product_id: str
    visitors: int
    share: float


def by_hour(words: Words, account: Document, now_ms: int) -> charts.Bars | None:
    """Every hour from the first with a visitor until the last; None before there is any."""
    found = {instant_ms(one["hour"]): one["new_visitors"] for one in account["by_hour"]}
    if not found:
        return None
    campaign = account["campaign"]
    zone = campaign["zone"]
    last_ms = max(max(found), min(now_ms, instant_ms(campaign["ends_at"]) - HOUR_MS))
    start_ms = max(min(found), last_ms - _MOST_BARS * HOUR_MS)
    starts = range(start_ms, last_ms + 1, HOUR_MS)
    midnights = charts.day_marks(start_ms, last_ms, ZoneInfo(zone))
    return charts.bars(
        [charts.Count(words.when(at_ms, zone), found.get(at_ms, 0)) for at_ms in starts],
        head=words.gettext("Hour"),
        series=[words.gettext("Visitors for the first time")],
        marks=[((at_ms - start_ms) // HOUR_MS, _day(words, at_ms, zone)) for at_ms in midnights],
        number=words.number,
    )


def by_product(account: Document) -> list[Product]:
    """The most visited first."""
    found = account["by_product"][:PRODUCTS_SHOWN]
    most = max((one["uv_estimate"] for one in found), default=0) or 1
    return [Product(one["product_id"], one["uv_estimate"], one["uv_estimate"] / most) for one in found]


async def ranks(visit: Visit, account: Document) -> charts.Lines | None:
    """The rank of an account over time; None while nobody has noted one."""
    path = api_of(visit.campaign, "standings", "history")
    history = await visit.find(path, account=account["account_id"])
    if history is None or not history["accounts"]:
        return None
    return _ranks(visit.words, history["accounts"][0], history["times"], account["campaign"]["zone"])


def _ranks(words: Words, line: Document, times: Sequence[Document], zone: str) -> charts.Lines | None:
    times_ms = [instant_ms(one["at"]) for one in times]
    if sum(rank is not None for rank in line["ranks"]) < 2:
        return None
    axis = charts.Axis(
        words.gettext("Time"),
        times_ms,
        lambda at_ms: words.when(at_ms, zone),
        _marks(words, times_ms, zone),
    )
    drawn = charts.Line(line["name"] or line["account_id"], line["ranks"], ours=True)
    return charts.ranks([drawn], axis, number=words.number)


def _marks(words: Words, times_ms: Sequence[int], zone: str) -> list[tuple[int, str]]:
    """Days; hours where it has been less than two days."""
    first, last = min(times_ms), max(times_ms)
    if last - first < 48 * HOUR_MS:
        hours = charts.hour_marks(first, last, ZoneInfo(zone))
        return [(at_ms, words.clock(at_ms, zone)) for at_ms in hours]
    return [(at_ms, _day(words, at_ms, zone)) for at_ms in charts.day_marks(first, last, ZoneInfo(zone))]


def _day(words: Words, at_ms: int, zone: str) -> str:
    """Short, since many stand side by side."""
    return words.day_of_year(from_ms(at_ms).astimezone(ZoneInfo(zone)))

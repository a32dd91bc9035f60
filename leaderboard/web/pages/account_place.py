"""Where an account stands at this moment, and how far it is to the place above and to the last paid one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from leaderboard.web.pages.review_queue import api_of
from leaderboard.web.pages.standings_prizes import Prizes, prizes_of
from leaderboard.web.pages.visit import Visit

Document = dict[str, Any]

_MOST_READ: Final = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """`entry` is the account's line of the standings. `to_above` and `to_below` are visitors to its neighbours.

    `last_paid`: the last place that pays, None where any number is paid. `behind`: how many visitors are missing to the
    account there; `ahead`: how many it is ahead of the first one that is not paid. None where that is not known, or
    nobody is there. `by_score`: whether `last_paid` is of everybody, since the reader does not know who qualifies.
    """

    entry: Document
    as_of: str
    provisional: bool
    total: int
    to_above: int | None
    to_below: int | None
    last_paid: int | None
    behind: int | None
    ahead: int | None
    by_score: bool


async def standing_of(visit: Visit, account: str, definition: Mapping[str, Any]) -> Standing | None:
    """None where the account is in no standings yet."""
    path = api_of(visit.campaign, "standings")
    around = await visit.find(path, around=account, limit=3)
    if around is None:
        return None
    entries: list[Document] = around["entries"]
    at = next(place for place, one in enumerate(entries) if one["account_id"] == account)
    entry, prizes = entries[at], prizes_of(definition)
    behind, ahead = await _gaps(visit, path, entry, prizes)
    return Standing(
        entry=entry,
        as_of=around["as_of"],
        provisional=around["provisional"],
        total=around["total"],
        to_above=entries[at - 1]["score"] - entry["score"] if at else None,
        to_below=entry["score"] - entries[at + 1]["score"] if at + 1 < len(entries) else None,
        last_paid=prizes.places or None if prizes else None,
        behind=behind,
        ahead=ahead,
        by_score=visit.may("agency"),
    )


async def _gaps(
    visit: Visit, path: str, entry: Document, prizes: Prizes | None
) -> tuple[int | None, int | None]:
    """`behind` and `ahead`. Whose own place is paid is behind nobody; who does not qualify is ahead of nobody."""
    places, place = prizes.places if prizes else 0, entry["award_rank"]
    is_paid = place is not None and place <= places
    if not places or (visit.may("agency") and is_paid):
        return None, None
    if visit.may("agency"):
        there = (await visit.ask(path, offset=places - 1, limit=1))["entries"]
        return _behind(entry, there if entry["rank"] > places else ()), None
    ranked = [one for one in (await visit.ask(path, limit=_MOST_READ))["entries"] if one["award_rank"]]
    ranked.sort(key=itemgetter("award_rank"))
    if is_paid:
        unpaid = next((one for one in ranked if one["award_rank"] > places), None)
        return None, entry["score"] - unpaid["score"] if unpaid else None
    paid = [one for one in ranked if one["award_rank"] <= places]
    return _behind(entry, paid[-1:] if len(paid) >= places else ()), None


def _behind(entry: Document, last: Sequence[Document]) -> int | None:
    """Who has more visitors than the last that is paid lacks something else."""
    gaps = [one["score"] - entry["score"] for one in last if one["score"] >= entry["score"]]
    return gaps[0] if gaps else None


def unpaid_of(definition: Mapping[str, Any], standing: Standing | None) -> dict[str, bool]:
    """Of awards that bring nothing to whom qualifies: whether that is for its place. Without those that it may be."""
    place, last = (standing.entry["award_rank"], standing.last_paid) if standing else (None, None)
    return {
        award["id"]: "rank_by" in award and last is not None and place is not None and place > last
        for award in definition.get("award", ())
        if "rank_by" not in award or last is None or place is not None
    }

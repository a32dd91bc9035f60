"""Where an account stands at this moment, and how far it is to the place above and to the last paid one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.web.pages.review_queue import api_of
from leaderboard.web.pages.standings_prizes import Prizes, prizes_of
from leaderboard.web.pages.visit import Visit

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """`entry` is the account's line of the standings. `to_above` and `to_below` are visitors to its neighbours.

    `last_paid`: the last place that pays, None where any number is paid. `to_paid`: how many visitors are missing to
    the score of that place, or below 0 how far ahead of the first unpaid one it is; None where nobody is there.
    """

    entry: Document
    as_of: str
    provisional: bool
    total: int
    to_above: int | None
    to_below: int | None
    last_paid: int | None
    to_paid: int | None

    @property
    def is_paid_place(self) -> bool:
        """Whether so good a rank is paid, if it qualifies."""
        return self.last_paid is not None and self.entry["rank"] <= self.last_paid


async def standing_of(visit: Visit, account: str, definition: Mapping[str, Any]) -> Standing | None:
    """None where the account is in no standings yet."""
    path = api_of(visit.campaign, "standings")
    around = await visit.find(path, around=account, limit=3)
    if around is None:
        return None
    entries: list[Document] = around["entries"]
    at = next(place for place, one in enumerate(entries) if one["account_id"] == account)
    entry, prizes = entries[at], prizes_of(definition)
    return Standing(
        entry=entry,
        as_of=around["as_of"],
        provisional=around["provisional"],
        total=around["total"],
        to_above=entries[at - 1]["score"] - entry["score"] if at else None,
        to_below=entry["score"] - entries[at + 1]["score"] if at + 1 < len(entries) else None,
        last_paid=prizes.places or None if prizes else None,
        to_paid=await _to_paid(visit, path, entry, prizes),
    )


async def _to_paid(visit: Visit, path: str, entry: Document, prizes: Prizes | None) -> int | None:
    if prizes is None or not prizes.places:
        return None
    is_in = entry["rank"] <= prizes.places
    found: Sequence[Document] = (
        await visit.ask(path, offset=prizes.places if is_in else prizes.places - 1, limit=1)
    )["entries"]
    return found[0]["score"] - entry["score"] if found else None

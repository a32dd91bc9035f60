"""The standings read from our API for a page: a part, what a search finds, the reader's own accounts, or all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from leaderboard.web.pages.paths import api
from leaderboard.web.pages.visit import Visit

ROWS_PER_PAGE: Final = 1_000
WALL_PLACES_MOST: Final = 20
# No campaign has more accounts than this many pages; a walk that goes on for longer is stopped.
_PAGES_MOST: Final = 100

Entry = Mapping[str, Any]


class Board(NamedTuple):
    """`document` is the API's answer for the first page, `entries` what is shown; `own` are the agency's accounts."""

    document: Mapping[str, Any]
    entries: Sequence[Entry]
    own: Sequence[Entry]
    number: int
    search: str

    @property
    def leading(self) -> Sequence[Entry]:
        """Those of the first page."""
        found: Sequence[Entry] = self.document["entries"]
        return found

    @property
    def scores(self) -> dict[int, int]:
        """Scores by rank, as far as they were read."""
        return {entry["rank"]: entry["score"] for entry in (*self.leading, *self.own, *self.entries)}

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(-(-int(self.document["total"]) // ROWS_PER_PAGE), 1)

    @property
    def is_live(self) -> bool:
        """Whether the page can be kept up to date: only the first one, as a whole."""
        return self.number == 1 and not self.search


async def read_board(visit: Visit, number: int, search: str) -> Board:
    """A page of the standings, or what a search finds in all of them."""
    document = await _read(visit, 1)
    everything = document["entries"]
    if document["total"] > len(everything) and (search or visit.may("agency")):
        everything = [entry async for entry in all_entries(visit)]
    if search:
        everything = [entry for entry in everything if is_found(entry, search)]
    own = [entry for entry in everything if visit.may("agency") and entry["eligible"] is not None]
    if search:
        entries = everything[:ROWS_PER_PAGE]
    else:
        entries = document["entries"] if number == 1 else (await _read(visit, number))["entries"]
    return Board(document, entries, own, number, search)


async def _read(visit: Visit, number: int) -> Any:
    offset = (number - 1) * ROWS_PER_PAGE
    return await visit.ask(api("campaigns", visit.campaign, "standings"), limit=ROWS_PER_PAGE, offset=offset)


async def all_entries(visit: Visit) -> AsyncIterator[Entry]:
    """Everybody, each once, although they move while they are read."""
    seen: set[str] = set()
    for number in range(1, _PAGES_MOST + 1):
        document = await _read(visit, number)
        for entry in document["entries"]:
            if entry["account_id"] not in seen:
                seen.add(entry["account_id"])
                yield entry
        if number * ROWS_PER_PAGE >= document["total"]:
            return


def is_found(entry: Entry, search: str) -> bool:
    """Whether name or id has the text in it."""
    wanted = search.casefold()
    return wanted in (entry["name"] or "").casefold() or wanted in entry["account_id"].casefold()

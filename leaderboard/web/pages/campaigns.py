"""The list of campaigns: those that run first, and of each what waits for whoever reads. Changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from aiohttp import web

from leaderboard.domain.times import to_ms
from leaderboard.web.pages.paths import api
from leaderboard.web.pages.visit import PEOPLE, PageEndpoint, Visit

Document = dict[str, Any]

# Part of the list → the states in it, in the order in which they are shown.
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "running": ("live",),
    "ending": ("closing", "review"),
    "ahead": ("scheduled", "draft"),
    "over": ("certified", "paid", "cancelled"),
}
# What ended is a long list after some years; the rest is shown when asked for.
_OVER_SHOWN: Final = 20
_FLAGS_COUNTED: Final = 100
_ENTRIES_READ: Final = 1_000
_JUDGED: Final = ("live", "closing", "review")
_OPEN: Final = ("scheduled", "live")


class Waiting(NamedTuple):
    """Something that waits for the reader, or concerns them: `kind` says what, `number` or `day` how much or when.

    `is_more`: there are more than were counted.
    """

    kind: str
    number: int = 0
    day: str = ""
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign in the list. `left_s`: until it ends, or until it begins; None where neither is ahead."""

    campaign: Document
    left_s: int | None
    waiting: tuple[Waiting, ...]


async def show_campaigns(visit: Visit) -> web.Response:
    """Every campaign that the reader may know of."""
    listed = (await visit.ask("/v1/campaigns"))["items"]
    parts = {part: _in_order(listed, part) for part in PARTS}
    shows_all = visit.request.query.get("all") == "1"
    hidden = 0 if shows_all else max(len(parts["over"]) - _OVER_SHOWN, 0)
    parts["over"] = parts["over"][: len(parts["over"]) - hidden]
    cards = {part: [await _card(visit, one) for one in found] for part, found in parts.items()}
    return visit.page("campaigns.html", parts=cards, hidden=hidden, is_empty=not listed)


def _in_order(campaigns: list[Document], part: str) -> list[Document]:
    """What ends or begins first comes first; of what is over, what ended last."""
    states = PARTS[part]
    found = [one for one in campaigns if one["state"] in states]
    when = "starts_at" if part == "ahead" else "ends_at"
    return sorted(found, key=lambda one: (one[when], one["id"]), reverse=part == "over")


async def _card(visit: Visit, campaign: Document) -> Card:
    waiting = [one for ask in _ASKED for one in await ask(visit, campaign)]
    return Card(campaign, _left_s(campaign, visit.now_ms), tuple(waiting))


def _left_s(campaign: Document, now_ms: int) -> int | None:
    ahead = {"live": "ends_at", "scheduled": "starts_at"}.get(campaign["state"])
    if ahead is None:
        return None
    return max(to_ms(datetime.fromisoformat(campaign[ahead])) - now_ms, 0) // 1000


async def _flags(visit: Visit, campaign: Document) -> list[Waiting]:
    """Flags that nobody has decided on, for those who review."""
    if not visit.may("admin", "reviewer") or campaign["state"] not in _JUDGED:
        return []
    found = await visit.ask(api("campaigns", campaign["id"], "flags"), status="open", limit=_FLAGS_COUNTED)
    count = len(found["items"])
    return [Waiting("flags", count, is_more=found["cursor"] is not None)] if count else []


async def _requests(visit: Visit, campaign: Document) -> list[Waiting]:
    """Requests to take part: those that wait, and for agencies those that were turned down."""
    if not visit.may("admin", "agency") or campaign["state"] not in _OPEN:
        return []
    statuses = ("pending", "rejected") if visit.may("agency") else ("pending",)
    found = []
    for status in statuses:
        listed = await visit.ask(api("campaigns", campaign["id"], "enrollments"), status=status)
        found.append(Waiting(status, len(listed["items"])))
    return [one for one in found if one.number]


async def _best_rank(visit: Visit, campaign: Document) -> list[Waiting]:
    """The best place of the agency's own accounts, where one is among the first thousand."""
    if not visit.may("agency") or campaign["state"] not in _JUDGED:
        return []
    page = await visit.ask(api("campaigns", campaign["id"], "standings"), limit=_ENTRIES_READ)
    own = [one["rank"] for one in page["entries"] if one["agency_id"] == visit.caller.agency]
    return [Waiting("best_rank", min(own))] if own else []


async def _payment(visit: Visit, campaign: Document) -> list[Waiting]:
    """The day on which the awards are due, for those who pay."""
    if campaign["state"] != "certified" or not visit.may("admin", "payout_preparer", "payout_approver"):
        return []
    payment = (await visit.ask(api("campaigns", campaign["id"])))["life"]["payment"]
    return [Waiting("due", day=payment["due_on"])] if payment else []


_Asked = Callable[[Visit, Document], Awaitable[list[Waiting]]]
_ASKED: Final[tuple[_Asked, ...]] = (_flags, _requests, _best_rank, _payment)

PAGES: Final = (PageEndpoint("GET", "/campaigns", show_campaigns, PEOPLE),)

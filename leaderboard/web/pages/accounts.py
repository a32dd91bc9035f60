"""The list of accounts: an agency's own in all its campaigns; to those who run and pay, all of one campaign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from leaderboard.web.pages.review_queue import api_of
from leaderboard.web.pages.visit import PageEndpoint, Visit

Document = dict[str, Any]

PER_PAGE: Final = 50
_PER_READ: Final = 1_000
_MOST_SHOWN: Final = 500
_BEFORE_START: Final = ("draft", "cancelled")
_HOLDS: Final = ("validator.hold", "integrity.hold")


@dataclass(frozen=True, slots=True)
class Line:
    """An account in a campaign; `flags` is how many are open, None where the reader may read none."""

    entry: Document
    is_held: bool
    flags: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """A campaign with its accounts. `total`: how many there are, of which a page is shown."""

    campaign: Document
    lines: tuple[Line, ...]
    total: int
    has_flags: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: a part of a name or id, the campaign, and which page of it, from 1 on."""

    text: str
    campaign: str
    page: int


async def show_accounts(visit: Visit) -> web.Response:
    """Accounts with their rank, score, state, flags and awards."""
    listed = await visit.ask("/v1/campaigns")
    campaigns = [one for one in listed["items"] if one["state"] not in _BEFORE_START]
    campaigns.sort(key=lambda one: (one["starts_at"], one["id"]), reverse=True)
    search = _search(visit, campaigns)
    if visit.may("agency"):
        parts = [await _own(visit, one, search) for one in campaigns]
        parts = [one for one in parts if one.total]
    else:
        parts = [await _all(visit, one, search) for one in campaigns if one["id"] == search.campaign]
    return visit.page("accounts.html", parts=parts, campaigns=campaigns, search=search, per_page=PER_PAGE)


def _search(visit: Visit, campaigns: Sequence[Document]) -> Search:
    query, names = visit.request.query, [one["id"] for one in campaigns]
    asked = query.get("campaign", "")
    page = query.get("page", "")
    return Search(
        text=query.get("q", "").strip(),
        campaign=asked if asked in names else next(iter(names), ""),
        page=max(int(page), 1) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,
    )


async def _own(visit: Visit, campaign: Document, search: Search) -> Part:
    """All accounts of the reader's agency in a campaign."""
    entries = [
        one
        for one in await _every_entry(visit, campaign)
        if one["agency_id"] == visit.caller.agency and _fits(one, search.text)
    ]
    return await _part(visit, campaign, entries[:_MOST_SHOWN], len(entries))


async def _all(visit: Visit, campaign: Document, search: Search) -> Part:
    """A page of all accounts of a campaign, or of those that are looked for."""
    first = (search.page - 1) * PER_PAGE
    if not search.text:
        page = await visit.ask(api_of(campaign["id"], "standings"), limit=PER_PAGE, offset=first)
        return await _part(visit, campaign, page["entries"], page["total"])
    entries = [one for one in await _every_entry(visit, campaign) if _fits(one, search.text)]
    return await _part(visit, campaign, entries[first : first + PER_PAGE], len(entries))


async def _every_entry(visit: Visit, campaign: Document) -> list[Document]:
    found: list[Document] = []
    while True:
        page = await visit.ask(api_of(campaign["id"], "standings"), limit=_PER_READ, offset=len(found))
        found += page["entries"]
        if not page["entries"] or len(found) >= page["total"]:
            return found


def _fits(entry: Document, text: str) -> bool:
    told = (entry["account_id"], entry["name"], entry["agency_id"])
    return any(text.casefold() in one.casefold() for one in told if one)


async def _part(visit: Visit, campaign: Document, entries: Sequence[Document], total: int) -> Part:
    flags = await _open_flags(visit, campaign, [one["account_id"] for one in entries])
    lines = (
        Line(
            one,
            any(reason["code"] in _HOLDS for reason in one["reasons"] or ()),
            None if flags is None else flags[one["account_id"]],
        )
        for one in entries
    )
    return Part(campaign, tuple(lines), total, flags is not None)


async def _open_flags(visit: Visit, campaign: Document, accounts: Sequence[str]) -> Counter[str] | None:
    """Account → how many of its flags nobody has decided on."""
    if not visit.may("agency", "admin"):
        return None
    found: Counter[str] = Counter()
    for account in accounts:
        listed = await visit.ask(
            api_of(campaign["id"], "flags"), account=account, status="open", limit=_PER_READ
        )
        found[account] = len(listed["items"])
    return found


PAGES: Final = (
    PageEndpoint(
        "GET",
        "/accounts",
        show_accounts,
        frozenset(("agency", "admin", "payout_preparer", "payout_approver")),
    ),
)

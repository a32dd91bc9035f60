"""The ledger as a page: every step of money, where all of it is, and money that a campaign is given. Moves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from aiohttp import web

from leaderboard.domain.tokens import Role
from leaderboard.web.pages.paths import api
from leaderboard.web.pages.payout_asking import PAYERS, Document
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem

_READERS: Final = PAYERS | frozenset[Role](("admin",))
_ENTRIES: Final = 50
# Entries of one account are picked out of those read, so more are read at a time.
_ENTRIES_LOOKED_AT: Final = 1_000


class Booked(NamedTuple):
    """An account of the ledger, taken apart: `payable:spring:a1` is what is owed to `a1` in `spring`."""

    kind: str
    campaign: str
    account: str


def booked(name: str) -> Booked:
    """The parts of a name."""
    kind, _, rest = name.partition(":")
    campaign, _, account = rest.partition(":")
    return Booked(kind, campaign, account)


async def show_ledger(visit: Visit) -> web.Response:
    """A page of entries, the newest first, and the balances."""
    query = {name: visit.request.query.get(name, "").strip() for name in ("campaign", "account", "cursor")}
    return await _show(visit, query)


async def _show(visit: Visit, query: Mapping[str, str], refused: Problem | None = None) -> web.Response:
    problem = refused
    try:
        page = await _page(visit, query)
    except Problem as found:
        if found.status not in (404, 422):
            raise
        page, problem = {"items": [], "balances": [], "cursor": None}, found
    account = query["account"]
    balances = [one for one in page["balances"] if not account or booked(one["account"]).account == account]
    return visit.page(
        "ledger.html",
        problem.status if problem else 200,
        currency=await _currency_to_fund(visit, query["campaign"]),
        typed={name: visit.field(name) for name in ("amount", "reference")},
        wrong={one.path.partition(".")[0] for one in refused.errors} if refused else set(),
        entries=[one for one in page["items"] if not account or _concerns(one, account)],
        balances=balances,
        sums=_sums(balances),
        cursor=page["cursor"],
        query=query,
        booked=booked,
        problem=problem,
    )


async def _page(visit: Visit, query: Mapping[str, str]) -> Document:
    found: Document = await visit.ask(
        api("ledger"),
        campaign=query["campaign"] or None,
        cursor=query["cursor"] or None,
        limit=_ENTRIES_LOOKED_AT if query["account"] else _ENTRIES,
    )
    return found


async def _currency_to_fund(visit: Visit, campaign: str) -> str:
    """Of the campaign that is looked at, for whoever notes its money; '' for everybody else."""
    found = await visit.find(api("campaigns", campaign)) if campaign and visit.may("admin") else None
    return str(found["definition"]["currency"]) if found else ""


async def note_funding(visit: Visit) -> web.Response:
    """Notes money that was set aside for a campaign."""
    campaign = visit.campaign
    amount = {"amount": visit.field("amount"), "currency": await _currency_to_fund(visit, campaign)}
    try:
        asked = {"amount": amount, "reference": visit.field("reference")}
        await visit.tell("POST", api("campaigns", campaign, "funding"), asked)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _show(visit, {"campaign": campaign, "account": "", "cursor": ""}, problem)
    return visit.redirect(f"/ledger?campaign={quote(campaign, safe='')}", done="funding_noted")


def _concerns(entry: Mapping[str, Any], account: str) -> bool:
    return any(booked(one["account"]).account == account for one in entry["postings"])


def _sums(balances: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What all balances come to, by currency: nothing, where none is left out."""
    sums: dict[str, Decimal] = {}
    for one in balances:
        amount = one["balance"]
        sums[amount["currency"]] = sums.get(amount["currency"], Decimal()) + Decimal(amount["amount"])
    return [{"amount": str(amount), "currency": currency} for currency, amount in sorted(sums.items())]


PAGES: Final = (
    PageEndpoint("GET", "/ledger", show_ledger, _READERS),
    PageEndpoint("POST", "/ledger/{campaign}/funding", note_funding, frozenset[Role](("admin",))),
)

"""The ledger over HTTP: money that a campaign is given is noted, and where all of it is can be read."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import END
from leaderboard.domain.events import Amount
from leaderboard.domain.ledger import Entry, Kind
from leaderboard.domain.money import Money, parse_minor
from leaderboard.domain.times import rfc3339
from leaderboard.domain.tokens import Role
from leaderboard.store.ledger import ReferenceTaken
from leaderboard.web import examples
from leaderboard.web.answers import Time, answer, checked, money
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, CampaignId, find_campaign
from leaderboard.web.endpoints import ADMIN, Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.problems import Problem, invalid, not_found

_LIMIT: Final = 50
_READERS: Final = frozenset[Role](("admin", "payout_preparer", "payout_approver"))

Limit = Annotated[int, Meta(ge=1, le=1_000)]
Cursor = Annotated[
    str, Meta(pattern="^[1-9][0-9]{0,18}-[0-9]{1,19}" + END, description="What the page before gave.")
]
Reference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^\S(.*\S)?" + END,
        description="The payer's own, such as the number of a transfer: one line, no blanks around it.",
    ),
]


class FundingAsked(Struct, forbid_unknown_fields=True, frozen=True):
    """Money that was set aside for a campaign, in its currency."""

    amount: Amount
    reference: Reference


class FundingShown(Struct):
    """A funding as it was noted; `funded` is all that the campaign was given so far."""

    campaign: str
    reference: str
    amount: Amount
    at: Time
    actor: str
    funded: Amount


class PostingShown(Struct):
    """What an account of the ledger was given, or with a minus what was taken from it."""

    account: str
    amount: Amount


class EntryShown(Struct):
    """One step of money; its postings sum to nothing in each currency. `batch` is null where none is concerned."""

    ref: str
    kind: Kind
    at: Time
    actor: str
    campaign: str
    batch: str | None
    note: str
    postings: list[PostingShown]


class BalanceShown(Struct):
    """What the entries of an account come to."""

    account: str
    balance: Amount


class LedgerPage(Struct):
    """Some entries, the newest first; `cursor` reads on, and is null on the last page.

    With a filter a page may have few, even none. The `balances` of the first page are what the entries of all pages
    come to; those of a later page are of when that was read.
    """

    items: list[EntryShown]
    balances: list[BalanceShown]
    cursor: str | None


async def get_ledger(request: web.Request) -> web.Response:
    """A page of entries, and what every account has."""
    store, campaign = request.app[STORE], checked(request, "campaign", CampaignId)
    if campaign is not None and campaign not in store.directory.campaigns:
        raise not_found(f"campaign {campaign}")
    page = await store.ledger.page(
        campaign, checked(request, "limit", Limit, _LIMIT), checked(request, "cursor", Cursor)
    )
    balances = [
        BalanceShown(account, _amount(minor, currency))
        for (account, currency), minor in page.balances.items()
    ]
    return answer(LedgerPage([_shown(entry) for entry in page.entries], balances, page.cursor))


async def post_funding(request: web.Request) -> web.Response:
    """Notes money once, however often it is said."""
    campaign, store = find_campaign(request), request.app[STORE]
    asked = await read_setting(request, FundingAsked)
    name, currency = campaign.definition.id, campaign.definition.currency
    if campaign.life.state == "cancelled":
        raise Problem(409, "campaign_cancelled", f"{name} was given up, so nobody is paid from its budget.")
    amount = _given(asked.amount, currency)
    try:
        noted = await store.ledger.fund(name, amount, asked.reference, request[CALLER].id, request[NOW_MS])
    except ReferenceTaken as error:
        raise Problem(
            409, "reference_taken", f"{error}: a further funding takes a reference of its own"
        ) from error
    funded_minor = await store.ledger.funded_minor(name, currency)
    shown = FundingShown(
        campaign=name,
        reference=asked.reference,
        amount=_amount(amount.minor, currency),
        at=rfc3339(noted.entry.at_ms),
        actor=noted.entry.actor,
        funded=_amount(funded_minor, currency),
    )
    return answer(shown, 201 if noted.outcome == "created" else 200)


def _given(amount: Amount, currency: str) -> Money:
    if amount.currency != currency:
        raise invalid("amount.currency", f"must be {currency}, as the campaign's is")
    try:
        minor = parse_minor(amount.amount, currency)
    except ValueError as error:
        raise invalid("amount.amount", str(error)) from error
    if minor <= 0:
        raise invalid("amount.amount", "must be more than 0")
    return Money(minor, currency)


def _shown(entry: Entry) -> EntryShown:
    return EntryShown(
        ref=entry.ref,
        kind=entry.kind,
        at=rfc3339(entry.at_ms),
        actor=entry.actor,
        campaign=entry.campaign,
        batch=entry.batch or None,
        note=entry.note,
        postings=[PostingShown(one.account, _amount(one.minor, one.currency)) for one in entry.postings],
    )


def _amount(minor: int, currency: str) -> Amount:
    return Amount(**money(minor, currency))


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/ledger", get_ledger, _READERS, "Read the ledger", "Payouts",
        {200: Answer("A page of entries, and the balances.", LedgerPage), 404: NO_CAMPAIGN},
        (
            Parameter("campaign", "query", CampaignId, "Of one campaign only."),
            Parameter("limit", "query", Limit, f"How many entries, {_LIMIT} unless told."),
            Parameter("cursor", "query", Cursor, "Reads on from the page before, of the same campaign."),
        ),
        description="Money goes from `funding:CAMPAIGN` to `budget:CAMPAIGN`, with a batch to "
        "`payable:CAMPAIGN:ACCOUNT`, with its file to `in_transit:CAMPAIGN`, and with the bank's word to "
        "`settled:CAMPAIGN:ACCOUNT`. What comes back is the budget's again.",
    ),
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/funding", post_funding, ADMIN, "Fund a campaign", "Payouts",
        {
            201: Answer("It is noted.", FundingShown),
            200: Answer("It was noted before, and nothing has changed.", FundingShown),
            404: NO_CAMPAIGN,
            409: Answer("The reference was noted with another amount, or the campaign was given up."),
        },
        (CAMPAIGN,),
        Body({"application/json": FundingAsked}, examples={"application/json": examples.FUNDING}),
        "Moves no money: it notes that it is there. The same reference again changes nothing.",
    ),
)  # fmt: skip

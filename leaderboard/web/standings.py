"""Standings and what is behind them, for everybody to see their own part of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import Account
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.events import Amount
from leaderboard.domain.judging import ranking_award
from leaderboard.domain.rank_history import Whole
from leaderboard.domain.reasons import Reason
from leaderboard.domain.standings import Row
from leaderboard.domain.times import rfc3339
from leaderboard.store.client import Command
from leaderboard.store.directory import Campaign
from leaderboard.store.inbox import Progress
from leaderboard.store.judge import Case
from leaderboard.store.standings import Page, Standings
from leaderboard.store.store import Store
from leaderboard.web.answers import Time, answer, checked, money
from leaderboard.web.auth import agency_of, may_see_details
from leaderboard.web.awards_shown import AccountAward, award_fields, shown_awards
from leaderboard.web.campaign_shown import CAMPAIGN, CampaignHead, CampaignId, campaign_head, find_campaign
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint, Parameter
from leaderboard.web.keys import AHEAD_ANSWER, NOW_MS, STORE
from leaderboard.web.problems import Problem, not_found
from leaderboard.web.rank_history import rank_in, ranks_an_hour_ago

Limit = Annotated[int, Meta(ge=1, le=1_000)]
Offset = Annotated[int, Meta(ge=0, le=10_000_000)]
AccountId = Annotated[str, Meta(min_length=1, max_length=128)]

PROGRESS_AGE_MS: Final = 100
PROGRESS_MAX_AGE_MS: Final = 250


class Entry(Struct):
    """An account's place. Of another agency's account, what is no rank, name or score is null.

    `rank` orders everybody, `rank_an_hour_ago` is null where nobody noted it, the account was not there, or the
    campaign is over; `award_rank` orders those who are eligible now; `effective_s` is rounded down. `award` is the sum
    of its `awards`, null without any. `reasons` are what keeps an account from being eligible, and what it is warned or
    held for, as things are at this moment. `invalid_uv` are visitors with invalid views only, who are no part of the
    score. Of those who were counted, `counted_uv`, the score is what is left without `voided_uv`, whose views reviewers
    took out, and `discounted_uv`, who are estimated to be no people.
    """

    rank: int
    rank_an_hour_ago: int | None
    account_id: str
    name: str | None
    agency_id: str | None
    score: int
    counted_uv: int | None
    voided_uv: int | None
    discounted_uv: int | None
    invalid_uv: int | None
    reached_at: Time | None
    eligible: bool | None
    award_rank: int | None
    award: Amount | None
    awards: list[AccountAward] | None
    effective_s: int | None
    orders: int | None
    refunds: int | None
    refund_rate: float | None
    net_gmv: Amount | None
    reasons: list[Reason] | None


class StandingsPage(Struct):
    """`as_of` is when the scores were last published, `lag_ms` the age of the oldest event not yet in them.

    They are `provisional` until the campaign is certified; from then on nothing moves them. `awards_as_of` is when the
    awards were last worked out, a few seconds after the scores, or certified; null before the first time.
    """

    campaign: CampaignHead
    as_of: Time
    lag_ms: int
    awards_as_of: Time | None
    provisional: bool
    total: int
    version: int
    entries: list[Entry]


class Freshness:
    """How far the counting is behind, asked about ten times a second while somebody reads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._progress = Progress(0, 0, 0, 0)
        self._asked_ms = 0
        self._asking: asyncio.Task[None] | None = None

    async def progress(self, now_ms: int) -> tuple[Progress, int]:
        """Where the events are, and the store's time at which that was so: at most a quarter of a second ago."""
        age_ms = now_ms - self._asked_ms
        if age_ms > PROGRESS_AGE_MS and (self._asking is None or self._asking.done()):
            self._asking = asyncio.create_task(self._ask(now_ms))
        if age_ms > PROGRESS_MAX_AGE_MS and self._asking:
            await asyncio.shield(self._asking)
        return self._progress, self._asked_ms

    async def _ask(self, now_ms: int) -> None:
        self._progress = await self._store.inbox.progress(now_ms)
        self._asked_ms = now_ms


FRESHNESS: web.AppKey[Freshness] = web.AppKey("FRESHNESS")


def setup(app: web.Application) -> None:
    """What the standings keep between requests."""
    app[FRESHNESS] = Freshness(app[STORE])


def _page_ahead(request: web.Request) -> Command | None:
    """The page that is asked for, before it is known whether it may be read. None where the question is not right."""
    try:
        if checked(request, "around", AccountId) is not None:
            return None
        limit, offset = checked(request, "limit", Limit, 50), checked(request, "offset", Offset, 0)
        campaign_id = checked(request, "campaign", CampaignId)
    except Problem:
        return None
    return Standings.page_command(campaign_id, offset, limit)


async def _read_page(request: web.Request, campaign_id: str, around: str | None) -> Page:
    standings, limit = request.app[STORE].standings, checked(request, "limit", Limit, 50)
    if around is not None:
        return await standings.around(campaign_id, around, limit)
    if isinstance(request.get(AHEAD_ANSWER), list):
        return standings.page_of(request[AHEAD_ANSWER])
    return await standings.page(campaign_id, checked(request, "offset", Offset, 0), limit)


async def get_standings(request: web.Request) -> web.Response:
    """A page of standings: from an offset, or around an account."""
    campaign, store = find_campaign(request), request.app[STORE]
    around = checked(request, "around", AccountId)
    page = await _read_page(request, campaign.definition.id, around)
    if around is not None and not page.rows:
        raise not_found(f"account {around} in these standings")
    progress = await request.app[FRESHNESS].progress(request[NOW_MS])
    return answer(await page_document(store, campaign, page, agency_of(request), progress, request[NOW_MS]))


async def page_document(
    store: Store,
    campaign: Campaign,
    page: Page,
    agency: str | None,
    progress: tuple[Progress, int],
    now_ms: int,
) -> dict[str, object]:
    """A `StandingsPage` as who is bound to `agency` may see it; `progress` is what `Freshness` tells."""
    accounts = await store.directory.accounts([row.account_id for row in page.rows])
    visible = [row for row in page.rows if may_see_details(accounts[row.account_id], agency)]
    cases = await store.judge.cases(campaign.definition.id, visible)
    waiting, asked_ms = progress
    # With nothing on its way the scores are as of that moment, however long ago they last changed. Certified ones
    # wait for nothing.
    is_final = campaign.life.is_final
    as_of_ms = page.published_ms if (waiting.pending or is_final) and page.published_ms else asked_ms
    head = {
        "campaign": campaign_head(campaign, now_ms),
        "as_of": rfc3339(as_of_ms),
        "lag_ms": 0 if is_final else waiting.lag_ms,
    }
    hour_ago = await ranks_an_hour_ago(store, campaign, now_ms)
    return head | _page_document(campaign, page, accounts, cases, hour_ago)


def _page_document(
    campaign: Campaign,
    page: Page,
    accounts: Mapping[str, Account | None],
    cases: Mapping[str, Case],
    hour_ago: Whole | None,
) -> dict[str, object]:
    """The page, with the details of those accounts that have a case: the others are not the caller's."""
    entries, standing = [], page.awards.in_life(campaign.life)
    for place, (row, rank) in enumerate(zip(page.rows, page.award_ranks, strict=True), 1):
        account, case = accounts[row.account_id], cases.get(row.account_id)
        entry = _visible_to_all(page.offset + place, row, account, hour_ago)
        if case is not None:
            entry |= _details(row, account, campaign.definition, case)
            entry |= award_fields(campaign.definition, rank, shown_awards(campaign, row, case, standing))
        entries.append(entry)
    return {
        "awards_as_of": rfc3339(standing.at_ms) if standing.at_ms else None,
        "provisional": not campaign.life.is_final,
        "total": page.total,
        "version": page.version,
        "entries": entries,
    }


def _visible_to_all(
    rank: int, row: Row, account: Account | None, hour_ago: Whole | None
) -> dict[str, object]:
    """One line of the standings, as everybody sees it."""
    return {
        **dict.fromkeys(Entry.__struct_fields__),
        "rank": rank,
        "rank_an_hour_ago": rank_in(hour_ago, row.account_id),
        "account_id": row.account_id,
        "name": account.name if account else None,
        "score": row.score,
    }


def _details(row: Row, account: Account | None, definition: Definition, case: Case) -> dict[str, object]:
    return {
        "agency_id": account.agency_id if account else None,
        "counted_uv": row.as_counted.score,
        "voided_uv": row.voided_uv,
        "discounted_uv": row.discounted_uv,
        "invalid_uv": row.invalid_uv,
        "reached_at": rfc3339(row.reached_ms) if row.reached_ms else None,
        # As it was judged when it was published, since the award ranking is of that moment, too.
        "eligible": row.eligible,
        "effective_s": row.effective_ms // 1000,
        "orders": row.orders,
        "refunds": row.refunded_orders,
        "refund_rate": row.refund_rate,
        "net_gmv": money(row.sales_minor - row.refunded_minor, definition.currency),
        "reasons": case.verdict(ranking_award(definition)).reasons,
    }


def own_account(request: web.Request, account_id: str, account: Account | None) -> Account:
    """The account, where the caller may see its details; 404 and 403 where not."""
    if account is None:
        raise not_found(f"account {account_id}")
    if not may_see_details(account, agency_of(request)):
        raise Problem(
            403, "forbidden", "This account belongs to another agency; only its own details are shown."
        )
    return account


ENDPOINTS: Final = (
    Endpoint(
        "GET",
        "/v1/campaigns/{campaign}/standings",
        get_standings,
        EVERY_ROLE - {"ingest"},
        "Read the standings",
        "Standings",
        {
            200: Answer("A page of the standings.", StandingsPage),
            404: Answer("There is no such campaign, or the account of `around` is not in it."),
        },
        (
            CAMPAIGN,
            Parameter("limit", "query", Limit, "How many entries, 50 unless told."),
            Parameter("offset", "query", Offset, "How many places to skip."),
            Parameter(
                "around", "query", AccountId, "An account to put in the middle; `offset` is then left aside."
            ),
        ),
        description="Ranked by score, then by who reached it first, then by account id.",
        ahead=_page_ahead,
    ),
)

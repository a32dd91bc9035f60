"""What is behind an account's score, for its agency and for those who run the campaign."""

from __future__ import annotations

from typing import Annotated, Any, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import Account, Id
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.counting import HOUR_MS
from leaderboard.domain.events import Amount
from leaderboard.domain.judging import ranking_award
from leaderboard.domain.live_time import promised_ms
from leaderboard.domain.reasons import Reason
from leaderboard.domain.standings import Row
from leaderboard.domain.times import rfc3339
from leaderboard.store.awards import Given
from leaderboard.store.directory import Campaign
from leaderboard.store.judge import Case
from leaderboard.web.answers import Time, answer, checked, money
from leaderboard.web.awards_shown import shown_awards
from leaderboard.web.campaign_shown import CAMPAIGN, CampaignHead, campaign_head, find_campaign
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint, Parameter
from leaderboard.web.enrollments import ACCOUNT
from leaderboard.web.keys import NOW_MS, STORE
from leaderboard.web.live_details import PARAMETERS, LiveHost, live_document
from leaderboard.web.problems import not_found
from leaderboard.web.standings import own_account

ProductLimit = Annotated[int, Meta(ge=1, le=2_000)]


class ProductScore(Struct):
    """Estimated unique visitors of a product, σ 0.81 %. Visitors of several products stand in each of them."""

    product_id: str
    uv_estimate: int


class HourScore(Struct):
    """Visitors who were counted for the first time by a view in this hour; over all hours they sum to the score."""

    hour: Time
    new_visitors: int


class AwardInView(Struct):
    """Whether the account qualifies for an award as things are, and what speaks against it. And what it gets of it:
    `amount` is null where that is nothing, `place` where it has none among the paid."""

    id: str
    eligible: bool
    reasons: list[Reason]
    place: int | None
    amount: Amount | None


class AccountDetails(Struct):
    """An account in a campaign. `reasons` are those of the award that ranks, as in the standings.

    `effective_s` is the live time that counts, two hosts at once counted once. `promised_s` is the time of all hosts'
    slots in the campaign's window, `kept_s` how much of it they were live, each in its own slots and whatever it did.
    `awards_as_of` is when the awards were last worked out, or certified; null before the first time.
    """

    campaign: CampaignHead
    account_id: str
    name: str
    agency_id: str
    score: int
    reached_at: Time | None
    enrolled_at: Time
    effective_s: float
    promised_s: float
    kept_s: float
    hosts: list[LiveHost]
    by_product: list[ProductScore]
    by_hour: list[HourScore]
    orders: int
    refunds: int
    refund_rate: float | None
    sales: list[Amount]
    refunded: list[Amount]
    funnel_steps: dict[str, int]
    reasons: list[Reason]
    awards: list[AwardInView]
    awards_as_of: Time | None


async def get_account_details(request: web.Request) -> web.Response:
    """Score by product and by hour, sales, refunds and funnel steps; hosts with their promised slots and live time,
    span by span with the reason where it does not count; and for each award what it brings, whether the account
    qualifies, or why not.
    """
    store, campaign = request.app[STORE], find_campaign(request)
    account_id = checked(request, "account", Id)
    account = own_account(request, account_id, await store.settings.account(account_id))
    enrollment = await store.settings.enrollment(campaign.definition.id, account_id)
    if enrollment is None:
        raise not_found(f"the enrolment of {account_id} in this campaign")
    awards = await _awards(request, campaign, account_id)
    tally = await store.tallies.read(campaign.definition.id, account_id)
    limit = checked(request, "products", ProductLimit, 100)
    products = await store.tallies.product_estimates(campaign.definition.id, account_id)
    registered = {host["host_id"] for host in enrollment["hosts"]}
    hosts = await live_document(request, campaign, account_id, registered)
    promises = await store.directory.promises(campaign.definition.id, [account_id])
    head = {"campaign": campaign_head(campaign, request[NOW_MS])} | _who(account_id, account, enrollment)
    head |= {"hosts": hosts, "promised_s": promised_ms(promises[account_id].slots, _window(campaign)) / 1000}
    head |= awards
    by_product = [{"product_id": product, "uv_estimate": uv} for product, uv in products[:limit]]
    return answer(head | _counted(account_id, campaign, tally) | {"by_product": by_product})


async def _awards(request: web.Request, campaign: Campaign, account_id: str) -> dict[str, object]:
    """What speaks against each award, and what it brings; by itself what speaks against the one that ranks."""
    store, definition = request.app[STORE], campaign.definition
    row = await store.standings.row(definition.id, account_id) or Row(account_id, 0, 0, 0)
    case = (await store.judge.cases(definition.id, [row]))[account_id]
    standing = (await store.awards.read(definition.id, [account_id])).in_life(campaign.life)
    given = {one.award: one for one in shown_awards(campaign, row, case, standing)}
    return {
        "reasons": case.verdict(ranking_award(definition)).reasons,
        "awards": [_award(award.id, case, given.get(award.id), definition) for award in definition.awards],
        "awards_as_of": rfc3339(standing.at_ms) if standing.at_ms else None,
    }


def _award(award: str, case: Case, given: Given | None, definition: Definition) -> dict[str, object]:
    verdict = case.verdict(award)
    return {
        "id": award,
        "eligible": verdict.eligible,
        "reasons": verdict.reasons,
        "place": given.place if given else None,
        "amount": money(given.minor, definition.currency) if given else None,
    }


def _who(account_id: str, account: Account, enrollment: dict[str, Any]) -> dict[str, object]:
    return {
        "account_id": account_id,
        "name": account.name,
        "agency_id": account.agency_id,
        "enrolled_at": rfc3339(enrollment["enrolled_ms"]),
    }


def _window(campaign: Campaign) -> tuple[int, int]:
    return campaign.counted.window.starts_at_ms, campaign.counted.window.ends_at_ms


def _counted(account_id: str, campaign: Campaign, tally: dict[bytes, bytes]) -> dict[str, object]:
    orders, refunded, reached_ms = (int(tally.get(name, 0)) for name in (b"o", b"r", b"t"))
    row = Row(account_id, 0, int(tally.get(b"n", 0)), reached_ms, orders, refunded)
    return {
        "score": row.score,
        "reached_at": rfc3339(reached_ms) if reached_ms else None,
        "effective_s": int(tally.get(b"e", 0)) / 1000,
        "kept_s": int(tally.get(b"k", 0)) / 1000,
        "by_hour": [
            {"hour": rfc3339(int(hour) * HOUR_MS), "new_visitors": visitors}
            for hour, visitors in sorted(_named(tally, b"h:").items(), key=lambda pair: int(pair[0]))
        ],
        "orders": row.orders,
        "refunds": row.refunded_orders,
        "refund_rate": row.refund_rate,
        "sales": _amounts(tally, b"g:"),
        "refunded": _amounts(tally, b"b:"),
        "funnel_steps": _named(tally, b"f:"),
    }


def _named(tally: dict[bytes, bytes], prefix: bytes) -> dict[str, int]:
    return {
        name.removeprefix(prefix).decode("utf-8", "replace"): int(value)
        for name, value in sorted(tally.items())
        if name.startswith(prefix)
    }


def _amounts(tally: dict[bytes, bytes], prefix: bytes) -> list[dict[str, str]]:
    """One amount a currency: sums of different currencies are shown apart and never added."""
    return [money(minor, currency) for currency, minor in _named(tally, prefix).items()]


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/accounts/{account}", get_account_details, EVERY_ROLE - {"ingest"},
        "Read what is behind a score", "Standings",
        {
            200: Answer("The account.", AccountDetails),
            404: Answer("There is no such campaign or account, or the account is not enrolled."),
        },
        (
            CAMPAIGN, ACCOUNT, Parameter("products", "query", ProductLimit, "At most this many, 100 unless told."),
            *PARAMETERS,
        ),
    ),
)  # fmt: skip

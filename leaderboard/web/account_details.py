"""What is behind an account's score, for its agency and for those who run the campaign."""

from __future__ import annotations

from typing import Annotated, Any, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import Account, Id
from leaderboard.domain.adjustments import Voided, adjusted
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.demands import Demand
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
    """Visitors who were counted for the first time by a view in this hour; over all hours they sum to `counted_uv`."""

    hour: Time
    new_visitors: int


class AwardInView(Struct):
    """Whether the account qualifies for an award as things are, and what speaks against it. And what it gets of it:
    `amount` is null where that is nothing, `place` where it has none among the paid. `demands` are all its conditions,
    also those that are met; what detectors found and reviewers decided stands in `reasons` alone."""

    id: str
    eligible: bool
    reasons: list[Reason]
    demands: list[Demand]
    place: int | None
    amount: Amount | None


class AccountDetails(Struct):
    """An account in a campaign. `reasons` are those of the award that ranks, as in the standings.

    Visitors with invalid views only are no part of the score: `gross_uv` has both, `invalid_uv` is how many they are,
    and `invalid` counts their views and those of others by what the door found, each id once. In a campaign that ranks
    by all views, valid or not, there are none. Of the others, `counted_uv`, the score is what is left without
    `voided_uv`, whose views reviewers took out, and `discounted_uv`, who are estimated to be no people.
    `effective_s` is the live time that counts, two hosts at once counted once, without `voided_s`. `promised_s` is the
    time of all hosts' slots in the campaign's window, `kept_s` how much of it they were live, each in its own slots and
    whatever it did.
    `awards_as_of` is when the awards were last worked out, or certified; null before the first time.
    """

    campaign: CampaignHead
    account_id: str
    name: str
    agency_id: str
    score: int
    counted_uv: int
    voided_uv: int
    discounted_uv: int
    gross_uv: int
    invalid_uv: int
    invalid: dict[str, int]
    reached_at: Time | None
    enrolled_at: Time
    effective_s: float
    voided_s: float
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
    row = await store.standings.row(campaign.definition.id, account_id) or Row(account_id, 0, 0, 0)
    awards = await _awards(request, campaign, row)
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
    return answer(head | _counted(row, tally) | {"by_product": by_product})


async def _awards(request: web.Request, campaign: Campaign, row: Row) -> dict[str, object]:
    """What speaks against each award, and what it brings; by itself what speaks against the one that ranks."""
    store, definition = request.app[STORE], campaign.definition
    case = (await store.judge.cases(definition.id, [row]))[row.account_id]
    standing = (await store.awards.read(definition.id, [row.account_id])).in_life(campaign.life)
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
        "demands": case.demands(award),
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


def _counted(published: Row, tally: dict[bytes, bytes]) -> dict[str, object]:
    row = _left(published, tally)
    invalid_uv = int(tally.get(b"x", 0))
    return {
        "score": row.score,
        "counted_uv": row.as_counted.score,
        "voided_uv": row.voided_uv,
        "discounted_uv": row.discounted_uv,
        "gross_uv": row.as_counted.score + invalid_uv,
        "invalid_uv": invalid_uv,
        "invalid": _named(tally, b"i:"),
        "reached_at": rfc3339(row.reached_ms) if row.reached_ms else None,
        "effective_s": row.effective_ms / 1000,
        "voided_s": row.voided_effective_ms / 1000,
        "kept_s": row.kept_ms / 1000,
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


def _left(published: Row, tally: dict[bytes, bytes]) -> Row:
    """What is counted at this moment, without what is taken out of the published row."""
    orders, refunded, score, reached_ms, effective_ms, kept_ms = (
        int(tally.get(name, 0)) for name in (b"o", b"r", b"n", b"t", b"e", b"k")
    )
    counted = Row(
        published.account_id,
        0,
        score,
        reached_ms,
        orders,
        refunded,
        effective_ms=effective_ms,
        kept_ms=kept_ms,
    )
    voided = Voided(
        published.as_counted.score,
        published.voided_uv,
        published.reached_ms,
        published.voided_effective_ms,
        published.voided_kept_ms,
    )
    return adjusted(counted, voided, published.discounted_uv)


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

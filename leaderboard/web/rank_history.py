"""Ranks over time, for everybody who may read the standings. Ranks and scores are no details,
but for the scores of hours that are worked out afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import Id
from leaderboard.domain.rank_history import (
    PLACES_KEPT,
    WHOLE_MS,
    Moment,
    Placed,
    Whole,
    is_moving,
    places_in,
    slot_of,
    told,
    window_ends_ms,
)
from leaderboard.domain.times import rfc3339
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from leaderboard.web.answers import Time, answer, checked
from leaderboard.web.auth import agency_of, may_see_details
from leaderboard.web.campaign_shown import CAMPAIGN, CampaignHead, campaign_head, find_campaign
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint, Parameter
from leaderboard.web.keys import NOW_MS, STORE
from leaderboard.web.problems import invalid, not_found
from leaderboard.web.wording import explain

Accounts = Annotated[list[Id], Meta(max_length=20)]
Top = Annotated[int, Meta(ge=0, le=20)]

TOP: Final = 5

Places = dict[str, Placed]


class TimeInHistory(Struct):
    """`by_hour`: not noted at that time, but worked out from visitors by the hour of their events; an approximation,
    before anything was taken out of a score, with ties by account id."""

    at: Time
    by_hour: bool


class AccountInHistory(Struct):
    """Rank and score at each of the times; null where the account was not among the places that are kept."""

    account_id: str
    name: str | None
    ranks: list[int | None]
    scores: list[int | None]


class RankHistoryShown(Struct):
    """The accounts by their present rank, the times ascending; the last is the present, or the campaign's end."""

    campaign: CampaignHead
    times: list[TimeInHistory]
    accounts: list[AccountInHistory]


async def ranks_an_hour_ago(store: Store, campaign: Campaign, now_ms: int) -> Whole | None:
    """Where everybody was; None where nothing moves, or nobody noted it."""
    if not is_moving(campaign.newest, campaign.life, now_ms):
        return None
    return await store.rank_history.hour_ago(campaign.definition.id, now_ms)


def rank_in(whole: Whole | None, account: str) -> int | None:
    """The rank that an account had; None where it was not there."""
    place = whole.place_of(account) if whole else None
    return place.rank if place else None


async def get_rank_history(request: web.Request) -> web.Response:
    """Rank and score of accounts over time: of those that are named, or that lead."""
    campaign, now_ms = find_campaign(request), request[NOW_MS]
    store, name = request.app[STORE], campaign.definition.id
    present = await _present(store, name, _named(request), checked(request, "top", Top))
    times: list[TimeInHistory] = []
    places: list[Places] = []
    if now_ms >= campaign.counted.window.starts_at_ms:
        until_ms = window_ends_ms(campaign.newest, campaign.life, now_ms)
        history = store.rank_history
        moments = told(await history.taken(name), await history.by_hours(name), until_ms)
        times = [TimeInHistory(rfc3339(one.at_ms), one.by_hour) for one in moments]
        times.append(TimeInHistory(rfc3339(until_ms), by_hour=False))
        places = [*await _places(store, name, moments, present.keys(), now_ms), present]
    accounts, agency = await store.directory.accounts(list(present)), agency_of(request)
    shown = [
        AccountInHistory(
            one,
            account.name if (account := accounts[one]) else None,
            _ranks(places, one),
            _scores(places, times, one, sees_details=may_see_details(account, agency)),
        )
        for one in present
    ]
    return answer({"campaign": campaign_head(campaign, now_ms), "times": times, "accounts": shown})


def _named(request: web.Request) -> list[str]:
    try:
        named: list[str] = msgspec.convert(request.query.getall("account", []), Accounts)
    except msgspec.ValidationError as error:
        raise invalid("account", explain(error, Accounts).detail) from error
    return named


async def _present(store: Store, campaign: str, named: Sequence[str], top: int | None) -> Places:
    """Where the accounts are that are asked for, the first place first. Those that lead, where none is named."""
    if top is None:
        top = 0 if named else TOP
    page = await store.standings.page(campaign, 0, top) if top else None
    found = {row.account_id: Placed(rank, row.score) for rank, row in enumerate(page.rows if page else (), 1)}
    for account in named:
        around = await store.standings.around(campaign, account, 1)
        if not around.rows:
            raise not_found(f"account {account} in these standings")
        found[account] = Placed(around.offset + 1, around.rows[0].score)
    return dict(sorted(found.items(), key=lambda pair: pair[1].rank))


async def _places(
    store: Store, campaign: str, moments: Sequence[Moment], accounts: Iterable[str], now_ms: int
) -> list[Places]:
    """Where the accounts were at each moment: among the first places, or of late wherever they were."""
    wanted = set(accounts)
    places = [places_in(moment.order, wanted) for moment in moments]
    behind = [
        moment.at_ms
        for moment, found in zip(moments, places, strict=True)
        if len(moment.order) >= PLACES_KEPT and found.keys() < wanted and _is_recent(moment, now_ms)
    ]
    wholes = await store.rank_history.wholes(campaign, [slot_of(at_ms) for at_ms in behind])
    by_time = {whole.at_ms: whole for whole in wholes}
    for moment, found in zip(moments, places, strict=True):
        if whole := by_time.get(moment.at_ms):
            found |= {one: place for one in wanted - found.keys() if (place := whole.place_of(one))}
    return places


def _is_recent(moment: Moment, now_ms: int) -> bool:
    return not moment.by_hour and now_ms - moment.at_ms < WHOLE_MS


def _ranks(places: Sequence[Places], account: str) -> list[int | None]:
    return [place.rank if (place := one.get(account)) else None for one in places]


def _scores(
    places: Sequence[Places], times: Sequence[TimeInHistory], account: str, *, sees_details: bool
) -> list[int | None]:
    """What was counted in an hour is before anything was taken out; how much that is, is a detail of the account."""
    return [
        place.score if (place := one.get(account)) and (sees_details or not time.by_hour) else None
        for one, time in zip(places, times, strict=True)
    ]


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/standings/history", get_rank_history, EVERY_ROLE - {"ingest"},
        "Read ranks over time", "Standings",
        {
            200: Answer("Ranks and scores over time.", RankHistoryShown),
            404: Answer("There is no such campaign, or an account is not in its standings."),
        },
        (
            CAMPAIGN,
            Parameter("account", "query", Accounts, "An account; give it again for more, up to 20."),
            Parameter("top", "query", Top, "How many that lead; 5 unless accounts are named."),
        ),
        description=(
            "Noted every 5 minutes while a campaign runs, and kept for an hour; every 10 minutes for a day, every hour "
            "for two weeks, every day before. Of what is older than an hour the first 100 places are kept. Hours in "
            "which nothing was noted are worked out from visitors by the time of their events (`by_hour`), among the "
            "1,000 accounts that lead: an approximation."
        ),
    ),
)  # fmt: skip

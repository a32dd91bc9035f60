"""Flags out: to reviewers by account or by what hangs on them, to agencies those of their own accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Final, Literal, NamedTuple

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import END, Id
from leaderboard.domain.flags import Action, Flag, Status
from leaderboard.domain.impact import Impact, by_impact
from leaderboard.domain.tokens import Role
from leaderboard.store.directory import Campaign
from leaderboard.store.flags_read import flags_of_accounts, read_found, read_stakes
from leaderboard.web.answers import answer, checked
from leaderboard.web.auth import agency_of
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Endpoint, Parameter
from leaderboard.web.flags_shown import FlagShown, fields_of
from leaderboard.web.keys import STORE
from leaderboard.web.problems import Problem
from leaderboard.web.standings import own_account

Limit = Annotated[int, Meta(ge=1, le=1_000)]
Rule = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}(/[0-9]{1,9})?" + END)]
Why = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2_000,
        pattern=r"\S",
        description="A text of at most 2,000 characters, for the account's agency to read.",
    ),
]
Order = Literal["account", "impact"]

ACCOUNTS_PER_READ: Final = 500
READERS: Final = frozenset[Role](("admin", "reviewer", "agency"))


class FlagList(Struct):
    """A page of flags; `cursor` reads on, and is null on the last page. It may be larger than asked for."""

    items: list[FlagShown]
    cursor: str | None


class _Wanted(NamedTuple):
    """Which flags are asked for; None: whichever. `for_agency`: those that an agency is told of, as it is told."""

    status: Status | None
    action: Action | None
    rule: str | None
    for_agency: bool

    def has(self, flag: Flag) -> bool:
        detector = flag.raised.detector if flag.raised else None
        return (
            self.status in (None, flag.status)
            and self.action in (None, flag.action)
            and self.rule in (None, flag.rule, detector)
            and (flag.concerns_agency or not self.for_agency)
        )

    def of(self, flags: Iterable[Flag]) -> Iterator[Flag]:
        return (flag.told if self.for_agency else flag for flag in flags if self.has(flag))


async def get_flags(request: web.Request) -> web.Response:
    """A page of flags by account, of one account where it is named; an agency sees those of its own accounts."""
    campaign, limit = find_campaign(request), checked(request, "limit", Limit, 100)
    is_staff = agency_of(request) is None
    wanted = _Wanted(
        checked(request, "status", Status),
        checked(request, "action", Action),
        checked(request, "rule", Rule),
        for_agency=not is_staff,
    )
    if checked(request, "order", Order, "account") == "impact":
        return await _by_impact(request, campaign, wanted, limit)
    found, cursor = await _page(request, campaign, wanted, limit)
    shown = [FlagShown(**fields_of(flag, campaign.definition, is_staff=is_staff)) for flag in found]
    return answer(FlagList(shown, cursor))


async def _page(
    request: web.Request, campaign: Campaign, wanted: _Wanted, limit: int | None
) -> tuple[list[Flag], str | None]:
    """Flags by account, and where to read on; without a limit, all of them."""
    store, accounts = request.app[STORE], await _accounts(request, campaign)
    known, found = await read_found(store, campaign.definition.id), list[Flag]()
    for some in _parts(accounts):
        found += wanted.of(await flags_of_accounts(store, campaign, some, known))
        if limit is not None and len(found) >= limit:
            # Pages end between accounts, so that one account can be read on from.
            last = found[limit - 1].account
            rest = last if last != accounts[-1] else None
            return [flag for flag in found if flag.account <= last], rest
    return found, None


async def _by_impact(request: web.Request, campaign: Campaign, wanted: _Wanted, limit: int) -> web.Response:
    """The first flags by what hangs on them. They move with the standings, so there is nothing to read on from."""
    if agency_of(request) is not None:
        raise Problem(403, "forbidden", "Flags by impact are for reviewers: leave `order` out.")
    stakes = await read_stakes(request.app[STORE], campaign)
    found, _ = await _page(request, campaign, wanted, None)
    weighed: list[tuple[Impact, Flag]] = [(stakes.of(flag.account), flag) for flag in found]
    weighed.sort(key=lambda pair: by_impact(pair[0]))
    shown = [
        FlagShown(**fields_of(flag, campaign.definition, is_staff=True, impact=impact))
        for impact, flag in weighed[:limit]
    ]
    return answer(FlagList(shown, None))


async def _accounts(request: web.Request, campaign: Campaign) -> list[str]:
    """Whose flags are asked for, in order; 404 and 403 for an account that is not there, or not the caller's."""
    store, wanted = request.app[STORE], checked(request, "account", Id)
    cursor = checked(request, "cursor", Id, "")
    if wanted is not None:
        own_account(request, wanted, await store.settings.account(wanted))
        return [wanted]
    accounts = [one for one in sorted(await store.standings.accounts(campaign.definition.id)) if one > cursor]
    if (agency := agency_of(request)) is None:
        return accounts
    owners = await store.directory.accounts(accounts)
    return [one for one in accounts if (owner := owners[one]) and owner.agency_id == agency]


def _parts(accounts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(accounts), ACCOUNTS_PER_READ):
        yield accounts[start : start + ACCOUNTS_PER_READ]


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/flags", get_flags, READERS, "List flags", "Review",
        {200: Answer("A page of flags.", FlagList), 404: Answer("There is no such campaign or account.")},
        (
            CAMPAIGN,
            Parameter("status", "query", Status, "Flags of one status only."),
            Parameter("action", "query", Action, "Holds, warnings, or what is to be looked at, only."),
            Parameter("account", "query", Id, "Flags of one account only."),
            Parameter("rule", "query", Rule, "Flags of one rule or detector only."),
            Parameter("order", "query", Order, "By account unless told; `impact`: the first by what hangs on them."),
            Parameter("limit", "query", Limit, "About how many, 100 unless told."),
            Parameter("cursor", "query", Id, "Reads on from the page before."),
        ),
        description="Agencies see what their accounts are warned, held or discounted for, and what was decided. By "
        "impact, which only staff may ask for, there is one page: those first whose account has or nearly has a paid "
        "place.",
    ),
)  # fmt: skip

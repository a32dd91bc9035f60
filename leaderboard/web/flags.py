"""Flags out, and decisions on them in: reviewers decide, agencies see what was found of their own accounts and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Literal, NamedTuple

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from leaderboard.domain.accounts import END, Id
from leaderboard.domain.flags import Action, Decision, Decisions, Flag, Status, flag_id, flags_of, named_by
from leaderboard.domain.judging import Ruling
from leaderboard.domain.reasons import Reason
from leaderboard.domain.times import rfc3339
from leaderboard.domain.tokens import Role
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from leaderboard.web import examples
from leaderboard.web.answers import Time, answer, checked
from leaderboard.web.auth import agency_of
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.problems import not_found
from leaderboard.web.standings import own_account

Limit = Annotated[int, Meta(ge=1, le=1_000)]
FlagId = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9][a-z0-9_-]{0,63}~[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}" + END,
        description="The id of the rule, ~, the id of the account.",
    ),
]
Why = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2_000,
        pattern=r"\S",
        description="A text of at most 2,000 characters, for the account's agency to read.",
    ),
]
TakesEffect = Literal["at_once", "with_the_next_correction"]

ACCOUNTS_PER_READ: Final = 500
_READERS: Final = frozenset[Role](("admin", "reviewer", "agency"))
_REVIEWERS: Final = frozenset[Role](("reviewer",))


class DecisionAsked(Struct, forbid_unknown_fields=True):
    """`uphold`: the rule was right, and a held account wins nothing. `dismiss`: it is nothing to hold or warn for."""

    decision: Ruling
    reason: Why


class DecisionShown(Struct):
    """A decision; `by` is the id of the reviewer's token, which agencies do not see."""

    decision: Ruling
    reason: str
    at: Time
    by: str | UnsetType = UNSET


class FlagShown(Struct, kw_only=True):
    """A rule that warns or holds an account, as things are at this moment; or that was decided on.

    `reason` is null where a flag was dismissed and the rule finds nothing any more.
    """

    id: str
    account_id: str
    rule: str
    action: Action
    status: Status
    reason: Reason | None
    decision: DecisionShown | None


class FlagDecided(FlagShown, kw_only=True):
    """The flag as it is with the decision. A certified campaign stands as it is until its result is corrected."""

    takes_effect: TakesEffect


class FlagList(Struct):
    """A page of flags; `cursor` reads on, and is null on the last page. It may be larger than asked for."""

    items: list[FlagShown]
    cursor: str | None


class _Wanted(NamedTuple):
    """Which flags are asked for; None: whichever."""

    status: Status | None
    action: Action | None

    def has(self, flag: Flag) -> bool:
        return self.status in (None, flag.status) and self.action in (None, flag.action)


async def get_flags(request: web.Request) -> web.Response:
    """A page of flags by account, of one account where it is named; an agency sees those of its own accounts."""
    campaign, limit = find_campaign(request), checked(request, "limit", Limit, 100)
    wanted = _Wanted(checked(request, "status", Status), checked(request, "action", Action))
    store, accounts, cursor = request.app[STORE], await _accounts(request, campaign), None
    decisions, found = await store.decisions.of(campaign.definition.id), list[Flag]()
    for some in _parts(accounts):
        found += filter(wanted.has, await _flags(store, campaign, some, decisions))
        if len(found) >= limit:
            # Pages end between accounts, so that one account can be read on from.
            last = found[limit - 1].account
            found = [flag for flag in found if flag.account <= last]
            cursor = last if last != accounts[-1] else None
            break
    return answer(FlagList([FlagShown(**_shown(request, flag)) for flag in found], cursor))


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


async def _flags(
    store: Store, campaign: Campaign, accounts: Sequence[str], decisions: Decisions
) -> list[Flag]:
    rows = await store.standings.rows(campaign.definition.id, accounts)
    verdicts = await store.judge.verdicts(campaign.definition.id, rows)
    return flags_of(campaign.definition, verdicts, decisions)


async def _flag(request: web.Request, flag: str) -> Flag:
    """The flag as things are; 404 where it is neither raised nor decided."""
    store, campaign, (_, account) = request.app[STORE], find_campaign(request), named_by(flag)
    decisions = await store.decisions.of(campaign.definition.id)
    for found in await _flags(store, campaign, [account], decisions):
        if found.id == flag:
            return found
    raise not_found(f"flag {flag}")


async def post_decision(request: web.Request) -> web.Response:
    """What a reviewer decides on a flag. It stands until it is decided again; the audit log has every decision."""
    store, campaign = request.app[STORE], find_campaign(request)
    flag = checked(request, "flag", FlagId)
    asked = await read_setting(request, DecisionAsked)
    await _flag(request, flag)
    decision = Decision(asked.decision, asked.reason, request[CALLER].id, request[NOW_MS])
    await store.decisions.put(campaign.definition.id, flag, decision)
    await store.directory.refresh()
    decided = _shown(request, await _flag(request, flag))
    is_final = find_campaign(request).life.is_final
    takes_effect: TakesEffect = "with_the_next_correction" if is_final else "at_once"
    return answer(FlagDecided(**decided, takes_effect=takes_effect))


def _shown(request: web.Request, flag: Flag) -> dict[str, Any]:
    return {
        "id": flag.id,
        "account_id": flag.account,
        "rule": flag.rule,
        "action": flag.action,
        "status": flag.status,
        "reason": flag.reason,
        "decision": _decision(flag.decision, with_actor=agency_of(request) is None),
    }


def _decision(decision: Decision | None, *, with_actor: bool) -> DecisionShown | None:
    if decision is None:
        return None
    by = decision.by if with_actor else UNSET
    return DecisionShown(decision.decision, decision.reason, rfc3339(decision.at_ms), by)


_EXAMPLE: Final = flag_id("refunds", "mayas-corner")
_FLAG: Final = Parameter("flag", "path", FlagId, example=_EXAMPLE)
_STANDS: Final = (
    "A dismissed flag holds nobody any more. A hold that is upheld takes the account out of every award, whatever is "
    "counted later; a warning that is upheld stays a warning. Deciding again replaces the decision. After "
    "certification, a decision takes effect with the next correction of the result."
)

ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/flags", get_flags, _READERS, "List flags", "Review",
        {200: Answer("A page of flags.", FlagList), 404: Answer("There is no such campaign or account.")},
        (
            CAMPAIGN,
            Parameter("status", "query", Status, "Flags of one status only."),
            Parameter("action", "query", Action, "Holds or warnings only."),
            Parameter("account", "query", Id, "Flags of one account only."),
            Parameter("limit", "query", Limit, "About how many, 100 unless told."),
            Parameter("cursor", "query", Id, "Reads on from the page before."),
        ),
    ),
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/flags/{flag}/decision", post_decision, _REVIEWERS, "Decide on a flag",
        "Review",
        {
            200: Answer("It is decided.", FlagDecided),
            404: Answer("There is no such campaign, or the flag is neither raised nor decided."),
        },
        (CAMPAIGN, _FLAG),
        Body({"application/json": DecisionAsked}, examples={"application/json": examples.DECISION}),
        _STANDS,
    ),
)  # fmt: skip

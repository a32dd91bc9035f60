"""One flag out, with all that belongs to it: evidence, decisions, appeals, and the statement of reasons."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from leaderboard.domain.accounts import END
from leaderboard.domain.flags import Flag, flag_id, named_by
from leaderboard.domain.statements import Statement, statement
from leaderboard.domain.times import rfc3339
from leaderboard.store.flags_read import find_flag, read_stakes
from leaderboard.store.store import Store
from leaderboard.web.answers import Time, answer, checked
from leaderboard.web.appeals_shown import AppealShown, appeal_outlined, appeal_shown
from leaderboard.web.auth import agency_of
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Endpoint, Parameter
from leaderboard.web.flags import READERS
from leaderboard.web.flags_shown import (
    DecisionShown,
    FindingShown,
    FlagShown,
    decision_shown,
    fields_of,
    finding_shown,
)
from leaderboard.web.keys import NOW_MS, STORE
from leaderboard.web.problems import not_found
from leaderboard.web.standings import own_account

FlagId = Annotated[
    str,
    Meta(
        pattern=r"^(integrity\.)?[a-z0-9][a-z0-9_-]{0,63}~[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}" + END,
        description="The id of the rule, or `integrity.` and the detector; ~; the id of the account.",
    ),
]


class StatementShown(Struct):
    """The statement of reasons, for the account's agency: what was found and by which rule, where a machine was at work
    and where people, what follows, and what can be done about it until when."""

    facts: str
    clause: str
    found_by: str
    decided_by: str
    consequence: str
    redress: str
    redress_until: Time | None


class FlagWhole(FlagShown, kw_only=True):
    """A flag with all that belongs to it: each finding, every decision and every appeal, the oldest first."""

    findings: list[FindingShown] | UnsetType = UNSET
    history: list[DecisionShown]
    appeals: list[AppealShown]
    statement: StatementShown


async def flag_at(request: web.Request, flag: str) -> Flag:
    """The flag as things are; 404 where it is neither raised nor decided, 403 where it is not the caller's.

    An agency's is as it is told of it.
    """
    store, (_, account) = request.app[STORE], named_by(flag)
    found = await find_flag(store, find_campaign(request), flag)
    if agency_of(request) is not None:
        own_account(request, account, await store.settings.account(account))
        found = found.told if found and found.concerns_agency else None
    if found is None:
        raise not_found(f"flag {flag}")
    return found


async def get_flag(request: web.Request) -> web.Response:
    """A flag with its evidence, its decisions and appeals, and the statement of reasons."""
    flag = await flag_at(request, checked(request, "flag", FlagId))
    return answer(await whole(request, flag))


async def whole(request: web.Request, flag: Flag) -> FlagWhole:
    """All that the caller may see of a flag."""
    store, campaign, is_staff = request.app[STORE], find_campaign(request), agency_of(request) is None
    name = campaign.definition.id
    impact = (await read_stakes(store, campaign)).of(flag.account) if is_staff else None
    findings = flag.raised.findings if flag.raised else None
    history = await store.decisions.history(name, flag.id)
    return FlagWhole(
        **fields_of(flag, campaign.definition, is_staff=is_staff, impact=impact),
        findings=UNSET if findings is None else [finding_shown(one, is_staff=is_staff) for one in findings],
        history=[shown for one in history if (shown := decision_shown(one, is_staff=is_staff))],
        appeals=await _appeals(store, name, flag, agency_of(request)),
        statement=_statement(statement(campaign.definition, flag, request[NOW_MS])),
    )


async def _appeals(store: Store, campaign: str, flag: Flag, agency: str | None) -> list[AppealShown]:
    shown: list[AppealShown] = []
    for one in flag.docket.appeals:
        if one.may_be_read_by(agency):
            texts = await store.decisions.appeal_texts(campaign, flag.id, one.number)
            shown.append(appeal_shown(one, texts, is_staff=agency is None))
        else:
            shown.append(appeal_outlined(one))
    return shown


def _statement(found: Statement) -> StatementShown:
    until_ms = found.redress_until_ms
    return StatementShown(
        found.facts,
        found.clause,
        found.found_by,
        found.decided_by,
        found.consequence,
        found.redress,
        rfc3339(until_ms) if until_ms else None,
    )


FLAG: Final = Parameter("flag", "path", FlagId, example=flag_id("refunds", "mayas-corner"))
NO_FLAG: Final = Answer("There is no such campaign, or the flag is neither raised nor decided.")

ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/flags/{flag}", get_flag, READERS, "Read a flag with its reasons", "Review",
        {200: Answer("The flag.", FlagWhole), 404: NO_FLAG}, (CAMPAIGN, FLAG),
    ),
)  # fmt: skip

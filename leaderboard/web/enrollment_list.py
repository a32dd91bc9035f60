"""Who takes part in a campaign and who wants to, as lists; and the schedule of an account as CSV. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec
from aiohttp import web

from leaderboard.domain.accounts import Account, Id
from leaderboard.domain.enrollment_requests import Request, RequestedHost
from leaderboard.domain.schedule_csv import write_schedule
from leaderboard.domain.times import rfc3339
from leaderboard.store import keys
from leaderboard.web.answers import answer, checked
from leaderboard.web.auth import agency_of
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, find_campaign
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint, Parameter
from leaderboard.web.enrollment_requests import CSV
from leaderboard.web.enrollment_requests_shown import (
    EnrollmentList,
    EnrollmentListed,
    may_read,
    request_shown,
)
from leaderboard.web.enrollments import ACCOUNT, NOT_ENROLLED
from leaderboard.web.keys import STORE
from leaderboard.web.problems import not_found
from leaderboard.web.settings import PAGE, Cursor, Limit
from leaderboard.web.standings import own_account

Status = Literal["enrolled", "pending", "rejected", "absent"]
# Account id → its enrolment as stored, None without one.
Enrolled = Mapping[str, Mapping[str, Any] | None]


async def list_enrollments(request: web.Request) -> web.Response:
    """Accounts that take part, whose newest request waits or was rejected, or that do neither; an agency's own only."""
    campaign, store = find_campaign(request).definition.id, request.app[STORE]
    status = checked(request, "status", Status, "enrolled")
    requests = await store.enrollment_requests.every(campaign)
    following, enrolled = await _page(request, status, requests)
    accounts = await store.settings.accounts(sorted(enrolled))
    items = [
        _listed(request, name, accounts.get(name), enrolled[name], requests.get(name))
        for name in sorted(enrolled)
        if _is_told(request, accounts.get(name), requests.get(name), status)
    ]
    return answer({"items": items, "cursor": str(following) if following else None})


async def _page(
    request: web.Request, status: Status, requests: Mapping[str, Request]
) -> tuple[int, Enrolled]:
    """(where to read on or 0, the accounts of a page)."""
    campaign, store = find_campaign(request).definition.id, request.app[STORE]
    cursor, limit = checked(request, "cursor", Cursor, "0"), checked(request, "limit", Limit, 100)
    if status == "enrolled":
        return await store.settings.listed(keys.enrollments(campaign), int(cursor), limit)
    if status == "absent":
        following, every = await store.settings.listed(keys.ACCOUNTS, int(cursor), limit)
        there = await store.enrollment_requests.enrolled(campaign, sorted(every))
        waiting = {name for name, one in requests.items() if one.state == "pending"}
        return following, dict.fromkeys(every.keys() - there.keys() - waiting)
    wanted = [name for name, one in requests.items() if one.state == status]
    return 0, dict.fromkeys(wanted) | await store.enrollment_requests.enrolled(campaign, wanted)


def _is_told(request: web.Request, account: Account | None, asked: Request | None, status: Status) -> bool:
    """An agency is told of its own accounts, and of a request only if it is its own, too."""
    agency = agency_of(request)
    is_own = agency is None or (account is not None and account.agency_id == agency)
    return is_own and (status in ("enrolled", "absent") or may_read(request, asked) is not None)


def _listed(
    request: web.Request,
    account_id: str,
    account: Account | None,
    enrolled: Mapping[str, Any] | None,
    asked: Request | None,
) -> EnrollmentListed:
    told = may_read(request, asked)
    return EnrollmentListed(
        account_id=account_id,
        name=account.name if account else None,
        agency_id=account.agency_id if account else None,
        enrolled_at=rfc3339(enrolled["enrolled_ms"]) if enrolled else None,
        hosts=len(enrolled["hosts"]) if enrolled else 0,
        request=request_shown(request, account_id, told, enrolled) if told else None,
    )


async def get_schedule(request: web.Request) -> web.Response:
    """The hosts and slots of an enrolled account as CSV, in the form in which a request takes them."""
    store, campaign = request.app[STORE], find_campaign(request).definition.id
    account_id = checked(request, "account", Id)
    own_account(request, account_id, await store.settings.account(account_id))
    found = await store.settings.enrollment(campaign, account_id)
    if found is None:
        raise not_found(f"the enrolment of {account_id} in this campaign")
    names = {host_id: host.name for host_id, host in (await store.settings.hosts(account_id)).items()}
    hosts = msgspec.convert(found["hosts"], list[RequestedHost])
    return web.Response(body=write_schedule(hosts, names).encode(), content_type=CSV, charset="utf-8")


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/enrollments", list_enrollments, EVERY_ROLE - {"ingest"},
        "List enrolments and requests", "Campaigns",
        {200: Answer("A page of them, in no particular order.", EnrollmentList), 404: NO_CAMPAIGN},
        (
            CAMPAIGN,
            Parameter(
                "status", "query", Status,
                "`enrolled`, unless told; `pending` and `rejected` are by the newest request, all in one page; "
                "`absent` are those that neither take part nor wait.",
            ),
            *PAGE,
        ),
    ),
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/enrollments/{account}/schedule", get_schedule, EVERY_ROLE - {"ingest"},
        "Download a schedule", "Campaigns",
        {200: Answer("A line a slot.", media_type=CSV), 404: NOT_ENROLLED}, (CAMPAIGN, ACCOUNT),
    ),
)  # fmt: skip

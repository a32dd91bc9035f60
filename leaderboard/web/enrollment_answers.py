"""Answers of admins to requests to take part: approved, which enrols the account, or rejected with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain import enrollments
from leaderboard.domain.accounts import Host, Id
from leaderboard.domain.enrollment_requests import Request, RequestRefused, approved, enrollment_of, rejected
from leaderboard.domain.enrollments import Enrollment, Waiver
from leaderboard.store.settings import CampaignMoved, Enrolled
from leaderboard.web.answers import answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import ADMIN, Answer, Body, Endpoint
from leaderboard.web.enrollment_requests import find_request, moving
from leaderboard.web.enrollment_requests_shown import RequestShown, request_shown
from leaderboard.web.enrollments import (
    ACCOUNT,
    EnrollmentShown,
    check_enrollment,
    check_open,
    enroll_now,
    enrolled_shown,
    enrollment_shown,
    refuse_if_wrong,
)
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.lifecycle import Why
from leaderboard.web.moves import TRIES
from leaderboard.web.problems import Problem
from leaderboard.web.settings import status_of

Step = Callable[..., Request]
Number = Annotated[
    int, Meta(ge=1, description="Of the request that was looked at; another one is not answered.")
]


class ApproveOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """Which request, and who allowed a host more than is kept, where it asks for that."""

    number: Number | None = None
    schedule_waiver: Waiver | None = None


class RejectOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """Why, for the agency to read."""

    reason: Why
    number: Number | None = None


async def approve_request(request: web.Request) -> web.Response:
    """Enrols an account as its agency has asked: what it receives from now on counts."""
    find_campaign(request)
    account_id = checked(request, "account", Id)
    order = await read_setting(request, ApproveOrder, required=False)
    for _ in range(TRIES):
        asked = await _looked_at(request, account_id, order.number)
        try:
            enrollment, enrolled = await _approve(request, account_id, asked, order.schedule_waiver)
        except CampaignMoved:
            await request.app[STORE].directory.refresh()
            continue
        if enrolled is None:
            return await _as_it_is(request, account_id)
        name = find_campaign(request).definition.id
        await request.app[STORE].judge.admit(name, account_id, request[NOW_MS])
        shown = await enrolled_shown(request, account_id, enrollment, enrolled)
        return answer(shown, status_of(enrolled.outcome))
    raise moving()


async def _approve(
    request: web.Request, account_id: str, asked: Request, waiver: str | None
) -> tuple[Enrollment, Enrolled | None]:
    """What is enrolled; None where it was approved before."""
    store, campaign = request.app[STORE], find_campaign(request)
    before = await store.settings.enrollment(campaign.definition.id, account_id)
    enrollment = enrollment_of(asked, waiver or (before or {}).get("schedule_waiver"))
    done = _taken(asked, approved, request)
    if done is asked:
        return enrollment, None
    await _check_owner(request, account_id, asked)
    refuse_if_wrong(enrollments.problems(enrollment))
    check_open(campaign)
    await _register(request, account_id, asked)
    await check_enrollment(request, account_id, enrollment)
    return enrollment, await enroll_now(request, account_id, enrollment, (asked, done))


async def _as_it_is(request: web.Request, account_id: str) -> web.Response:
    campaign = find_campaign(request).definition.id
    found = await request.app[STORE].settings.enrollment(campaign, account_id)
    if found is None:
        raise Problem(
            409, "not_pending", "The request was approved, and the enrolment is not there any more."
        )
    return answer(await enrollment_shown(request, account_id, found))


async def _register(request: web.Request, account_id: str, asked: Request) -> None:
    """Hosts that the account does not have yet. Those that it has keep their names."""
    settings = request.app[STORE].settings
    known = await settings.hosts(account_id)
    for host_id in (host["host_id"] for host in asked.hosts):
        if host_id not in known and host_id in asked.names:
            await settings.put_host(account_id, host_id, Host(asked.names[host_id]), request[CALLER].id)


async def _check_owner(request: web.Request, account_id: str, asked: Request) -> None:
    account = await request.app[STORE].settings.account(account_id)
    if account is None or account.agency_id != asked.agency:
        detail = f"{account_id} is not an account of {asked.agency} any more, which asked: reject it."
        raise Problem(409, "changed", detail)


async def reject_request(request: web.Request) -> web.Response:
    """Refuses a request: what is enrolled stays as it is, and the agency reads why."""
    campaign, store = find_campaign(request).definition.id, request.app[STORE]
    account_id = checked(request, "account", Id)
    order = await read_setting(request, RejectOrder)
    for _ in range(TRIES):
        asked = await _looked_at(request, account_id, order.number)
        done = _taken(asked, rejected, request, order.reason)
        actor = request[CALLER].id
        if done is asked or await store.enrollment_requests.make(
            "reject", campaign, account_id, asked, done, actor
        ):
            enrolled = await store.settings.enrollment(campaign, account_id)
            return answer(request_shown(request, account_id, done, enrolled))
    raise moving()


async def _looked_at(request: web.Request, account_id: str, number: int | None) -> Request:
    asked = await find_request(request, account_id)
    if number is not None and number != asked.number:
        detail = f"The agency has sent another request since: number {asked.number}, not {number}."
        raise Problem(409, "changed", detail)
    return asked


def _taken(asked: Request, step: Step, request: web.Request, *reason: str) -> Request:
    try:
        return step(asked, request[CALLER].id, request[NOW_MS], *reason)
    except RequestRefused as error:
        raise Problem(409, error.code, str(error)) from error


_PATH: Final = "/v1/campaigns/{campaign}/enrollments/{account}"
_NO_REQUEST: Final = Answer("There is no such campaign, or no request of the account.")
_ANSWERED: Final = "It was answered otherwise (`not_pending`), or is another request (`changed`)"

ENDPOINTS: Final = (
    Endpoint(
        "POST", f"{_PATH}/approve", approve_request, ADMIN, "Approve a request to take part", "Campaigns",
        {
            200: Answer("Its hosts and schedule are now as asked, or were before.", EnrollmentShown),
            201: Answer("It is enrolled from now on.", EnrollmentShown),
            404: _NO_REQUEST,
            409: Answer(f"{_ANSWERED}; or the campaign is over or was cancelled."),
        },
        (CAMPAIGN, ACCOUNT),
        Body(
            {"application/json": ApproveOrder}, "May be left out.",
            {"application/json": {"number": 1}}, required=False,
        ),
        "As if an admin enrolled it: the same is checked. Hosts that the account does not have are saved with the "
        "names that the request gives.",
    ),
    Endpoint(
        "POST", f"{_PATH}/reject", reject_request, ADMIN, "Reject a request to take part", "Campaigns",
        {200: Answer("It is rejected, or was before.", RequestShown), 404: _NO_REQUEST, 409: Answer(f"{_ANSWERED}.")},
        (CAMPAIGN, ACCOUNT),
        Body({"application/json": RejectOrder}, examples={"application/json": {"reason": "The list is closed."}}),
    ),
)  # fmt: skip

"""Requests of agencies to take part with an account of theirs, or to change its hosts and slots. Enrols nobody."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from leaderboard.domain.accounts import Id
from leaderboard.domain.enrollment_requests import (
    EnrollmentAsked,
    Request,
    RequestRefused,
    asked_for,
    withdrawn,
    wrong_with,
)
from leaderboard.domain.schedule_csv import ScheduleRefused, parse_schedule
from leaderboard.domain.tokens import Role
from leaderboard.web import examples
from leaderboard.web.answers import answer, checked
from leaderboard.web.auth import agency_of
from leaderboard.web.bodies import SETTINGS_LIMIT_BYTES, read_body, read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Body, Endpoint
from leaderboard.web.enrollment_requests_shown import RequestShown, may_read, request_shown
from leaderboard.web.enrollments import ACCOUNT, check_open, last_enrollment_ms, refuse_if_wrong
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.moves import TRIES
from leaderboard.web.problems import FieldError, Problem, not_found
from leaderboard.web.standings import own_account
from leaderboard.web.wording import explain, sentence

CSV: Final = "text/csv"
AGENCIES: Final = frozenset[Role](("agency",))


async def request_enrollment(request: web.Request) -> web.Response:
    """Asks that an account of the caller's agency take part with these hosts and slots, or change to them."""
    account_id = await _own(request)
    asked = await _read_asked(request)
    _check_in_time(request)
    hosts = await request.app[STORE].settings.hosts(account_id)
    refuse_if_wrong(wrong_with(asked, hosts))
    return await _shown(request, account_id, await _save(request, account_id, asked), 202)


async def get_request(request: web.Request) -> web.Response:
    """The newest request for an account, whatever became of it."""
    account_id = await _own(request)
    return await _shown(request, account_id, await find_request(request, account_id))


async def withdraw_request(request: web.Request) -> web.Response:
    """Takes a request back that waits."""
    account_id = await _own(request)
    store, name, actor = request.app[STORE], find_campaign(request).definition.id, request[CALLER].id
    for _ in range(TRIES):
        before = await find_request(request, account_id)
        after = _answered_with(before, actor, request[NOW_MS])
        is_same = after is before
        if is_same or await store.enrollment_requests.make(
            "withdraw", name, account_id, before, after, actor
        ):
            return await _shown(request, account_id, after)
    raise moving()


def _answered_with(before: Request, actor: str, now_ms: int) -> Request:
    try:
        return withdrawn(before, actor, now_ms)
    except RequestRefused as error:
        raise Problem(409, error.code, str(error)) from error


async def find_request(request: web.Request, account_id: str) -> Request:
    """The newest request for an account that the caller may know of; 404 where there is none."""
    campaign = find_campaign(request).definition.id
    asked = may_read(request, await request.app[STORE].enrollment_requests.of(campaign, account_id))
    if asked is None:
        raise not_found(f"a request of {account_id} to take part in this campaign")
    return asked


def moving() -> Problem:
    """409 where others were first again and again."""
    return Problem(409, "moving", "Others answer or change this request again and again; try it once more.")


async def _own(request: web.Request) -> str:
    """The account that the address names; 404 and 403 where it is not the caller's to speak of."""
    find_campaign(request)
    account_id = checked(request, "account", Id)
    own_account(request, account_id, await request.app[STORE].settings.account(account_id))
    return str(account_id)


async def _save(request: web.Request, account_id: str, asked: EnrollmentAsked) -> Request:
    """The request that waits, where another was answered meanwhile after that one."""
    store, name = request.app[STORE], find_campaign(request).definition.id
    agency, actor = agency_of(request) or "", request[CALLER].id
    for _ in range(TRIES):
        before = await store.enrollment_requests.of(name, account_id)
        after = asked_for(asked, before, agency=agency, by=actor, at_ms=request[NOW_MS])
        is_same = after is before
        if is_same or await store.enrollment_requests.make("request", name, account_id, before, after, actor):
            return after
    raise moving()


def _check_in_time(request: web.Request) -> None:
    campaign = find_campaign(request)
    check_open(campaign)
    if request[NOW_MS] >= last_enrollment_ms(campaign):
        detail = f"{campaign.definition.id} has ended; accounts may be enrolled until it ends"
        raise Problem(409, "campaign_over", detail)


async def _read_asked(request: web.Request) -> EnrollmentAsked:
    if request.content_type != CSV:
        return await read_setting(request, EnrollmentAsked)
    body = await read_body(request, SETTINGS_LIMIT_BYTES)
    try:
        hosts = parse_schedule(body.decode("utf-8"), find_campaign(request).definition.zone)
        # How many hosts and slots there may be is said by their types.
        return msgspec.convert(msgspec.to_builtins({"hosts": hosts}), EnrollmentAsked)
    except UnicodeDecodeError as error:
        raise Problem(400, "not_csv", f"The body is not UTF-8: {error}") from error
    except ScheduleRefused as error:
        errors = [FieldError(one.detail, one.column, one.line) for one in error.problems]
        raise Problem(
            422, "invalid", f"The schedule is refused. First: {error.problems[0]}", errors=errors
        ) from error
    except msgspec.ValidationError as error:
        wrong = explain(error, EnrollmentAsked)
        raise Problem(422, "invalid", sentence(wrong), errors=[wrong]) from error


async def _shown(request: web.Request, account_id: str, asked: Request, status: int = 200) -> web.Response:
    campaign = find_campaign(request).definition.id
    enrolled = await request.app[STORE].settings.enrollment(campaign, account_id)
    return answer(request_shown(request, account_id, asked, enrolled), status)


_PATH: Final = "/v1/campaigns/{campaign}/enrollments/{account}/request"
_NO_REQUEST: Final = Answer(
    "There is no such campaign or account, or no request for it that the caller may see."
)

ENDPOINTS: Final = (
    Endpoint(
        "POST", _PATH, request_enrollment, AGENCIES, "Ask to take part", "Campaigns",
        {
            202: Answer("It waits for an admin, and nothing counts by it until then.", RequestShown),
            404: Answer("There is no such campaign or account."),
            409: Answer("The campaign is over or was cancelled."),
        },
        (CAMPAIGN, ACCOUNT),
        Body(
            {"application/json": EnrollmentAsked, CSV: str},
            "All hosts and slots, not what changes; as CSV, times without an offset are of the campaign's zone.",
            {"application/json": examples.ENROLLMENT_ASKED, CSV: examples.SCHEDULE_CSV},
        ),
        "One request waits at a time; a newer one takes its place, and the same again changes nothing. Also for a "
        "change of an account that takes part: until it is approved, what is enrolled stands.",
    ),
    Endpoint(
        "GET", _PATH, get_request, EVERY_ROLE - {"ingest"}, "Show a request to take part", "Campaigns",
        {200: Answer("The newest request.", RequestShown), 404: _NO_REQUEST}, (CAMPAIGN, ACCOUNT),
    ),
    Endpoint(
        "DELETE", _PATH, withdraw_request, AGENCIES, "Withdraw a request to take part", "Campaigns",
        {
            200: Answer("It is withdrawn, or was before.", RequestShown),
            404: _NO_REQUEST,
            409: Answer("It was answered (`not_pending`)."),
        },
        (CAMPAIGN, ACCOUNT),
    ),
)  # fmt: skip

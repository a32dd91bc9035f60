"""Enrolments: accounts take their place in a campaign, with the hosts and the schedule they promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import UNSET, Struct, UnsetType

from leaderboard.domain import enrollments
from leaderboard.domain.accounts import Id
from leaderboard.domain.enrollment_requests import Request
from leaderboard.domain.enrollments import Enrollment
from leaderboard.domain.live_time import promised_ms
from leaderboard.domain.times import rfc3339
from leaderboard.store.directory import Campaign
from leaderboard.store.settings import CampaignMoved, Enrolled, EnrollmentOver
from leaderboard.web import examples
from leaderboard.web.answers import Time, answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import ADMIN, EVERY_ROLE, Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.moves import TRIES
from leaderboard.web.problems import FieldError, Problem, not_found
from leaderboard.web.settings import status_of
from leaderboard.web.standings import own_account


class SlotShown(Struct):
    """A promised span of live time, `[start, end)`."""

    start: Time
    end: Time


class RegisteredHost(Struct):
    """A host with the slots promised for it."""

    host_id: str
    schedule: list[SlotShown]


class PromisingHost(RegisteredHost):
    """A host with the slots promised for it; `promised_s` is how much of the campaign's window they are."""

    promised_s: float


class EditedHosts(Struct):
    """The hosts that were added or removed, or whose slots were changed."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class ScheduleEdit(Struct):
    """A change of hosts or slots after the campaign's start. It holds, and stays visible; an admin sees who made it."""

    at: Time
    hosts: EditedHosts
    actor: str | UnsetType = UNSET


class EnrollmentShown(Struct):
    """An enrolment; what was received before `enrolled_at` does not count."""

    account_id: str
    enrolled_at: Time
    hosts: list[PromisingHost]
    schedule_waiver: str | None
    schedule_edits: list[ScheduleEdit]


async def put_enrollment(request: web.Request) -> web.Response:
    """An account's place in a campaign: what it receives from now on counts."""
    store, campaign = request.app[STORE], find_campaign(request)
    account_id = checked(request, "account", Id)
    enrollment = await read_setting(request, Enrollment)
    await check_enrollment(request, account_id, enrollment)
    enrolled = await _enroll(request, account_id, enrollment)
    await store.judge.admit(campaign.definition.id, account_id, request[NOW_MS])
    return answer(
        await enrolled_shown(request, account_id, enrollment, enrolled), status_of(enrolled.outcome)
    )


async def _enroll(request: web.Request, account_id: str, enrollment: Enrollment) -> Enrolled:
    """By where the campaign stands when it is saved, however long the request took."""
    for _ in range(TRIES):
        try:
            return await enroll_now(request, account_id, enrollment)
        except CampaignMoved:
            await request.app[STORE].directory.refresh()
    raise Problem(409, "moving", "The campaign is being moved again and again; try it once more.")


async def enroll_now(
    request: web.Request,
    account_id: str,
    enrollment: Enrollment,
    answers: tuple[Request, Request] | None = None,
) -> Enrolled:
    """By where the campaign is known to stand; CampaignMoved where that, or the request it answers, is another."""
    campaign = find_campaign(request)
    check_open(campaign)
    try:
        return await request.app[STORE].settings.enroll(
            campaign.definition.id,
            account_id,
            enrollment,
            request[CALLER].id,
            starts_at_ms=campaign.counted.window.starts_at_ms,
            ends_at_ms=last_enrollment_ms(campaign),
            life_version=campaign.life.version,
            answers=answers,
        )
    except EnrollmentOver as error:
        raise Problem(409, "campaign_over", str(error)) from error


def check_open(campaign: Campaign) -> None:
    """409 for a campaign in which nobody takes part."""
    if campaign.life.state == "draft":
        raise Problem(409, "draft", "The campaign is a draft: save it without `draft` first.")
    if campaign.life.state == "cancelled":
        raise Problem(409, "campaign_cancelled", "The campaign was cancelled: nobody can take part any more.")


def last_enrollment_ms(campaign: Campaign) -> int:
    """A campaign that people close takes accounts until they do, also for a window in the past."""
    return (
        campaign.counted.window.cutoff_ms
        if campaign.definition.close == "manual"
        else (campaign.counted.window.ends_at_ms)
    )


async def check_enrollment(request: web.Request, account_id: str, enrollment: Enrollment) -> None:
    """404 without the account; 422 names each field that is wrong."""
    settings = request.app[STORE].settings
    if await settings.account(account_id) is None:
        raise not_found(f"account {account_id}")
    wrong = enrollments.problems(enrollment)
    hosts = await settings.hosts(account_id) if enrollment.hosts else {}
    wrong += [
        f"hosts[{number}].host_id: {host.host_id} is no host of {account_id}; put it first"
        for number, host in enumerate(enrollment.hosts)
        if host.host_id not in hosts
    ]
    refuse_if_wrong(wrong)


def refuse_if_wrong(wrong: Sequence[str]) -> None:
    """422 with each of the lines, which name their field."""
    if wrong:
        errors = [FieldError(detail, path) for path, _, detail in (one.partition(": ") for one in wrong)]
        raise Problem(422, "invalid", wrong[0], errors=errors)


async def get_enrollment(request: web.Request) -> web.Response:
    """An account's enrolment, for its agency and for those who run the campaign."""
    store, campaign = request.app[STORE], find_campaign(request)
    account_id = checked(request, "account", Id)
    own_account(request, account_id, await store.settings.account(account_id))
    found = await store.settings.enrollment(campaign.definition.id, account_id)
    if found is None:
        raise not_found(f"the enrolment of {account_id} in this campaign")
    return answer(await enrollment_shown(request, account_id, found))


async def enrolled_shown(
    request: web.Request, account_id: str, enrollment: Enrollment, enrolled: Enrolled
) -> EnrollmentShown:
    """What has just been saved."""
    stored = enrollments.canonical(enrollment) | {"enrolled_ms": enrolled.enrolled_ms}
    return await enrollment_shown(request, account_id, stored)


async def enrollment_shown(
    request: web.Request, account_id: str, stored: Mapping[str, Any]
) -> EnrollmentShown:
    """An enrolment as stored, with its edits."""
    campaign = find_campaign(request)
    edits = await request.app[STORE].settings.schedule_edits(campaign.definition.id, account_id)
    window = campaign.counted.window
    return EnrollmentShown(
        account_id,
        rfc3339(stored["enrolled_ms"]),
        _hosts(stored["hosts"], (window.starts_at_ms, window.ends_at_ms)),
        stored.get("schedule_waiver"),
        [_edit(edit, with_actor=request[CALLER].role == "admin") for edit in edits],
    )


def _hosts(stored: Sequence[Mapping[str, Any]], window: tuple[int, int]) -> list[PromisingHost]:
    slots = enrollments.slots_of(msgspec.convert({"hosts": stored}, Enrollment))
    return [
        PromisingHost(
            host["host_id"],
            host["schedule"],
            promised_ms({host["host_id"]: slots[host["host_id"]]}, window) / 1000,
        )
        for host in stored
    ]


def _edit(edit: Mapping[str, Any], *, with_actor: bool) -> ScheduleEdit:
    hosts = EditedHosts(edit["added"], edit["removed"], edit["changed"])
    return ScheduleEdit(rfc3339(edit["at_ms"]), hosts, edit["actor"] if with_actor else UNSET)


ACCOUNT: Final = Parameter("account", "path", Id, example="mayas-corner")
NOT_ENROLLED: Final = Answer("There is no such campaign or account, or the account is not enrolled.")

ENDPOINTS: Final = (
    Endpoint(
        "PUT", "/v1/campaigns/{campaign}/enrollments/{account}", put_enrollment, ADMIN, "Enrol an account",
        "Campaigns",
        {
            200: Answer("It was enrolled; hosts and schedule are now as sent.", EnrollmentShown),
            201: Answer("It is enrolled from now on.", EnrollmentShown),
            404: Answer("There is no such campaign or account."),
            409: Answer("The campaign is over, was cancelled, or is a draft."),
        },
        (CAMPAIGN, ACCOUNT),
        Body({"application/json": Enrollment}, examples={"application/json": examples.ENROLLMENT}),
    ),
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/enrollments/{account}", get_enrollment, EVERY_ROLE - {"ingest"},
        "Show an enrolment", "Campaigns",
        {200: Answer("The enrolment.", EnrollmentShown), 404: NOT_ENROLLED}, (CAMPAIGN, ACCOUNT),
    ),
)  # fmt: skip

"""Requests to take part as they are shown: to staff, and to the agency that asked. Answers none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from leaderboard.domain.enrollment_requests import Request, State, edited, too_much
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time
from leaderboard.web.auth import agency_of
from leaderboard.web.enrollments import EditedHosts, SlotShown
from leaderboard.web.keys import CALLER

# Who is told which person asked and answered.
_KNOWS_WHO: Final = ("admin",)


class RequestedHostShown(Struct):
    """A host that is asked for; `name` is null where the request gives none."""

    host_id: str
    name: str | None
    schedule: list[SlotShown]


class RequestShown(Struct):
    """A request of an agency. `edits`: what it changes about what is enrolled as things are.

    `needs_waiver`: what of it only a waiver allows, a sentence each. `reason` is that of a rejection. `by` and
    `answered_by` are ids of tokens, told to admins.
    """

    account_id: str
    agency_id: str
    number: int
    state: State
    requested_at: Time
    by: str | None
    hosts: list[RequestedHostShown]
    note: str
    edits: EditedHosts
    needs_waiver: list[str]
    answered_at: Time | None
    answered_by: str | None
    reason: str | None


class EnrollmentListed(Struct):
    """An account that takes part, or wants to. `hosts`: how many are enrolled; `request`: the newest one, if any is."""

    account_id: str
    name: str | None
    agency_id: str | None
    enrolled_at: Time | None
    hosts: int
    request: RequestShown | None


class EnrollmentList(Struct):
    """A page of enrolments or requests; `cursor` reads on, and is null on the last page. Others may be empty."""

    items: list[EnrollmentListed]
    cursor: str | None


def may_read(request: web.Request, asked: Request | None) -> Request | None:
    """The request, where the caller may know of it."""
    return asked if asked is not None and asked.may_be_read_by(agency_of(request)) else None


def request_shown(
    request: web.Request, account_id: str, asked: Request, enrolled: Mapping[str, Any] | None
) -> RequestShown:
    """A request beside the enrolment as stored, if there is one."""
    knows_who = request[CALLER].role in _KNOWS_WHO
    changes = edited(enrolled["hosts"] if enrolled else [], asked.hosts)
    return RequestShown(
        account_id=account_id,
        agency_id=asked.agency,
        number=asked.number,
        state=asked.state,
        requested_at=rfc3339(asked.at_ms),
        by=asked.by if knows_who else None,
        hosts=[
            RequestedHostShown(host["host_id"], asked.names.get(host["host_id"]), host["schedule"])
            for host in asked.hosts
        ],
        note=asked.note,
        edits=EditedHosts(changes.added, changes.removed, changes.changed),
        needs_waiver=too_much(asked) if asked.state == "pending" else [],
        answered_at=rfc3339(asked.answered_ms) if asked.answered_ms else None,
        answered_by=(asked.answered_by or None) if knows_who else None,
        reason=asked.reason or None,
    )

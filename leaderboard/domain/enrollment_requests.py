"""Requests of agencies to take part, or to change hosts and slots: what they say, and what became of them.

Nothing counts by a request. An admin who approves it makes the enrolment that it asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from leaderboard.domain.accounts import Id, Label
from leaderboard.domain.enrollments import Enrollment, HostSchedule, Slot, canonical, problems

State = Literal["pending", "approved", "rejected", "withdrawn"]

HostName = Label
Note = Annotated[str, Meta(max_length=1_000, description="What the operator should know.")]

# Only whoever approves can allow more than is kept; the others' rules are checked without it.
_ALLOWED: Final = "asked for"


class RequestedHost(Struct, forbid_unknown_fields=True, frozen=True):
    """A host with the slots promised for it. A host that the account does not have needs its name."""

    host_id: Id
    name: HostName | None = None
    schedule: Annotated[list[Slot], Meta(max_length=1000)] = field(default_factory=list)


class EnrollmentAsked(Struct, forbid_unknown_fields=True, frozen=True):
    """The hosts and slots that an account is to take part with: all of them, not what changes."""

    hosts: Annotated[list[RequestedHost], Meta(max_length=1000)] = field(default_factory=list)
    note: Note = ""


class Request(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The `number`-th request for an account in a campaign, counted from 1; `by` is the id of a token of `agency`.

    `hosts` is canonical, as an enrolment has them; `names` are those of hosts that the account may not have yet.
    """

    number: int
    agency: str
    by: str
    at_ms: int
    hosts: list[dict[str, Any]]
    names: dict[str, str] = {}
    note: str = ""
    state: State = "pending"
    answered_by: str = ""
    answered_ms: int = 0
    reason: str = ""

    def may_be_read_by(self, agency: str | None) -> bool:
        """Whether it may be: by staff (None) and the agency that asked, not by one that took the account over."""
        return agency in (None, self.agency)

    def asks_the_same(self, other: Request) -> bool:
        """Whether both want the same for the same agency, in the same words."""
        return _wanted(self) == _wanted(other)


class Edited(Struct, frozen=True):
    """Hosts that come, hosts that go, and hosts whose slots become others."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class RequestRefused(ValueError):
    """A step that a request does not take; the text says why. `code` is the problem's."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(detail)


def enrollment_asked(asked: EnrollmentAsked) -> Enrollment:
    """What would be enrolled."""
    return Enrollment([HostSchedule(host.host_id, host.schedule) for host in asked.hosts])


def enrollment_of(request: Request, waiver: str | None) -> Enrollment:
    """What is enrolled where the request is approved."""
    return msgspec.convert({"hosts": request.hosts, "schedule_waiver": waiver}, Enrollment)


def wrong_with(asked: EnrollmentAsked, known_hosts: Collection[str]) -> list[str]:
    """What keeps it from being asked, each line naming its field. More time than is kept may be asked for."""
    wrong = problems(msgspec.structs.replace(enrollment_asked(asked), schedule_waiver=_ALLOWED))
    wrong += [
        f"hosts[{number}].name: is required: {host.host_id} is no host of the account yet"
        for number, host in enumerate(asked.hosts)
        if host.name is None and host.host_id not in known_hosts
    ]
    return wrong


def too_much(request: Request) -> list[str]:
    """What of it only a waiver allows, in words."""
    return [one.partition(": ")[2] for one in problems(enrollment_of(request, None))]


def asked_for(asked: EnrollmentAsked, before: Request | None, *, agency: str, by: str, at_ms: int) -> Request:
    """The request that waits from now on: the one before, where it waits and asks the same."""
    new = Request(
        number=before.number + 1 if before else 1,
        agency=agency,
        by=by,
        at_ms=at_ms,
        hosts=_hosts(asked),
        names={host.host_id: host.name for host in asked.hosts if host.name is not None},
        note=asked.note.strip(),
    )
    is_there = before is not None and before.state == "pending" and before.asks_the_same(new)
    return before if before is not None and is_there else new


def withdrawn(request: Request, by: str, at_ms: int) -> Request:
    """Taken back by its agency."""
    return _answered(request, "withdrawn", by, at_ms, "")


def approved(request: Request, by: str, at_ms: int) -> Request:
    """Its enrolment is made."""
    return _answered(request, "approved", by, at_ms, "")


def rejected(request: Request, by: str, at_ms: int, reason: str) -> Request:
    """It is not made, and the agency is told why."""
    return _answered(request, "rejected", by, at_ms, reason)


def edited(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Edited:
    """What differs between two lists of hosts as enrolments have them."""
    old, new = _slots_by_host(before), _slots_by_host(after)
    return Edited(
        sorted(new.keys() - old.keys()),
        sorted(old.keys() - new.keys()),
        sorted(host for host in new.keys() & old.keys() if new[host] != old[host]),
    )


def _answered(request: Request, state: State, by: str, at_ms: int, reason: str) -> Request:
    """The same answer again changes nothing; another one comes too late."""
    if request.state == state and request.reason == reason:
        return request
    if request.state != "pending":
        detail = f"Request {request.number} is {request.state}: there is nothing to answer."
        raise RequestRefused("not_pending", detail)
    return replace(request, state=state, answered_by=by, answered_ms=at_ms, reason=reason)


def _wanted(request: Request) -> tuple[object, ...]:
    return request.agency, request.hosts, request.names, request.note


def _hosts(asked: EnrollmentAsked) -> list[dict[str, Any]]:
    hosts: Any = canonical(enrollment_asked(asked))["hosts"]
    return list(hosts)


def _slots_by_host(hosts: list[dict[str, Any]]) -> Mapping[str, object]:
    return {host["host_id"]: host["schedule"] for host in hosts}

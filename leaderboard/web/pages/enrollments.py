"""Who takes part in a campaign and who wants to, as pages: for agencies their own accounts, for others all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from leaderboard.web.pages.enrollments_form import Asked, HostRow, rows_of, with_room
from leaderboard.web.pages.paths import api
from leaderboard.web.pages.visit import PEOPLE, PageEndpoint, Visit
from leaderboard.web.problems import Problem

Document = dict[str, Any]

# The states in which accounts may be enrolled; one that people close takes them until they do.
OPEN: Final = ("scheduled", "live")
_A_PAGE: Final = 100
_EVERYBODY: Final = 1_000


async def show_enrollments(visit: Visit) -> web.Response:
    """Requests that wait first, then who takes part, then who could."""
    campaign = await visit.ask(api("campaigns", visit.campaign))
    cursor = visit.request.query.get("cursor")
    enrolled = await _listed(visit, "enrolled", cursor=cursor, limit=_A_PAGE)
    offers = visit.may("admin", "agency") and campaign["state"] in OPEN
    return visit.page(
        "enrollments.html",
        campaign=campaign,
        enrolled=_by_name(enrolled["items"]),
        following=enrolled["cursor"],
        is_first=cursor is None,
        pending=_by_name((await _listed(visit, "pending"))["items"]),
        rejected=_by_name((await _listed(visit, "rejected"))["items"]),
        absent=_by_name(await _absent(visit)) if offers else None,
    )


async def _listed(visit: Visit, status: str, **more: str | int | None) -> Document:
    found: Document = await visit.ask(api("campaigns", visit.campaign, "enrollments"), status=status, **more)
    return found


async def _absent(visit: Visit) -> list[Document]:
    """Everybody who neither takes part nor waits."""
    items: list[Document] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = await _listed(visit, "absent", limit=_EVERYBODY, cursor=cursor)
        items, cursor = items + page["items"], page["cursor"]
    return items


def _by_name(items: Sequence[Document]) -> list[Document]:
    return sorted(items, key=lambda one: ((one["name"] or one["account_id"]).casefold(), one["account_id"]))


async def show_enrollment(visit: Visit) -> web.Response:
    """An account in a campaign: what is enrolled, what is asked for, and the forms for whoever reads."""
    return await show(visit)


def account_of(visit: Visit) -> str:
    """The account that the address names."""
    return visit.request.match_info["account"]


def enrollment_api(visit: Visit, *steps: str) -> str:
    """An address in our API of an account in a campaign."""
    return api("campaigns", visit.campaign, "enrollments", account_of(visit), *steps)


async def show(
    visit: Visit,
    *,
    rows: Sequence[HostRow] | None = None,
    asked: Asked | None = None,
    refused: str = "",
    problem: Problem | None = None,
    status: int = 200,
) -> web.Response:
    """The page; with what was typed, and what is wrong in the form that was `refused`."""
    campaign = await visit.ask(api("campaigns", visit.campaign))
    enrolled = await _found(visit)
    request = await _found(visit, "request")
    if enrolled is None and request is None:
        await _check_known(visit)
    pending = request if request and request["state"] == "pending" else None
    is_writer = visit.may("admin", "agency") and campaign["state"] in OPEN
    given = rows_of(_to_change(visit, enrolled, request), campaign["zone"])
    return visit.page(
        "enrollment.html",
        status,
        campaign=campaign,
        account=account_of(visit),
        name=(await visit.account_names([account_of(visit)]))[account_of(visit)],
        enrolled=enrolled,
        request=request,
        requested=[_with_sum(host) for host in request["hosts"]] if request else [],
        pending=pending,
        is_writer=is_writer,
        rows=rows if rows is not None else with_room(given) if given is not None else None,
        asked=asked or Asked(),
        refused=refused,
        is_typing=rows is not None,
        problem=problem,
        schedule=await _schedule(visit) if is_writer else "",
        typed={name: visit.field(name) for name in ("note", "schedule_waiver", "reason", "csv")},
    )


def _to_change(visit: Visit, enrolled: Document | None, request: Document | None) -> list[Document]:
    """The hosts that the rows begin with: an agency goes on from what it asked for last, unless that is enrolled."""
    is_asked = request is not None and request["state"] in ("pending", "rejected")
    found = request if is_asked and visit.may("agency") else enrolled
    return list(found["hosts"]) if found else []


def _with_sum(host: Document) -> Document:
    """A host that is asked for, with how long its slots are in all."""
    spans = (
        (datetime.fromisoformat(slot["start"]), datetime.fromisoformat(slot["end"]))
        for slot in host["schedule"]
    )
    return {**host, "promised_s": sum((end - start).total_seconds() for start, end in spans)}


async def _found(visit: Visit, *steps: str) -> Document | None:
    """None where there is none; whose account it is not is refused."""
    try:
        found: Document = await visit.ask(enrollment_api(visit, *steps))
    except Problem as problem:
        if problem.status == 404:
            return None
        raise
    return found


async def _check_known(visit: Visit) -> None:
    """404 for an account that there is not."""
    if account_of(visit) not in {one["account_id"] for one in await _absent(visit)}:
        raise Problem(404, "not_found", f"account {account_of(visit)[:128]} does not exist")


async def _schedule(visit: Visit) -> str:
    """What is enrolled as CSV, to be changed; the names of the columns where nothing is."""
    try:
        found = await visit.inside.fetch("GET", enrollment_api(visit, "schedule"))
    except Problem as problem:
        if problem.status == 404:
            return "host_id,host_name,start,end\n"
        raise
    return found.body.decode().replace("\r\n", "\n")


async def download_schedule(visit: Visit) -> web.Response:
    """The hosts and slots of an account as CSV."""
    found = await visit.inside.fetch("GET", enrollment_api(visit, "schedule"))
    headers = {
        "Content-Disposition": f'attachment; filename="{visit.campaign}-schedule.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=found.body, content_type="text/csv", charset="utf-8", headers=headers)


_PATH: Final = "/campaigns/{campaign}/enrollments"
PAGES: Final = (
    PageEndpoint("GET", _PATH, show_enrollments, PEOPLE),
    PageEndpoint("GET", _PATH + "/{account}", show_enrollment, PEOPLE),
    PageEndpoint("GET", _PATH + "/{account}/schedule.csv", download_schedule, PEOPLE),
)

"""What forms about an account's place in a campaign do: ask for it, withdraw, approve, reject, or enrol at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import web

from leaderboard.web.endpoints import ADMIN
from leaderboard.web.enrollment_requests import AGENCIES
from leaderboard.web.pages.enrollments import account_of, enrollment_api, show
from leaderboard.web.pages.enrollments_form import Asked, HostRow, asked_by_csv, asked_by_rows, typed_rows
from leaderboard.web.pages.paths import api, below
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem
from leaderboard.web.words import Words

Document = dict[str, Any]
# Sends what is asked for, and says what was done.
Write = Callable[[Visit, Asked], Awaitable[str]]


async def ask_for(visit: Visit) -> web.Response:
    """Sends an agency's request."""
    return await _written(visit, _request)


async def enroll(visit: Visit) -> web.Response:
    """Enrols an account at once."""
    return await _written(visit, _enroll)


async def _written(visit: Visit, write: Write) -> web.Response:
    campaign = await visit.ask(api("campaigns", visit.campaign))
    if visit.field("form") == "csv":
        return await _by_csv(visit, campaign, write)
    rows = typed_rows(visit)
    if visit.field("more"):
        return await show(visit, rows=rows)
    asked = asked_by_rows(rows, campaign["zone"], visit.words)
    _require_hosts(visit, asked, campaign["definition"], "host-0")
    return await _sent(visit, asked, write, rows)


def _require_hosts(visit: Visit, asked: Asked, definition: Document, place: str) -> None:
    """An empty form is sent by mistake; `place` tells of it. Whoever runs the campaign may enrol without hosts."""
    is_asked_for = "hosts" in definition.get("registration", {}).get("requires", ())
    if is_asked_for and asked.is_right and not asked.hosts and visit.may("agency"):
        asked.errors[place] = visit.words.gettext("This campaign asks for hosts: name at least one.")


async def _by_csv(visit: Visit, campaign: Document, write: Write) -> web.Response:
    content = visit.upload("file")
    try:
        text = content.decode("utf-8-sig") if content else visit.field("csv")
    except UnicodeDecodeError:
        asked = Asked(errors={"": visit.words.gettext("The file is not a text in UTF-8.")})
    else:
        asked = asked_by_csv(text, campaign["zone"])
        _require_hosts(visit, asked, campaign["definition"], "")
    return await _sent(visit, asked, write, None)


async def _sent(visit: Visit, asked: Asked, write: Write, rows: list[HostRow] | None) -> web.Response:
    if asked.is_right:
        try:
            done = await write(visit, asked)
        except Problem as problem:
            if problem.status in (403, 404):
                raise
            asked.errors = _errors_of(visit.words, problem, asked.fields)
        else:
            return _back(visit, done)
    form = "csv" if rows is None else "rows"
    return await show(visit, rows=rows, asked=asked, refused=form, status=422)


def _errors_of(words: Words, problem: Problem, fields: Mapping[str, str]) -> dict[str, str]:
    """Field of the form → what is wrong; what belongs to none is said of the whole."""
    found: dict[str, str] = {}
    for one in problem.errors:
        name = fields.get(one.path, one.path if one.path in ("note", "schedule_waiver") else "")
        said = words.said(one.detail)
        found[name] = f"{found[name]} {said}" if name in found else said
    return found or {"": words.said(problem.detail)}


async def _request(visit: Visit, asked: Asked) -> str:
    body = {"hosts": asked.hosts, "note": visit.field("note")}
    await visit.tell("POST", enrollment_api(visit, "request"), body)
    return "enrollment_asked"


async def _enroll(visit: Visit, asked: Asked) -> str:
    """Hosts that are named are saved first, as an approval does it; those that are known keep their names."""
    known = await _known_hosts(visit)
    for host in asked.hosts:
        if host["name"] and host["host_id"] not in known:
            path = api("accounts", account_of(visit), "hosts", host["host_id"])
            await visit.tell("PUT", path, {"name": host["name"]})
    hosts = [{"host_id": host["host_id"], "schedule": host["schedule"]} for host in asked.hosts]
    waiver = visit.field("schedule_waiver")
    body = {"hosts": hosts} | ({"schedule_waiver": waiver} if waiver else {})
    await visit.tell("PUT", enrollment_api(visit), body)
    return "enrolled"


async def _known_hosts(visit: Visit) -> set[str]:
    path, known = api("accounts", account_of(visit), "hosts"), set[str]()
    cursor: str | None = "0"
    while cursor is not None:
        page = await visit.ask(path, cursor=cursor, limit=1_000)
        known |= {one["id"] for one in page["items"]}
        cursor = page["cursor"]
    return known


async def withdraw(visit: Visit) -> web.Response:
    """Takes a request back."""
    return await _answered(visit, "withdraw", "DELETE", "request", None, "enrollment_withdrawn")


async def approve(visit: Visit) -> web.Response:
    """Enrols the account as its agency has asked."""
    waiver = visit.field("schedule_waiver")
    body = _number(visit) | ({"schedule_waiver": waiver} if waiver else {})
    return await _answered(visit, "approve", "POST", "approve", body, "enrollment_approved")


async def reject(visit: Visit) -> web.Response:
    """Turns a request down, with a reason that the agency reads."""
    body = _number(visit) | {"reason": visit.field("reason")}
    return await _answered(visit, "reject", "POST", "reject", body, "enrollment_rejected")


def _number(visit: Visit) -> Document:
    """Of the request that was looked at: one that came since is not answered unseen."""
    text = visit.field("number")
    return {"number": int(text)} if text.isascii() and text.isdigit() and len(text) < 10 else {}


async def _answered(
    visit: Visit, form: str, method: str, step: str, body: Document | None, done: str
) -> web.Response:
    try:
        await visit.tell(method, enrollment_api(visit, step), body)
    except Problem as problem:
        if problem.status == 403:
            raise
        # Without a request there is the account's page all the same, unless there is no such account either.
        status = 409 if problem.status == 404 else problem.status
        return await show(visit, refused=form, problem=problem, status=status)
    return _back(visit, done)


def _back(visit: Visit, done: str) -> web.Response:
    return visit.redirect(below("campaigns", visit.campaign, "enrollments", account_of(visit)), done=done)


_PATH: Final = "/campaigns/{campaign}/enrollments/{account}"
PAGES: Final = (
    PageEndpoint("POST", _PATH, enroll, ADMIN),
    PageEndpoint("POST", f"{_PATH}/request", ask_for, AGENCIES),
    PageEndpoint("POST", f"{_PATH}/withdraw", withdraw, AGENCIES),
    PageEndpoint("POST", f"{_PATH}/approve", approve, ADMIN),
    PageEndpoint("POST", f"{_PATH}/reject", reject, ADMIN),
)

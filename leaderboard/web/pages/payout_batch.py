"""A batch of payouts: what is in it, how far it is, its next step for whoever may take it, and its files."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from leaderboard.web.pages.paths import api, below
from leaderboard.web.pages.payout_asking import (
    APPROVERS,
    LINES_A_PAGE,
    PAYERS,
    READERS,
    batch_name,
    campaign_of,
    is_reader,
)
from leaderboard.web.pages.payout_order import AwardLines, by_award
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem, not_found

# What can be downloaded → the format that our API calls it; the bank's is the batch's own.
_FILES: Final = {"bank": None, "list": "csv", "manifest": "manifest"}
_HEADERS: Final = ("Content-Disposition", "X-Content-SHA256")


async def show_batch(visit: Visit) -> web.Response:
    """A batch with its lines."""
    return await _show(visit)


async def _show(visit: Visit, problem: Problem | None = None, refused_step: str = "") -> web.Response:
    """As it stands after a step was refused: a batch that has changed is void by then."""
    cursor = visit.request.query.get("cursor")
    batch = await visit.ask(api("payouts", batch_name(visit)), limit=LINES_A_PAGE, cursor=cursor)
    # The lines of a batch that needs more than one page come by their ids: no page of it has a whole award.
    is_part = bool(cursor or batch["cursor"])
    return visit.page(
        "payout_batch.html",
        problem.status if problem else 200,
        campaign=await campaign_of(visit, batch["campaign"]),
        batch=batch,
        groups=[AwardLines("", batch["items"])] if is_part else by_award(batch["items"]),
        is_preparer=is_reader(visit, batch["prepared_by"], batch["preparer"]),
        problem=problem,
        refused_step=refused_step,
        typed={name: visit.field(name) for name in ("reason", "file_sha256", "reference")},
    )


async def _step(visit: Visit, step: str, body: dict[str, Any], done: str) -> web.Response:
    try:
        await visit.tell("POST", api("payouts", batch_name(visit), step), body)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _show(visit, problem, step)
    return visit.redirect(below("payouts", batch_name(visit)), done=done)


async def approve_batch(visit: Visit) -> web.Response:
    """Approves what was looked at, and nothing else."""
    return await _step(visit, "approve", {"content_sha256": visit.field("content_sha256")}, "batch_approved")


async def void_batch(visit: Visit) -> web.Response:
    """Gives a batch up."""
    order = {"reason": visit.field("reason"), "not_sent": visit.field("not_sent") == "yes"}
    return await _step(visit, "void", order, "batch_void")


async def note_sent(visit: Visit) -> web.Response:
    """Notes that the bank has the file of a batch that was restored from a backup."""
    order = {"file_sha256": visit.field("file_sha256").lower(), "reference": visit.field("reference")}
    return await _step(visit, "sent", order, "batch_sent")


async def export_batch(visit: Visit) -> web.Response:
    """Makes the file for the bank; it is downloaded from the page that follows."""
    if visit.field("sure") != "yes":
        detail = visit.words.gettext("Tick the box to show that you mean it.")
        return await _show(visit, Problem(422, "invalid", detail))
    try:
        await visit.inside.fetch("GET", api("payouts", batch_name(visit), "export"))
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _show(visit, problem)
    return visit.redirect(below("payouts", batch_name(visit)), done="batch_exported")


async def download(visit: Visit) -> web.Response:
    """A file of a batch. The one for the bank is made by a form: following a link changes nothing."""
    kind, name = visit.request.match_info["document"], batch_name(visit)
    if kind not in _FILES:
        raise not_found(f"the file {kind[:64]}")
    if kind == "bank" and not (await visit.ask(api("payouts", name), limit=1))["file"]:
        detail = visit.words.gettext(
            "The file for the bank is not made yet: that is the next step of the batch."
        )
        raise Problem(409, "illegal_step", detail)
    wanted = _FILES[kind]
    found = await visit.inside.fetch(
        "GET", api("payouts", name, "export"), query={"format": wanted} if wanted else {}
    )
    headers = {name: found.headers[name] for name in _HEADERS}
    headers |= {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=found.body, content_type=found.content_type, charset="utf-8", headers=headers)


PAGES: Final = (
    PageEndpoint("GET", "/payouts/{batch}", show_batch, READERS),
    PageEndpoint("POST", "/payouts/{batch}/approve", approve_batch, APPROVERS),
    PageEndpoint("POST", "/payouts/{batch}/void", void_batch, PAYERS),
    PageEndpoint("POST", "/payouts/{batch}/sent", note_sent, APPROVERS),
    PageEndpoint("POST", "/payouts/{batch}/export", export_batch, PAYERS),
    PageEndpoint("GET", "/payouts/{batch}/files/{document}", download, PAYERS),
)

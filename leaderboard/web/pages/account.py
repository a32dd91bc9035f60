"""The page of an account in a campaign, and the appeals that are sent from it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from leaderboard.domain.appeals import ATTACHMENT_MAX, ATTACHMENTS_MAX, TEXT_MAX
from leaderboard.web.pages import account_charts
from leaderboard.web.pages.account_appeal import ENDINGS, Form, read_form, refused_form
from leaderboard.web.pages.account_checklist import checklist_of, refunds_judged_from
from leaderboard.web.pages.account_days import ahead_s, day_of, timeline_of, uncounted_of
from leaderboard.web.pages.account_flags import excluded_of, flags_of
from leaderboard.web.pages.account_place import standing_of, unpaid_of
from leaderboard.web.pages.paths import below
from leaderboard.web.pages.review_queue import api_of
from leaderboard.web.pages.visit import PEOPLE, PageEndpoint, Visit
from leaderboard.web.problems import Problem

_PATH: Final = "/campaigns/{campaign}/accounts/{account}"
_LIMITS: Final = {"text": TEXT_MAX, "files": ATTACHMENTS_MAX, "file": ATTACHMENT_MAX, "endings": ENDINGS}


async def show_account(visit: Visit) -> web.Response:
    """Where the account stands and why, what it needs for an award, and what is held against it."""
    return await _page(visit, Form())


async def send_appeal(visit: Visit) -> web.Response:
    """Files an appeal; where it is not taken, the page comes again with what was written."""
    account, flag = visit.request.match_info["account"], visit.request.match_info["flag"]
    form, attachments = read_form(visit, flag)
    if form.errors:
        return await _page(visit, form, 422)
    body = {"text": form.text, "attachments": attachments}
    try:
        await visit.tell("POST", api_of(visit.campaign, "flags", flag, "appeal"), body)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return await _page(visit, refused_form(visit, form, problem), problem.status)
    day = quote(visit.field("day"), safe="")
    return visit.redirect(f"{path_of(visit.campaign, account)}?day={day}#flags", done="appealed")


def path_of(campaign: str, account: str) -> str:
    """The address of this page."""
    return below("campaigns", campaign, "accounts", account)


async def _page(visit: Visit, form: Form, status: int = 200) -> web.Response:
    account_id = visit.request.match_info["account"]
    # One product more than is shown tells whether there are more.
    account = await visit.ask(
        api_of(visit.campaign, "accounts", account_id), products=account_charts.PRODUCTS_SHOWN + 1
    )
    whole = await visit.ask(api_of(visit.campaign))
    standing = await standing_of(visit, account_id, whole["definition"])
    return visit.page(
        "account.html",
        status,
        campaign=account["campaign"],
        account=account,
        standing=standing,
        unpaid=unpaid_of(whole["definition"], standing),
        is_final=account["campaign"]["state"] in ("certified", "paid"),
        checklist=checklist_of(account["awards"]),
        judged_from=refunds_judged_from(account["awards"]),
        hours=account_charts.by_hour(visit.words, account, visit.now_ms),
        products=account_charts.by_product(account),
        history=await account_charts.ranks(visit, account),
        flags=await flags_of(visit, account_id),
        excluded=await excluded_of(visit, account_id),
        form=form,
        path=path_of(visit.campaign, account_id),
        limits=_LIMITS,
        **_live(visit, account),
    )


def _live(visit: Visit, account: dict[str, Any]) -> dict[str, Any]:
    """The hosts on the day that is asked for."""
    day = day_of(account["campaign"], visit.now_ms, visit.request.query.get("day") or visit.field("day"))
    return {
        "day": day,
        "ahead_s": ahead_s(account["hosts"], visit.now_ms),
        "timeline": timeline_of(visit.words, account["hosts"], day, account["campaign"]["zone"]),
        "uncounted": uncounted_of(visit.words, account["hosts"], day),
    }


PAGES: Final = (
    PageEndpoint("GET", _PATH, show_account, PEOPLE),
    PageEndpoint("POST", f"{_PATH}/flags/{{flag}}/appeal", send_appeal, frozenset(("agency",))),
)

"""The certified result for people: what it says, by whom it is signed, and how anybody can check it without us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from leaderboard.web.pages.paths import api
from leaderboard.web.pages.visit import PEOPLE, PageEndpoint, Visit
from leaderboard.web.problems import Problem

Document = Mapping[str, Any]


async def show_result(visit: Visit) -> web.Response:
    """The newest result, or an older one by `?version=`."""
    head = await visit.ask(api("campaigns", visit.campaign, "standings"), limit=1)
    version = visit.request.query.get("version")
    try:
        document = await visit.ask(api("campaigns", visit.campaign, "result"), version=version)
    except Problem as problem:
        if problem.code != "not_certified":
            raise
        return visit.page("result.html", 404, campaign=head["campaign"], problem=problem, result=None)
    # The signed file has it all in `result`; an agency's part stands by itself.
    result = document.get("result") or document
    return visit.page(
        "result.html",
        campaign=head["campaign"],
        problem=None,
        result=result,
        sha256=document["sha256"],
        key_id=document.get("key_id") or document["signature"]["key_id"],
        signed="result" in document,
        newest=(await visit.ask(api("campaigns", visit.campaign)))["life"]["result"]["version"],
        rows=_rows(result),
        audit=await visit.ask(api("campaigns", visit.campaign, "audit")),
        version=version,
    )


def _rows(result: Document) -> list[dict[str, Any]]:
    """The standings with what each account was awarded, as far as it is told."""
    awards: dict[str, list[Document]] = {}
    for one in result["awards"]:
        awards.setdefault(one["account_id"], []).append(one)
    return [{**entry, "awards": awards.get(entry["account_id"], ())} for entry in _ranked(result)]


def _ranked(result: Document) -> Sequence[Document]:
    return sorted(result["standings"], key=lambda entry: entry["rank"])


async def download_result(visit: Visit) -> web.Response:
    """The document to the byte, as our API gives it to the reader."""
    version = visit.request.query.get("version")
    path = api("campaigns", visit.campaign, "result")
    found = await visit.inside.fetch("GET", path, query={"version": version} if version else {})
    name = f"{visit.campaign}-result{f'-{version}' if version and version.isdigit() else ''}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    headers |= {"X-Content-Type-Options": "nosniff"}
    return web.Response(body=found.body, content_type=found.content_type, headers=headers)


PAGES: Final = (
    PageEndpoint("GET", "/campaigns/{campaign}/result", show_result, PEOPLE),
    PageEndpoint("GET", "/campaigns/{campaign}/result.json", download_result, PEOPLE),
)

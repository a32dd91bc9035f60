"""People: who has access with which token. Issues, links, revokes, signs out; a secret is shown once and kept nowhere.

A page with a secret is the answer to its form and no address of its own. Its form has a number that is taken once, so
that a reload, which sends the form again, issues nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any, Final

from aiohttp import web

from leaderboard.domain.times import rfc3339
from leaderboard.web.endpoints import ADMIN
from leaderboard.web.keys import STORE
from leaderboard.web.pages.paths import api
from leaderboard.web.pages.review import errors_of
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem

_START_FORM: Final[Mapping[str, str]] = {
    "role": "reviewer",
    "name": "",
    "agency": "",
    "accounts": "",
    "expires": "90d",
    "show": "link",
}
_NUMBER: Final = "number"
_AGENCIES_A_PAGE: Final = 1_000

Document = dict[str, Any]


async def show_people(visit: Visit) -> web.Response:
    """The list, and the form for one more."""
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, **more: Any) -> web.Response:
    tokens = (await visit.ask("/v1/tokens"))["items"][::-1]
    now = rfc3339(visit.now_ms)
    usable = [one for one in tokens if is_usable(one, now)]
    values: dict[str, Any] = {"errors": {}, "issued": None, "sent_before": False, "typed": _START_FORM}
    return visit.page(
        "people.html",
        status,
        usable=usable,
        ended=[one for one in tokens if one not in usable],
        agencies=await _agencies(visit),
        number=token_urlsafe(12),
        **(values | more),
    )


def is_usable(token: Document, now: str) -> bool:
    """Whether it gives access at a time; times of one form compare as texts."""
    return not token["revoked_at"] and (not token["expires_at"] or now < token["expires_at"])


async def _agencies(visit: Visit) -> list[Document]:
    found = list[Document]()
    cursor: str | None = ""
    while cursor is not None:
        page = await visit.ask("/v1/agencies", limit=_AGENCIES_A_PAGE, cursor=cursor or None)
        found += page["items"]
        cursor = page["cursor"]
    return found


async def issue(visit: Visit) -> web.Response:
    """A new token, or a link that signs in with it."""
    if not await _takes_number(visit):
        return await _page(visit, sent_before=True)
    try:
        token = await visit.tell("POST", "/v1/tokens", order_of(visit))
    except Problem as problem:
        await _give_back(visit)
        typed = {name: visit.field(name) for name in _START_FORM}
        return await _page(visit, problem.status, errors=errors_of(visit.words, problem), typed=typed)
    if visit.field("show") == "link" and token["role"] != "ingest":
        return await _with_link(visit, token)
    return await _page(visit, issued={"token": token, "secret": token["secret"]})


def order_of(visit: Visit) -> Document:
    """The token that the form asks for; fields that are not of its role are left out."""
    role = visit.field("role")
    order: Document = {"role": role, "name": visit.field("name")}
    if role == "agency" and visit.field("agency"):
        order["agency"] = visit.field("agency")
    if role == "ingest":
        order["accounts"] = visit.field("accounts").replace(",", " ").split()
    if visit.field("expires"):
        order["expires"] = visit.field("expires")
    return order


async def _with_link(visit: Visit, token: Document) -> web.Response:
    link = await visit.tell("POST", f"{_path(token['id'])}/link")
    return await _page(visit, issued={"token": token, "link": link})


async def make_link(visit: Visit) -> web.Response:
    """A link for a token that there is."""
    if not await _takes_number(visit):
        return await _page(visit, sent_before=True)
    tokens = (await visit.ask("/v1/tokens"))["items"]
    token = next((one for one in tokens if one["id"] == _token(visit)), None)
    try:
        link = await visit.tell("POST", f"{_path(_token(visit))}/link")
    except Problem as problem:
        await _give_back(visit)
        if problem.status == 404:
            raise
        return await _page(visit, problem.status, errors=errors_of(visit.words, problem))
    return await _page(visit, issued={"token": token, "link": link})


async def revoke(visit: Visit) -> web.Response:
    """Ends a token for ever."""
    await visit.tell("DELETE", _path(_token(visit)))
    return visit.redirect("/people", done="token_revoked")


async def sign_out(visit: Visit) -> web.Response:
    """Ends every session of a token."""
    await visit.tell("DELETE", f"{_path(_token(visit))}/sessions")
    return visit.redirect("/people", done="token_signed_out")


def _token(visit: Visit) -> str:
    return visit.request.match_info["token"]


def _path(token: str) -> str:
    return api("tokens", token)


async def _takes_number(visit: Visit) -> bool:
    return await visit.request.app[STORE].sent_forms.take(_numbered(visit))


async def _give_back(visit: Visit) -> None:
    await visit.request.app[STORE].sent_forms.give_back(_numbered(visit))


def _numbered(visit: Visit) -> str:
    """Of this reader: nobody uses up another's."""
    return f"{visit.caller.id} {visit.field(_NUMBER)}"


PAGES: Final = (
    PageEndpoint("GET", "/people", show_people, ADMIN),
    PageEndpoint("POST", "/people", issue, ADMIN),
    PageEndpoint("POST", "/people/{token}/link", make_link, ADMIN),
    PageEndpoint("POST", "/people/{token}/revoke", revoke, ADMIN),
    PageEndpoint("POST", "/people/{token}/sign-out", sign_out, ADMIN),
)

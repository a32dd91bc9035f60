"""Settings of who takes part: agencies, accounts, hosts. Saved at once; the same again changes nothing."""

from __future__ import annotations

from typing import Annotated, Final

import orjson
from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import Account, Agency, Host, Id
from leaderboard.store import keys
from leaderboard.store.settings import Outcome, PixelTaken
from leaderboard.web.answers import answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.endpoints import ADMIN, Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.problems import Problem, not_found

Limit = Annotated[int, Meta(ge=1, le=1_000)]
Cursor = Annotated[int, Meta(ge=0, lt=1 << 64)]


class Listed(Struct):
    """A page of a list; `cursor` reads on, and is null on the last page. A page may be larger than asked for."""

    items: list[dict[str, object]]
    cursor: str | None


def status_of(outcome: Outcome) -> int:
    """201 for what is new, 200 for what was there."""
    return 201 if outcome == "created" else 200


async def put_agency(request: web.Request) -> web.Response:
    """An agency, by its id."""
    agency_id = checked(request, "agency", Id)
    agency = await read_setting(request, Agency)
    outcome = await request.app[STORE].settings.put_agency(agency_id, agency, request[CALLER].id)
    return answer({"id": agency_id, **_plain(agency)}, status_of(outcome))


async def put_account(request: web.Request) -> web.Response:
    """An account, by its id; its agency has to exist, and its pixel codes name no other."""
    settings, account_id = request.app[STORE].settings, checked(request, "account", Id)
    account = await read_setting(request, Account)
    if await settings.agency(account.agency_id) is None:
        raise Problem(
            422, "unknown_agency", f"agency_id: agency {account.agency_id} does not exist; put it first"
        )
    try:
        outcome = await settings.put_account(account_id, account, request[CALLER].id)
    except PixelTaken as error:
        raise Problem(409, "pixel_taken", str(error)) from error
    return answer({"id": account_id, **_plain(account)}, status_of(outcome))


async def put_host(request: web.Request) -> web.Response:
    """A host of an account."""
    settings = request.app[STORE].settings
    account_id, host_id = checked(request, "account", Id), checked(request, "host", Id)
    host = await read_setting(request, Host)
    if await settings.account(account_id) is None:
        raise not_found(f"account {account_id}")
    outcome = await settings.put_host(account_id, host_id, host, request[CALLER].id)
    return answer({"id": host_id, "account_id": account_id, **_plain(host)}, status_of(outcome))


async def list_agencies(request: web.Request) -> web.Response:
    """All agencies, a page at a time."""
    return await _list(request, keys.AGENCIES)


async def list_accounts(request: web.Request) -> web.Response:
    """All accounts, a page at a time."""
    return await _list(request, keys.ACCOUNTS)


async def list_hosts(request: web.Request) -> web.Response:
    """The hosts of an account."""
    return await _list(request, keys.hosts(checked(request, "account", Id)))


async def _list(request: web.Request, key: str) -> web.Response:
    cursor, limit = checked(request, "cursor", Cursor, 0), checked(request, "limit", Limit, 100)
    following, found = await request.app[STORE].settings.listed(key, cursor, limit)
    items = [{"id": name, **document} for name, document in sorted(found.items())]
    return answer({"items": items, "cursor": str(following) if following else None})


def _plain(setting: Agency | Account | Host) -> dict[str, object]:
    document: dict[str, object] = orjson.loads(
        orjson.dumps({f: getattr(setting, f) for f in setting.__struct_fields__})
    )
    return document


_AGENCY: Final = Parameter("agency", "path", Id)
_ACCOUNT: Final = Parameter("account", "path", Id)
_PAGE: Final = (
    Parameter("limit", "query", Limit, "About how many."),
    Parameter("cursor", "query", Cursor, "From the page before."),
)


def _put(path: str, handler: object, summary: str, kind: type, *parameters: Parameter) -> Endpoint:
    return Endpoint(
        "PUT",
        path,
        handler,  # type: ignore[arg-type]
        ADMIN,
        summary,
        "Settings",
        {200: Answer("It was there; it is now as sent.", kind), 201: Answer("It is new.", kind)},
        parameters,
        Body({"application/json": kind}),
    )


ENDPOINTS: Final = (
    _put("/v1/agencies/{agency}", put_agency, "Save an agency", Agency, _AGENCY),
    _put("/v1/accounts/{account}", put_account, "Save an account", Account, _ACCOUNT),
    _put(
        "/v1/accounts/{account}/hosts/{host}", put_host, "Save a host", Host, _ACCOUNT, Parameter("host", "path", Id)
    ),
    Endpoint(
        "GET", "/v1/agencies", list_agencies, ADMIN, "List agencies", "Settings",
        {200: Answer("A page of agencies.", Listed)}, _PAGE,
    ),
    Endpoint(
        "GET", "/v1/accounts", list_accounts, ADMIN, "List accounts", "Settings",
        {200: Answer("A page of accounts.", Listed)}, _PAGE,
    ),
    Endpoint(
        "GET", "/v1/accounts/{account}/hosts", list_hosts, ADMIN, "List an account's hosts", "Settings",
        {200: Answer("A page of hosts.", Listed)}, (_ACCOUNT, *_PAGE),
    ),
)  # fmt: skip

"""Settings of who takes part: agencies, accounts, hosts. Saved at once; the same again changes nothing."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import END, Account, Agency, Host, Id, problems
from leaderboard.store import keys
from leaderboard.store.settings import Outcome, PixelTaken
from leaderboard.web import examples
from leaderboard.web.answers import answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.endpoints import ADMIN, Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.problems import FieldError, Problem, not_found

Limit = Annotated[int, Meta(ge=1, le=1_000)]
Cursor = Annotated[str, Meta(pattern="^[0-9]{1,19}" + END, description="What the page before gave.")]


class AgencyShown(Agency, frozen=True, kw_only=True):
    """An agency with its id."""

    id: Id


class AccountShown(Account, frozen=True, kw_only=True):
    """An account with its id."""

    id: Id


class HostShown(Host, frozen=True, kw_only=True):
    """A host with its id and its account's."""

    id: Id
    account_id: Id


class HostListed(Host, frozen=True, kw_only=True):
    """A host with its id."""

    id: Id


class AgencyList(Struct):
    """A page of agencies; `cursor` reads on, and is null on the last page. It may be larger than asked for."""

    items: list[AgencyShown]
    cursor: str | None


class AccountList(Struct):
    """A page of accounts; `cursor` reads on, and is null on the last page. It may be larger than asked for."""

    items: list[AccountShown]
    cursor: str | None


class HostList(Struct):
    """A page of hosts; `cursor` reads on, and is null on the last page. It may be larger than asked for."""

    items: list[HostListed]
    cursor: str | None


def status_of(outcome: Outcome) -> int:
    """201 for what is new, 200 for what was there."""
    return 201 if outcome == "created" else 200


async def put_agency(request: web.Request) -> web.Response:
    """An agency, by its id."""
    agency_id = checked(request, "agency", Id)
    agency = await read_setting(request, Agency)
    outcome = await request.app[STORE].settings.put_agency(agency_id, agency, request[CALLER].id)
    return answer({"id": agency_id} | _plain(agency), status_of(outcome))


async def put_account(request: web.Request) -> web.Response:
    """An account, by its id; its agency has to exist, and its pixel codes name no other."""
    settings, account_id = request.app[STORE].settings, checked(request, "account", Id)
    account = await read_setting(request, Account)
    if wrong_attributes := problems(account):
        errors = [
            FieldError(detail, path) for path, _, detail in (one.partition(": ") for one in wrong_attributes)
        ]
        raise Problem(422, "invalid", wrong_attributes[0], errors=errors)
    if await settings.agency(account.agency_id) is None:
        wrong = FieldError(f"agency {account.agency_id} does not exist; put it first", "agency_id")
        raise Problem(422, "unknown_agency", f"{wrong.path}: {wrong.detail}", errors=[wrong])
    try:
        outcome = await settings.put_account(account_id, account, request[CALLER].id)
    except PixelTaken as error:
        raise Problem(409, "pixel_taken", str(error)) from error
    return answer({"id": account_id} | _plain(account), status_of(outcome))


async def put_host(request: web.Request) -> web.Response:
    """A host of an account."""
    settings = request.app[STORE].settings
    account_id, host_id = checked(request, "account", Id), checked(request, "host", Id)
    host = await read_setting(request, Host)
    if await settings.account(account_id) is None:
        raise not_found(f"account {account_id}")
    outcome = await settings.put_host(account_id, host_id, host, request[CALLER].id)
    return answer({"id": host_id, "account_id": account_id} | _plain(host), status_of(outcome))


async def list_agencies(request: web.Request) -> web.Response:
    """All agencies, a page at a time, in no particular order."""
    return await _list(request, keys.AGENCIES)


async def list_accounts(request: web.Request) -> web.Response:
    """All accounts, a page at a time, in no particular order."""
    return await _list(request, keys.ACCOUNTS)


async def list_hosts(request: web.Request) -> web.Response:
    """The hosts of an account, a page at a time, in no particular order."""
    account_id = checked(request, "account", Id)
    if await request.app[STORE].settings.account(account_id) is None:
        raise not_found(f"account {account_id}")
    return await _list(request, keys.hosts(account_id))


async def _list(request: web.Request, key: str) -> web.Response:
    cursor, limit = checked(request, "cursor", Cursor, "0"), checked(request, "limit", Limit, 100)
    following, found = await request.app[STORE].settings.listed(key, int(cursor), limit)
    items = [{"id": name, **document} for name, document in sorted(found.items())]
    return answer({"items": items, "cursor": str(following) if following else None})


def _plain(setting: Agency | Account | Host) -> dict[str, object]:
    return msgspec.structs.asdict(setting)


_AGENCY: Final = Parameter("agency", "path", Id, example="north")
_ACCOUNT: Final = Parameter("account", "path", Id, example="mayas-corner")
_HOST: Final = Parameter("host", "path", Id, example="maya")
PAGE: Final = (
    Parameter("limit", "query", Limit, "About how many, 100 unless told."),
    Parameter("cursor", "query", Cursor, "Reads on from the page before."),
)


_IDEMPOTENT: Final = "The same body again changes nothing."


def _saved(kind: type) -> dict[int, Answer]:
    return {200: Answer("It was there; it is now as sent.", kind), 201: Answer("It is new.", kind)}


def _body(kind: type, example: object) -> Body:
    return Body({"application/json": kind}, examples={"application/json": example})


ENDPOINTS: Final = (
    Endpoint(
        "PUT", "/v1/agencies/{agency}", put_agency, ADMIN, "Save an agency", "Settings", _saved(AgencyShown),
        (_AGENCY,), _body(Agency, examples.AGENCY), _IDEMPOTENT,
    ),
    Endpoint(
        "PUT", "/v1/accounts/{account}", put_account, ADMIN, "Save an account", "Settings",
        {**_saved(AccountShown), 409: Answer("A pixel code already names another account.")},
        (_ACCOUNT,), _body(Account, examples.ACCOUNT), _IDEMPOTENT,
    ),
    Endpoint(
        "PUT", "/v1/accounts/{account}/hosts/{host}", put_host, ADMIN, "Save a host", "Settings",
        {**_saved(HostShown), 404: Answer("There is no such account.")},
        (_ACCOUNT, _HOST), _body(Host, examples.HOST), _IDEMPOTENT,
    ),
    Endpoint(
        "GET", "/v1/agencies", list_agencies, ADMIN, "List agencies", "Settings",
        {200: Answer("A page of agencies.", AgencyList)}, PAGE,
    ),
    Endpoint(
        "GET", "/v1/accounts", list_accounts, ADMIN, "List accounts", "Settings",
        {200: Answer("A page of accounts.", AccountList)}, PAGE,
    ),
    Endpoint(
        "GET", "/v1/accounts/{account}/hosts", list_hosts, ADMIN, "List an account's hosts", "Settings",
        {200: Answer("A page of hosts.", HostList), 404: Answer("There is no such account.")}, (_ACCOUNT, *PAGE),
    ),
)  # fmt: skip

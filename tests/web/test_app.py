"""The application: every route comes from the table, and whatever else is asked for is refused in one shape."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from leaderboard.config import Config
from leaderboard.domain import appealing, deciding
from leaderboard.domain.identities import keyed_hasher
from leaderboard.domain.payouts import RefusalCode
from leaderboard.domain.tokens import ROLES
from leaderboard.store.store import Store
from leaderboard.web import problems
from leaderboard.web.app import ENDPOINTS, create_app
from leaderboard.web.endpoints import Endpoint
from leaderboard.web.pages.routes import ENTRANCES, PAGES
from leaderboard.web.pages.visit import PEOPLE
from tests.conftest import KEY, SIGNING_KEY, VAULT, Service
from tests.web.asking import OWN, address, named, refusal_of

METHODS = {"GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"}


def methods_of(path: str) -> set[str]:
    found = {one.method for one in ENDPOINTS if one.path == path}
    return {*found, "HEAD"} if "GET" in found else set(found)


def answered_at(path: str) -> set[str]:
    """The methods at an address: what checks definitions stands where a campaign of that name would."""
    shared = {"/v1/campaigns/check": "/v1/campaigns/{campaign}"}
    return methods_of(path) | (methods_of(shared[path]) if path in shared else set())


def test_no_two_endpoints_share_an_address() -> None:
    addresses = [named(endpoint) for endpoint in ENDPOINTS]

    assert len(addresses) == len(set(addresses))


def test_every_endpoint_says_who_may_call_it() -> None:
    unknown = [named(endpoint) for endpoint in ENDPOINTS if not endpoint.allow <= set(ROLES)]
    without_token = {endpoint.path for endpoint in ENDPOINTS if not endpoint.allow}

    assert unknown == []
    assert without_token == {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/static/{file}"}


async def test_every_route_is_an_endpoint_or_a_page_of_the_tables(store: Store) -> None:
    app = create_app(store, Config(), keyed_hasher(KEY), VAULT, SIGNING_KEY)
    routes = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None
    }

    pages = set(addresses_of_pages())
    pages |= {("HEAD", path) for method, path in pages if method == "GET"}
    assert routes == {(method, one.path) for one in ENDPOINTS for method in methods_of(one.path)} | pages


def addresses_of_pages() -> list[tuple[str, str]]:
    return [*((one.method, one.path) for one in PAGES), *((one.method, one.path) for one in ENTRANCES)]


def test_no_two_pages_share_an_address_and_none_is_an_endpoints() -> None:
    pages = addresses_of_pages()

    assert len(pages) == len(set(pages))
    assert {path for _, path in pages}.isdisjoint(endpoint.path for endpoint in ENDPOINTS)


def test_every_page_is_for_people() -> None:
    assert [one.path for one in PAGES if not one.allow or not one.allow <= PEOPLE] == []


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/v1/event", "/v2/events", "/V1/events", "/v1//events", "/docs/"]
)
async def test_an_unknown_address_is_not_found(service: Service, path: str) -> None:
    answer = await service.ask("GET", path)

    assert (answer.status, refusal_of(answer)) == (404, "not_found")


async def test_a_wrong_method_is_told_the_right_ones(service: Service) -> None:
    wrong = {}
    for endpoint in ENDPOINTS:
        for method in METHODS - answered_at(endpoint.path):
            answer = await service.ask(method, address(endpoint))
            allowed = set(answer.headers.get("Allow", "").split(","))
            if answer.status != 405 or allowed != answered_at(endpoint.path):
                wrong[method, endpoint.path] = answer.status, allowed

    assert wrong == {}


async def test_a_wrong_method_is_a_problem(service: Service) -> None:
    answer = await service.ask("DELETE", "/v1/events")

    assert (answer.status, refusal_of(answer)) == (405, "method_not_allowed")


@pytest.mark.parametrize("endpoint", [one for one in OWN if one.method == "GET"], ids=named)
async def test_head_answers_as_get_does_without_a_body(service: Service, endpoint: Endpoint) -> None:
    got = await service.ask("GET", address(endpoint))
    head = await service.ask("HEAD", address(endpoint))

    assert (head.status, head.body) == (got.status, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


async def test_every_answer_has_a_request_id_of_its_own(service: Service) -> None:
    paths = ["/healthz", "/v1/status", "/v1/campaigns", "/v1/nothing", "/v1/campaigns/nothing", "/docs"]
    answers = [await service.ask("GET", path) for path in paths]

    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(paths)


def test_every_code_of_a_problem_is_explained_and_none_is_explained_in_vain() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in Path(problems.__file__).parent.rglob("*.py"))
    said = set(re.findall(r'(?:Problem|Basis)\(\s*\w+(?:\.\w+)?,\s*"(\w+)"', sources))

    # What those who pay are refused with, is known by its type.
    mapped = set(problems._HTTP_CODES.values()) | {"bad_request"} | set(get_args(RefusalCode))
    mapped |= {*get_args(deciding.Code), *get_args(appealing.Code)} - {"no_choice", "no_link"}
    assert said | mapped == problems.CODES.keys()

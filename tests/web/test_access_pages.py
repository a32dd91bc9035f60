"""Who may open which page and send which form is as the table says, and no page tells of another's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from leaderboard.domain.sessions import cookie_text, form_token
from leaderboard.store.store import Store
from tests.web import access_marks as marks
from tests.web.access import PAGE_RULES, Rule, page_routes
from tests.web.access_asking import CALLERS, OWNERS, address, addresses, state_of
from tests.web.access_story import id_of
from tests.web.access_world import World, world_of

HOUR_MS = 3_600_000
GUARDED = [one for one in PAGE_RULES if one.cells]
FORMS = [one for one in GUARDED if one.method == "POST"]
# Those who could sign in.
PEOPLE = [caller for caller, role in CALLERS.items() if role not in ("", "ingest")]
ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://example.org"}


@pytest.fixture
async def world(store: Store, apollo: Callable[..., str]) -> AsyncIterator[World]:
    async with world_of(store, apollo) as world:
        yield world


async def session_of(world: World, caller: str) -> tuple[dict[str, str], str]:
    """A new session of a caller, as its browser sends it, and what its forms carry."""
    store = world.service.store
    token = await store.tokens.find(id_of(world.tokens[caller]))
    assert token is not None
    _, secret = await store.sessions.begin(token, await store.now_ms(), HOUR_MS)
    return {"Cookie": f"leaderboard={cookie_text(token.id, secret)}"}, form_token(secret, "salt")


async def send(
    world: World, rule: Rule, headers: Mapping[str, str], form: Mapping[str, str], path: str = ""
) -> tuple[int, str, bytes]:
    """Status, where it sends to, and the page."""
    url = world.service.url + (path or address(world, rule))
    data = form if rule.method == "POST" else None
    request = world.service.session.request(
        rule.method, url, headers=headers, data=data, allow_redirects=False, cookies={}
    )
    async with request as response:
        # A stream of messages does not end, so it is known by how it begins.
        is_stream = response.content_type == "text/event-stream"
        body = await (response.content.readuntil(b"\n\n") if is_stream else response.read())
        return response.status, response.headers.get("Location", ""), body


async def visit(world: World, rule: Rule, caller: str, path: str = "") -> tuple[int, str, bytes]:
    """As `send`, in a session of its own and with its form's token."""
    headers, token = await session_of(world, caller)
    return await send(world, rule, headers, {"form_token": token}, path)


def test_the_table_has_every_page_and_whom_the_code_lets_in() -> None:
    table = {
        one.name: (frozenset(role for role, cell in one.cells.items() if cell != "."), one.is_public)
        for one in PAGE_RULES
    }

    assert table == page_routes()


@pytest.mark.parametrize("how", ["without", "a bearer token", "a made-up session"])
async def test_who_is_not_signed_in_is_sent_to_do_so_and_nothing_changes(world: World, how: str) -> None:
    headers = {
        "without": {},
        "a bearer token": {"Authorization": f"Bearer {world.service.admin_token}"},
        "a made-up session": {
            "Cookie": f"leaderboard={cookie_text(id_of(world.service.admin_token), 'x' * 43)}"
        },
    }[how]
    before = await state_of(world.service.store)
    answers = {rule.name: await send(world, rule, headers, {}) for rule in GUARDED}

    wrong = [name for name, (status, where, _) in answers.items() if (status, where[:8]) != (303, "/sign-in")]
    assert wrong == []
    assert await state_of(world.service.store) == before


@pytest.mark.parametrize("caller", ["revoked", "expired", "sender of a1"])
async def test_a_session_of_a_token_that_ended_or_is_a_machines_opens_nothing(
    world: World, caller: str
) -> None:
    answers = {rule.name: await visit(world, rule, caller) for rule in GUARDED}

    assert {(status, where[:8]) for status, where, _ in answers.values()} == {(303, "/sign-in")}


@pytest.mark.parametrize("caller", PEOPLE)
async def test_whoever_may_is_let_in_and_nobody_else(world: World, caller: str) -> None:
    wrong = []
    for rule in GUARDED:
        status, where, page = await visit(world, rule, caller)
        cell = rule.of(CALLERS[caller])
        is_let_in = cell in ("yes", "part") or (cell == "own" and caller in OWNERS)
        is_refused = status == 403 if cell == "." else status in (403, 404)
        if status >= 500 or is_let_in == is_refused:
            wrong.append((rule.name, status, where, page[:300]))

    assert wrong == []


@pytest.mark.parametrize("caller", PEOPLE)
async def test_a_form_that_is_not_of_this_session_does_nothing(world: World, caller: str) -> None:
    headers, token = await session_of(world, caller)
    _, anothers = await session_of(world, caller)
    before = await state_of(world.service.store)
    found = {
        (rule.name, why): (await send(world, rule, more, form))[0]
        for rule in FORMS
        for why, more, form in (
            ("no token", headers, {}),
            ("of another session", headers, {"form_token": anothers}),
            ("from elsewhere", headers | ELSEWHERE, {"form_token": token}),
        )
    }

    assert {one: status for one, status in found.items() if status != 403} == {}
    assert await state_of(world.service.store) == before


@pytest.mark.parametrize("caller", ["south", "north"])
async def test_pages_tell_an_agency_nothing_of_others_nor_of_the_staff(world: World, caller: str) -> None:
    private: tuple[str, ...] = (*marks.STAFFS, *marks.SENDERS, marks.DRAFT, *marks.SEALED)
    private += marks.NORTHS if caller == "south" else ()
    found = []
    for rule in (one for one in GUARDED if one.method == "GET"):
        for path in addresses(world, rule):
            _, _, page = await visit(world, rule, caller, path)
            found += [(mark, path) for mark in private if mark.encode() in page]

    assert found == []

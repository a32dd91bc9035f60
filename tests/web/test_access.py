"""Who may do what is as the table says: tried at every address, for every caller; and a refusal changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from leaderboard.store.store import Store
from tests.conftest import Answer
from tests.web.access import RULES, Rule, routes
from tests.web.access_asking import CALLERS, OWNERS, ask, refusal, state_of
from tests.web.access_world import World, world_of

READING = [one for one in RULES if one.method == "GET"]
WRITING = [one for one in RULES if one.method != "GET"]


@pytest.fixture
async def world(store: Store, apollo: Callable[..., str]) -> AsyncIterator[World]:
    async with world_of(store, apollo) as world:
        yield world


def expected(rule: Rule, caller: str) -> str:
    """How a caller is refused at an address with north's ids; '' where it is let in."""
    if not rule.cells:
        return ""
    if not CALLERS[caller]:
        return "unauthorized"
    cell = rule.of(CALLERS[caller])
    is_let_in = cell in ("yes", "part") or (cell == "own" and caller in OWNERS)
    return "" if is_let_in else "forbidden"


def found(rule: Rule, caller: str, answer: Answer) -> str:
    """As `expected`. The dialect answers about its own part: a pixel code of another account is no permission."""
    if rule.path.startswith("/open_api/") and caller == "sender of a3":
        return "" if "pixel code" in answer.json["message"] else refusal(answer)
    return refusal(answer)


async def differing(world: World, rules: list[Rule], method: str = "") -> list[tuple[str, str, int, str]]:
    """What is otherwise than the table says, for every caller."""
    wrong = []
    for rule in rules:
        for caller in CALLERS:
            answer = await ask(world, rule, caller, method=method)
            if found(rule, caller, answer) != expected(rule, caller) or answer.status >= 500:
                wrong.append((rule.name, caller, answer.status, answer.body[:200].decode()))
    return wrong


def test_the_table_has_every_address_and_no_other() -> None:
    assert sorted(one.name for one in RULES) == sorted(routes())


def test_the_table_lets_in_whom_the_code_lets_in() -> None:
    table = {one.name: {role for role, cell in one.cells.items() if cell != "."} for one in RULES}

    assert table == routes()


async def test_whoever_may_read_does_and_nobody_else(world: World) -> None:
    assert await differing(world, READING) == []


async def test_heads_are_as_guarded_as_what_they_are_heads_of(world: World) -> None:
    wrong = []
    for rule in READING:
        for caller in CALLERS:
            whole = await ask(world, rule, caller)
            head = await ask(world, rule, caller, method="HEAD")
            if (head.status, head.body) != (whole.status, b""):
                wrong.append((rule.name, caller, head.status, whole.status))

    assert wrong == []


async def test_whoever_may_not_write_is_refused_and_nothing_changes(world: World) -> None:
    before, wrong = await state_of(world.service.store), []
    for rule in WRITING:
        for caller in (one for one in CALLERS if expected(rule, one)):
            answer = await ask(world, rule, caller)
            if refusal(answer) != expected(rule, caller):
                wrong.append((rule.name, caller, answer.status, answer.body[:200]))
    after = await state_of(world.service.store)

    assert wrong == []
    assert [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)] == []


async def test_whoever_may_write_is_let_in(world: World) -> None:
    assert await differing(world, WRITING) == []


async def test_a_sender_adds_to_its_own_accounts_only(world: World) -> None:
    event = {"type": "product_view", "at": "2022-02-20T12:00:00Z", "product_id": "p1", "visitor_id": "v"}
    events = [
        event | {"id": f"new-{account}", "account_id": account} for account in ("a1", "a2", "a3", "nobody")
    ]
    token = world.tokens["sender of a3"]
    answer = await world.service.ask("POST", "/v1/events", {"events": events}, token=token)

    assert answer.json["accepted"] == 1
    assert [one["account_id"] for one in answer.json["rejected"]] == ["a1", "a2", "nobody"]
    # Whether an account is there is not told to who may not send for it.
    assert len({one["detail"].replace(one["account_id"], "") for one in answer.json["rejected"]}) == 1

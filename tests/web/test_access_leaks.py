"""What is private is in no answer to anybody else: planted everywhere, and looked for at every address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from leaderboard.store.store import Store
from tests.web import access_marks as marks
from tests.web.access import RULES, Rule
from tests.web.access_asking import QUERIES, addresses, ask
from tests.web.access_world import World, world_of
from tests.web.asking import endpoint_at

READING = [one for one in RULES if one.method == "GET"]
WRITING = [one for one in RULES if one.method != "GET"]
OUTSIDERS = ("anonymous", "revoked", "expired", "south", "sender of a3")
STAFF = ("admin", "reviewer", "payout_preparer", "payout_approver")


@pytest.fixture
async def world(store: Store, apollo: Callable[..., str]) -> AsyncIterator[World]:
    async with world_of(store, apollo) as world:
        yield world


async def told(world: World, caller: str, rules: Sequence[Rule] = READING) -> dict[str, bytes]:
    """Every address → all that it says to a caller, headers too."""
    answers = {}
    for rule in rules:
        for path in addresses(world, rule):
            answer = await ask(world, rule, caller, path)
            assert answer.status < 500, (path, answer.body)
            answers[f"{rule.method} {path}"] = answer.body + b"\n" + repr(dict(answer.headers)).encode()
    return answers


def leaks(answers: dict[str, bytes], *kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """The marks that are found, and where."""
    return [
        (mark, path)
        for path, text in answers.items()
        for kind in kinds
        for mark in kind
        if mark.encode() in text
    ]


def people(world: World) -> tuple[str, ...]:
    """The ids of the tokens of staff: who decided, proposed, prepared."""
    return tuple(world.tokens[one].split("_")[1] for one in (*STAFF, "second reviewer", "third reviewer"))


def test_every_parameter_of_a_query_is_tried() -> None:
    asked = {rule.path: "&".join(QUERIES.get(rule.path, ())) for rule in READING}
    missing = [
        (path, one.name)
        for path, queries in asked.items()
        for one in endpoint_at("GET", path).parameters
        if one.where == "query" and f"{one.name}=" not in queries
    ]

    assert missing == []


@pytest.mark.parametrize("caller", OUTSIDERS)
async def test_nothing_of_one_agency_is_told_to_another_nor_to_senders(world: World, caller: str) -> None:
    answers = await told(world, caller)
    private = (marks.NORTHS, marks.SENDERS, marks.STAFFS, (marks.DRAFT,), marks.SEALED, people(world))

    assert leaks(answers, *private) == []


@pytest.mark.parametrize("caller", OUTSIDERS)
async def test_what_is_refused_or_taken_of_one_tells_nothing_of_another(world: World, caller: str) -> None:
    answers = await told(world, caller, WRITING)
    own = {marks.PIXEL} if caller == "sender of a3" else set()  # It is repeated to who sent it.
    private = (marks.NORTHS, marks.SENDERS, marks.STAFFS, (marks.DRAFT,), marks.SEALED, people(world))

    assert [one for one in leaks(answers, *private) if one[0] not in own] == []


async def test_an_agency_reads_of_its_own_what_concerns_it_and_nothing_of_the_staff(world: World) -> None:
    answers = await told(world, "north")
    unread = {mark for mark in marks.NORTHS if mark.encode() not in b"".join(answers.values())}

    assert unread == set()
    assert leaks(answers, marks.SENDERS, marks.STAFFS, (marks.DRAFT,), marks.SEALED, people(world)) == []


async def test_a_sender_reads_of_its_own_what_was_refused_and_no_more(world: World) -> None:
    answers = await told(world, "sender of a1")

    assert {path for _, path in leaks(answers, marks.SENDERS)} == {"GET /v1/rejected"}
    assert leaks(answers, marks.NORTHS, marks.STAFFS, (marks.DRAFT,), marks.SEALED, people(world)) == []


async def test_all_that_was_planted_for_the_staff_is_read_by_some_of_them(world: World) -> None:
    everything = b"".join([text for caller in STAFF for text in (await told(world, caller)).values()])

    assert [mark for mark in (*marks.STAFFS, *people(world)) if mark.encode() not in everything] == []


async def test_a_draft_is_shown_to_admins_and_to_others_of_the_staff_only_in_the_audit_log(
    world: World,
) -> None:
    found = {caller: leaks(await told(world, caller), (marks.DRAFT,)) for caller in STAFF}
    where = {caller: {path.partition("?")[0] for _, path in one} for caller, one in found.items()}

    assert {"GET /v1/campaigns", "GET /v1/campaigns/draft-one"} < where.pop("admin")
    assert set().union(*where.values()) == {"GET /v1/audit-log"}


async def test_bank_details_are_told_to_who_pays_in_the_file_for_the_bank_and_nowhere_else(
    world: World,
) -> None:
    found = {caller: leaks(await told(world, caller), marks.SEALED) for caller in STAFF}
    where = {caller: {path.partition("?")[0] for _, path in one} for caller, one in found.items() if one}

    export = {"GET /v1/payouts/apollo-test-1/export"}
    assert where == {"payout_preparer": export, "payout_approver": export}

"""Bank details in the store: each step once, with its audit entry, and nothing sealed in it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from leaderboard.domain.audit_log import verify
from leaderboard.domain.payee_steps import confirm, propose, reject
from leaderboard.domain.payees import Payee
from leaderboard.domain.payouts import Person
from leaderboard.store import settings_backup
from leaderboard.store.payees import Step
from leaderboard.store.store import Store
from tests.domain.test_payees import sealed

PIA, ADA = Person("pia", "Pia"), Person("ada", "Ada")
SHOWN = {"version": 1, "type": "person", "country": "US", "kind": "us", "last4": "6789"}
NOBODY = Payee()
PROPOSED = propose(NOBODY, sealed(version=1))
CONFIRMED = confirm(PROPOSED, 1, ADA, PIA, now_ms=2_000, wait_ms=1_000)


async def make(
    store: Store, step: Step, before: Payee, after: Payee, actor: str = "pia", why: str = ""
) -> bool:
    return await store.payees.make(step, "a1", before, after, actor=actor, why=why)


async def logged(store: Store) -> list[tuple[str, ...]]:
    entries = (await store.audit_log.page(100, newest_first=False)).entries
    assert verify(entries) is None
    return [(one.actor, one.action, one.subject, one.before, one.after, one.why) for one in entries]


def text(shown: dict[str, Any]) -> str:
    return json.dumps(shown, sort_keys=True, separators=(",", ":"))


async def test_of_an_account_that_never_had_any_nothing_is_known(store: Store) -> None:
    assert await store.payees.of("a1") == NOBODY
    assert (await store.payees.every(), await store.payees.key_ids()) == ({}, set())


async def test_each_step_is_kept_and_logged_by_its_summary(store: Store) -> None:
    replaced = propose(CONFIRMED, sealed(version=2, last4="1111"))
    steps: list[tuple[Step, Payee, Payee, str, str]] = [
        ("propose", NOBODY, PROPOSED, "pia", ""),
        ("confirm", PROPOSED, CONFIRMED, "ada", ""),
        ("propose", CONFIRMED, replaced, "pia", ""),
        ("reject", replaced, reject(replaced, 2), "ada", "Another holder."),
    ]
    made = [await make(store, *step) for step in steps]

    in_force = text(SHOWN | {"usable_from": "1970-01-01T00:00:03.000Z"})
    second = text(SHOWN | {"version": 2, "last4": "1111"})
    assert made == [True] * 4
    assert await store.payees.of("a1") == reject(replaced, 2)
    assert await logged(store) == [
        ("pia", "payee.propose", "a1", "", text(SHOWN), ""),
        ("ada", "payee.confirm", "a1", "", in_force, ""),
        ("pia", "payee.propose", "a1", "", second, ""),
        ("ada", "payee.reject", "a1", second, "", "Another holder."),
    ]


async def test_a_proposal_is_logged_with_the_one_that_it_replaces(store: Store) -> None:
    second = propose(PROPOSED, sealed(version=2))
    await make(store, "propose", NOBODY, PROPOSED)
    await make(store, "propose", PROPOSED, second)

    assert (await logged(store))[1][3:5] == (text(SHOWN), text(SHOWN | {"version": 2}))


async def test_of_many_steps_at_once_one_is_made(store: Store) -> None:
    made = await asyncio.gather(*(make(store, "propose", NOBODY, PROPOSED) for _ in range(20)))

    assert sorted(made) == [False] * 19 + [True]
    assert len(await logged(store)) == 1


async def test_a_step_from_what_is_not_so_any_more_changes_nothing(store: Store) -> None:
    second = propose(PROPOSED, sealed(version=2))
    await make(store, "propose", NOBODY, PROPOSED)
    await make(store, "propose", PROPOSED, second)
    made = await make(store, "confirm", PROPOSED, CONFIRMED, "ada")

    assert (made, await store.payees.of("a1")) == (False, second)
    assert [entry[1] for entry in await logged(store)] == ["payee.propose"] * 2


async def test_the_keys_that_details_are_sealed_with_are_known(store: Store) -> None:
    after = propose(CONFIRMED, sealed(version=2, sealed={"bank": "v1:other:n:c"}))
    await make(store, "propose", NOBODY, after)

    assert await store.payees.every() == {"a1": after}
    assert await store.payees.key_ids() == {"k", "other"}


async def test_they_come_back_with_the_settings(store: Store) -> None:
    await make(store, "propose", NOBODY, CONFIRMED)
    dumped = await settings_backup.dump(store.client)
    await store.client.do("FLUSHALL")
    await settings_backup.put_back(store.client, dumped)

    assert await store.payees.of("a1") == CONFIRMED

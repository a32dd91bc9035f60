"""Checkpoints in the store: who asked, who is at it, what went wrong, and that a backup has the flags."""

from __future__ import annotations

from msgspec.structs import replace

from leaderboard.domain.checkpoints import Checkpoint, Failure, Wish
from leaderboard.domain.findings import Finding
from leaderboard.domain.lifecycle import opened
from leaderboard.domain.reviews import Raised
from leaderboard.store import settings_backup
from leaderboard.store.store import Store

LAST = Checkpoint(
    number=1, at_ms=2_000, took_ms=5, actor="t1", mode="act", state="live", through_ms=1_999, accounts=3,
    flags={"cells": 1}, holds=1, excess_uv=7, sha256="ab" * 32,
)  # fmt: skip
FINDING = Finding(
    detector="cells", rule="cells/1", account="a1", asks="hold", families=("timing",), sentence="Bought."
)
RAISED = Raised(
    detector="cells", account="a1", findings=(FINDING,), checkpoint=1, at_ms=2_000, first_ms=2_000
)


async def save(store: Store, made: Checkpoint = LAST, life_version: int = 1) -> bool:
    last = (await store.checkpoints.last("c")).last
    return await store.checkpoints.save(
        "c",
        last,
        made,
        b"{}",
        {RAISED.id: RAISED},
        life_version=life_version,
        known={},
        looked_up={RAISED.id},
    )


async def make_live(store: Store) -> None:
    before = await store.lifecycles.life("c")
    assert await store.lifecycles.move("c", before, opened(before, 1), action="campaign.test", actor="test")


async def test_who_asked_first_is_remembered_until_one_is_made(store: Store) -> None:
    await make_live(store)
    await store.checkpoints.ask("c", Wish(1_000, "t1"))
    await store.checkpoints.ask("c", Wish(1_500, "t2"))
    asked = (await store.checkpoints.last("c")).asked
    await save(store)

    assert asked == Wish(1_000, "t1")
    assert (await store.checkpoints.last("c")).asked is None


async def test_who_asked_while_one_was_being_made_gets_another(store: Store) -> None:
    await make_live(store)
    await store.checkpoints.ask("c", Wish(LAST.through_ms + 1, "t2"))
    await save(store)

    assert (await store.checkpoints.last("c")).asked == Wish(LAST.through_ms + 1, "t2")


async def test_one_that_is_made_ends_what_was_said_of_it(store: Store) -> None:
    await make_live(store)
    await store.checkpoints.fail("c", Failure(500, "It broke.", "t1"))
    await store.checkpoints.begin("c", Wish(1_000, "t1"))
    before = await store.checkpoints.last("c")
    await save(store)
    after = await store.checkpoints.last("c")

    assert (before.problem, before.running) == ("It broke.", Wish(1_000, "t1"))
    assert (after.problem, after.running, after.last) == ("", None, LAST)


async def test_a_failure_ends_the_wish_for_it(store: Store) -> None:
    await store.checkpoints.ask("c", Wish(1_000, "t1"))
    await store.checkpoints.begin("c", Wish(1_000, "t1"))
    await store.checkpoints.fail("c", Failure(1_500, "It broke.", "t1"))
    found = await store.checkpoints.last("c")

    assert (found.asked, found.running, found.failure) == (None, None, Failure(1_500, "It broke.", "t1"))


async def test_a_flag_that_waits_for_a_second_reviewer_is_not_dropped_unseen(store: Store) -> None:
    await make_live(store)
    assert await save(store)
    await store.client.do("HSET", "{settings}:proposals|c", RAISED.id, "{}")
    dropped = await store.checkpoints.save(
        "c", LAST, replace(LAST, number=2), b"{}", {}, life_version=1, known={},
        looked_up={RAISED.id},
    )  # fmt: skip

    assert not dropped


async def test_a_backup_of_the_settings_has_flags_and_the_last_checkpoint(store: Store) -> None:
    await make_live(store)
    before = await settings_backup.version(store.client)
    await save(store)
    after, dumped = await settings_backup.version(store.client), await settings_backup.dump(store.client)
    await store.client.do("FLUSHALL")
    await settings_backup.put_back(store.client, dumped)

    assert before != after
    assert await store.reviews.raised("c") == {RAISED.id: RAISED}
    assert (await store.checkpoints.last("c")).last == LAST

"""Rescorings in the store: one step or none, with the audit entry and what is voided."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from msgspec import structs

from leaderboard.domain.adjustments import Voided
from leaderboard.domain.rescoring_steps import preview_sha256
from leaderboard.domain.rescorings import Figures, Moved, Outage, Preview, Rescoring, VoidViews
from leaderboard.store import keys
from leaderboard.store.rescorings import Prepared
from leaderboard.store.store import Store

ASKED = Rescoring(
    id="one", campaign="c", what=VoidViews(network="203.0.113.0/24"), reason="Bought.", by="t-kim", at_ms=5
)
OTHER = structs.replace(ASKED, id="two", what=Outage(from_ms=1, until_ms=2))
PREVIEW = Preview(at_ms=6, views=1, live_ms=0, accounts=1, moved=(), pays_otherwise=False)
PREPARED = structs.replace(ASKED, state="prepared", preview=PREVIEW, version=2)
APPLIED = structs.replace(PREPARED, state="applied", applied_ms=7, applied_by="t-lea", version=3)
BEFORE, AFTER = {"a1": Voided(uv=1)}, {"a1": Voided(uv=2), "a2": Voided(effective_ms=3)}
FIGURES = Prepared((), BEFORE, AFTER)


async def put(store: Store, *rescorings: Rescoring) -> None:
    for one in rescorings:
        assert await store.rescorings.move(None, one, actor="test") == "done"


async def state(store: Store) -> tuple[object, ...]:
    """All that a move may change."""
    log = await store.audit_log.page(100)
    changes = await store.client.do("XLEN", keys.CHANGES)
    voided = await store.reviews.voided("c")
    return (
        await store.rescorings.of("c"),
        await store.rescorings.prepared("c", "one"),
        voided,
        len(log.entries),
        changes,
    )


async def test_what_is_saved_is_read_back(store: Store) -> None:
    await put(store, OTHER, ASKED)

    assert await store.rescorings.of("c") == {"one": ASKED, "two": OTHER}
    assert await store.rescorings.one("c", "one") == ASKED
    assert await store.rescorings.one("c", "none") is None
    assert await store.rescorings.of("d") == {}


async def test_the_figures_of_a_preview_are_kept_with_it(store: Store) -> None:
    await put(store, ASKED)
    none = await store.rescorings.prepared("c", "one")

    done = await store.rescorings.move(ASKED, PREPARED, actor="scheduler", prepared=FIGURES)
    kept = await store.rescorings.prepared("c", "one")
    await store.rescorings.move(PREPARED, APPLIED, actor="t-lea")

    assert (none, done, kept) == (None, "done", FIGURES)
    assert await store.rescorings.prepared("c", "one") == FIGURES


async def test_a_move_is_made_with_what_is_voided_and_its_audit_entry(store: Store) -> None:
    await put(store, PREPARED)
    await store.reviews.put_voided("c", BEFORE)

    done = await store.rescorings.move(
        PREPARED, APPLIED, actor="t-lea", why="Bought.", basis=(), voided=AFTER
    )

    [entry, *_] = (await store.audit_log.page(10)).entries
    assert done == "done"
    assert await store.rescorings.one("c", "one") == APPLIED
    assert await store.reviews.voided("c") == AFTER
    assert (entry.actor, entry.action, entry.subject, entry.why) == (
        "t-lea",
        "rescoring.apply",
        "c/one",
        "Bought.",
    )


async def test_the_audit_log_has_a_preview_by_its_hash_and_how_many_it_moves_and_the_store_all_of_it(
    store: Store,
) -> None:
    moved = tuple(
        Moved(f"account-{n:05}", Figures(1, 2, 3, True), Figures(2, 1, 3, True)) for n in range(20_000)
    )
    prepared = structs.replace(PREPARED, preview=structs.replace(PREVIEW, moved=moved))
    applied = structs.replace(APPLIED, preview=prepared.preview)
    assert prepared.preview is not None
    await put(store, ASKED)

    outcomes = [
        await store.rescorings.move(before, after, actor="t", basis=())
        for before, after in ((ASKED, prepared), (prepared, applied))
    ]

    [entry, *_] = (await store.audit_log.page(10)).entries
    logged = {
        "at_ms": 6,
        "views": 1,
        "live_ms": 0,
        "accounts": 1,
        "moved_accounts": 20_000,
        "pays_otherwise": False,
        "sha256": preview_sha256(prepared.preview),
    }
    before, after = msgspec.json.decode(entry.before), msgspec.json.decode(entry.after)
    assert outcomes == ["done", "done"]
    assert (before["preview"], after["preview"]) == (logged, logged)
    assert (before["state"], after["state"], after["applied_by"]) == ("prepared", "applied", "t-lea")
    assert await store.rescorings.one("c", "one") == applied


async def test_nothing_voided_and_voided_left_alone_are_two_things(store: Store) -> None:
    await put(store, PREPARED)
    await store.reviews.put_voided("c", BEFORE)

    await store.rescorings.move(PREPARED, APPLIED, actor="t")
    alone = await store.reviews.voided("c")
    back = structs.replace(APPLIED, state="reversed")
    await store.rescorings.move(APPLIED, back, actor="t", voided={})

    assert alone == BEFORE
    assert await store.reviews.voided("c") == {}


@pytest.mark.parametrize("known", [None, ASKED, structs.replace(PREPARED, version=9)])
async def test_what_is_not_as_it_is_known_is_not_moved(store: Store, known: Rescoring | None) -> None:
    await put(store, PREPARED)
    before = await state(store)

    done = await store.rescorings.move(known, APPLIED, actor="t", basis=(), voided=AFTER, prepared=FIGURES)

    assert done == "moved"
    assert await state(store) == before


async def test_where_others_are_in_force_nothing_is_moved(store: Store) -> None:
    in_force = [structs.replace(OTHER, id=name, state="applied") for name in ("two", "three")]
    await put(store, PREPARED, *in_force, structs.replace(OTHER, id="four", state="reversed"))
    before = await state(store)

    refused = [
        await store.rescorings.move(PREPARED, APPLIED, actor="t", basis=basis, voided=AFTER)
        for basis in ((), ("two",), ("three", "two", "zero"), ("four", "three", "two"))
    ]
    unchanged = await state(store)
    done = await store.rescorings.move(PREPARED, APPLIED, actor="t", basis=("two", "three"), voided=AFTER)

    assert refused == ["basis"] * 4
    assert unchanged == before
    assert done == "done"


async def test_a_reason_that_reads_like_a_state_puts_nothing_in_force(store: Store) -> None:
    await put(store, PREPARED, structs.replace(OTHER, reason='"state":"applied"'))

    assert await store.rescorings.move(PREPARED, APPLIED, actor="t", basis=()) == "done"


async def test_a_rescoring_is_no_other_to_itself(store: Store) -> None:
    await put(store, APPLIED)
    back = structs.replace(APPLIED, state="reversed", reversed_ms=9)

    assert await store.rescorings.move(APPLIED, back, actor="t", basis=(), voided=BEFORE) == "done"


async def test_of_many_at_once_one_moves_it(store: Store) -> None:
    await put(store, PREPARED)
    afters = [structs.replace(APPLIED, applied_by=f"t-{n}") for n in range(8)]

    done = await asyncio.gather(
        *(store.rescorings.move(PREPARED, after, actor="t", voided=AFTER) for after in afters)
    )

    assert sorted(done) == ["done"] + ["moved"] * 7
    assert await store.rescorings.one("c", "one") == afters[done.index("done")]


async def test_a_move_is_told_to_those_who_keep_what_follows_from_it(store: Store) -> None:
    await put(store, PREPARED)

    [(_, told), *_] = await store.client.do("XREVRANGE", keys.CHANGES, "+", "-", "COUNT", 1)

    fields = told if isinstance(told, dict) else dict(zip(told[::2], told[1::2], strict=True))
    assert fields == {b"kind": b"review", b"id": b"c"}

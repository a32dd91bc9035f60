"""Dockets of flags in the store: each step whole or not at all, told to who follows, and in the audit log."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.appeals import Appeal, Attachment, answered
from leaderboard.domain.flags import UNTOUCHED, Decision, Docket
from leaderboard.domain.overturned import Overturned
from leaderboard.domain.reviews import Raised
from leaderboard.store import keys, review_keys, settings_backup
from leaderboard.store.decisions import Step
from leaderboard.store.store import Store
from tests.conftest import fresh_store

C = "spring"
FLAG = "integrity.cells~a1"
UPHELD = Decision("uphold", "Bots.", "ana", 5)
PROPOSAL = Decision("disqualify", "Own devices.", "ana", 6, "The host's phone.")
APPEAL = Appeal(
    number=1, text="A school.", by="north-1", at_ms=7, agency="north", attachments=(Attachment("a", 2, "ab"),)
)
CASE = Overturned(
    flag=FLAG, detector="cells", rule="cell/1", findings=(), label="honest", at_ms=9, reason="A school."
)


async def make(store: Store, before: Docket, after: Docket, **more: Any) -> bool:
    return await store.decisions.make(C, FLAG, Step(before, after, "ana", **more))


async def log_of(store: Store) -> list[tuple[str, bool, bool]]:
    """Action, and whether there was something before and after; the oldest first."""
    entries = (await store.audit_log.page(50)).entries
    return [(one.action, bool(one.before), bool(one.after)) for one in reversed(entries)]


async def test_a_docket_is_as_it_was_left_and_each_step_is_in_the_audit_log(store: Store) -> None:
    proposed = Docket(proposal=PROPOSAL)
    appealed = replace(proposed, appeals=(APPEAL,))
    decided = Docket(UPHELD, None, answered((APPEAL,), "uphold", "Bots.", "bo", 8))
    steps = [UNTOUCHED, proposed, appealed, decided]
    for before, after in pairwise(steps):
        assert await make(store, before, after, texts=["xy"])
        assert await store.decisions.docket(C, FLAG) == after
        assert await store.decisions.dockets(C) == {FLAG: after}

    assert await store.decisions.history(C, FLAG) == [UPHELD]
    assert await store.decisions.appeal_texts(C, FLAG, 1) == ["xy"]
    assert await log_of(store) == [
        ("decision.propose", False, True),
        ("appeal.put", False, True),
        ("decision.put", False, True),
        ("decision.propose.done", True, False),
        ("appeal.answer", True, True),
    ]


async def test_a_step_on_what_is_another_by_now_changes_nothing(store: Store) -> None:
    others = [Docket(UPHELD), Docket(proposal=PROPOSAL), Docket(appeals=(APPEAL,))]
    for stored in others:
        await store.client.do("FLUSHALL")
        assert await make(store, UNTOUCHED, stored)
        before = await store.client.do("XLEN", keys.AUDIT_LOG)

        assert not await make(store, UNTOUCHED, Docket(replace(UPHELD, by="bo")), case=CASE)
        assert await store.decisions.docket(C, FLAG) == stored
        assert await store.client.do("XLEN", keys.AUDIT_LOG) == before
        assert await store.client.do("EXISTS", review_keys.cases(C)) == 0


@pytest.mark.parametrize(("looked_at", "is_made"), [(2, True), (1, False), (3, False), (None, True)])
async def test_a_step_on_what_another_checkpoint_found_changes_nothing(
    store: Store, looked_at: int | None, is_made: bool
) -> None:
    one = Raised(detector="cells", account="a1", findings=(), checkpoint=2, at_ms=9, first_ms=1)
    await store.reviews.put_raised(C, {FLAG: one})

    assert await make(store, UNTOUCHED, Docket(UPHELD), looked_at=looked_at) == is_made
    assert await store.decisions.docket(C, FLAG) == (Docket(UPHELD) if is_made else UNTOUCHED)
    assert len(await log_of(store)) == is_made


async def test_a_step_on_a_flag_that_a_checkpoint_dropped_changes_nothing(store: Store) -> None:
    assert not await make(store, UNTOUCHED, Docket(UPHELD), looked_at=2)
    assert await store.decisions.dockets(C) == {}


async def test_of_many_at_once_one_comes_first(store: Store) -> None:
    afters = [Docket(replace(UPHELD, by=f"token-{number}")) for number in range(20)]

    made = await asyncio.gather(*(make(store, UNTOUCHED, after) for after in afters))

    assert sum(made) == 1
    assert await store.decisions.docket(C, FLAG) == afters[made.index(True)]
    assert len(await store.decisions.history(C, FLAG)) == 1


async def test_only_a_decision_is_told_to_who_follows(store: Store) -> None:
    news = store.directory.follow()
    await make(store, UNTOUCHED, Docket(proposal=PROPOSAL))
    await store.directory.refresh()
    untold = set(news.accounts)
    await make(store, Docket(proposal=PROPOSAL), Docket(UPHELD))
    await store.directory.refresh()

    assert (untold, news.accounts) == (set(), {"a1"})


async def test_cases_are_numbered_and_are_those_of_what_stays_dismissed(store: Store) -> None:
    dismissed = Docket(replace(UPHELD, decision="dismiss"))
    await make(store, UNTOUCHED, dismissed, case=CASE)
    first = await store.decisions.cases(C)
    await make(store, dismissed, Docket(UPHELD))

    assert (first, await store.decisions.cases(C)) == ({1: CASE}, {})


async def test_dockets_come_back_with_the_other_settings(store: Store) -> None:
    docket = Docket(UPHELD, PROPOSAL, (APPEAL,))
    await make(store, UNTOUCHED, docket, texts=["xy"], case=CASE)
    dumped = orjson.loads(orjson.dumps(await settings_backup.dump(store.client)))
    await store.client.do("FLUSHALL")

    await settings_backup.put_back(store.client, dumped)

    assert await store.decisions.dockets(C) == {FLAG: docket}
    assert await store.decisions.appeal_texts(C, FLAG, 1) == ["xy"]
    assert await make(store, docket, replace(docket, proposal=None))


TEXTS = st.text(min_size=1, max_size=20)
DECISIONS = st.builds(
    Decision,
    st.sampled_from(["uphold", "dismiss", "disqualify"]),
    TEXTS,
    TEXTS,
    st.integers(0, 2**53),
    TEXTS | st.just(""),
    TEXTS | st.just(""),
    confirms=st.booleans(),
)
APPEALS = st.builds(
    Appeal,
    number=st.integers(1, 9),
    text=TEXTS,
    by=TEXTS,
    at_ms=st.integers(0, 2**53),
    against=st.sampled_from([None, "uphold"]),
    attachments=st.lists(st.builds(Attachment, TEXTS, st.integers(1, 9), TEXTS), max_size=2).map(tuple),
    state=st.sampled_from(["open", "accepted"]),
)
DOCKETS = st.builds(
    Docket, st.none() | DECISIONS, st.none() | DECISIONS, st.lists(APPEALS, max_size=2).map(tuple)
)


@settings(max_examples=40)
@given(dockets=st.lists(DOCKETS, min_size=1, max_size=4))
def test_whatever_a_docket_holds_is_kept_and_can_be_gone_on_from(
    store_url: str, dockets: list[Docket]
) -> None:
    async def go_through() -> None:
        async with fresh_store(store_url) as store:
            before = UNTOUCHED
            for after in dockets:
                # A decision or an appeal that was made is never gone again.
                decision, appeals = after.decision or before.decision, before.appeals + after.appeals
                kept = Docket(decision, after.proposal, appeals)
                assert await make(store, before, kept)
                before = await store.decisions.docket(C, FLAG)
                assert before == kept

    asyncio.run(go_through())

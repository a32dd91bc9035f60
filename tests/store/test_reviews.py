"""Flags of detectors and voided figures: kept as a whole, told to who judges, and seen in the rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leaderboard.domain.adjustments import Voided
from leaderboard.domain.flags import Decision
from leaderboard.domain.standings import Row
from leaderboard.store.store import Store
from tests.domain.test_reviews import CELLS, raised
from tests.store.test_directory import save_campaign
from tests.store.test_judge import C, apollo_store, publish, row

__all__ = ["apollo_store"]

Apollo = Callable[..., str]


async def shown(store: Store, *rows: Row) -> dict[str, Row]:
    return {one.account_id: one for one in await publish(store, *rows)}


async def test_the_same_flags_again_are_no_news(store: Store) -> None:
    flags = {CELLS: raised()}

    made = [await store.reviews.put_raised(C, one) for one in (flags, flags, {}, {})]

    assert made == [True, False, True, False]


async def test_flags_come_back_as_they_were(store: Store) -> None:
    await store.reviews.put_raised(C, {CELLS: raised()})
    await store.reviews.put_voided(C, {"b": Voided(counted_uv=4, uv=3, reached_ms=2, kept_ms=1)})

    assert await store.reviews.raised(C) == {CELLS: raised()}
    assert await store.reviews.voided(C) == {"b": Voided(counted_uv=4, uv=3, reached_ms=2, kept_ms=1)}


async def test_a_discount_is_taken_off_the_score_and_given_back_when_it_is_dismissed(
    apollo_store: Store,
) -> None:
    rows = [Row("a1", 1, 30, 7, effective_ms=50_400_000), row("b")]
    await apollo_store.reviews.put_raised(C, {CELLS: raised()})

    before = (await shown(apollo_store, *rows))["a1"]
    await apollo_store.decisions.put(C, CELLS, Decision("dismiss", "a hall", "t1", 200))
    await apollo_store.directory.refresh()
    await apollo_store.judge.rejudge(C, ["a1"], 2)
    after = (await shown(apollo_store))["a1"]

    assert (before.score, before.discounted_uv, before.reached_ms) == (20, 10, 7)
    assert (after.score, after.discounted_uv, after) == (30, 0, after.as_counted)


async def test_newer_counts_keep_what_is_taken_out(apollo_store: Store) -> None:
    await apollo_store.reviews.put_voided(C, {"a1": Voided(counted_uv=30, uv=12, reached_ms=5)})

    exact = (await shown(apollo_store, Row("a1", 1, 30, 7)))["a1"]
    later = (await shown(apollo_store, Row("a1", 2, 33, 9)))["a1"]

    assert (exact.score, exact.voided_uv, exact.reached_ms) == (18, 12, 5)
    assert (later.score, later.voided_uv, later.reached_ms) == (21, 12, 9)


async def test_whoever_is_disqualified_is_in_no_award_ranking(apollo_store: Store) -> None:
    flag = raised(account="a", excess_uv=0)
    await shown(apollo_store, row("a"), row("b"))
    await apollo_store.reviews.put_raised(C, {flag.id: flag})

    await apollo_store.decisions.put(C, flag.id, Decision("disqualify", "it paid for them", "t2", 300))
    await apollo_store.directory.refresh()
    await apollo_store.judge.rejudge(C, ["a", "b"], 3)

    page = await apollo_store.standings.page(C, 0, 10)
    assert [(one.account_id, one.eligible) for one in page.rows] == [("a", False), ("b", True)]
    assert page.award_ranks == [None, 1]


@pytest.mark.parametrize(("mode", "score"), [("act", 20), ("shadow", 30), ("off", 30)])
async def test_in_shadow_mode_nothing_is_taken_off(
    store: Store, apollo: Apollo, mode: str, score: int
) -> None:
    toml = apollo().replace("[instrument.bank]", f'[integrity]\nmode = "{mode}"\n\n[instrument.bank]')
    await save_campaign(store, toml)
    await store.reviews.put_raised(C, {CELLS: raised()})
    await store.directory.refresh()

    assert (await shown(store, Row("a1", 1, 30, 7)))["a1"].score == score

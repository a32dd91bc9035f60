"""The published order against the obvious one: sort all rows by their key."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.domain.standings import Row, ranked
from leaderboard.store import keys
from leaderboard.store.store import Store

slow = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

names = st.text("ab01._:@-", min_size=1, max_size=4).filter(lambda name: name[0].isalnum())
# Few values, so that rows are level in score, and in score and time.
scores = st.one_of(st.integers(0, 3), st.integers(0, 2**52))
times = st.one_of(st.integers(0, 3), st.integers(1_600_000_000_000, 4_102_444_800_000))
updates = st.lists(st.tuples(names, st.integers(0, 4), scores, times), min_size=1, max_size=60)


@slow
@given(updates=updates)
async def test_the_newest_version_of_each_account_shows_in_the_one_total_order(
    store: Store, updates: list[tuple[str, int, int, int]]
) -> None:
    await store.client.do("FLUSHALL")
    newest: dict[str, Row] = {}
    for account, version, score, reached_ms in updates:
        row = Row(account, version, score, reached_ms)
        await store.standings.publish("c", [row], 1)
        if account not in newest or version > newest[account].version:
            newest[account] = row

    page = await store.standings.page("c", 0, 1_000)

    assert page.rows == ranked(newest.values())
    assert page.total == len(newest)


@slow
@given(updates=updates, limit=st.integers(1, 9), data=st.data())
async def test_the_page_around_an_account_holds_it_and_its_neighbours(
    store: Store, updates: list[tuple[str, int, int, int]], limit: int, data: st.DataObject
) -> None:
    await store.client.do("FLUSHALL")
    await store.standings.publish("c", [Row(*update) for update in updates], 1)
    everybody = (await store.standings.page("c", 0, 1_000)).rows
    account = data.draw(st.sampled_from([row.account_id for row in everybody]))

    page = await store.standings.around("c", account, limit)

    assert page.rows == everybody[page.offset : page.offset + limit]
    assert len(page.rows) == min(limit, len(everybody))
    assert account in [row.account_id for row in page.rows]


async def test_an_older_version_changes_nothing(store: Store) -> None:
    await store.standings.publish("c", [Row("a", 7, 100, 5)], 1)

    changed = await store.standings.publish("c", [Row("a", 6, 99, 4), Row("a", 7, 101, 6)], 2)

    assert changed == 0
    assert (await store.standings.page("c", 0, 10)).rows == [Row("a", 7, 100, 5)]


async def test_the_version_grows_only_when_something_changed(store: Store) -> None:
    await store.standings.publish("c", [Row("a", 1, 100, 5)], 10)
    before = await store.standings.page("c", 0, 10)
    await store.standings.publish("c", [Row("a", 1, 100, 5)], 20)

    after = await store.standings.page("c", 0, 10)

    assert (before.version, before.published_ms) == (after.version, after.published_ms) == (1, 10)


async def test_nobody_stands_twice(store: Store) -> None:
    for version in range(1, 30):
        await store.standings.publish("c", [Row("a", version, version, version * 1_000)], 1)

    assert await store.client.do("ZCARD", keys.standings("c")) == 1


async def test_an_admitted_account_shows_with_nothing_and_keeps_what_it_has(store: Store) -> None:
    await store.standings.admit("c", "fresh", 1)
    await store.standings.publish("c", [Row("old", 3, 9, 5)], 1)
    await store.standings.admit("c", "old", 2)

    rows = (await store.standings.page("c", 0, 10)).rows

    assert [(row.account_id, row.score) for row in rows] == [("old", 9), ("fresh", 0)]


async def test_an_unknown_account_has_no_page(store: Store) -> None:
    await store.standings.admit("c", "a", 1)

    assert (await store.standings.around("c", "stranger", 5)).rows == []

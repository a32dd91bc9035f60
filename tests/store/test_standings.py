"""The published order against the obvious one: sort all rows by their key."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.domain.standings import Row, ranked
from leaderboard.store import keys
from leaderboard.store.standings import AsOf
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


publications = st.lists(
    st.tuples(
        names,
        st.integers(0, 3),
        scores,
        times,
        st.booleans(),
        st.tuples(st.integers(0, 2), st.integers(0, 2)),
    ),
    min_size=1,
    max_size=60,
)


@slow
@given(publications=publications)
async def test_the_eligible_are_ranked_among_themselves_and_nothing_older_undoes_anything(
    store: Store, publications: list[tuple[str, int, int, int, bool, tuple[int, int]]]
) -> None:
    await store.client.do("FLUSHALL")
    kept: dict[str, tuple[Row, tuple[int, int]]] = {}
    for account, version, score, reached_ms, eligible, judged in publications:
        row = Row(account, version, score, reached_ms, eligible=eligible)
        published = await store.standings.publish("c", [row], 1, AsOf(*judged))
        old, old_judged = kept.get(account, (Row(account, -1, 0, 0), (-1, -1)))
        is_mixed = (version - old.version) * ((judged > old_judged) - (judged < old_judged)) < 0
        assert published.outdated == ([account] if is_mixed else [])
        if not is_mixed and (version, judged) > (old.version, old_judged):
            kept[account] = (row, judged)

    page = await store.standings.page("c", 0, 1_000)
    members = await store.client.do("ZRANGE", keys.eligible("c"), 0, -1)

    order = ranked(row for row, _ in kept.values())
    eligible_now = [row.account_id for row in order if row.eligible]
    assert page.rows == order
    assert [member[13:].decode() for member in members] == eligible_now
    assert page.award_ranks == [
        eligible_now.index(row.account_id) + 1 if row.eligible else None for row in order
    ]


@pytest.mark.parametrize(("offset", "limit"), [(0, 4), (1, 2), (4, 9), (5, 1), (8, 5)])
async def test_a_page_knows_the_award_ranks_of_those_before_it(store: Store, offset: int, limit: int) -> None:
    rows = [Row(f"a{number}", 1, 100 - number, 5, eligible=number % 3 == 0) for number in range(9)]
    await store.standings.publish("c", rows, 1)

    page = await store.standings.page("c", offset, limit)

    assert page.award_ranks == [1, None, None, 2, None, None, 3, None, None][offset : offset + limit]


async def test_the_same_judgement_made_anew_is_no_news(store: Store) -> None:
    row = Row("a", 1, 100, 5, eligible=True)
    await store.standings.publish("c", [row], 1, AsOf(1, 0))

    again = await store.standings.publish("c", [row], 2, AsOf(2, 0))
    other = await store.standings.publish("c", [Row("a", 1, 100, 5)], 3, AsOf(3, 0))
    late = await store.standings.publish("c", [row], 4, AsOf(2, 0))

    assert [one.changed for one in (again, other, late)] == [0, 1, 0]
    assert (await store.standings.page("c", 0, 1)).award_ranks == [None]


async def test_rows_of_accounts_are_those_published(store: Store) -> None:
    await store.standings.publish("c", [Row("a", 1, 100, 5), Row("b", 1, 9, 5)], 1)

    assert await store.standings.rows("c", ["b", "stranger"]) == [Row("b", 1, 9, 5)]
    assert await store.standings.rows("c", []) == []


async def test_an_older_version_changes_nothing(store: Store) -> None:
    await store.standings.publish("c", [Row("a", 7, 100, 5)], 1)

    published = await store.standings.publish("c", [Row("a", 6, 99, 4), Row("a", 7, 101, 6)], 2)

    assert published == (0, [])
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


async def test_an_unknown_account_has_no_page(store: Store) -> None:
    await store.standings.publish("c", [Row("a", 0, 0, 0)], 1)

    assert (await store.standings.around("c", "stranger", 5)).rows == []


async def test_rows_come_in_parts_and_all_of_them(store: Store) -> None:
    rows = {f"a{number}": Row(f"a{number}", 1, number, 5) for number in range(2_000)}
    await store.standings.publish("c", rows.values(), 1)

    parts = [part async for part in store.standings.in_parts("c")]

    assert len(parts) > 1
    assert {row.account_id: row for part in parts for row in part} == rows
    assert [part async for part in store.standings.in_parts("nobody")] == [[]]


async def test_the_version_grows_with_what_changes(store: Store) -> None:
    before = await store.standings.version("c")
    await store.standings.publish("c", [Row("a", 1, 1, 5)], 1)
    first = await store.standings.version("c")
    await store.standings.publish("c", [Row("a", 1, 1, 5)], 2)

    assert (before, first, await store.standings.version("c")) == (0, 1, 1)

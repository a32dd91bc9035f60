"""Awards as they stand: all of a campaign replaced as one, and those of a result by nothing but a later one."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import State
from leaderboard.domain.lifecycle import Life
from leaderboard.domain.standings import Row
from leaderboard.store import keys
from leaderboard.store.awards import ACCOUNTS_PER_CALL, NOTHING, Given, Standing
from leaderboard.store.store import Store

FIRST, REBATE = Given("top_five", 1, 400_000), Given("gmv_rebate", None, 123)


async def test_before_the_first_time_there_are_none(store: Store) -> None:
    assert await store.awards.read("c", ["a", "b"]) == NOTHING


async def test_awards_are_read_as_they_were_given(store: Store) -> None:
    await store.awards.replace("c", {"a": [FIRST, REBATE]}, at_ms=5)

    assert await store.awards.read("c", ["a", "b"]) == Standing(5, 0, {"a": (FIRST, REBATE)})


async def test_who_has_none_any_more_has_none(store: Store) -> None:
    await store.awards.replace("c", {"a": [FIRST], "b": [REBATE]}, at_ms=5)
    await store.awards.replace("c", {"b": [FIRST]}, at_ms=6)

    assert await store.awards.read("c", ["a", "b"]) == Standing(6, 0, {"b": (FIRST,)})


async def test_they_stand_for_ever_and_nothing_is_left_beside_them(store: Store) -> None:
    many = {f"a{number}": [REBATE] for number in range(2 * ACCOUNTS_PER_CALL + 1)}
    await store.awards.replace("c", many, at_ms=5)

    found = await store.awards.read("c", list(many))
    assert found.by_account.keys() == many.keys()
    assert await store.client.do("KEYS", "*awards*") == [keys.awards("c").encode()]
    assert await store.client.do("TTL", keys.awards("c")) == -1


async def test_those_of_a_result_give_way_to_a_later_one_only(store: Store) -> None:
    await store.awards.replace("c", {"a": [FIRST]}, at_ms=5, result=2)

    older = [await store.awards.replace("c", {"b": [FIRST]}, at_ms=6, result=result) for result in (0, 1)]
    kept = await store.awards.read("c", ["a", "b"])
    later = await store.awards.replace("c", {"b": [FIRST]}, at_ms=7, result=3)

    assert (older, kept) == ([False, False], Standing(5, 2, {"a": (FIRST,)}))
    assert later
    assert await store.awards.read("c", ["a", "b"]) == Standing(7, 3, {"b": (FIRST,)})
    assert await store.client.do("KEYS", "*awards*") == [keys.awards("c").encode()]


@pytest.mark.parametrize(
    ("state", "result", "is_shown"),
    [
        ("live", 0, True),
        ("review", 0, True),
        ("certified", 0, False),
        ("certified", 1, True),
        ("paid", 1, True),
        ("cancelled", 0, False),
    ],
)
def test_provisional_awards_are_not_taken_for_certified_ones(
    state: State, result: int, is_shown: bool
) -> None:
    standing = Standing(5, result, {"a": (FIRST,)})

    assert standing.in_life(Life(state=state)) == (standing if is_shown else NOTHING)


async def test_a_page_has_the_awards_of_its_accounts(store: Store) -> None:
    await store.standings.publish("c", [Row("a", 1, 9, 1), Row("b", 1, 8, 1), Row("d", 1, 7, 1)], 1)
    await store.awards.replace("c", {"a": [FIRST], "b": [REBATE]}, at_ms=5)

    page, around = await store.standings.page("c", 1, 2), await store.standings.around("c", "a", 1)
    nobody = await store.standings.around("c", "nobody", 1)

    assert page.awards == Standing(5, 0, {"b": (REBATE,)})
    assert around.awards == Standing(5, 0, {"a": (FIRST,)})
    assert nobody.awards == NOTHING

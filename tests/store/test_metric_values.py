"""Values from the archive: written whole for an account, never replaced by older ones."""

from __future__ import annotations

from leaderboard.store.metric_values import ACCOUNTS_PER_CALL, ValuesByMetric
from leaderboard.store.store import Store


async def test_values_come_back_as_they_were_put(store: Store) -> None:
    values: dict[str, ValuesByMetric] = {
        "a": {"time": 50_400_000, "share": 0.3, "none": None},
        "b": {"count": 2**52},
    }

    await store.metric_values.put("c", values, 7)

    assert await store.metric_values.read("c", ["b", "a", "stranger"]) == values
    assert await store.metric_values.as_of_ms("c") == 7
    assert await store.metric_values.as_of_ms("other") == 0
    assert await store.metric_values.read("c", []) == {}


async def test_newer_values_replace_and_older_ones_do_not(store: Store) -> None:
    for as_of_ms, count in ((5, 1), (9, 2), (8, 3)):
        await store.metric_values.put("c", {"a": {"count": count}}, as_of_ms)

    assert await store.metric_values.read("c", ["a"]) == {"a": {"count": 2}}
    assert await store.metric_values.as_of_ms("c") == 9


async def test_many_accounts_are_put_in_parts(store: Store) -> None:
    values = {f"a{number}": {"count": number} for number in range(2 * ACCOUNTS_PER_CALL + 1)}

    await store.metric_values.put("c", values, 1)

    assert await store.metric_values.read("c", list(values)) == values

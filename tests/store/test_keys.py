"""The names that the counting script builds are those of `keys.py`, from the same parts."""

from __future__ import annotations

from leaderboard.domain.kept_events import KeptOrder, KeptRefund
from leaderboard.store import keys
from leaderboard.store.store import Store
from tests.conftest import PARTITIONS
from tests.store.test_tallies import AT_MS, RECEIVED_MS, apply, entry, view


async def test_the_script_writes_only_under_names_that_are_listed(store: Store) -> None:
    order, refund = KeptOrder("o", AT_MS, "a", 500, "USD"), KeptRefund("r", AT_MS, "a", "o", 100, "USD")
    before = set(await store.client.do("KEYS", "*"))

    await apply(store, [entry(0, [view(1), order, refund])])

    partition = keys.partition_of("a", PARTITIONS)
    ids = keys.ids(partition, "a", store.tallies.generation(RECEIVED_MS))
    expected = {
        keys.tally(partition, "c", "a"),
        keys.visitors(partition, "c", "a", 0),
        keys.products(partition, "c", "a"),
        keys.product_visitors(partition, "c", "a", "p"),
        keys.orders(partition, "c", "a"),
        keys.refunds(partition, "c", "a"),
        keys.refunded_orders(partition, "c", "a"),
        ids,
        f"{ids}|0",
    }
    assert {name.decode() for name in set(await store.client.do("KEYS", "*")) - before} == expected

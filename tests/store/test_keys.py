"""The names that the counting script builds are those of `keys.py`, from the same parts."""

from __future__ import annotations

from leaderboard.domain.counted_work import CountedCampaign
from leaderboard.domain.exclusions import Window
from leaderboard.domain.kept_events import KeptOrder, KeptRefund, KeptView
from leaderboard.store import keys
from leaderboard.store.store import Store
from tests.conftest import PARTITIONS
from tests.store.test_tallies import AT_MS, RECEIVED_MS, apply, entry, view


async def test_the_script_writes_only_under_names_that_are_listed(store: Store) -> None:
    order, refund = KeptOrder("o", AT_MS, "a", 500, "USD"), KeptRefund("r", AT_MS, "a", "o", 100, "USD")
    before = set(await store.client.do("KEYS", "*"))

    bot = KeptView("bot", AT_MS, "a", "p", 2, invalid="crawler")
    counted = CountedCampaign("c", Window(0, 10**15), "USD", valid_only=True)
    await apply(store, [entry(0, [view(1), bot, order, refund])], counted)

    partition = keys.partition_of("a", PARTITIONS)
    ids = keys.ids(partition, "a", store.tallies.generation(RECEIVED_MS))
    expected = {
        keys.tally(partition, "c", "a"),
        keys.visitors(partition, "c", "a", 0),
        keys.invalid_visitors(partition, "c", "a", 0),
        keys.products(partition, "c", "a"),
        keys.product_visitors(partition, "c", "a", "p"),
        keys.orders(partition, "c", "a"),
        keys.refunds(partition, "c", "a"),
        keys.refunded_orders(partition, "c", "a"),
        ids,
        f"{ids}|0",
    }
    assert {name.decode() for name in set(await store.client.do("KEYS", "*")) - before} == expected

"""The counter against Python sets and dicts: at every size, in every order, any number of times."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.domain.counting import CountedCampaign, Counting, Enrolled, Received
from leaderboard.domain.exclusions import Window
from leaderboard.domain.identities import counted
from leaderboard.domain.kept_events import (
    KeptEvent,
    KeptFunnelStep,
    KeptHeartbeat,
    KeptOrder,
    KeptRefund,
    KeptView,
)
from leaderboard.store import keys
from leaderboard.store.store import Store
from leaderboard.store.tallies import Applied
from tests.conftest import PARTITIONS

CAMPAIGN = CountedCampaign("c", Window(0, 10**15), "USD")
PAIRS = CountedCampaign("p", Window(0, 10**15), "USD", pairs=True)
AT_MS = 1_700_000_000_000
# Ids are forgotten by the store's real clock, so what is received here is received in the future.
RECEIVED_MS = 4_102_444_800_000
slow = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def view(visitor: int, product: str = "p", account: str = "a", view_id: str | None = None) -> KeptView:
    return KeptView(view_id or f"{visitor}/{product}", AT_MS, account, product, visitor)


def entry(number: int, events: Sequence[KeptEvent]) -> Received:
    return Received(RECEIVED_MS + number, f"{RECEIVED_MS + number:013d}-000000", events)


async def apply(store: Store, entries: Sequence[Received], *campaigns: CountedCampaign) -> Applied:
    accounts = {event.account_id for one in entries for event in one.events}
    counting = Counting({a: [Enrolled(c, 0) for c in campaigns or (CAMPAIGN,)] for a in accounts}, ())
    for number, one in enumerate(entries):
        counting.add(number, one)
    return await store.tallies.apply(counting.work, RECEIVED_MS)


async def test_the_count_is_exact_at_every_size_to_5000(store: Store) -> None:
    rng = random.Random(1)
    visitors = [rng.getrandbits(64) for _ in range(5_000)]

    sizes = []
    for start in range(0, 5_000, 50):
        # One by one within the script; read back after each so that every split is seen as it happens.
        applied = await apply(
            store, [entry(n, [view(v)]) for n, v in enumerate(visitors[start : start + 50])]
        )
        sizes.append(applied.rows["c"]["a"].score)

    assert sizes == list(range(50, 5_001, 50))
    assert await members(store) == {counted(v) for v in visitors}


async def test_every_size_from_0_to_1500_is_exact_one_by_one(store: Store) -> None:
    rng = random.Random(2)
    visitors = [rng.getrandbits(64) for _ in range(1_500)]

    sizes = [(await apply(store, [entry(n, [view(v)])])).rows["c"]["a"].score for n, v in enumerate(visitors)]

    assert sizes == list(range(1, 1_501))


async def members(store: Store, account: str = "a", campaign: str = "c") -> set[int]:
    """Every visitor in the buckets, and that each bucket lies where its growth says and is stored compactly."""
    partition = keys.partition_of(account, PARTITIONS)
    tally = await store.tallies.read(campaign, account)
    level, split = int(tally[b"l"]), int(tally[b"s"])
    found: set[int] = set()
    for bucket in range(2**level + split):
        key = keys.visitors(partition, campaign, account, bucket)
        here = {int(member) for member in await store.client.do("SMEMBERS", key)}
        assert not here or await store.client.do("OBJECT", "ENCODING", key) == b"intset"
        assert not here & found
        found |= here
    assert int(tally[b"n"]) == len(found)
    return found


@slow
@given(
    rounds=st.lists(
        st.lists(st.tuples(st.integers(0, 400), st.integers(0, 4)), max_size=300), min_size=1, max_size=6
    ),
    order=st.randoms(use_true_random=False),
)
async def test_batches_in_any_order_and_twice_give_the_union(
    store: Store, rounds: list[list[tuple[int, int]]], order: random.Random
) -> None:
    await store.client.do("FLUSHALL")
    entries = [
        entry(n, [view(v * 7_919, f"p{p}", view_id=f"{n}/{i}") for i, (v, p) in enumerate(batch)])
        for n, batch in enumerate(rounds)
    ]
    twice = entries * 2
    order.shuffle(twice)

    for one in twice:
        await apply(store, [one], CAMPAIGN, PAIRS)
    rows = (await apply(store, [entry(99, [view(0, "p0", view_id="last")])], CAMPAIGN, PAIRS)).rows

    seen = [pair for batch in rounds for pair in batch] + [(0, 0)]
    assert rows["c"]["a"].score == len({visitor for visitor, _ in seen})
    assert rows["p"]["a"].score == len(set(seen))


async def test_reached_is_when_the_last_new_visitor_was_received(store: Store) -> None:
    await apply(store, [entry(0, [view(1)]), entry(5, [view(2)]), entry(9, [view(1, view_id="again")])])

    row = (await apply(store, [entry(20, [view(2, view_id="once more")])])).rows["c"]["a"]

    assert (row.score, row.reached_ms) == (2, RECEIVED_MS + 5)


async def test_an_id_used_again_with_other_content_does_not_count(store: Store) -> None:
    first = await apply(store, [entry(0, [view(1, view_id="x")])])
    again = await apply(store, [entry(1, [view(1, view_id="x"), view(2, view_id="x")])])

    assert first.conflicts == []
    assert [(conflict.is_view, conflict.number) for conflict in again.conflicts] == [(True, 1)]
    assert again.rows["c"]["a"].score == 1


async def test_ids_are_remembered_through_all_their_splits(store: Store) -> None:
    views = [view(n, view_id=f"id-{n}") for n in range(3_000)]
    for start in range(0, 3_000, 300):
        await apply(store, [entry(start, views[start : start + 300])])

    same = await apply(store, [entry(5_000, views)])
    other = await apply(store, [entry(6_000, [view(n + 10_000, view_id=f"id-{n}") for n in range(3_000)])])

    assert same.conflicts == []
    assert len(other.conflicts) == 3_000
    assert other.rows["c"]["a"].score == 3_000


async def test_ids_of_different_types_do_not_meet(store: Store) -> None:
    beat = KeptHeartbeat("x", AT_MS, "a", "h", "s", 15_000, "explaining", "in_app")
    step = KeptFunnelStep("x", AT_MS, "a", "AddToCart")

    applied = await apply(store, [entry(0, [view(1, view_id="x"), beat, step])])

    assert applied.conflicts == []
    assert (await store.tallies.read("c", "a"))[b"f:AddToCart"] == b"1"


async def test_a_funnel_step_sent_twice_counts_once(store: Store) -> None:
    step = KeptFunnelStep("x", AT_MS, "a", "AddToCart")

    await apply(store, [entry(0, [step]), entry(1, [step])])

    assert (await store.tallies.read("c", "a"))[b"f:AddToCart"] == b"1"


order_ids = st.sampled_from(["o1", "o2", "o3"])
refund_ids = st.sampled_from(["r1", "r2"])
money = st.integers(0, 10**12)
orders = st.builds(lambda i, m: KeptOrder(i, AT_MS, "a", m, "USD"), order_ids, money)
refunds = st.builds(lambda i, o, m: KeptRefund(i, AT_MS, "a", o, m, "USD"), refund_ids, order_ids, money)


@slow
@given(
    sent=st.lists(st.one_of(orders, refunds), min_size=1, max_size=12),
    order=st.randoms(use_true_random=False),
)
async def test_orders_and_refunds_stand_once_and_the_first_received_wins(
    store: Store, sent: list[KeptOrder | KeptRefund], order: random.Random
) -> None:
    await store.client.do("FLUSHALL")
    entries = [entry(n, [event]) for n, event in enumerate(sent)]
    arrived = entries + order.sample(entries, len(entries) // 2)
    order.shuffle(arrived)

    for one in arrived:
        await apply(store, [one])
    row = (await apply(store, [entries[0]])).rows["c"]["a"]

    first: dict[tuple[type, str], KeptOrder | KeptRefund] = {}
    for event in sent:
        first.setdefault((type(event), event.id), event)
    bought = [event for event in first.values() if isinstance(event, KeptOrder)]
    returned = [event for event in first.values() if isinstance(event, KeptRefund)]
    assert (row.orders, row.sales_minor) == (len(bought), sum(event.value_minor for event in bought))
    assert row.refunded_minor == sum(event.value_minor for event in returned)
    assert row.refunded_orders == len({event.order_id for event in returned})


async def test_currencies_are_counted_apart(store: Store) -> None:
    dollars, yen = KeptOrder("1", AT_MS, "a", 500, "USD"), KeptOrder("2", AT_MS, "a", 70, "JPY")

    row = (await apply(store, [entry(0, [dollars, yen])])).rows["c"]["a"]
    tally = await store.tallies.read("c", "a")

    assert (row.orders, row.sales_minor) == (2, 500)
    assert (tally[b"g:USD"], tally[b"g:JPY"]) == (b"500", b"70")


async def test_hours_sum_to_the_score(store: Store) -> None:
    views = [KeptView(str(n), AT_MS + n * 600_000, "a", "p", n % 40) for n in range(100)]

    row = (await apply(store, [entry(0, views)])).rows["c"]["a"]
    tally = await store.tallies.read("c", "a")

    assert sum(int(value) for name, value in tally.items() if name.startswith(b"h:")) == row.score == 40


async def test_products_are_listed_with_their_visitors(store: Store) -> None:
    views = [view(n, f"p{n % 3}|odd") for n in range(60)] + [view(1, "p0|odd")]

    await apply(store, [entry(0, views)])

    estimates = await store.tallies.product_estimates("c", "a")
    assert estimates == [("p0|odd", 21), ("p1|odd", 20), ("p2|odd", 20)]


@pytest.mark.parametrize("rows", [399, 400, 401, 1_250])
async def test_work_is_cut_into_calls_without_losing_or_mixing_rows(store: Store, rows: int) -> None:
    views = [view(n, account=f"a{n % 2}", view_id=f"v{n}") for n in range(rows)]
    orders = [KeptOrder(f"o{n}", AT_MS, "a0", 1, "USD") for n in range(rows)]
    clash = KeptOrder("o0", AT_MS, "a0", 2, "USD")

    applied = await apply(store, [entry(0, [*views, *orders, clash])])

    assert applied.rows["c"]["a0"].score == (rows + 1) // 2
    assert applied.rows["c"]["a0"].orders == rows
    assert [conflict.work.other_sources[conflict.number][1] for conflict in applied.conflicts] == [clash]

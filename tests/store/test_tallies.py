"""The counter against Python sets and dicts: at every size, in every order, any number of times."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.domain.counted_work import CountedCampaign, Enrolled, Received
from leaderboard.domain.counting import Counting
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

    assert first.uncounted == []
    assert [(conflict.kind, conflict.number) for conflict in again.uncounted] == [("view", 1)]
    assert again.rows["c"]["a"].score == 1


async def test_ids_are_remembered_through_all_their_splits(store: Store) -> None:
    views = [view(n, view_id=f"id-{n}") for n in range(3_000)]
    for start in range(0, 3_000, 300):
        await apply(store, [entry(start, views[start : start + 300])])

    same = await apply(store, [entry(5_000, views)])
    other = await apply(store, [entry(6_000, [view(n + 10_000, view_id=f"id-{n}") for n in range(3_000)])])

    assert same.uncounted == []
    assert len(other.uncounted) == 3_000
    assert other.rows["c"]["a"].score == 3_000


async def test_ids_of_different_types_do_not_meet(store: Store) -> None:
    beat = KeptHeartbeat("x", AT_MS, "a", "h", "s", 15_000, "explaining", "in_app")
    step = KeptFunnelStep("x", AT_MS, "a", "AddToCart")

    applied = await apply(store, [entry(0, [view(1, view_id="x"), beat, step])])

    assert applied.uncounted == []
    assert (await store.tallies.read("c", "a"))[b"f:AddToCart"] == b"1"


async def test_a_funnel_step_sent_twice_counts_once(store: Store) -> None:
    step = KeptFunnelStep("x", AT_MS, "a", "AddToCart")

    await apply(store, [entry(0, [step]), entry(1, [step])])

    assert (await store.tallies.read("c", "a"))[b"f:AddToCart"] == b"1"


WINDOW = Window(AT_MS, AT_MS + 1_000, RECEIVED_MS + 8)
CLOSING = CountedCampaign("c", WINDOW, "USD")
ENROLLED_MS = RECEIVED_MS + 2

order_ids = st.sampled_from(["o1", "o2", "o3"])
refunded_ids = st.sampled_from(["o1", "o2", "event:1", "event:2"])
refund_ids = st.sampled_from(["r1", "r2", "r3"])
times = st.sampled_from([AT_MS - 1, AT_MS, AT_MS + 999, AT_MS + 1_000])
money = st.integers(0, 10**12)
currencies = st.sampled_from(["USD", "EUR"])
orders = st.builds(
    lambda i, at, m, c: KeptOrder(i, at, "a", m, c), order_ids, times, st.integers(0, 3), currencies
)
# Two of them may be one order: the same visitor and value in the same half hour, without an order id.
reported = st.builds(
    lambda i, at, m: KeptOrder(i, at, "a", m, "USD", None, 7),
    st.sampled_from(["event:1", "event:2", "event:3"]),
    st.sampled_from([AT_MS, AT_MS + 999]),
    st.sampled_from([100, 250]),
)
refunds = st.builds(
    lambda i, at, o, m, c: KeptRefund(i, at, "a", o, m, c), refund_ids, times, refunded_ids, money, currencies
)


class Sums(NamedTuple):
    """What the rules give, worked out slowly."""

    orders: int
    refunded_orders: int
    sales: dict[str, int]
    refunded: dict[str, int]


def slowly(entries: Sequence[Received]) -> Sums:
    """The rules for orders and refunds, one after the other, over everything in the order in which it was received."""
    known: dict[str, KeptOrder] = {}
    refunds: dict[str, tuple[int, KeptRefund]] = {}
    for received_ms, _, events in sorted(entries, key=lambda one: one.received_ms):
        for event in events:
            if isinstance(event, KeptOrder) and ENROLLED_MS <= received_ms <= WINDOW.cutoff_ms:
                known.setdefault(event.id, event)
            elif isinstance(event, KeptRefund) and received_ms >= ENROLLED_MS:
                refunds.setdefault(event.id, (received_ms, event))
    inside = [one for one in known.values() if WINDOW.starts_at_ms <= one.at_ms < WINDOW.ends_at_ms]
    counting = list({same_or_itself(one): one for one in inside}.values())
    given_back = [
        event for received_ms, event in refunds.values() if refund_counts(received_ms, event, known)
    ]
    sales, refunded = Counter[str](), Counter[str]()
    for order in counting:
        sales[order.currency] += order.value_minor
    for refund in given_back:
        refunded[refund.currency] += refund.value_minor
    return Sums(len(counting), len({one.order_id for one in given_back}), +sales, +refunded)


def same_or_itself(order: KeptOrder) -> object:
    """Orders with the same of this count once. AT_MS and all that is used with it lie in one half hour."""
    return (order.visitor, order.value_minor, order.currency) if order.visitor else order.id


def refund_counts(received_ms: int, refund: KeptRefund, known: dict[str, KeptOrder]) -> bool:
    """As its order does; by its own time where there is none."""
    dated_ms = known[refund.order_id].at_ms if refund.order_id in known else refund.at_ms
    in_time = refund.order_id in known or received_ms <= WINDOW.cutoff_ms
    return WINDOW.starts_at_ms <= dated_ms < WINDOW.ends_at_ms and in_time


@settings(slow, max_examples=150)
@given(
    sent=st.lists(st.one_of(orders, reported, refunds), min_size=1, max_size=14),
    order=st.randoms(use_true_random=False),
)
async def test_orders_and_refunds_are_as_the_rules_say_in_whatever_order_they_are_applied(
    store: Store, sent: list[KeptOrder | KeptRefund], order: random.Random
) -> None:
    await store.client.do("FLUSHALL")
    entries = [entry(n, [event]) for n, event in enumerate(sent)]
    arrived = entries + order.sample(entries, len(entries) // 2)
    order.shuffle(arrived)

    for one in [*arrived, entry(99, [KeptRefund("late", AT_MS, "a", "nothing", 1, "USD")])]:
        counting = Counting({"a": [Enrolled(CLOSING, ENROLLED_MS)]}, ())
        counting.add(0, one)
        await store.tallies.apply(counting.work, RECEIVED_MS)
    tally = await store.tallies.read("c", "a")

    wanted = slowly(entries)
    assert int(tally.get(b"o", 0)) == wanted.orders
    assert int(tally.get(b"r", 0)) == wanted.refunded_orders
    assert sums(tally, b"g:") == wanted.sales
    assert sums(tally, b"b:") == wanted.refunded


def sums(tally: dict[bytes, bytes], prefix: bytes) -> dict[str, int]:
    """Currency → minor units, without those that are nothing."""
    found = {name: int(value) for name, value in tally.items() if name.startswith(prefix)}
    return {name.removeprefix(prefix).decode(): value for name, value in found.items() if value}


async def test_a_refund_repeated_over_the_cut_off_counts_whichever_of_the_two_is_applied_first(
    store: Store,
) -> None:
    back = KeptRefund("r", AT_MS, "a", "nobody knows it", 500, "USD")

    for number in (9, 7):  # received after the cut-off, then what was received before it
        counting = Counting({"a": [Enrolled(CLOSING, 0)]}, ())
        counting.add(0, entry(number, [back]))
        row = (await store.tallies.apply(counting.work, RECEIVED_MS)).rows["c"]["a"]

    assert (row.refunded_orders, row.refunded_minor) == (1, 500)


async def test_an_order_that_another_content_takes_the_id_of_leaves_those_that_are_the_same(
    store: Store,
) -> None:
    def reported(order_id: str, minor: int) -> KeptOrder:
        return KeptOrder(order_id, AT_MS, "a", minor, "USD", None, 7)

    first, second, third = reported("event:1", 100), reported("event:1", 250), reported("event:2", 250)
    for one in (
        entry(2, [second]),
        entry(1, [first]),
        entry(3, [third]),
        entry(1, [first]),
        entry(3, [third]),
    ):
        row = (await apply(store, [one])).rows["c"]["a"]

    assert (row.orders, row.sales_minor) == (2, 350)


async def test_a_refund_takes_part_of_an_order_back_and_another_one_more(store: Store) -> None:
    bought = KeptOrder("o", AT_MS, "a", 100, "USD")
    parts = [KeptRefund("r1", AT_MS, "a", "o", 30, "USD"), KeptRefund("r2", AT_MS, "a", "o", 20, "USD")]

    row = (await apply(store, [entry(0, [bought, *parts, parts[0]])])).rows["c"]["a"]

    assert (row.orders, row.refunded_orders, row.sales_minor, row.refunded_minor) == (1, 1, 100, 50)


async def test_orders_without_an_id_that_are_the_same_count_once_and_the_others_are_listed(
    store: Store,
) -> None:
    def reported(number: int, visitor: int = 1, at_ms: int = AT_MS) -> KeptOrder:
        return KeptOrder(f"event:{number}", at_ms, "a", 500, "USD", ["p2", "p1"], visitor)

    same = [reported(1), reported(2), reported(3, at_ms=AT_MS + 60_000)]
    others = [reported(4, visitor=2), reported(5, at_ms=AT_MS + 1_800_000)]

    first = await apply(store, [entry(0, [*same, *others, same[0]])])
    again = await apply(store, [entry(1, [same[2], others[0]])])

    assert (first.rows["c"]["a"].orders, first.rows["c"]["a"].sales_minor) == (3, 1_500)
    assert [(one.source[1].id, one.reason) for one in first.uncounted] == [
        ("event:2", "collapsed"),
        ("event:3", "collapsed"),
    ]
    assert again.rows["c"]["a"].orders == 3


async def test_a_refund_of_an_order_outside_of_the_window_says_so(store: Store) -> None:
    early = KeptOrder("o", AT_MS - 1, "a", 100, "USD")
    back = KeptRefund("r", AT_MS, "a", "o", 100, "USD")
    counting = Counting({"a": [Enrolled(CLOSING, 0)]}, ())
    counting.add(0, entry(0, [early, back]))

    applied = await store.tallies.apply(counting.work, RECEIVED_MS)

    assert [(one.event.id, one.reason) for one in counting.excluded] == [("o", "outside_window")]
    assert [(one.source[1].id, one.reason) for one in applied.uncounted] == [("r", "order_excluded")]
    assert applied.rows["c"]["a"].refunded_minor == 0


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
    assert [conflict.work.other_sources[conflict.number][1] for conflict in applied.uncounted] == [clash]


async def test_the_same_view_from_another_address_is_a_repetition_since_archived_addresses_are_cut(
    store: Store,
) -> None:
    first = KeptView("x", AT_MS, "a", "p", 1, ip="203.0.113.7")

    applied = await apply(store, [entry(0, [first, KeptView("x", AT_MS, "a", "p", 1, ip="203.0.113.0")])])
    other = await apply(store, [entry(1, [KeptView("x", AT_MS, "a", "p", 1, user_agent="another")])])

    assert applied.uncounted == []
    assert len(other.uncounted) == 1


async def test_a_funnel_step_counts_in_every_campaign_of_an_account_of_many(store: Store) -> None:
    campaigns = [CountedCampaign(f"c{number}", CAMPAIGN.window, "USD") for number in range(40)]
    step = KeptFunnelStep("x", AT_MS, "a", "AddToCart")

    await apply(store, [entry(0, [step]), entry(1, [step])], *campaigns)
    counts = [(await store.tallies.read(campaign.id, "a")).get(b"f:AddToCart") for campaign in campaigns]

    assert counts == [b"1"] * 40

"""Visitors with invalid views only, against Python sets: in every order, in any batches, any number of times."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard.domain.counted_work import CountedCampaign, Enrolled
from leaderboard.domain.counting import Counting
from leaderboard.domain.exclusions import Window
from leaderboard.domain.identities import counted
from leaderboard.domain.kept_events import KeptView
from leaderboard.store import keys
from leaderboard.store.store import Store
from tests.conftest import PARTITIONS
from tests.store.test_tallies import AT_MS, RECEIVED_MS, apply, entry, slow, view

WINDOW = Window(0, 10**15)
VALID = CountedCampaign("v", WINDOW, "USD", valid_only=True)
PAIRS = CountedCampaign("p", WINDOW, "USD", pairs=True, valid_only=True)
ALL = CountedCampaign("c", WINDOW, "USD")
REASONS = (None, None, "crawler", "data_centre")


class Seen(NamedTuple):
    """A view, sent under an id that is its own; the door may have made something else of it each time."""

    visitor: int
    product: int
    number: int
    invalid: str | None

    def event(self) -> KeptView:
        view_id = f"{self.visitor}/{self.product}/{self.number}"
        return KeptView(view_id, AT_MS, "a", f"p{self.product}", self.visitor * 7_919, invalid=self.invalid)


views = st.builds(Seen, st.integers(0, 400), st.integers(0, 2), st.integers(0, 1), st.sampled_from(REASONS))


async def reasons(store: Store, campaign: str) -> dict[str, int]:
    tally = await store.tallies.read(campaign, "a")
    return {name[2:].decode(): int(n) for name, n in tally.items() if name.startswith(b"i:")}


@settings(slow, max_examples=60)
@given(
    batches=st.lists(st.lists(views, max_size=250), min_size=1, max_size=6),
    order=st.randoms(use_true_random=False),
)
async def test_in_any_order_and_twice_they_are_those_without_a_valid_view(
    store: Store, batches: list[list[Seen]], order: random.Random
) -> None:
    await store.client.do("FLUSHALL")
    twice = [entry(n, [one.event() for one in batch]) for n, batch in enumerate(batches)] * 2
    order.shuffle(twice)

    for one in twice:
        await apply(store, [one], VALID, PAIRS, ALL)
    last = Seen(0, 0, 0, None)
    rows = (await apply(store, [entry(99, [last.event()])], VALID, PAIRS, ALL)).rows

    seen = [one for batch in batches for one in batch] + [last]
    valid, every = {s.visitor for s in seen if not s.invalid}, {s.visitor for s in seen}
    valid_pairs = {s[:2] for s in seen if not s.invalid}
    assert (rows["v"]["a"].score, rows["v"]["a"].invalid_uv) == (len(valid), len(every - valid))
    assert (rows["p"]["a"].score, rows["p"]["a"].invalid_uv) == (
        len(valid_pairs),
        len({s[:2] for s in seen} - valid_pairs),
    )
    assert (rows["c"]["a"].score, rows["c"]["a"].invalid_uv) == (len(every), 0)
    assert sum((await reasons(store, "v")).values()) == len({s[:3] for s in seen if s.invalid})


async def invalid_members(store: Store, campaign: str) -> set[int]:
    """Everybody in the buckets of invalid visitors, each where their growth says, stored compactly."""
    partition, tally = keys.partition_of("a", PARTITIONS), await store.tallies.read(campaign, "a")
    found: set[int] = set()
    for bucket in range(2 ** int(tally[b"xl"]) + int(tally[b"xs"])):
        key = keys.invalid_visitors(partition, campaign, "a", bucket)
        here = {int(member) for member in await store.client.do("SMEMBERS", key)}
        assert not here or await store.client.do("OBJECT", "ENCODING", key) == b"intset"
        found |= here
    assert int(tally[b"xn"]) == len(found)
    return found


async def test_many_of_them_are_exact_and_small(store: Store) -> None:
    rng = random.Random(3)
    visitors = [rng.getrandbits(64) for _ in range(3_000)]
    for start in range(0, 3_000, 150):
        bots = [
            KeptView(f"{v}", AT_MS, "a", "p", v, invalid="crawler") for v in visitors[start : start + 150]
        ]
        await apply(store, [entry(start, bots)], VALID)

    row = (await apply(store, [entry(5_000, [view(v) for v in visitors[:500]])], VALID)).rows["v"]["a"]

    assert (row.score, row.invalid_uv) == (500, 2_500)
    assert await invalid_members(store, "v") == {counted(v) for v in visitors}
    assert await reasons(store, "v") == {"crawler": 3_000}


def bot(view_id: str, visitor: int, reason: str = "crawler") -> KeptView:
    return KeptView(view_id, AT_MS, "a", "p", visitor, invalid=reason)


async def test_they_count_for_nothing_else(store: Store) -> None:
    row = (await apply(store, [entry(0, [bot("x", 1), view(2)])], VALID)).rows["v"]["a"]
    tally = await store.tallies.read("v", "a")

    assert (row.score, row.invalid_uv, row.reached_ms) == (1, 1, RECEIVED_MS)
    assert sum(int(n) for name, n in tally.items() if name.startswith(b"h:")) == 1
    assert await store.tallies.product_estimates("v", "a") == [("p", 1)]


async def test_a_visitor_of_invalid_views_changes_no_time_that_the_score_was_reached(store: Store) -> None:
    await apply(store, [entry(0, [view(1)])], VALID)

    row = (await apply(store, [entry(7, [bot("x", 2)])], VALID)).rows["v"]["a"]

    assert (row.invalid_uv, row.reached_ms) == (1, RECEIVED_MS)


async def test_a_reason_counts_once_an_id_in_every_campaign_of_an_account_of_many(store: Store) -> None:
    campaigns = [CountedCampaign(f"c{n}", WINDOW, "USD", valid_only=n % 2 == 1) for n in range(70)]

    for _ in range(2):
        rows = (await apply(store, [entry(0, [bot("x", 1), bot("y", 1, "prefetch")])], *campaigns)).rows

    for n, campaign in enumerate(campaigns):
        shown = rows[campaign.id]["a"]
        assert (shown.score, shown.invalid_uv) == ((0, 1) if n % 2 else (1, 0))
        assert await reasons(store, campaign.id) == ({"crawler": 1, "prefetch": 1} if n % 2 else {})


async def test_the_first_content_of_an_id_stands_whether_it_is_invalid_or_not(store: Store) -> None:
    first = await apply(store, [entry(0, [bot("x", 1), view(2, view_id="x")])], VALID, ALL)
    again = await apply(store, [entry(1, [view(3, view_id="y"), bot("y", 4)])], VALID, ALL)

    assert [(one.source[1].id, [c.id for c in one.campaigns]) for one in first.uncounted] == [
        ("x", ["v", "c"])
    ]
    # What is invalid is listed as that, so nobody is told of it twice.
    assert [(one.source[1].id, [c.id for c in one.campaigns]) for one in again.uncounted] == [("y", ["c"])]
    assert (again.rows["v"]["a"].score, again.rows["v"]["a"].invalid_uv) == (1, 1)
    assert again.rows["c"]["a"].score == 2
    assert await reasons(store, "v") == {"crawler": 1}


def excluded_of(campaigns: Sequence[CountedCampaign], event: KeptView) -> Counter[tuple[str, str]]:
    counting = Counting({"a": [Enrolled(campaign, 0) for campaign in campaigns]}, ())
    counting.add(0, entry(0, [event]))
    return Counter((one.campaign, one.reason) for one in counting.excluded)


def test_an_invalid_view_is_listed_where_it_does_not_count_with_the_first_reason_that_applies() -> None:
    over = CountedCampaign("over", Window(0, AT_MS), "USD", valid_only=True)

    assert excluded_of([VALID, ALL, over], bot("x", 1)) == {
        ("v", "invalid"): 1,
        ("over", "outside_window"): 1,
    }
    assert excluded_of([VALID, ALL], view(1)) == {}


async def test_work_of_many_rows_keeps_each_reason_with_its_view(store: Store) -> None:
    mixed = [
        bot(f"b{n}", n, "crawler" if n < 600 else "prefetch") if n % 3 else view(n) for n in range(1_250)
    ]

    applied = await apply(store, [entry(0, mixed)], VALID)

    row = applied.rows["v"]["a"]
    assert (row.score, row.invalid_uv) == (417, 833)
    assert await reasons(store, "v") == {"crawler": 400, "prefetch": 433}
    assert applied.uncounted == []

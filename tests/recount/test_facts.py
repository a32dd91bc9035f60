"""The facts rebuilt from an archive: each rule on lines worked out by hand, and against slow versions of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import structs

from leaderboard.domain.kept_events import KeptAdSpend, KeptEvent, KeptView
from leaderboard.recount.facts import open_facts, unreadable_lines
from leaderboard.recount.settings import CampaignSettings, CountedWindow
from tests.recount.archive_lines import (
    END_MS,
    START_MS,
    Line,
    a_beat,
    a_refund,
    a_view,
    an_order,
    definition,
    in_order,
    settings,
    write_archive,
)

DAY_MS = 86_400_000
GENERATION_MS = 2 * DAY_MS
APOLLO = "apollo-us-2022"
EVER = CountedWindow(0, 1 << 60)


@contextmanager
def facts(lines: Sequence[Line], given: CampaignSettings, **options: Any) -> Iterator[DuckDBPyConnection]:
    with TemporaryDirectory() as directory:
        files = write_archive(Path(directory), lines)
        with open_facts(files, given, threads=1, **options) as connection:
            yield connection


def rows(lines: Sequence[Line], query: str, given: CampaignSettings | None = None) -> list[Any]:
    with facts(lines, given or settings({"a1": 0, "a2": 0})) as connection:
        found = connection.execute(query).fetchall()
        return [row[0] if len(row) == 1 else row for row in found]


def visitors(events: Sequence[tuple[KeptEvent, int]], given: CampaignSettings | None = None) -> list[int]:
    return rows(in_order(events), "SELECT visitor FROM view_rows ORDER BY ALL", given)


def test_only_enrolled_accounts_and_what_came_after_their_enrolment_counts() -> None:
    given = settings({"a1": START_MS + 10})
    events = [(a_view(n, n), START_MS + received) for n, received in ((1, 9), (2, 10), (3, 11))]

    assert visitors([*events, (a_view(4, 4, account="stranger"), START_MS + 50)], given) == [2, 3]


def test_what_came_after_the_cut_off_does_not_count() -> None:
    given = settings({"a1": 0}, definition(close="clock"))
    cutoff_ms = END_MS + 2 * DAY_MS

    assert visitors([(a_view(1, 1), cutoff_ms), (a_view(2, 2), cutoff_ms + 1)], given) == [1]


def test_a_visitor_is_52_bits_of_its_hash() -> None:
    assert visitors([(a_view(1, 2**63 + 5), START_MS)]) == [5]


def test_rows_are_not_cut_to_the_window() -> None:
    assert visitors([(a_view(1, 1, START_MS - 1), START_MS), (a_view(2, 2, END_MS), START_MS)]) == [1, 2]


def test_lines_that_nobody_could_read_are_counted() -> None:
    with facts(in_order([(a_view(1, 1), START_MS)]), settings({"a1": 0})) as connection:
        assert unreadable_lines(connection) == 1


def test_nothing_is_read_behind_the_last_entry_asked_for() -> None:
    lines = [Line(a_view(n, n), START_MS, sequence=n) for n in range(3)]
    with facts(lines, settings({"a1": 0}), until={0: f"{START_MS}-1"}) as connection:
        found = connection.execute("SELECT visitor FROM view_rows ORDER BY ALL").fetchall()

    assert found == [(0,), (1,)]


# ── Ids ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_received_of_an_id_stands_and_a_repetition_changes_nothing() -> None:
    same, other = a_view(1, 1), a_view(1, 2)

    assert visitors([(same, START_MS), (same, START_MS + 1), (other, START_MS + 2)]) == [1]
    assert visitors([(other, START_MS), (same, START_MS + 1), (same, START_MS + 2)]) == [2]


def test_an_id_belongs_to_an_account_and_a_type() -> None:
    spent = KeptAdSpend("v1", START_MS, "a1", 100, "USD")
    events: list[tuple[KeptEvent, int]] = [
        (a_view(1, 1), START_MS),
        (a_view(1, 2, account="a2"), START_MS),
        (spent, START_MS),
    ]

    assert visitors(events) == [1, 2]
    assert rows(in_order(events), "SELECT value_minor FROM ad_spend_rows") == [100]


def test_an_id_is_looked_for_in_this_generation_and_the_one_before() -> None:
    first_ms = START_MS // GENERATION_MS * GENERATION_MS + GENERATION_MS
    in_generations = [(a_view(1, number), first_ms + number * GENERATION_MS) for number in range(5)]

    # The second and the fourth meet the id in the generation before; the third and the fifth do not.
    assert visitors(in_generations) == [0, 2, 4]
    assert visitors([in_generations[0], *in_generations[2:]]) == [0, 2, 4]
    assert visitors([in_generations[0], in_generations[1], in_generations[4]]) == [0, 4]


def test_a_repetition_in_a_later_generation_is_still_one_row() -> None:
    first_ms = START_MS // GENERATION_MS * GENERATION_MS

    assert visitors([(a_view(1, 7), first_ms + number * GENERATION_MS) for number in range(1, 6)]) == [7]


def test_an_id_that_counted_elsewhere_is_a_conflict_here_too() -> None:
    given = settings({"a1": {APOLLO: START_MS + 5, "other": 0}}, others={"other": EVER})
    used_elsewhere = [(a_view(1, 1), START_MS), (a_view(1, 2), START_MS + 6)]
    repeated = [(a_view(1, 1), START_MS), (a_view(1, 1), START_MS + 6)]

    assert visitors(used_elsewhere, given) == []
    assert visitors(repeated, given) == [1]


def test_an_id_of_an_event_that_counted_nowhere_is_free() -> None:
    outside = (a_view(1, 1, START_MS - 1), START_MS)

    assert visitors([outside, (a_view(1, 2), START_MS + 1)]) == [2]


def _slowly(receipts: Sequence[tuple[int, KeptView]], enrolled: Mapping[str, int]) -> set[int]:
    """The rule of ids as it is written, one event at a time."""
    noted: dict[tuple[str, int], KeptView] = {}
    counted = set()
    for received_ms, event in sorted(receipts, key=lambda one: one[0]):
        inside = START_MS <= event.at_ms < END_MS
        here = inside and received_ms >= enrolled[APOLLO]
        if not here and not received_ms >= enrolled["other"]:
            continue
        generation = received_ms // GENERATION_MS
        found = noted.get((event.id, generation)) or noted.get((event.id, generation - 1))
        if found is None:
            noted[event.id, generation] = event
        if here and (found is None or found == event):
            counted.add(event.visitor)
    return counted


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 12 * DAY_MS), st.integers(0, 3), st.integers(0, 3), st.integers(-1, 1)),
        max_size=25,
        unique_by=lambda one: one[0],
    ),
    st.integers(0, 6 * DAY_MS),
    st.integers(0, 6 * DAY_MS),
)
def test_ids_are_judged_as_the_rule_is_written(
    drawn: list[tuple[int, int, int, int]], here_ms: int, elsewhere_ms: int
) -> None:
    enrolled = {APOLLO: START_MS + here_ms, "other": START_MS + elsewhere_ms}
    receipts = [(START_MS + ms, a_view(number, visitor, START_MS + at)) for ms, number, visitor, at in drawn]
    given = settings({"a1": enrolled}, others={"other": EVER})
    found = rows(
        in_order([(event, ms) for ms, event in receipts]),
        f"SELECT DISTINCT visitor FROM view_rows WHERE at_ms >= {START_MS} AND at_ms < {END_MS}",
        given,
    )

    assert set(found) == _slowly(receipts, enrolled)


# ── Hosts ───────────────────────────────────────────────────────────────────────────────────────


def test_a_heartbeat_counts_while_its_host_is_registered() -> None:
    spans = {APOLLO: {"a1": {"h1": [(START_MS, START_MS + 10), (START_MS + 20, None)]}}}
    beats = [
        (a_beat(number, START_MS + number * 60_000), START_MS + received)
        for number, received in ((1, 9), (2, 10), (3, 19), (4, 20))
    ]
    query = "SELECT registered, effective, end_ms - start_ms FROM live_rows ORDER BY start_ms"

    found = rows(in_order(beats), query, settings({"a1": 0}, registrations=spans))

    assert found == [(True, True, 20_000), (False, True, 20_000), (False, True, 20_000), (True, True, 20_000)]


def test_a_heartbeat_of_a_host_that_was_not_registered_leaves_its_id_free() -> None:
    spans = {APOLLO: {"a1": {"h1": [(START_MS + 10, None)]}}}
    beats = [(a_beat(1, START_MS + 60_000), START_MS), (a_beat(1, START_MS + 90_000), START_MS + 10)]
    query = "SELECT registered, start_ms FROM live_rows"

    found = rows(in_order(beats), query, settings({"a1": 0}, registrations=spans))

    assert found == [(True, START_MS + 70_000)]


# ── Orders and refunds ──────────────────────────────────────────────────────────────────────────


def orders(*events: tuple[KeptEvent, int]) -> list[Any]:
    return rows(in_order(events), "SELECT id, value_minor, status FROM order_rows ORDER BY ALL")


def test_an_order_stands_once_for_ever_as_it_was_first_received() -> None:
    late_ms = START_MS + 30 * DAY_MS

    assert orders((an_order(1, 100), START_MS), (an_order(1, 200), late_ms)) == [("o1", 100, "paid")]


def test_what_was_refunded_says_how_an_order_stands() -> None:
    half, whole = a_refund(1, "o1", 50), a_refund(2, "o1", 50)
    order = (an_order(1, 100), START_MS)
    foreign = a_refund(3, "o1", 100, currency="EUR")

    assert orders((half, START_MS - 5), order) == [("o1", 100, "refunded")]
    assert orders(order, (half, START_MS), (half, START_MS), (whole, START_MS)) == [("o1", 100, "cancelled")]
    assert orders(order, (foreign, START_MS)) == [("o1", 100, "paid")]
    assert orders((an_order(1, 0), START_MS), (a_refund(1, "o1", 0), START_MS)) == [("o1", 0, "paid")]


def test_orders_without_an_id_that_are_the_same_are_one() -> None:
    same = [
        an_order(n, 100, id=f"event:{n}", visitor=7, product_ids=p)
        for n, p in ((1, ["x", "y"]), (2, ["y", "x"]))
    ]
    others = [
        an_order(3, 100, id="event:3", visitor=7, product_ids=["x", "y"], at_ms=START_MS + 1_800_000),
        an_order(4, 100, id="event:4", product_ids=["x", "y"]),
        an_order(5, 100, id="event:5", product_ids=["x", "y"]),
        an_order(6, 100, id="shop-6", visitor=7, product_ids=["x", "y"]),
    ]
    events = [(event, START_MS + number) for number, event in enumerate([*same, *others])]

    assert [row[0] for row in orders(*events)] == ["event:1", "event:3", "event:4", "event:5", "shop-6"]


def test_an_order_outside_of_the_window_takes_no_other_orders_place() -> None:
    given = settings({"a1": 0})
    apart = structs.replace(given, windows={APOLLO: CountedWindow(START_MS + 600_000, END_MS)})
    events = [
        (an_order(n, 100, START_MS + minute * 60_000, id=f"event:{n}", visitor=7), START_MS + n)
        for n, minute in ((1, 9), (2, 10), (3, 11))
    ]

    assert rows(in_order(events), "SELECT id FROM order_rows ORDER BY ALL", apart) == ["event:1", "event:2"]


def refunds(*events: tuple[KeptEvent, int], close: str = "clock") -> list[Any]:
    query = f"SELECT id FROM refund_rows WHERE at_ms >= {START_MS} AND at_ms < {END_MS} ORDER BY ALL"
    return rows(in_order(events), query, settings({"a1": START_MS}, definition(close=close)))


def test_a_refund_counts_if_its_order_counts_whenever_it_comes() -> None:
    late_ms = END_MS + 10 * DAY_MS
    inside, outside = (an_order(1, 100), START_MS), (an_order(1, 100, END_MS), START_MS)
    refund = a_refund(1, "o1", 100, END_MS + DAY_MS)

    assert refunds(inside, (refund, late_ms)) == ["r1"]
    assert refunds((a_refund(1, "o1", 100), START_MS), outside) == []


def test_a_refund_of_an_unknown_order_counts_by_its_own_time() -> None:
    late_ms = END_MS + 2 * DAY_MS + 1
    unknown = (an_order(1, 100), START_MS - 1)

    assert refunds(unknown, (a_refund(1, "o1", 100), START_MS)) == ["r1"]
    assert refunds((a_refund(1, "o1", 100), START_MS), (an_order(1, 100), late_ms)) == ["r1"]
    assert refunds((a_refund(1, "o1", 100, END_MS), START_MS)) == []
    assert refunds((a_refund(1, "o1", 100), late_ms)) == []


def test_a_refund_received_before_the_enrolment_never_counts() -> None:
    assert refunds((a_refund(1, "o1", 100), START_MS - 1), (an_order(1, 100), START_MS)) == []


def test_a_refund_takes_the_time_and_the_channel_of_its_order() -> None:
    order = an_order(1, 100, START_MS + 5, channel="live", live_session_id="s1", plan="month")
    query = "SELECT at_ms, own_at_ms, channel, plan, session FROM refund_rows"

    found = rows(in_order([(order, START_MS), (a_refund(1, "o1", 1, START_MS + 9), START_MS)]), query)

    assert found == [(START_MS + 5, START_MS + 9, "live", "month", "s1")]

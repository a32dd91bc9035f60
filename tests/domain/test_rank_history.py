"""Ranks over time: what is kept covers what was noted, and hours that nobody noted are worked out from visitors."""

from __future__ import annotations

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.rank_history import (
    DAY_MS,
    PLACES_KEPT,
    SLOT_MS,
    STEPS,
    WHOLE_MS,
    Moment,
    Placed,
    from_hours,
    missing_hours,
    places_in,
    slot_of,
    slots_an_hour_ago,
    step_at,
    thinned,
    told,
    whole_of,
)

NOON_MS: Final = 1_645_358_400_000
SLOTS_OF_TWO_WEEKS: Final = 14 * DAY_MS // SLOT_MS
# Whole steps of each age, and one at either end of each.
MOST_OF_TWO_WEEKS: Final = sum(
    (up_to_ms - from_ms) // step_ms + 2
    for from_ms, (up_to_ms, step_ms) in zip((0, WHOLE_MS, DAY_MS), STEPS, strict=True)
)

slots = st.integers(0, 30 * DAY_MS // SLOT_MS)
accounts = st.text("abc", min_size=1, max_size=3)


@given(taken=st.sets(slots, max_size=60), naps=st.lists(st.integers(1, 2_000), max_size=5))
def test_what_is_left_out_has_one_before_it_less_than_a_step_away(taken: set[int], naps: list[int]) -> None:
    times = {NOON_MS + slot * SLOT_MS for slot in taken}
    now_ms, kept = max(times, default=NOON_MS), sorted(times)

    for nap in naps:
        now_ms += nap * SLOT_MS
        kept = thinned(kept, now_ms)

    for at_ms in times:
        # Where an age ends within a step, there may be one thinning on either side of it.
        assert any(0 <= at_ms - one < 2 * step_at(now_ms - at_ms) for one in kept)


@given(now=st.integers(0, 10_000), whole_days=st.integers(0, 60))
def test_no_more_is_kept_than_steps_have_passed(now: int, whole_days: int) -> None:
    now_ms = NOON_MS + now * 60_000
    begin_ms = slot_of(now_ms - 14 * DAY_MS - whole_days * DAY_MS)

    kept = thinned(range(begin_ms, now_ms, SLOT_MS), now_ms)

    assert len(kept) <= MOST_OF_TWO_WEEKS + whole_days + 2


@given(taken=st.sets(slots, max_size=200), now=slots)
def test_what_was_thinned_stays_as_it_is(taken: set[int], now: int) -> None:
    now_ms = NOON_MS + (30 * DAY_MS // SLOT_MS + now) * SLOT_MS
    kept = thinned((NOON_MS + slot * SLOT_MS for slot in taken), now_ms)

    assert thinned(kept, now_ms) == kept


def test_two_weeks_of_snapshots_are_fewer_than_five_hundred() -> None:
    every = [NOON_MS + number * SLOT_MS for number in range(SLOTS_OF_TWO_WEEKS)]

    kept: list[int] = []
    for at_ms in every:
        kept = thinned([*kept, at_ms], at_ms)

    assert len(kept) < 500


@given(order=st.lists(st.tuples(accounts, st.integers(0, 9)), unique_by=lambda pair: pair[0]))
def test_every_account_is_found_at_its_place_and_no_other_is(order: list[tuple[str, int]]) -> None:
    whole = whole_of(NOON_MS, order)

    found = {account: whole.place_of(account) for account, _ in order}
    assert found == {account: Placed(rank, score) for rank, (account, score) in enumerate(order, 1)}
    assert whole.place_of("d") is None


def test_an_hour_ago_is_looked_for_in_its_slot_and_the_two_before() -> None:
    found = slots_an_hour_ago(NOON_MS + 299_999)

    assert found == [NOON_MS - HOUR_MS, NOON_MS - HOUR_MS - SLOT_MS, NOON_MS - HOUR_MS - 2 * SLOT_MS]


NOON = NOON_MS // HOUR_MS


def test_hours_add_up_to_an_order_with_ties_by_account() -> None:
    visitors = {"b": {NOON: 2}, "a": {NOON: 1, NOON + 1: 1}, "c": {NOON + 2: 9}}

    moments = from_hours(visitors, [NOON_MS + hours * HOUR_MS for hours in (0, 1, 2, 3)])

    assert [(moment.at_ms - NOON_MS) // HOUR_MS for moment in moments] == [1, 2, 3]
    assert [list(moment.order) for moment in moments] == [
        [("b", 2), ("a", 1), ("c", 0)],
        [("a", 2), ("b", 2), ("c", 0)],
        [("c", 9), ("a", 2), ("b", 2)],
    ]
    assert all(moment.by_hour for moment in moments)


@given(
    visitors=st.dictionaries(
        accounts, st.dictionaries(st.integers(NOON, NOON + 9), st.integers(1, 5)), max_size=6
    ),
    wanted=st.sets(st.integers(NOON, NOON + 12)),
)
def test_each_hour_has_what_came_before_it(visitors: dict[str, dict[int, int]], wanted: set[int]) -> None:
    moments = from_hours(visitors, [hour * HOUR_MS for hour in wanted])

    for moment in moments:
        scores = {
            account: sum(count for hour, count in by_hour.items() if hour < moment.at_ms // HOUR_MS)
            for account, by_hour in visitors.items()
        }
        assert moment.order == sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def test_no_more_than_the_first_hundred_are_kept_of_an_hour() -> None:
    visitors = {f"a{number:03}": {NOON: 200 - number} for number in range(150)}

    (moment,) = from_hours(visitors, [NOON_MS + HOUR_MS])

    assert (len(moment.order), moment.order[-1]) == (PLACES_KEPT, ("a099", 101))


def test_without_visitors_there_are_no_hours() -> None:
    assert from_hours({}, [NOON_MS]) == []
    assert from_hours({"a": {}}, [NOON_MS]) == []


def test_an_hour_is_missing_where_nothing_was_noted_in_it() -> None:
    taken = [NOON_MS + HOUR_MS + 5 * SLOT_MS, NOON_MS + 3 * HOUR_MS]

    missing = missing_hours(NOON_MS, NOON_MS + 4 * HOUR_MS + 1, taken)

    assert [(at_ms - NOON_MS) // HOUR_MS for at_ms in missing] == [1, 4]


@given(days=st.integers(1, 60), minutes=st.integers(0, 1_440))
def test_nothing_is_missing_of_what_was_noted_all_the_time(days: int, minutes: int) -> None:
    begin_ms, now_ms = NOON_MS, slot_of(NOON_MS + days * DAY_MS + minutes * 60_000)
    kept = thinned(range(begin_ms, now_ms + 1, SLOT_MS), now_ms)

    assert missing_hours(begin_ms, now_ms, kept) == []


def test_what_was_noted_goes_before_what_was_worked_out_and_ends_in_time() -> None:
    hours = [Moment(NOON_MS + number * HOUR_MS, [], by_hour=True) for number in range(5)]
    noted = [Moment(NOON_MS + HOUR_MS + 700, []), Moment(NOON_MS + 4 * HOUR_MS, [])]

    found = told(noted, hours, NOON_MS + 4 * HOUR_MS)

    assert [(one.at_ms - NOON_MS, one.by_hour) for one in found] == [
        (0, True),
        (HOUR_MS + 700, False),
        (2 * HOUR_MS, True),
        (3 * HOUR_MS, True),
    ]


def test_accounts_are_found_by_their_name_in_an_order() -> None:
    found = places_in([("a", 5), ("b", 4), ("c", 3)], ["c", "a", "d"])

    assert found == {"a": Placed(1, 5), "c": Placed(3, 3)}

"""Ordinary use of a studio, and the plain answer for its live time."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.bench.airtime import (
    BEAT_MS,
    HOUR_MS,
    LONGEST_MS,
    SHORTEST_MS,
    claims,
    heartbeats,
    slots,
)
from leaderboard.bench.live_answer import LiveAnswer, LiveTime, joined, wrong_accounts
from leaderboard.domain.times import DAY_MS

FIRST_DAY_MS = 1_790_035_200_000
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda one: (one[0], sum(one))))


def beat(account: str, start_s: int, end_s: int, activity: str = "explaining") -> dict[str, object]:
    covers_s = end_s - start_s
    shown = {"product_id": "p", "order_channel": "in_app", "activity": activity}
    return {"type": "heartbeat", "account_id": account, "at": end_s * 1000, "covers": covers_s} | shown


@given(st.integers(0, 1_000))
def test_a_host_is_on_air_once_or_twice_a_day_for_an_hour_and_a_half_to_three(seed: int) -> None:
    found = list(claims(Random(seed), "h", FIRST_DAY_MS, 14))

    sessions = {one.session for one in found}
    spans = [[one for one in found if one.session == session] for session in sessions]
    lengths_ms = [parts[-1].end_ms - parts[0].start_ms for parts in spans]
    assert 14 <= len(sessions) <= 28
    assert all(length_ms < LONGEST_MS for length_ms in lengths_ms)
    # The last minutes may be a pause, or too short for a heartbeat.
    assert sum(length_ms >= SHORTEST_MS - HOUR_MS // 4 for length_ms in lengths_ms) == len(sessions)


def test_about_one_heartbeat_in_a_hundred_gets_lost_and_some_time_is_idle() -> None:
    found = list(claims(Random(3), "h", FIRST_DAY_MS, 200))

    beats = sum((one.end_ms - one.start_ms) // BEAT_MS for one in found)
    holes = sum(
        later.start_ms - earlier.end_ms == BEAT_MS
        for earlier, later in pairwise(found)
        if later.session == earlier.session
    )
    effective = sum(one.end_ms - one.start_ms for one in found if one.is_effective) // BEAT_MS
    assert 0.008 < holes / beats < 0.013
    assert 0.85 < effective / beats < 0.98


def test_heartbeats_attest_exactly_their_claim() -> None:
    claim = next(claims(Random(1), "h", FIRST_DAY_MS, 1))

    answer = LiveAnswer()
    answer.take(heartbeats(Random(1), "a", "h", claim))

    length_ms = claim.end_ms - claim.start_ms
    assert answer.times() == {"a": LiveTime(length_ms, 0)}


@given(SPANS)
def test_joined_spans_hold_every_moment_once(spans: list[tuple[int, int]]) -> None:
    moments = {moment for start, end in spans for moment in range(start, end)}

    found = [moment for start, end in joined(spans) for moment in range(start, end)]

    assert found == sorted(moments)


def test_two_hosts_at_once_count_once_and_only_who_shows_something_is_effective() -> None:
    answer = LiveAnswer([(30_000, 50_000), (55_000, 90_000)])

    answer.take([beat("a", 0, 40), beat("a", 20, 60), beat("a", 60, 70, "idle"), beat("b", 0, 10, "away")])
    before = answer.times()
    answer.take([{"type": "product_view"}, beat("a", 65, 66)])

    assert before == {"a": LiveTime(60_000, 35_000), "b": LiveTime(0, 0)}
    assert answer.times()["a"] == LiveTime(61_000, 35_000)


def test_an_account_that_shows_time_it_must_not_have_is_wrong() -> None:
    expected = {"a": LiveTime(5, 0), "b": LiveTime(0, 0)}

    assert wrong_accounts({"a": LiveTime(5, 0), "c": LiveTime(0, 0)}, expected) == 0
    assert wrong_accounts({"a": LiveTime(5, 1), "c": LiveTime(1, 0)}, expected) == 2
    assert wrong_accounts({}, expected) == 1


def test_every_day_has_its_promised_slot() -> None:
    found = slots(FIRST_DAY_MS, 14)

    assert len(found) == 14
    assert {end - start for start, end in found} == {2 * HOUR_MS}
    assert {later[0] - earlier[0] for earlier, later in pairwise(found)} == {DAY_MS}

"""Effective live time, against the same counted moment by moment, and by hand.

`LIVE_EXAMPLES=10000 pytest tests/domain/test_live_sessions.py` looks at more examples than the suite does.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.domain.campaigns import Live
from leaderboard.domain.kept_events import KeptHeartbeat
from leaderboard.domain.live_beats import REASONS, LiveRules, State, beat_of
from leaderboard.domain.live_sessions import Session, Span
from leaderboard.domain.live_time import AccountTime, promised_ms
from tests.domain import live_brute_force as slow

thorough = settings(
    max_examples=int(os.environ.get("LIVE_EXAMPLES", "300")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
EVER = 1_000_000


def heartbeat(at: int, covers: int = 20_000, **given: Any) -> KeptHeartbeat:
    fields = {
        "host_id": "ana",
        "live_session_id": "one",
        "activity": "explaining",
        "order_channel": "in_app",
        "product_id": "p1",
    }
    return KeptHeartbeat(id="x", at_ms=at, account_id="a1", covers_ms=covers, **(fields | given))


@st.composite
def runs_of_heartbeats(draw: st.DrawFn) -> list[KeptHeartbeat]:
    """Part of a session: one heartbeat after the other, some of them lost, some of another length."""
    covers = draw(st.integers(1, 7))
    at = draw(st.integers(10, 90))
    one_way = draw(looks)
    found = []
    for _ in range(draw(st.integers(1, 12))):
        at += covers
        how = draw(st.sampled_from(("same", "same", "same", "lost", "other", "longer")))
        if how != "lost":
            look = draw(looks) if how == "other" else one_way
            found.append(heartbeat(at, covers + 2 * (how == "longer"), **look))
    host, session = draw(st.sampled_from("ab")), draw(st.sampled_from("xy"))
    for beat in found:
        beat.host_id, beat.live_session_id = host, session
    return found


looks = st.fixed_dictionaries(
    {
        "activity": st.sampled_from(("explaining",) * 5 + ("displaying", "idle", "away")),
        "order_channel": st.sampled_from(("in_app", "in_app", "authorized", "none")),
        "product_id": st.sampled_from(("p1", "p1", "p1", "p2", None)),
        "recorded": st.sampled_from((None, None, None, False, True)),
        "motion": st.sampled_from((None, None, 0.0, 0.04, 0.05)),
        "audio_db": st.sampled_from((None, None, None, -60.0, -45.0, -44.9)),
        "replies": st.sampled_from((None, None, None, 0, 2)),
    }
)
heartbeats = st.lists(runs_of_heartbeats(), max_size=6).map(
    lambda runs: [beat for run in runs for beat in run]
)
rules_of_a_campaign = st.builds(
    LiveRules, st.sampled_from((0, 1, 3, 8)), st.sampled_from((0, 5, 12)), st.sampled_from((0, 4, 30))
)
windows = st.sampled_from(((0, EVER), (30, 90), (41, 42), (60, 75)))
spans = st.tuples(st.integers(0, 120), st.integers(1, 30)).map(lambda one: (one[0], one[0] + one[1]))
schedules = st.dictionaries(st.sampled_from("abc"), st.lists(spans, max_size=4), max_size=3)


def taken(beats: Sequence[KeptHeartbeat]) -> list[tuple[str, str, Any]]:
    return [(beat.host_id, beat.live_session_id, beat_of(beat)) for beat in beats]


def moments_of(shown: Sequence[Span]) -> slow.Moments:
    return {moment: span.reason for span in shown for moment in range(span.start_ms, span.end_ms)}


@thorough
@given(heartbeats, rules_of_a_campaign, windows, schedules)
def test_time_is_what_counting_moment_by_moment_gives(
    beats: list[KeptHeartbeat], rules: LiveRules, window: tuple[int, int], slots: dict[str, Any]
) -> None:
    account = AccountTime(rules, window, slots)
    gained = account.add_all(taken(beats))

    assert gained == account.total() == slow.total(beats, rules, window, slots)


@thorough
@given(heartbeats, rules_of_a_campaign)
def test_every_moment_has_its_reason(beats: list[KeptHeartbeat], rules: LiveRules) -> None:
    account = AccountTime(rules, (0, EVER), {})
    account.add_all(taken(beats))

    shown = {
        (host, session): moments_of(spans)
        for host, sessions in account.intervals_by_host(0, EVER).items()
        for session, spans in sessions.items()
    }
    assert shown == slow.all_moments(beats, rules)


@thorough
@given(heartbeats, rules_of_a_campaign, windows, schedules, st.randoms(use_true_random=False))
def test_order_repetition_batches_and_packing_change_nothing(
    beats: list[KeptHeartbeat],
    rules: LiveRules,
    window: tuple[int, int],
    slots: dict[str, Any],
    chance: random.Random,
) -> None:
    straight = AccountTime(rules, window, slots)
    straight.add_all(taken(beats))
    mixed = taken(beats) + taken(chance.choices(beats, k=len(beats)) if beats else [])
    chance.shuffle(mixed)
    account, sums = AccountTime(rules, window, slots), (0, 0)
    while mixed:
        size = chance.randint(1, 9)
        batch, mixed = mixed[:size], mixed[size:]
        gained = account.add_all(batch)
        sums = (sums[0] + gained[0], sums[1] + gained[1])
        if chance.random() < 0.5:
            account = packed_and_loaded(account)

        assert sums == account.total()

    assert sums == straight.total()
    assert {host: account.pack(host) for host in account.hosts} == {
        host: straight.pack(host) for host in straight.hosts
    }


def packed_and_loaded(account: AccountTime) -> AccountTime:
    again = AccountTime(account.rules, account.window, account.slots)
    for host in account.hosts:
        again.load(host, account.pack(host))
    return again


@thorough
@given(heartbeats, rules_of_a_campaign)
def test_a_heartbeat_changes_nothing_outside_its_reach_and_nothing_the_second_time(
    beats: list[KeptHeartbeat], rules: LiveRules
) -> None:
    of_one = Session()
    for beat in map(beat_of, beats):
        before = moments_of(of_one.explained(rules, 0, EVER))
        low, high = of_one.reach(beat, rules)
        of_one.add(beat, rules)
        after = moments_of(of_one.explained(rules, 0, EVER))

        changed = [at for at in before.keys() | after.keys() if before.get(at) != after.get(at)]
        assert all(low <= moment < high for moment in changed)
        assert not of_one.add(beat, rules)


# ── By hand ──────────────────────────────────────────────────────────────────────────────────────

HOUR = 3_600_000
MIDNIGHT = 1_790_035_200_000  # 2026-09-22T00:00:00Z
WEEK = (MIDNIGHT, MIDNIGHT + 7 * 24 * HOUR)
STILL: dict[str, Any] = {"motion": 0.0, "audio_db": -60.0, "replies": 0}


def session(start: int, end: int, every: int = 20_000, **given: Any) -> list[KeptHeartbeat]:
    """One heartbeat every so often, the last one covers the rest."""
    return [heartbeat(min(at + every, end), min(every, end - at), **given) for at in range(start, end, every)]


def time_of(
    beats: Sequence[KeptHeartbeat],
    rules: LiveRules | None = None,
    window: tuple[int, int] = WEEK,
    slots: dict[str, list[tuple[int, int]]] | None = None,
) -> AccountTime:
    account = AccountTime(rules or LiveRules(), window, slots or {})
    account.add_all(taken(beats))
    return account


def reasons(account: AccountTime, window: tuple[int, int] = WEEK) -> list[tuple[int, int, str]]:
    """Of the one session: (start, end) in seconds from the window's start."""
    return [
        ((span.start_ms - window[0]) // 1000, (span.end_ms - window[0]) // 1000, span.reason)
        for span in account.intervals_by_host(window[0] - 24 * HOUR, window[1] + 24 * HOUR)["ana"]["one"]
    ]


@pytest.mark.parametrize("short_ms", [0, 1, 1000])
def test_a_second_short_of_fourteen_hours_is_not_fourteen_hours(short_ms: int) -> None:
    account = time_of(session(MIDNIGHT + HOUR, MIDNIGHT + 15 * HOUR - short_ms))

    assert account.total() == (14 * HOUR - short_ms, 0)


def test_a_session_over_midnight_is_one_span() -> None:
    account = time_of(session(MIDNIGHT + 23 * HOUR, MIDNIGHT + 25 * HOUR))

    assert reasons(account) == [(23 * 3600, 25 * 3600, "effective")]


def test_heartbeats_are_cut_at_the_edges_of_the_window_and_shown_beyond_them() -> None:
    beats = session(WEEK[0] - 50_000, WEEK[0] + 50_000) + session(WEEK[1] - 10_000, WEEK[1] + 50_000)
    beats[0].activity = "idle"
    account = time_of(beats)

    week_s = 7 * 24 * 3600
    assert account.total() == (60_000, 0)
    assert reasons(account) == [
        (-50, 0, "outside_window"),
        (0, 50, "effective"),
        (week_s - 10, week_s, "effective"),
        (week_s, week_s + 50, "outside_window"),
    ]


def test_two_phones_at_once_count_once_also_of_two_hosts() -> None:
    hour = session(MIDNIGHT, MIDNIGHT + HOUR)
    second_phone = session(MIDNIGHT + HOUR // 2, MIDNIGHT + 2 * HOUR, live_session_id="two")
    second_host = session(MIDNIGHT + HOUR, MIDNIGHT + 3 * HOUR, host_id="bo", live_session_id="three")

    assert time_of(hour + second_phone + second_host).total() == (3 * HOUR, 0)


def test_a_session_that_never_ends_is_worth_the_window() -> None:
    account = time_of(session(WEEK[0] - 24 * HOUR, WEEK[1] + 24 * HOUR, every=60_000))

    assert account.total() == (WEEK[1] - WEEK[0], 0)


def test_a_lost_heartbeat_costs_its_own_span_only() -> None:
    beats = session(MIDNIGHT, MIDNIGHT + HOUR)
    del beats[7]

    assert time_of(beats).total() == (HOUR - 20_000, 0)
    assert time_of(beats, LiveRules(bridge_ms=20_000)).total() == (HOUR, 0)
    assert time_of(beats, LiveRules(bridge_ms=19_999)).total() == (HOUR - 20_000, 0)


def test_the_last_heartbeat_first_gives_the_same() -> None:
    beats = session(MIDNIGHT, MIDNIGHT + HOUR)

    assert time_of(beats[::-1]).pack("ana") == time_of(beats).pack("ana")


def test_silence_is_bridged_between_effective_spans_only() -> None:
    minute = 60_000
    beats = [
        heartbeat(MIDNIGHT + minute, minute),
        heartbeat(MIDNIGHT + 3 * minute, minute),
        heartbeat(MIDNIGHT + 5 * minute, minute, activity="idle"),
    ]
    account = time_of(beats, LiveRules(bridge_ms=minute))

    assert reasons(account) == [
        (0, 60, "effective"),
        (60, 120, "bridged"),
        (120, 180, "effective"),
        (240, 300, "idle"),
    ]


def test_silence_after_the_last_heartbeat_is_not_bridged_into_another_session() -> None:
    beats = [heartbeat(MIDNIGHT + 60_000), heartbeat(MIDNIGHT + 100_000, live_session_id="two")]

    assert time_of(beats, LiveRules(bridge_ms=60_000)).total() == (40_000, 0)


def test_of_heartbeats_that_overlap_the_best_one_stands() -> None:
    beats = [
        heartbeat(MIDNIGHT + 60_000, 60_000, activity="away"),
        heartbeat(MIDNIGHT + 40_000, product_id=None),
        heartbeat(MIDNIGHT + 50_000, 20_000),
    ]

    assert reasons(time_of(beats)) == [
        (0, 20, "away"),
        (20, 30, "no_product"),
        (30, 50, "effective"),
        (50, 60, "away"),
    ]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "effective"),
        ({"activity": "displaying", "order_channel": "authorized"}, "effective"),
        ({"recorded": False}, "effective"),
        ({"activity": "away", "recorded": True}, "away"),
        ({"activity": "idle", "product_id": None}, "idle"),
        ({"recorded": True, "product_id": None}, "recorded"),
        ({"product_id": None, "order_channel": "none"}, "no_product"),
        ({"order_channel": "none"}, "no_order_channel"),
    ],
)
def test_a_heartbeat_has_the_first_reason_that_there_is(given: dict[str, Any], reason: str) -> None:
    beat = beat_of(heartbeat(MIDNIGHT, **given))

    assert State(beat.state).reason == reason


def test_every_reason_has_words() -> None:
    assert {state.reason for state in State} < set(REASONS)
    assert set(REASONS) - {state.reason for state in State} == {"bridged", "no_evidence", "outside_window"}


# ── Signs of life ────────────────────────────────────────────────────────────────────────────────

FIVE_MINUTES = LiveRules(evidence_ms=300_000)


def test_who_only_hangs_up_a_stream_gets_nothing() -> None:
    account = time_of(session(MIDNIGHT, MIDNIGHT + HOUR, **STILL), FIVE_MINUTES)

    assert account.total() == (0, 0)
    assert reasons(account) == [(0, 3600, "no_evidence")]


@pytest.mark.parametrize(
    "sign",
    [{"motion": 0.05}, {"audio_db": -44.9}, {"replies": 1}],
    ids=["moves, silent and with one product", "speaks", "replies"],
)
def test_one_sign_of_life_is_enough_for_its_five_minutes(sign: dict[str, Any]) -> None:
    beats = session(MIDNIGHT, MIDNIGHT + HOUR, **STILL)
    beats[20] = heartbeat(beats[20].at_ms, **(STILL | sign))

    assert reasons(time_of(beats, FIVE_MINUTES)) == [
        (0, 300, "no_evidence"),
        (300, 600, "effective"),
        (600, 3600, "no_evidence"),
    ]


def test_silence_alone_never_fails_a_host() -> None:
    account = time_of(session(MIDNIGHT, MIDNIGHT + HOUR, motion=0.3, audio_db=-90.0, replies=0), FIVE_MINUTES)

    assert account.total() == (HOUR, 0)


def test_a_change_of_product_is_a_sign_of_life() -> None:
    beats = session(MIDNIGHT, MIDNIGHT + HOUR, **STILL)
    for beat in beats[20:]:
        beat.product_id = "p2"

    assert reasons(time_of(beats, FIVE_MINUTES)) == [
        (0, 300, "no_evidence"),
        (300, 600, "effective"),
        (600, 3600, "no_evidence"),
    ]


def test_another_session_is_no_sign_of_life() -> None:
    still = session(MIDNIGHT, MIDNIGHT + HOUR, **STILL)
    moving = session(MIDNIGHT, MIDNIGHT + HOUR // 2, live_session_id="two", motion=1.0)

    assert time_of(still + moving, FIVE_MINUTES).total() == (HOUR // 2, 0)


def test_no_sign_of_life_is_asked_for_at_the_opening() -> None:
    rules = LiveRules(evidence_ms=300_000, opening_grace_ms=600_000)
    late, early = (session(MIDNIGHT + at, MIDNIGHT + HOUR, **STILL) for at in (200_000, 100_000))

    assert time_of(late, rules).total() == (600_000, 0)
    assert time_of(late + early, rules).total() == (600_000, 0)
    assert reasons(time_of(late + early, rules))[0] == (100, 700, "effective")


def test_an_earlier_start_that_comes_late_takes_the_grace_with_it() -> None:
    rules = LiveRules(evidence_ms=300_000, opening_grace_ms=600_000)
    account = time_of(session(MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR, **STILL), rules)
    gained = account.add_all(taken([heartbeat(MIDNIGHT + 20_000, **STILL)]))

    assert gained == (20_000 - 600_000, 0)


# ── The schedule ─────────────────────────────────────────────────────────────────────────────────


def test_kept_is_what_each_host_was_live_in_its_own_slots() -> None:
    slots = {"ana": [(MIDNIGHT, MIDNIGHT + HOUR)], "bo": [(MIDNIGHT + HOUR, MIDNIGHT + 3 * HOUR)]}
    ana = session(MIDNIGHT + HOUR // 2, MIDNIGHT + 2 * HOUR, activity="idle")
    account = time_of(ana, slots=slots)

    assert account.total() == (0, HOUR // 2)
    assert promised_ms(slots, WEEK) == 3 * HOUR
    assert promised_ms(slots, (MIDNIGHT + HOUR // 4, MIDNIGHT + HOUR + 1)) == 3 * HOUR // 4 + 1


def test_slots_of_two_hosts_at_once_are_promised_once() -> None:
    slots = {"ana": [(MIDNIGHT, MIDNIGHT + HOUR)], "bo": [(MIDNIGHT, MIDNIGHT + 2 * HOUR)]}

    assert promised_ms(slots, WEEK) == 2 * HOUR


# ── Packed ───────────────────────────────────────────────────────────────────────────────────────


def test_rules_of_a_definition_are_in_milliseconds() -> None:
    assert LiveRules.of(Live(bridge_s=60, evidence_s=300, opening_grace_s=600)) == LiveRules(
        60_000, 300_000, 600_000
    )
    assert LiveRules.of(Live()) == LiveRules()


@pytest.mark.parametrize(
    ("packed", "problem"),
    [(b"\x09", "has the form"), (time_of([], FIVE_MINUTES).pack("ana"), "was kept with windows of evidence")],
)
def test_what_was_kept_in_another_way_is_refused(packed: bytes, problem: str) -> None:
    account = AccountTime(LiveRules(), WEEK, {})

    with pytest.raises(ValueError, match=problem):
        account.load("ana", packed)


def test_fourteen_ordinary_days_of_a_host_are_small() -> None:
    chance = random.Random(14)
    account = AccountTime(LiveRules(60_000, 300_000, 600_000), (MIDNIGHT, MIDNIGHT + 14 * 24 * HOUR), {})
    for day in range(14):
        for number in range(chance.choice((1, 1, 2))):
            account.add_all(taken(ordinary_session(chance, day, number)))

    assert len(account.pack("ana")) < 2_500


def ordinary_session(chance: random.Random, day: int, number: int) -> list[KeptHeartbeat]:
    """1.5 to 3 hours, with 1 % of the heartbeats lost and now and then some idle minutes."""
    start = MIDNIGHT + day * 24 * HOUR + number * 12 * HOUR + chance.randrange(HOUR)
    length = chance.randrange(3 * HOUR // 2, 3 * HOUR)
    every = chance.choice((15_000, 20_000))
    name = f"live-{day:02d}-{chance.randrange(16**8):08x}"
    beats = session(start, start + length, every, live_session_id=name, motion=0.4)
    for _ in range(3):
        idle = chance.randrange(len(beats))
        for beat in beats[idle : idle + chance.randrange(4, 20)]:
            beat.activity = "idle"
    return [beat for beat in beats if chance.random() > 0.01]

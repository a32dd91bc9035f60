"""The days before: the time that the world says, as its own rules count it, in the past, in no order."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from leaderboard.demo.campaign import apollo_now, enrolled, enrollment
from leaderboard.demo.history import history
from leaderboard.demo.hosts import LONGEST_PAUSE_MS
from leaderboard.demo.traffic import BATCH
from leaderboard.demo.world import GATE_S, Account, World, make_world
from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.enrollments import Enrollment, slots_of
from leaderboard.domain.events import Event
from leaderboard.domain.kept_events import KeptEvent, KeptHeartbeat, KeptOrder, KeptRefund, keep
from leaderboard.domain.live_beats import LiveRules, beat_of
from leaderboard.domain.live_spans import common, union
from leaderboard.domain.live_time import AccountTime, promised_ms
from leaderboard.domain.times import from_ms, to_ms

NOW_MS = to_ms(datetime.fromisoformat("2026-11-05T00:10:00-08:00"))
CAMPAIGN = apollo_now(NOW_MS)
RULES = LiveRules.of(parse_toml(CAMPAIGN.toml).live)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(1)


@pytest.fixture(scope="module")
def events(world: World) -> list[KeptEvent]:
    """Each of them is one that the door takes."""
    batches = list(history(world, CAMPAIGN))
    assert max(map(len, batches)) <= BATCH
    raw = itertools.chain.from_iterable(batches)
    return [keep(msgspec.convert(event, Event), NOW_MS, lambda _: 1) for event in raw]


@pytest.fixture(scope="module")
def beats(events: list[KeptEvent]) -> dict[str, list[KeptHeartbeat]]:
    """By host, each once, in the order of their time."""
    by_host = defaultdict(list)
    for beat in {event.id: event for event in events if isinstance(event, KeptHeartbeat)}.values():
        by_host[beat.host_id].append(beat)
    return {host: sorted(some, key=lambda beat: beat.at_ms) for host, some in by_host.items()}


@pytest.fixture(scope="module")
def times(world: World, beats: dict[str, list[KeptHeartbeat]]) -> dict[str, AccountTime]:
    """The live time of every enrolled account, as the service's own rules see it."""
    return {account.id: _time_of(account, beats) for account in enrolled(world)}


def _time_of(account: Account, beats: dict[str, list[KeptHeartbeat]]) -> AccountTime:
    slots = slots_of(msgspec.convert(enrollment(account, CAMPAIGN), Enrollment))
    time = AccountTime(RULES, (CAMPAIGN.starts_at_ms, CAMPAIGN.ends_at_ms), slots)
    own = [beat for host in account.hosts for beat in beats.get(host.id, ())]
    time.add_all((beat.host_id, beat.live_session_id, beat_of(beat)) for beat in own)
    return time


def _hosts_beats(
    world: World, beats: dict[str, list[KeptHeartbeat]], habit: str
) -> dict[str, list[KeptHeartbeat]]:
    return {
        host.id: beats[host.id]
        for account in world.accounts
        for host in account.hosts
        if host.habit == habit and host.id in beats
    }


def _sessions(beats: list[KeptHeartbeat]) -> list[list[KeptHeartbeat]]:
    sessions = defaultdict(list)
    for beat in beats:
        sessions[beat.live_session_id].append(beat)
    return list(sessions.values())


def _hour(at_ms: int) -> int:
    return from_ms(at_ms).astimezone(ZoneInfo(CAMPAIGN.zone)).hour


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_the_account_that_is_nearly_there_is_a_little_short_by_the_rules_of_the_service(seed: int) -> None:
    world = make_world(seed)
    [nearly] = world.of_role("nearly")
    kept = [
        keep(msgspec.convert(event, Event), NOW_MS, lambda _: 1)
        for batch in history(world, CAMPAIGN)
        for event in batch
        if event["type"] == "heartbeat" and event["account_id"] == nearly.id
    ]
    by_host = defaultdict(list)
    for beat in kept:
        assert isinstance(beat, KeptHeartbeat)
        by_host[beat.host_id].append(beat)

    effective_ms, kept_ms = _time_of(nearly, by_host).total()
    promised = promised_ms(_time_of(nearly, by_host).slots, (CAMPAIGN.starts_at_ms, CAMPAIGN.ends_at_ms))

    assert effective_ms == (GATE_S - 10) * 1000
    assert GATE_S - 600 < effective_ms / 1000 < GATE_S
    assert kept_ms / promised > 0.5


def test_who_gathers_time_or_plays_recordings_has_none(world: World, times: dict[str, AccountTime]) -> None:
    for role in ("idle", "recorded"):
        [account] = world.of_role(role)
        effective_ms, kept_ms = times[account.id].total()

        assert effective_ms == 0
        assert kept_ms > GATE_S * 1000


def test_the_absent_account_keeps_less_than_half_of_what_it_promised(
    world: World, times: dict[str, AccountTime]
) -> None:
    [absent] = world.of_role("absent")
    time = times[absent.id]

    assert time.total()[1] < 0.4 * promised_ms(time.slots, time.window)


def test_most_of_the_others_have_their_hours(world: World, times: dict[str, AccountTime]) -> None:
    ordinary = [account for account in enrolled(world) if account.role == "ordinary"]
    there = [account for account in ordinary if times[account.id].total()[0] >= GATE_S * 1000]

    assert 0.8 * len(ordinary) < len(there)


def test_all_of_it_is_over_also_in_the_first_minutes_of_a_day(events: list[KeptEvent]) -> None:
    assert CAMPAIGN.starts_at_ms <= min(event.at_ms for event in events)
    assert max(event.at_ms for event in events) <= CAMPAIGN.local_ms(9, 0) < NOW_MS


def test_nobody_who_is_not_enrolled_has_a_history(world: World, events: list[KeptEvent]) -> None:
    assert {event.account_id for event in events} == {account.id for account in enrolled(world)}


def test_it_comes_in_no_order_and_the_same_each_time(events: list[KeptEvent]) -> None:
    again = [event for batch in history(make_world(1), CAMPAIGN) for event in batch]

    assert [event["id"] for event in again] == [event.id for event in events]
    assert [event.at_ms for event in events] != sorted(event.at_ms for event in events)


def test_one_or_two_heartbeats_of_a_hundred_are_lost_and_those_of_flaky_links_in_bursts(
    world: World, beats: dict[str, list[KeptHeartbeat]]
) -> None:
    def gaps(some: dict[str, list[KeptHeartbeat]]) -> list[int]:
        sessions = [session for host in some.values() for session in _sessions(host)]
        return [
            (later.seq or 0) - (earlier.seq or 0) - 1
            for session in sessions
            for earlier, later in itertools.pairwise(session)
            if (later.seq or 0) - (earlier.seq or 0) > 1
        ]

    flaky = gaps(_hosts_beats(world, beats, "flaky"))

    assert 0.01 < sum(gaps(beats)) / sum(map(len, beats.values())) < 0.02
    assert 1.8 < sum(flaky) / len(flaky) < 4.5


def test_flaky_links_send_some_heartbeats_twice(world: World, events: list[KeptEvent]) -> None:
    times = Counter(event.id for event in events if isinstance(event, KeptHeartbeat))
    twice = {id_ for id_, count in times.items() if count > 1}
    hosts = {host.id for account in world.accounts for host in account.hosts if host.habit == "flaky"}

    assert twice
    assert {id_.rpartition("-live-")[0] for id_ in twice} <= hosts


def test_a_host_who_hands_over_has_two_phones_live_for_a_minute(
    world: World, beats: dict[str, list[KeptHeartbeat]]
) -> None:
    overlaps = []
    for host in _hosts_beats(world, beats, "hands_over").values():
        spans = [(min(b.at_ms - b.covers_ms for b in s), max(b.at_ms for b in s)) for s in _sessions(host)]
        spans.sort()
        overlaps += [
            first[1] - second[0] for first, second in itertools.pairwise(spans) if first[1] > second[0]
        ]

    assert overlaps
    # A lost heartbeat at the edge makes the minute look shorter.
    assert max(overlaps) == 60_000


def test_sign_language_is_silent_and_moves_and_counts(
    world: World, beats: dict[str, list[KeptHeartbeat]]
) -> None:
    [at_work, *_] = [
        [beat for beat in host if beat.activity != "away"]
        for host in _hosts_beats(world, beats, "signing").values()
    ]

    assert all((beat.audio_db or 0) < -55 and (beat.motion or 0) > 0.25 for beat in at_work)


def test_one_product_is_shown_for_hours_with_voice_and_motion(
    world: World, beats: dict[str, list[KeptHeartbeat]]
) -> None:
    for host in _hosts_beats(world, beats, "one_product").values():
        at_work = [beat for beat in host if beat.product_id]

        assert len({beat.product_id for beat in at_work}) == 1
        assert all((beat.audio_db or -99) > -50 and (beat.motion or 0) >= 0.05 for beat in at_work)


def test_a_metronomic_host_changes_the_product_every_twelve_beats(
    world: World, beats: dict[str, list[KeptHeartbeat]]
) -> None:
    for host in _hosts_beats(world, beats, "metronomic").values():
        for session in _sessions(host):
            changes = [
                later.seq
                for earlier, later in itertools.pairwise(session)
                if earlier.product_id and later.product_id and earlier.product_id != later.product_id
                if later.seq == (earlier.seq or 0) + 1
            ]
            assert all(seq is not None and seq % 12 == 0 for seq in changes)


def test_pauses_last_up_to_five_minutes(world: World, beats: dict[str, list[KeptHeartbeat]]) -> None:
    pauses = [
        sum(beat.covers_ms for beat in run)
        for host in _hosts_beats(world, beats, "pausing").values()
        for session in _sessions(host)
        for is_away, group in itertools.groupby(session, key=lambda beat: beat.activity == "away")
        if is_away and (run := list(group))
    ]

    assert len(pauses) > 10
    # Two of them may follow one another.
    assert sorted(pauses)[len(pauses) // 2] <= LONGEST_PAUSE_MS
    assert min(pauses) >= 1_000


def test_now_and_then_the_product_or_the_order_channel_is_forgotten(
    beats: dict[str, list[KeptHeartbeat]],
) -> None:
    showing = [
        beat for host in beats.values() for beat in host if beat.activity in ("explaining", "displaying")
    ]

    assert 0.005 < sum(beat.product_id is None for beat in showing) / len(showing) < 0.02
    assert 0.002 < sum(beat.order_channel == "none" for beat in showing) / len(showing) < 0.01


def test_sessions_run_over_midnight(world: World, beats: dict[str, list[KeptHeartbeat]]) -> None:
    for host in _hosts_beats(world, beats, "overnight").values():
        for session in _sessions(host):
            assert _hour(session[0].at_ms) == 23
        assert any(_hour(session[-1].at_ms) == 1 for session in _sessions(host))


def test_a_phone_that_is_left_on_beats_away_and_then_falls_silent(
    world: World, beats: dict[str, list[KeptHeartbeat]], times: dict[str, AccountTime]
) -> None:
    tails = []
    account_of = {host.id: account.id for account in world.accounts for host in account.hosts}
    for host_id, host in _hosts_beats(world, beats, "left_on").items():
        slots = times[account_of[host_id]].slots[host_id]
        for session in _sessions(host):
            after = [
                beat for beat in session if not common([(beat.at_ms - beat.covers_ms, beat.at_ms)], slots)
            ]
            assert {beat.activity for beat in after} <= {"away"}
            tails.append(sum(beat.covers_ms for beat in after))

    assert max(tails) > 15 * 60_000


def test_fashion_is_held_for_its_refunds_and_nobody_else_is(world: World, events: list[KeptEvent]) -> None:
    orders: dict[str, set[str]] = defaultdict(set)
    refunded: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if isinstance(event, KeptOrder):
            orders[event.account_id].add(event.id)
        elif isinstance(event, KeptRefund):
            refunded[event.account_id].add(event.order_id)
    held = {account for account, ids in orders.items() if len(refunded[account]) >= 0.3 * len(ids) >= 3}

    assert held == {account.id for account in world.of_role("fashion")}
    assert all(refunded[account] <= orders[account] for account in refunded)


def test_no_moment_of_a_session_is_claimed_twice(beats: dict[str, list[KeptHeartbeat]]) -> None:
    for host in beats.values():
        for session in _sessions(host):
            spans = [(beat.at_ms - beat.covers_ms, beat.at_ms) for beat in session]
            assert sum(end - start for start, end in union(spans)) == sum(end - start for start, end in spans)

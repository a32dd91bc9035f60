"""What is special about each style of honest host and about each way of cheating, in what their heartbeats say."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest

from leaderboard.simulator.host_worlds import Host, HostPlan, make_host_world
from leaderboard.simulator.hosts import BEAT_MS, DAY_MS, HOUR_MS, Floats, time_of
from leaderboard.simulator.hosts_attacks import ATTACKS
from leaderboard.simulator.hosts_styles import STYLES
from leaderboard.simulator.plan import HOST_ATTACKS

EACH = 6
Kinds = dict[str, list[Host]]
PLAN = HostPlan(honest=dict.fromkeys(STYLES, EACH), attacks=dict.fromkeys(ATTACKS, EACH))


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    found: dict[str, list[Host]] = defaultdict(list)
    for host in make_host_world(42, PLAN).hosts:
        found[host.label.name].append(host)
    return found


def sessions(host: Host) -> list[np.ndarray]:
    """The places of each session's heartbeats."""
    return [np.flatnonzero(host.beats.session == one) for one in np.unique(host.beats.session)]


def overlapped(host: Host) -> float:
    """The share of claimed time that another session of the host claims too."""
    beats = host.beats
    once = time_of(beats.at_ms - beats.covers_ms, beats.at_ms)
    return float(1 - once / beats.covers_ms.sum())


def beside(values: Floats, lag: int) -> float:
    """How alike a series is to itself `lag` beats later."""
    return float(np.corrcoef(values[lag:], values[:-lag])[0, 1])


def comes_back(host: Host) -> float:
    """The best likeness of movement to itself, 8 minutes to an hour and a half later, in the longest session."""
    longest = max(sessions(host), key=len)
    motion = np.log(host.beats.motion[longest] + 0.001)
    return max(beside(motion, lag) for lag in range(32, min(360, len(motion) - 60)))


def seen(hosts: list[Host]) -> list[Host]:
    """Those whose phones measure movement and sound."""
    return [one for one in hosts if not (np.isnan(one.beats.motion).all() or np.isnan(one.beats.audio).all())]


def typical(hosts: list[Host], name: str) -> float:
    return float(np.median([np.median(vars(one.beats)[name]) for one in seen(hosts)]))


def test_every_attack_that_can_be_asked_for_is_played() -> None:
    assert tuple(ATTACKS) == HOST_ATTACKS


def test_signs_are_seen_and_not_heard(kinds: Kinds) -> None:
    loudest = max(np.nanpercentile(one.beats.audio, 90) for one in seen(kinds["sign_language"]))

    assert loudest < -38
    assert typical(kinds["sign_language"], "motion") > 1.3 * typical(kinds["quiet_demo"], "motion")


def test_quiet_demonstrations_are_quieter_than_chatty_hosts(kinds: Kinds) -> None:
    assert typical(kinds["quiet_demo"], "audio") < typical(kinds["chatty"], "audio") - 8


def test_a_host_of_one_product_keeps_it_for_hours(kinds: Kinds) -> None:
    changes = [
        (np.diff(one.beats.product) != 0).sum() / (len(one.beats.seq) / 240) for one in kinds["one_product"]
    ]

    assert max(changes) < 4


def test_a_metronome_changes_products_at_the_same_pace(kinds: Kinds) -> None:
    for host in kinds["metronomic"]:
        turns = host.beats.seq[1:][np.diff(host.beats.product) > 0]
        gaps = np.diff(turns)
        usual = np.median(gaps[gaps > 0])
        assert (np.abs(gaps - usual) <= 1).mean() > 0.5


def test_music_is_never_silent(kinds: Kinds) -> None:
    for host in seen(kinds["music"]):
        assert np.nanpercentile(host.beats.audio[host.beats.activity < 2], 2) > -58


def test_phones_are_handed_over_within_minutes(kinds: Kinds) -> None:
    shares = [overlapped(one) for one in kinds["hand_over"]]

    assert max(shares) < 0.05
    assert sum(share > 0.001 for share in shares) > EACH / 2


def test_a_flaky_line_loses_and_delays_and_repeats_more(kinds: Kinds) -> None:
    def lost(host: Host) -> float:
        return 1 - len(host.beats.seq) / sum(int(host.beats.seq[one].max()) for one in sessions(host))

    def late(host: Host) -> float:
        return float((host.beats.received_ms - host.beats.at_ms > 10_000).mean())

    for measure in (lost, late, lambda host: (host.beats.copies > 1).mean()):
        flaky, usual = ([measure(one) for one in kinds[style]] for style in ("flaky", "chatty"))
        assert np.mean(flaky) > 2 * np.mean(usual)


def test_an_account_of_several_hosts_has_two_to_four(kinds: Kinds) -> None:
    accounts = [one.label.account for one in kinds["multi_host"]]

    assert all(2 <= accounts.count(account) <= 4 for account in accounts)


def test_a_marathon_has_many_hours(kinds: Kinds) -> None:
    assert np.median([one.label.effective_ms for one in kinds["marathon"]]) > 18 * HOUR_MS


def test_honest_hosts_promise_no_more_than_anybody_may(kinds: Kinds) -> None:
    honest = [host for style in STYLES for host in kinds[style]]

    assert max(sum(end - start for start, end in host.slots) for host in honest) <= 84 * HOUR_MS


def test_who_stuffs_a_schedule_promises_more_than_anybody_can_keep(kinds: Kinds) -> None:
    for host in kinds["schedule_stuffing"]:
        assert sum(end - start for start, end in host.slots) > 84 * HOUR_MS


@pytest.mark.parametrize("attack", ["idle_static", "idle_music", "idle_auto_pin"])
def test_where_nobody_is_little_moves_though_products_are_claimed(kinds: Kinds, attack: str) -> None:
    for host in seen(kinds[attack]):
        claims = host.beats.activity < 2
        assert (host.beats.motion[claims] < 0.05).mean() > 0.25


def test_idle_music_is_heard_and_idle_rooms_are_not(kinds: Kinds) -> None:
    assert typical(kinds["idle_music"], "audio") > typical(kinds["idle_static"], "audio") + 10


def test_a_timer_pins_more_products_than_a_static_stream_does(kinds: Kinds) -> None:
    turns = {
        attack: np.median([(np.diff(one.beats.product) != 0).mean() for one in kinds[attack]])
        for attack in ("idle_auto_pin", "idle_static")
    }

    assert turns["idle_auto_pin"] > 2 * turns["idle_static"]


def test_a_loop_comes_back_as_no_honest_host_does(kinds: Kinds) -> None:
    loops, honest = ([comes_back(one) for one in seen(kinds[kind])] for kind in ("loop", "chatty"))

    assert np.median(loops) > 0.7
    assert max(honest) < 0.6


def test_a_noisy_loop_comes_back_less_clearly(kinds: Kinds) -> None:
    clean, rough = (
        np.median([comes_back(one) for one in seen(kinds[kind])]) for kind in ("loop", "loop_noise")
    )

    assert 0.2 < rough < clean


def test_a_replayed_day_is_like_the_day_before(kinds: Kinds) -> None:
    host = max(seen(kinds["daily_replay"]), key=lambda one: -one.label.effective_ms)
    days = [host.beats.motion[one][:200] for one in sessions(host)]

    alike = max(
        float(np.corrcoef(first[late : late + 180], second[:180])[0, 1])
        for first, second in pairwise(days)
        for late in range(8)
    )

    assert alike > 0.8


def test_overlapping_phones_claim_hours_twice_but_are_credited_once(kinds: Kinds) -> None:
    shares: dict[str, float] = {}
    for host in kinds["overlap"]:
        same = [one.beats for one in kinds["overlap"] if one.label.account == host.label.account]
        ends, covers = (np.concatenate([vars(one)[name] for one in same]) for name in ("at_ms", "covers_ms"))
        once_ms = time_of(ends - covers, ends)
        shares[host.label.account] = 1 - once_ms / covers.sum()
        assert host.label.effective_ms <= once_ms

    assert min(shares.values()) > 0.15


def test_forged_heartbeats_have_no_memory_and_smooth_ones_have(kinds: Kinds) -> None:
    def memory(host: Host) -> float:
        return beside(np.log(host.beats.motion + 0.001), 1)

    assert max(memory(one) for one in kinds["forged_beats"]) < 0.2
    assert min(memory(one) for one in kinds["forged_smooth"]) > 0.3


def test_bytes_follow_movement_on_a_real_line_and_not_on_a_forged_one(kinds: Kinds) -> None:
    def follows(host: Host) -> float:
        return float(np.corrcoef(host.beats.ingest, host.beats.motion)[0, 1])

    real = [follows(one) for one in seen(kinds["chatty"]) if one.beats.ingest.min() > 0]
    varied = [one for one in kinds["forged_smooth"] if one.beats.ingest.std() > 0]

    assert np.median(real) > 0.3
    assert all(abs(follows(one)) < 0.2 for one in varied)


def test_shows_last_within_days_and_beat_every_quarter_of_a_minute(kinds: Kinds) -> None:
    for host in (one for hosts in kinds.values() for one in hosts):
        gaps = np.concatenate([np.diff(host.beats.at_ms[one]) for one in sessions(host)])
        assert abs(np.median(gaps) - BEAT_MS) < 500
        assert host.beats.at_ms.max() - host.beats.at_ms.min() < 14 * DAY_MS

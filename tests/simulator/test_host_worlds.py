"""Worlds of hosts: the same from the same seed, true to their labels, alike as tables and as events."""

from __future__ import annotations

from collections import Counter
from typing import Any

import duckdb
import numpy as np
import pytest

from leaderboard.integrity import tables
from leaderboard.simulator import hosts_tables
from leaderboard.simulator.host_worlds import Host, HostPlan, HostWorld, make_host_world
from leaderboard.simulator.hosts import DAY_MS, HOUR_MS, NO_CHANNEL, NO_PRODUCT, time_of
from leaderboard.simulator.hosts_attacks import ATTACKS
from leaderboard.simulator.hosts_styles import STYLES
from leaderboard.simulator.plan import PlanError

SMALL = HostPlan(honest=10, attacks=dict.fromkeys(ATTACKS, 1))


@pytest.fixture(scope="module")
def world() -> HostWorld:
    return make_host_world(7, SMALL)


def loaded(world: HostWorld) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    world.load(connection)
    return connection


def claimed_ms(host: Host) -> int:
    """What the heartbeats claim to be selling, each moment once."""
    beats = host.beats
    claims = (beats.activity < 2) & (beats.channel != NO_CHANNEL) & (beats.product != NO_PRODUCT)
    return time_of((beats.at_ms - beats.covers_ms)[claims], beats.at_ms[claims])


def test_the_same_seed_gives_the_same_world_and_another_seed_another(world: HostWorld) -> None:
    again, other = make_host_world(7, SMALL), make_host_world(8, SMALL)

    assert world.labels() == again.labels() != other.labels()
    assert list(world.events()) == list(again.events())


def test_what_attacks_there_are_changes_nothing_of_honest_hosts(world: HostWorld) -> None:
    alone = make_host_world(7, HostPlan(honest=10, attacks={}))

    truth = [(one.name, one.effective_ms) for one in world.labels() if one.kind == "honest"]
    assert truth == [(one.name, one.effective_ms) for one in alone.labels()]


def test_names_of_accounts_do_not_tell_who_cheats() -> None:
    world = make_host_world(3, HostPlan(honest=30, attacks={"forged_beats": 30}, days=1))

    kinds = [one.kind for one in sorted(set(world.labels()), key=lambda one: one.account)]

    assert set(kinds[:20]) == set(kinds[-20:]) == {"honest", "attack"}


def test_the_tables_have_the_columns_that_detectors_read() -> None:
    shared = tables.COLUMNS.keys() & hosts_tables.COLUMNS.keys()

    assert shared == {"participants", "beats", "slots"}
    assert all(hosts_tables.COLUMNS[name] == tables.COLUMNS[name] for name in shared)


def test_tables_hold_each_heartbeat_once_and_events_repeat_some_of_them(world: HostWorld) -> None:
    sent = Counter(event["id"] for event in world.events())

    (rows,) = loaded(world).execute("SELECT count(*) FROM beats").fetchone() or (0,)

    assert rows == len(sent)
    assert max(sent.values()) == 2


def test_an_event_says_what_the_table_says(world: HostWorld) -> None:
    connection = loaded(world)
    events = [event for event in world.events() if "motion" in event and "product_id" in event]

    for event in events[:: len(events) // 50]:
        row = connection.execute(
            "SELECT account, session, covers_ms, activity, order_channel, product, viewers, motion, recorded FROM beats"
            " WHERE host = ? AND at_ms = ? AND seq = ?",
            [event["host_id"], event["at"], event["seq"]],
        ).fetchone()
        said = (
            "account_id",
            "live_session_id",
            "activity",
            "order_channel",
            "product_id",
            "viewers",
            "motion",
        )
        assert row is not None
        account, session, covers_ms, activity, channel, product, viewers, motion, recorded = row
        assert (account, session, activity, channel, product, viewers, motion) == tuple(
            event[name] for name in said
        )
        assert covers_ms == round(event["covers"] * 1000)
        assert recorded is None


def test_events_come_in_the_order_of_their_time_inside_the_window(world: HostWorld) -> None:
    times = [event["at"] for event in world.events()]

    assert times == sorted(times)
    assert SMALL.window[0] <= times[0] < times[-1] < SMALL.window[1]


def test_a_heartbeat_covers_about_its_own_time_and_is_received_after_it(world: HostWorld) -> None:
    for host in world.hosts:
        assert host.beats.covers_ms.min() > 0
        assert host.beats.covers_ms.max() <= 60_000
        assert (host.beats.received_ms > host.beats.at_ms).all()


def test_schedules_are_the_slots_of_the_tables(world: HostWorld) -> None:
    rows = loaded(world).execute("SELECT account, host, start_ms, end_ms FROM slots").fetchall()

    planned = {
        (account, host, *slot)
        for account, hosts in world.schedules().items()
        for host, slots in hosts.items()
        for slot in slots
    }
    assert set(rows) == planned
    assert all(SMALL.window[0] <= start < end <= SMALL.window[1] for _, _, start, end in rows)


def test_loading_adds_to_what_is_there_and_knows_each_participant_once(world: HostWorld) -> None:
    connection = duckdb.connect()
    tables.create(connection)
    known = world.labels()[0].account
    connection.execute("INSERT INTO participants VALUES (?, 'agency', 'shoes')", [known])

    world.load(connection)

    rows = connection.execute("SELECT account, agency FROM participants").fetchall()
    assert len(rows) == len({one.account for one in world.labels()})
    assert (known, "agency") in rows


def test_honest_hosts_truly_sell_nearly_all_the_time_they_claim() -> None:
    world = make_host_world(11, HostPlan(honest=60, attacks={}))

    shares = [claimed_ms(host) / host.label.effective_ms for host in world.hosts]

    assert min(shares) > 0.9
    assert max(shares) < 1.1
    assert 0.97 < float(np.median(shares)) < 1.03


def test_cheats_claim_the_hours_that_the_programme_asks_for_and_have_not_earned_them() -> None:
    gathering = [name for name in ATTACKS if name not in ("overlap", "schedule_stuffing", "loop_partial")]
    world = make_host_world(11, HostPlan(honest={}, attacks=dict.fromkeys(gathering, 4)))

    claimed = [claimed_ms(host) / HOUR_MS for host in world.hosts]

    assert float(np.median(claimed)) > 14
    assert all(host.label.effective_ms < 0.85 * claimed_ms(host) for host in world.hosts)


def test_the_truth_of_forged_heartbeats_is_nothing() -> None:
    world = make_host_world(5, HostPlan(honest={}, attacks={"forged_beats": 3, "forged_smooth": 3}))

    assert {one.effective_ms for one in world.labels()} == {0}


def test_many_honest_hosts_are_near_the_hours_that_are_asked_for() -> None:
    world = make_host_world(
        2, HostPlan(honest=dict.fromkeys(["chatty", "quiet_demo", "one_product"], 40), attacks={})
    )

    hours = np.array([one.effective_ms / HOUR_MS for one in world.labels()])

    assert ((hours > 13) & (hours < 15)).mean() > 0.2
    assert ((hours > 10) & (hours < 20)).mean() > 0.7


def test_a_shorter_campaign_has_fewer_hours_and_ends_with_its_window() -> None:
    plan = HostPlan(honest={"chatty": 5}, attacks=dict.fromkeys(ATTACKS, 1), days=2)

    world = make_host_world(1, plan)

    assert max(one.effective_ms for one in world.labels()) < 5 * HOUR_MS
    assert all(host.beats.at_ms.max() < plan.start_ms + 2 * DAY_MS for host in world.hosts)


def test_a_total_of_honest_accounts_is_dealt_out_to_all_styles() -> None:
    styles = HostPlan(honest=23, attacks={}).styles

    assert set(styles) == set(STYLES)
    assert sum(styles.values()) == 23
    assert set(styles.values()) == {2, 3}


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"days": 0}, "days = 0"),
        ({"honest": {"sleepy": 1}}, "honest: 'sleepy'"),
        ({"attacks": {"magic": 1}}, "attacks: 'magic'"),
        ({"attacks": {"loop": -1}}, "attacks: loop = -1"),
    ],
)
def test_a_plan_that_cannot_be_says_which_field_and_what_it_takes(asked: dict[str, Any], named: str) -> None:
    with pytest.raises(PlanError, match=named):
        HostPlan(**asked)

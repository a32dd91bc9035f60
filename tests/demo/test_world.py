"""The cast: the same from the same seed, labelled, with the roles that the story needs."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from leaderboard.demo.labels import (
    CIRCUMSTANCES,
    DRAWN,
    DRAWN_FROM,
    HONEST_HABITS,
    ROLES,
    Circumstance,
    Habit,
    Role,
)
from leaderboard.demo.world import make_world


def test_the_same_seed_makes_the_same_world() -> None:
    assert make_world(3) == make_world(3)
    assert make_world(3) != make_world(4)


def test_every_name_says_that_it_is_made_up() -> None:
    world = make_world(1, accounts=300)

    assert all(name.startswith("Demo Agency ") for _, name in world.agencies)
    assert all(account.id.startswith("demo-") and "(demo)" in account.name for account in world.accounts)
    assert all("(demo)" in host.name for account in world.accounts for host in account.hosts)


def test_ids_are_told_apart_in_a_large_world() -> None:
    world = make_world(1, accounts=20_000)

    assert len({account.id for account in world.accounts}) == 20_000
    assert len({host.id for account in world.accounts for host in account.hosts}) >= 20_000


def test_every_role_is_cast_in_the_usual_world() -> None:
    world = make_world(1)

    assert {account.role for account in world.accounts} == {"ordinary", *ROLES.values()}
    assert [account.kind for account in world.accounts].count("merchant") == 1


def test_every_circumstance_and_every_habit_occurs_in_the_usual_world() -> None:
    world = make_world(1)

    assert {one for account in world.accounts for one in account.circumstances} == set(get_args(Circumstance))
    assert {host.habit for account in world.accounts for host in account.hosts} == set(get_args(Habit))


@pytest.mark.parametrize("seed", range(5))
def test_habits_are_dealt_in_their_shares(seed: int) -> None:
    world = make_world(seed, accounts=400)
    free = [account for account in world.accounts if account.role not in ("nearly", "idle", "recorded")]
    dealt = Counter(host.habit for account in free for host in account.hosts)

    for habit in set(HONEST_HABITS):
        share = HONEST_HABITS.count(habit) / len(HONEST_HABITS)
        assert abs(dealt[habit] / dealt.total() - share) < 0.02


def test_in_a_large_world_circumstances_befall_a_few_of_those_without_a_place() -> None:
    world = make_world(1, accounts=2_000)
    drawn = Counter(one for account in world.accounts[DRAWN_FROM:] for one in account.circumstances)

    assert set(drawn) == set(DRAWN)
    assert all(30 < count < 90 for count in drawn.values())


def test_the_labels_say_who_is_honest() -> None:
    world = make_world(1)
    labels = world.labels()
    cheats = {label["role"] for label in labels.values() if not label["honest"]}
    habits = {
        host["habit"] for label in labels.values() for host in label["hosts"].values() if not host["honest"]
    }

    assert list(labels) == [account.id for account in world.accounts]
    assert cheats == {"farm", "idle", "recorded"}
    assert habits == {"hangs_up", "plays_recording"}
    assert set(ROLES.values()) <= set(get_args(Role))
    assert not set(CIRCUMSTANCES) & set(ROLES)


def test_popularity_is_shared_out_and_the_fifth_paid_place_is_close() -> None:
    shares = [account.popularity for account in make_world(1).accounts]

    assert abs(sum(shares) - 1) < 1e-9
    assert 0.9 < shares[7] / shares[4] < 1


def test_an_account_has_hosts_and_all_but_one_of_them_are_registered() -> None:
    world = make_world(1)
    unregistered = [host for account in world.accounts for host in account.hosts if not host.registered]

    assert len(unregistered) == 1
    assert all(any(host.registered for host in account.hosts) for account in world.accounts)


def test_a_world_of_one_account_is_a_world() -> None:
    assert len(make_world(1, accounts=1).accounts) == 1

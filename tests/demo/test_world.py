"""The cast: the same from the same seed, labelled, with the roles that the story needs."""

from __future__ import annotations

from leaderboard.demo.world import ROLES, make_world


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

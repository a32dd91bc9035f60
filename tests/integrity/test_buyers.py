"""Buyers behind refunds: which signs count, against whom, and for how many people."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from msgspec.structs import replace

from leaderboard.integrity.buyers import LIMITS, Refunders, buyer_findings, read_rings, rings
from leaderboard.integrity.tables import create

HONEST = Refunders("", 30, 30, 3, 2, 1, 0, 1)


def peers(count: int = 20) -> list[Refunders]:
    return [replace(HONEST, account=f"peer-{number}") for number in range(count)]


def signs(*rows: Refunders) -> dict[str, list[str]]:
    found = rings([*peers(), *rows], LIMITS)
    return {account: [sign.name for sign in ring.signs] for account, ring in found.items()}


def test_honest_accounts_have_nothing_in_common() -> None:
    assert signs() == {}


@pytest.mark.parametrize("sign", ["fast", "on_shared_device", "never_seen"])
def test_each_sign_counts_by_itself(sign: str) -> None:
    assert signs(replace(HONEST, account="a", **{sign: 28})) == {"a": [sign]}


def test_one_person_with_many_refunds_is_no_ring() -> None:
    assert signs(replace(HONEST, account="a", repeated=28, repeaters=1)) == {}
    assert signs(replace(HONEST, account="a", repeated=28, repeaters=4)) == {"a": ["repeated"]}


@pytest.mark.parametrize("refunds", range(1, 5))
def test_fewer_than_five_refunds_are_no_ring(refunds: int) -> None:
    few = Refunders("few", refunds, refunds, refunds, refunds, refunds, refunds, refunds)

    assert signs(few) == {}


def test_with_too_few_peers_nobody_is_found() -> None:
    assert rings([*peers(5), replace(HONEST, account="a", fast=30)], LIMITS) == {}


def test_what_all_have_is_no_sign() -> None:
    rows = [replace(HONEST, account=f"fast-{number}", fast=24) for number in range(20)]

    assert rings(rows, LIMITS) == {}


def test_one_kind_of_evidence_asks_for_a_look_and_two_for_a_hold() -> None:
    one = rings([*peers(), replace(HONEST, account="a", fast=28)], LIMITS)
    two = rings([*peers(), replace(HONEST, account="a", fast=28, on_shared_device=28)], LIMITS)

    (looked_at,), (held,) = buyer_findings(one), buyer_findings(two)

    assert (looked_at.asks, looked_at.families, looked_at.links_partner) == ("review", ("timing",), False)
    assert (held.asks, held.families, held.links_partner) == ("hold", ("timing", "buyers"), True)
    assert "28 of 30 refunded orders went back within 24 hours (peers 10%)" in held.sentence


@pytest.fixture
def tables() -> Iterator[DuckDBPyConnection]:
    """Ten accounts, each with ten refunded orders of ten people who were seen on a device of their own."""
    with duckdb.connect() as connection:
        create(connection)
        for number in range(10):
            refund(connection, f"peer-{number}", visitors=10, devices=10)
        yield connection


def refund(connection: DuckDBPyConnection, account: str, visitors: int, devices: int) -> None:
    given = {"a": account, "v": visitors}
    connection.execute(
        "INSERT INTO orders SELECT $a, i::VARCHAR, 0, 1, 'USD', hash($a, i % $v), NULL, NULL, [] FROM range(10) t(i)",
        given,
    )
    connection.execute(
        "INSERT INTO refunds SELECT $a, i::VARCHAR, 200_000_000, 1, 'USD', NULL FROM range(10) t(i)",
        {"a": account},
    )
    if devices:
        connection.execute(
            "INSERT INTO views (account, visitor, device) SELECT $a, hash($a, i), hash($a, i % $d) FROM range($v) t(i)",
            {**given, "d": devices},
        )


def read_signs(connection: DuckDBPyConnection) -> dict[str, list[str]]:
    return {account: [sign.name for sign in ring.signs] for account, ring in read_rings(connection).items()}


def test_people_on_devices_of_their_own_are_no_ring(tables: DuckDBPyConnection) -> None:
    assert read_signs(tables) == {}


def test_ten_buyers_on_two_devices_share_them(tables: DuckDBPyConnection) -> None:
    refund(tables, "a", visitors=10, devices=2)

    assert read_signs(tables) == {"a": ["on_shared_device"]}


def test_buyers_who_never_viewed_anything_are_never_seen(tables: DuckDBPyConnection) -> None:
    refund(tables, "a", visitors=10, devices=0)

    assert read_signs(tables) == {"a": ["never_seen"]}


def test_two_buyers_of_ten_refunds_are_repeated(tables: DuckDBPyConnection) -> None:
    refund(tables, "a", visitors=2, devices=2)

    assert read_signs(tables) == {"a": ["repeated"]}

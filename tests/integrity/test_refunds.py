"""Refunds: the chance against an exact count, and who is found, held or left alone."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb, prod

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.integrity.refunds import (
    LIMITS,
    Excess,
    Rates,
    Refunded,
    Sold,
    excesses,
    one_product,
    refund_findings,
)
from leaderboard.integrity.refunds_chance import survival
from leaderboard.integrity.tables import create

HOUR_MS = 3_600_000


def exactly(hits: int, of: int, a: Fraction, b: Fraction) -> Fraction:
    """The Beta-Binomial's tail in fractions, by rising factorials."""

    def rising(x: Fraction, n: int) -> Fraction:
        return prod((x + i for i in range(n)), start=Fraction(1))

    terms = (comb(of, k) * rising(a, k) * rising(b, of - k) for k in range(hits, of + 1))
    return sum(terms, start=Fraction(0)) / rising(a + b, of)


@given(st.data())
def test_the_chance_is_that_of_the_exact_count(data: st.DataObject) -> None:
    of = data.draw(st.integers(0, 60))
    hits = data.draw(st.integers(0, of + 1))
    a, b = (Fraction(data.draw(st.integers(1, 400)), 10) for _ in range(2))

    assert survival(hits, of, float(a), float(b)) == pytest.approx(float(exactly(hits, of, a, b)), rel=1e-9)


def peers(count: int = 20, orders: int = 100, category: str = "") -> list[Refunded]:
    return [Refunded(f"peer-{i}", category, orders, 3 + i % 5) for i in range(count)]


@pytest.mark.parametrize("orders", range(1, 12))
def test_fewer_than_five_refunds_never_flag_whatever_they_are_of(orders: int) -> None:
    few = [Refunded(f"few-{refunds}", "", orders, refunds) for refunds in range(min(orders, 4) + 1)]

    assert excesses([*peers(), *few], {row.account for row in few}) == {}


def test_one_refund_in_two_orders_is_likely() -> None:
    assert Rates(peers(), LIMITS).chance(1, 2, 0.05) > 0.05


def test_most_of_many_orders_refunded_is_found() -> None:
    found = excesses([*peers(), Refunded("cheat", "", 200, 120)], ())

    assert list(found) == ["cheat"]
    assert found["cheat"].p <= LIMITS.most_p_alone


def test_a_rate_that_its_category_has_is_not_found() -> None:
    fashion = [Refunded(f"fashion-{i}", "fashion", 100, 35 + i % 10) for i in range(20)]

    assert excesses([*peers(), *fashion], ()) == {}


def test_with_too_few_peers_nobody_is_found() -> None:
    assert excesses([*peers(count=5), Refunded("cheat", "", 200, 150)], ()) == {}


def test_accounts_that_differ_much_make_a_rate_less_special() -> None:
    alike = [Refunded(f"a{i}", "", 1_000, 50 + i % 3) for i in range(20)]
    unlike = [Refunded(f"a{i}", "", 1_000, 10 + 9 * i) for i in range(20)]

    assert Rates(alike, LIMITS).prior_orders > Rates(unlike, LIMITS).prior_orders


def test_one_defective_product_is_told_apart() -> None:
    excess = Excess(Refunded("a", "", 200, 60), 0.05, 1e-6)

    assert one_product(excess, [Sold("kettle", 70, 56), Sold("cup", 130, 4)], LIMITS) == Sold(
        "kettle", 70, 56
    )
    assert one_product(excess, [Sold("kettle", 70, 31), Sold("cup", 130, 29)], LIMITS) is None


@pytest.fixture
def tables() -> Iterator[DuckDBPyConnection]:
    """Twenty accounts with 100 orders of other people each, five of them refunded after two days."""
    with duckdb.connect() as connection:
        create(connection)
        for number in range(20):
            sell(connection, f"peer-{number}", 100)
            give_back(connection, f"peer-{number}", range(5), 48 * HOUR_MS)
        yield connection


def sell(connection: DuckDBPyConnection, account: str, orders: int, buyers: int = 0) -> None:
    """Each order is of its own buyer, or of one of a few; odd ones are of a kettle."""
    connection.execute("INSERT INTO participants VALUES ($a, NULL, 'home')", {"a": account})
    connection.execute(
        "INSERT INTO orders SELECT $a, i::VARCHAR, 1000 * i, 1000, 'USD', hash($a, if($b > 0, i % $b, i)), NULL, NULL, "
        "[if(i % 2 = 1, 'kettle', 'cup')] FROM range($n) t(i)",
        {"a": account, "n": orders, "b": buyers},
    )


def give_back(
    connection: DuckDBPyConnection, account: str, orders: range, after_ms: int, reason: str | None = None
) -> None:
    connection.execute(
        "INSERT INTO refunds SELECT $a, i::VARCHAR, 1000 * i + $after, 1000, 'USD', $reason FROM unnest($orders) t(i)",
        {"a": account, "orders": list(orders), "after": after_ms, "reason": reason},
    )


def test_honest_accounts_have_no_findings(tables: DuckDBPyConnection) -> None:
    assert refund_findings(tables) == []


def test_refunds_that_buyers_want_are_no_evidence_of_too_many(tables: DuckDBPyConnection) -> None:
    sell(tables, "fitting-room", 200)
    give_back(tables, "fitting-room", range(120), 48 * HOUR_MS, "buyer")

    assert refund_findings(tables) == []


def test_an_order_refunded_in_parts_is_one_refund(tables: DuckDBPyConnection) -> None:
    sell(tables, "in-parts", 100)
    for _ in range(30):
        give_back(tables, "in-parts", range(4), 48 * HOUR_MS)

    assert refund_findings(tables) == []


def test_a_rate_beyond_doubt_is_looked_at_and_not_held(tables: DuckDBPyConnection) -> None:
    sell(tables, "broken", 200)
    give_back(tables, "broken", range(1, 200, 2), 48 * HOUR_MS, "seller_fault")

    (found,) = refund_findings(tables)

    assert (found.account, found.asks, found.families) == ("broken", "review", ("refunds",))
    assert not found.links_partner
    assert "100 of 200 orders" in found.sentence
    assert "sellers of home have 5%" in found.sentence
    assert "Product kettle has 100 of the refunds" in found.sentence


def test_many_refunds_of_few_buyers_at_once_are_held(tables: DuckDBPyConnection) -> None:
    sell(tables, "ring", 60, buyers=6)
    give_back(tables, "ring", range(40), HOUR_MS)

    of_refunds, of_buyers = refund_findings(tables)

    assert (of_refunds.detector, of_refunds.asks) == ("refunds", "hold")
    assert set(of_refunds.families) == {"refunds", "timing", "buyers"}
    assert of_refunds.links_partner
    assert (of_buyers.detector, of_buyers.asks) == ("buyers", "hold")

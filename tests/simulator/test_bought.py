"""What is characteristic of each attack, as the tables and the truth show it."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from leaderboard.config import Integrity
from leaderboard.web.door import open_door

Database = duckdb.DuckDBPyConnection


def fakes(database: Database, name: str, what: str) -> list[tuple[Any, ...]]:
    """A row for each account that the attack is about, of its fake views."""
    return database.execute(
        f"SELECT {what} FROM marked WHERE fake AND name = ? GROUP BY account ORDER BY account", [name]
    ).fetchall()


def test_what_a_door_would_find_is_marked_and_nothing_else(database: Database) -> None:
    """Its lists do not know every server: what it finds is marked, not the other way round."""
    door = open_door(Integrity())
    rows = database.execute("SELECT DISTINCT name, invalid, agent, address FROM marked").fetchall()

    found = {
        (name, invalid, door.why_invalid(agent, address, None)) for name, invalid, agent, address in rows
    }
    marked = {said for said in found if said[1] or said[2]}

    assert {name for name, _, _ in marked} == {"data_centre"}
    assert {why for _, why, _ in marked} == {"data_centre", "crawler"}
    assert all(seen in (why, None) for _, why, seen in marked)


def test_farms_have_few_networks_few_models_and_next_to_no_carts(database: Database) -> None:
    for name in ("farm", "farm_4g"):
        for networks, models in fakes(database, name, "count(DISTINCT network), count(DISTINCT agent)"):
            assert networks <= 8
            assert models <= 60


def test_farms_on_4g_share_their_networks_with_honest_people(database: Database) -> None:
    alone = database.execute(
        """SELECT count(*) FROM (SELECT DISTINCT network FROM marked WHERE fake AND name = 'farm_4g'
        AND network IS NOT NULL) WHERE network NOT IN (SELECT network FROM marked WHERE NOT fake
        AND network IS NOT NULL)"""
    ).fetchone()

    assert alone == (0,)


def test_who_throws_cookies_away_is_one_machine_or_few(database: Database) -> None:
    fixed = fakes(database, "churn_fixed", "count(DISTINCT address), count(DISTINCT agent)")
    varied = fakes(
        database,
        "churn_random",
        "count(DISTINCT address) / count(DISTINCT at_ms // 86400000), count(DISTINCT agent)",
    )

    assert all(addresses <= 4 and agents <= 4 for addresses, agents in fixed)
    assert all(a_day <= 4 and agents >= 50 for a_day, agents in varied)


def test_bursts_are_over_within_minutes(database: Database) -> None:
    busy = database.execute(
        """SELECT count(DISTINCT at_ms // 60000) FROM marked WHERE fake AND name = 'burst' GROUP BY account"""
    ).fetchall()
    views = fakes(database, "burst", "count(*)")

    # Some come again later.
    assert all(minutes < 0.7 * count for (minutes,), (count,) in zip(busy, views, strict=True))
    assert all(
        early > 0.7
        for (early,) in database.execute(
            """SELECT list_sum(list_reverse_sort(list(n))[:24]) / sum(n) FROM (SELECT account,
            at_ms // 300000 AS part, count(*) AS n FROM marked WHERE fake AND name = 'burst' GROUP BY ALL)
            GROUP BY account"""
        ).fetchall()
    )


def test_a_crowd_works_for_several_customers_with_phones_of_its_own(database: Database) -> None:
    common = database.execute(
        """SELECT count(*) / (SELECT count(DISTINCT visitor) FROM marked WHERE fake AND name = 'crowd_turf')
        FROM (SELECT visitor FROM marked WHERE fake AND name = 'crowd_turf' GROUP BY 1
        HAVING count(DISTINCT account) > 1)"""
    ).fetchone()

    assert common is not None
    assert common[0] > 0.1
    assert all(models > 60 for (models,) in fakes(database, "crowd_turf", "count(DISTINCT agent)"))


def test_shallow_proxies_come_from_everywhere_once_and_are_known_nowhere(database: Database) -> None:
    known = database.execute(
        """SELECT count(*) FROM marked a WHERE fake AND name = 'proxies_shallow'
        AND visitor IN (SELECT visitor FROM marked b WHERE b.account != a.account)"""
    ).fetchone()

    assert known == (0,)
    for networks, views in fakes(
        database,
        "proxies_shallow",
        "count(DISTINCT network) / count(DISTINCT visitor), count(*) / count(DISTINCT visitor)",
    ):
        assert networks > 0.1
        assert views < 1.3


def test_full_proxies_are_known_elsewhere_come_again_and_fill_carts(database: Database) -> None:
    known = database.execute(
        """WITH bots AS (SELECT DISTINCT visitor FROM marked WHERE fake AND name = 'proxies_full')
        SELECT avg((accounts > 1)::INTEGER) FROM (SELECT visitor, count(DISTINCT account) AS accounts
        FROM marked JOIN bots USING (visitor) GROUP BY 1)"""
    ).fetchone()
    carts = carts_by(database, "proxies_full")

    assert known is not None
    assert known[0] > 0.25
    assert carts[True] > 0.5 * carts[False]


@pytest.mark.parametrize(
    "name", ["farm", "farm_4g", "churn_fixed", "churn_random", "burst", "crowd_turf", "sabotage"]
)
def test_who_is_bought_hardly_fills_a_cart(database: Database, name: str) -> None:
    carts = carts_by(database, name)

    assert carts.get(True, 0.0) < 0.3 * carts[False]


def carts_by(database: Database, name: str) -> dict[bool, float]:
    """Whether fake → carts by visitor."""
    return dict(
        database.execute(
            """SELECT fake, count(s.visitor) / count(*) FROM truth_visitors t JOIN truth_accounts USING (account)
            LEFT JOIN (SELECT DISTINCT account, visitor FROM steps WHERE step = 'AddToCart') s
            ON s.account = t.account AND s.visitor = t.visitor WHERE name = ? GROUP BY fake""",
            [name],
        ).fetchall()
    )


def test_self_buyers_are_few_and_send_most_of_it_back(database: Database) -> None:
    orders = database.execute(
        """SELECT o.account, count(*) / count(DISTINCT o.visitor), count(r.order_id) / count(*)
        FROM orders o JOIN truth_visitors t ON t.account = o.account AND t.visitor = o.visitor AND t.fake
        JOIN truth_accounts a ON a.account = o.account AND a.name = 'self_refund'
        LEFT JOIN refunds r ON r.account = o.account AND r.order_id = o.id GROUP BY o.account"""
    ).fetchall()

    assert len(orders) == 2
    assert all(each >= 1 and back > 0.6 for _, each, back in orders)

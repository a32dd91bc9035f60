"""What is characteristic of each honest kind, as the tables show it."""

from __future__ import annotations

from typing import Any

import duckdb

from leaderboard.simulator import agents

Database = duckdb.DuckDBPyConnection


def by_kind(database: Database, statement: str) -> dict[str, Any]:
    return dict(database.execute(statement).fetchall())


def test_in_a_small_region_four_networks_carry_a_large_part_of_an_account(database: Database) -> None:
    carried = by_kind(
        database,
        """SELECT name, median(share) FROM (SELECT name, account,
        list_sum(list_reverse_sort(list(n))[:4]) / sum(n) AS share FROM (SELECT name, account, network,
        count(DISTINCT visitor) AS n FROM marked WHERE network IS NOT NULL AND kind = 'honest' GROUP BY ALL)
        GROUP BY ALL) GROUP BY name""",
    )

    assert 0.25 < carried["cgnat"] < 0.5
    assert carried["normal"] < 0.22


def test_more_than_half_of_an_audience_is_known_elsewhere_and_a_third_in_a_new_market(
    database: Database,
) -> None:
    known = by_kind(
        database,
        """WITH met AS (SELECT visitor, count(*) > 1 AS known FROM truth_visitors GROUP BY 1)
        SELECT name, avg(known::INTEGER) FROM truth_visitors JOIN met USING (visitor)
        JOIN truth_accounts USING (account) WHERE NOT fake GROUP BY name""",
    )

    assert 0.45 < known["normal"] < 0.7
    assert 0.2 < known["new_market"] < 0.4


def test_a_hall_is_one_address_with_many_kinds_of_phones(database: Database) -> None:
    halls = database.execute(
        """SELECT account, max(n) / sum(n), max_by(agents, n) FROM (SELECT account, address,
        count(DISTINCT visitor) AS n, count(DISTINCT agent) AS agents FROM marked
        WHERE name = 'venue_wifi' AND address IS NOT NULL GROUP BY ALL) GROUP BY account"""
    ).fetchall()

    assert len(halls) == 3
    assert all(share > 0.05 and agents > 30 for _, share, agents in halls)


def test_of_fashion_a_large_part_comes_back(database: Database) -> None:
    rates = by_kind(
        database,
        """SELECT name, count(r.order_id) / count(*) FROM orders o JOIN truth_accounts USING (account)
        LEFT JOIN refunds r ON r.account = o.account AND r.order_id = o.id GROUP BY name""",
    )

    assert 0.25 < rates["fashion"] < 0.65
    assert rates["normal"] < 0.2


def test_some_accounts_show_one_product_and_some_are_small(database: Database) -> None:
    products = by_kind(database, "SELECT name, count(DISTINCT product) FROM marked GROUP BY name")
    sizes = database.execute(
        "SELECT count(DISTINCT visitor) FROM marked WHERE name = 'small' GROUP BY account"
    ).fetchall()

    assert products["one_product"] == 1
    assert all(40 <= size <= 360 for (size,) in sizes)


def test_paid_traffic_says_so_mostly(database: Database) -> None:
    promoted = by_kind(
        database, "SELECT name, avg(promoted::INTEGER) FROM marked WHERE kind = 'honest' GROUP BY name"
    )

    assert promoted["promoted"] > 0.15 > promoted["normal"]


def test_a_clip_that_is_passed_on_brings_a_wave(database: Database) -> None:
    peaks = by_kind(
        database,
        """SELECT name, median(peak) FROM (SELECT name, account, max(n) / sum(n) AS peak FROM (SELECT name,
        account, at_ms // 21600000 AS part, count(*) AS n FROM marked WHERE source = 'video' AND kind = 'honest'
        GROUP BY ALL) GROUP BY ALL) GROUP BY name""",
    )

    assert peaks["viral"] > 1.5 * peaks["normal"]


def test_raids_bring_the_audience_of_another_account(database: Database) -> None:
    """More of two audiences is the same than of any two that have nothing to do with one another."""
    shared = by_kind(
        database,
        """WITH small AS (SELECT * FROM truth_visitors JOIN truth_accounts USING (account) WHERE NOT fake
        AND name IN ('raid', 'normal', 'viral')), uv AS (SELECT account, count(*) AS n FROM small GROUP BY 1)
        SELECT name, median(most) FROM (SELECT a.name, a.account, max(n) AS most FROM (SELECT a.account, a.name,
        b.account AS other, count(*) / any_value(uv.n) AS n FROM small a JOIN truth_visitors b USING (visitor)
        JOIN uv ON uv.account = a.account WHERE a.account != b.account GROUP BY ALL) a GROUP BY ALL) GROUP BY name""",
    )

    assert shared["raid"] > shared["normal"]


def test_a_school_has_one_address_two_kinds_of_tablets_and_no_carts(database: Database) -> None:
    tablets = database.execute(
        """SELECT count(DISTINCT address), count(DISTINCT agent) FROM marked
        WHERE name = 'school' AND list_contains(?, agent) GROUP BY account""",
        [agents.tablets()],
    ).fetchall()

    assert len(tablets) == 2
    assert all(addresses == 1 and agents <= 2 for addresses, agents in tablets)


def test_nights_are_quiet(database: Database) -> None:
    """By the clock of each account's region nothing is as quiet as a quarter of the day."""
    quietest = database.execute(
        """SELECT median(low) FROM (SELECT account, min(n) / sum(n) AS low FROM (SELECT account,
        (at_ms // 3600000) % 24 // 4 AS part, count(*) AS n FROM marked WHERE name = 'normal' GROUP BY ALL)
        GROUP BY account)"""
    ).fetchone()

    assert quietest is not None
    assert quietest[0] < 0.08

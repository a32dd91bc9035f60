"""Crowds for tests: a platform of honest accounts, and visitors of one account who have in common what a test says."""

from __future__ import annotations

from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from leaderboard.integrity import tables

START_MS: Final = 1_771_027_200_000  # 2026-02-14T00:00:00Z
_HOUR_MS: Final = 3_600_000

# Each visitor throws its own dice, by name: `u` is in [0, 1) and always the same.
_PEOPLE: Final = """
CREATE OR REPLACE TEMP TABLE people AS
WITH thrown AS (
  SELECT i, (hash($account, $label, i, 'known') % 10000) / 10000.0 AS known,
         (hash($account, $label, i, 'multi') % 10000) / 10000.0 AS multi,
         (hash($account, $label, i, 'cart') % 10000) / 10000.0 AS cart,
         (hash($account, $label, i, 'at') % 1000000) / 1000000.0 AS moment,
         hash($account, $label, i, 'dice') AS dice
  FROM range($count) t(i)
)
SELECT i, CASE WHEN known < $known THEN hash($pool, dice % $pool_size) ELSE hash('stranger', dice) END AS visitor,
       multi < $multi AS multi, cart < $cart AS cart,
       ($start_ms + $first_h * 3600000 + moment * $hours * 3600000)::BIGINT AS at_ms,
       coalesce($network, '10.' || dice % 40 || '.' || dice // 40 % 20 || '.0/24') AS network,
       'agent ' || coalesce($agent, dice // 7 % 40 + (dice // 7 % 13)) AS agent,
       coalesce($dwell_s, exp(1 + 4 * ((dice // 11 % 1000) / 1000.0))) AS dwell_s,
       CASE WHEN $devices > 0 THEN hash('device', i % $devices) END AS device
FROM thrown;
INSERT INTO views BY NAME
SELECT $account AS account, at_ms + step * 60000 AS at_ms, at_ms AS received_ms, visitor, 'p' || step AS product,
       $source AS source, false AS promoted, dwell_s, network, network AS address, agent, device
FROM people, range(2) s(step) WHERE step = 0 OR multi;
INSERT INTO steps BY NAME
SELECT $account AS account, at_ms + 1000 AS at_ms, 'AddToCart' AS step, visitor, 'p0' AS product FROM people WHERE cart;
"""


def add_people(
    connection: DuckDBPyConnection,
    account: str,
    count: int,
    *,
    label: str = "people",
    known: float = 0.6,
    multi: float = 0.4,
    cart: float = 0.15,
    network: str | None = None,
    agent: int | None = None,
    dwell_s: float | None = None,
    devices: int = 0,
    first_h: int = 0,
    hours: int = 336,
    source: str = "live",
    pool: str = "pool",
    pool_size: int = 1_500,
) -> None:
    """`pool` is from whom the known ones come. Without a network, an agent or a dwell time all have their own."""
    given = {**locals(), "start_ms": START_MS}
    given.pop("connection")
    for statement in _PEOPLE.split(";"):
        if statement.strip():
            used = {name: value for name, value in given.items() if f"${name}" in statement}
            connection.execute(statement, used)


def honest_platform(accounts: int = 12, visitors: int = 500, *, known: float = 0.6) -> DuckDBPyConnection:
    """Accounts `peer-0` and so on, each of its own agency, with visitors that are like everybody's."""
    connection = duckdb.connect(config={"threads": 2})
    tables.create(connection)
    for number in range(accounts):
        connection.execute(
            "INSERT INTO participants VALUES (?, ?, NULL)", [f"peer-{number}", f"agency-{number}"]
        )
        add_people(connection, f"peer-{number}", visitors, known=known)
    return connection


def joined(connection: DuckDBPyConnection, account: str, **people: float) -> None:
    """An account of its own agency, with 600 visitors like everybody's unless said otherwise."""
    connection.execute("INSERT INTO participants VALUES (?, ?, NULL)", [account, f"agency of {account}"])
    add_people(connection, account, 600, **people)  # type: ignore[arg-type]

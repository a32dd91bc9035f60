"""Doubts: which visitors are not believed, and how much, by detector. Nobody is doubted twice in what is taken off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TABLES: Final = """
CREATE OR REPLACE TABLE doubts (detector VARCHAR, a INTEGER, visitor UBIGINT, weight DOUBLE);
CREATE OR REPLACE TABLE excesses (cell INTEGER, excess DOUBLE);
CREATE OR REPLACE TABLE in_rooms (a INTEGER, visitor UBIGINT);
"""

# Who put something into the cart is believed; the estimate is spread over all others of the cell.
_OF_CELLS: Final = """
INSERT INTO doubts
SELECT 'cells', a, visitor, max(weight)
FROM (SELECT a, visitor,
             CASE WHEN cart THEN 0.0
                  ELSE least(1.0, excess / (count_if(NOT cart) OVER (PARTITION BY cell))) END AS weight
      FROM members JOIN excesses USING (cell))
GROUP BY a, visitor HAVING max(weight) > 0
"""
# What cells have of it already is not taken off a second time.
_OF_STRANGERS: Final = """
INSERT INTO doubts
WITH strangers AS (
  SELECT a, v.visitor, e.excess, d.weight, d.weight IS NULL AND NOT (cart OR multi) AS idle
  FROM visitors v JOIN (SELECT cell AS a, excess FROM excesses) e USING (a) LEFT JOIN doubts d USING (a, visitor)
  ANTI JOIN in_rooms USING (a, visitor)
  WHERE NOT known
), left_over AS (
  SELECT a, any_value(excess) - coalesce(sum(weight), 0) AS excess, count_if(idle) AS idle FROM strangers GROUP BY a
)
SELECT 'fresh', a, visitor, least(1.0, l.excess / l.idle)
FROM strangers s JOIN left_over l USING (a) WHERE s.idle AND l.excess > 0
"""
_DOUBTFUL: Final = """
CREATE OR REPLACE TABLE doubtful AS
SELECT account, visitor, max(weight) AS weight FROM doubts JOIN known_accounts USING (a) GROUP BY account, visitor
"""
_BY_DETECTOR: Final = """
SELECT detector, account, sum(weight) FROM doubts JOIN known_accounts USING (a) GROUP BY ALL ORDER BY ALL
"""


def make_doubts(connection: DuckDBPyConnection) -> None:
    """Makes `doubts`, empty."""
    connection.execute(_TABLES)


def doubt_members(connection: DuckDBPyConnection, excesses: Iterable[tuple[int, float]]) -> None:
    """Doubts those in `members`: of each cell so many."""
    _fill(connection, excesses)
    connection.execute(_OF_CELLS)


def note_rooms(connection: DuckDBPyConnection, cells: Iterable[int]) -> None:
    """Notes who is in a room of people with the same devices: their network says enough of why they are strangers."""
    connection.execute(
        "INSERT INTO in_rooms SELECT DISTINCT a, visitor FROM members WHERE list_contains(?::INTEGER[], cell)",
        [list(cells)],
    )


def doubt_strangers(connection: DuckDBPyConnection, excesses: Iterable[tuple[int, float]]) -> None:
    """Doubts so many of an account's strangers, together with those doubted before: the others that did nothing."""
    _fill(connection, excesses)
    connection.execute(_OF_STRANGERS)


def _fill(connection: DuckDBPyConnection, excesses: Iterable[tuple[int, float]]) -> None:
    connection.execute("DELETE FROM excesses")
    if rows := list(excesses):
        connection.executemany("INSERT INTO excesses VALUES (?, ?)", rows)


def doubted(connection: DuckDBPyConnection, detector: str) -> dict[int, float]:
    """How many visitors of each account a detector takes for no people."""
    rows = connection.execute(
        "SELECT a, round(sum(weight), 6) FROM doubts WHERE detector = ? GROUP BY a ORDER BY a", [detector]
    ).fetchall()
    return dict(rows)


def believe(connection: DuckDBPyConnection, detector: str, accounts: Iterable[int]) -> None:
    """Takes back what a detector doubts of accounts for which it asks nothing that counts."""
    connection.execute(
        "DELETE FROM doubts WHERE detector = ? AND list_contains(?, a)", [detector, list(accounts)]
    )


def make_doubtful(connection: DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """Makes `doubtful` (account, visitor, weight): each doubted visitor once, by whoever doubts it most.

    Returns how many each detector doubts of each account.
    """
    connection.execute(_DOUBTFUL)
    rows = connection.execute(_BY_DETECTOR).fetchall()
    return {(detector, account): round(doubted) for detector, account, doubted in rows}

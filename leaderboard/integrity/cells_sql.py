"""Cells in SQL: which parts of an account's visitors are crowded, how engaged those are, and what in them is alike.

A cell is the visitors of one account that have one thing in common: a network, an address, an agent, a device, a span
of time, how long they stayed. Judges nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from leaderboard.integrity.peers import BySource, Engaged
from leaderboard.integrity.thresholds import Thresholds

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A kind of cell, and what the visitors of one have in common, as an expression over `visitors`.
KINDS: Final[Mapping[str, str]] = {
    "network": "network",
    "address": "address",
    "agent": "agent",
    "device": "device",
    "half_hour": "(at_ms // 1800000)::UBIGINT",
    "two_hours": "(at_ms // 7200000)::UBIGINT",
    "source": "s::UBIGINT",
    "dwell": "dwell::UBIGINT",
    "time_and_dwell": "CASE WHEN dwell IS NOT NULL THEN hash(at_ms // 7200000, dwell) END",
    "time_and_agent": "CASE WHEN agent IS NOT NULL THEN hash(at_ms // 7200000, agent) END",
}

_TABLES: Final = """
CREATE OR REPLACE TABLE account_sizes AS SELECT a, count(*) AS n FROM visitors GROUP BY a;
CREATE OR REPLACE TABLE cells (kind VARCHAR, a INTEGER, key UBIGINT, n BIGINT, peers_share DOUBLE);
"""

# The share that a cell's key has with all other accounts together; one is added, or the unheard of would be infinite.
_CROWDED: Final = """
INSERT INTO cells
WITH counts AS (
  SELECT a, <key> AS key, count(*) AS n FROM visitors GROUP BY ALL
), large AS (
  SELECT c.a, c.key, c.n, s.n AS account_n FROM counts c JOIN account_sizes s USING (a)
  WHERE c.key IS NOT NULL AND c.n >= greatest($least_cell, $cell_share * s.n)
), everywhere AS (
  SELECT key, sum(n) AS n FROM counts WHERE key IN (SELECT key FROM large) GROUP BY key
), shares AS (
  SELECT l.*, (e.n - l.n + 1.0) / ((SELECT sum(n) FROM account_sizes) - account_n + 1) AS peers_share
  FROM large l JOIN everywhere e USING (key)
)
SELECT '<kind>', a, key, n, peers_share FROM shares
WHERE n - $peers_factor * account_n * peers_share >= $excess_share * n
"""

_BY_SOURCE: Final = """
SELECT a, key, s, count(*), count_if(cart), count_if(multi), count_if(known)
FROM (SELECT *, <key> AS key FROM visitors) JOIN (SELECT a, key FROM cells WHERE kind = '<kind>') USING (a, key)
GROUP BY a, key, s ORDER BY a, key, s
"""

_SUSPECTS: Final = """
CREATE OR REPLACE TABLE suspects (cell INTEGER, kind VARCHAR, a INTEGER, key UBIGINT);
CREATE OR REPLACE TABLE members (cell INTEGER, a INTEGER, visitor UBIGINT, at_ms BIGINT, network UBIGINT,
                                 agent UBIGINT, device UBIGINT, dwell_s FLOAT, cart BOOLEAN);
"""
_MEMBERS: Final = """
INSERT INTO members
SELECT cell, a, visitor, at_ms, network, agent, device, dwell_s, cart
FROM (SELECT *, <key> AS key FROM visitors)
JOIN (SELECT cell, a, key FROM suspects WHERE kind = '<kind>') USING (a, key)
"""

# How alike: `agents_alike` is the chance that two visitors have the same agent. Gaps vary by about 0.7 of their median
# where people come by chance.
_ALIKE: Final = """
WITH agents AS (
  SELECT cell, sum(c * (c - 1)) / greatest(sum(c) * (sum(c) - 1), 1) AS agents_alike, count(*) AS agents
  FROM (SELECT cell, agent, count(*)::DOUBLE AS c FROM members WHERE agent IS NOT NULL GROUP BY ALL) GROUP BY cell
), places AS (
  SELECT cell, max(c) AS most FROM (
    SELECT cell, network, count(*) AS c FROM members WHERE network IS NOT NULL GROUP BY ALL) GROUP BY cell
), hours AS (
  SELECT cell, sum(c) AS open FROM (
    SELECT cell, count(*) AS c FROM members GROUP BY cell, at_ms // 3600000 % 24
    QUALIFY row_number() OVER (PARTITION BY cell ORDER BY c DESC) <= 8) GROUP BY cell
), stays AS (
  SELECT cell, count(*) AS n, stddev_samp(ln(dwell_s + 1)) AS dwell_spread, count(device) AS with_device,
         count(DISTINCT device) AS devices, quantile_disc(at_ms, 0.05) AS from_ms, quantile_disc(at_ms, 0.95) AS to_ms
  FROM members GROUP BY cell
), gaps AS (
  SELECT cell, at_ms - lag(at_ms) OVER (PARTITION BY cell ORDER BY at_ms) AS gap FROM members
), pace AS (
  SELECT cell, mad(gap) / nullif(median(gap), 0) AS gap_spread FROM gaps GROUP BY cell
)
SELECT cell, agents_alike, agents, dwell_spread, with_device, devices, gap_spread, coalesce(most, 0) / n, open / n,
       from_ms, to_ms
FROM stays JOIN hours USING (cell) LEFT JOIN places USING (cell) LEFT JOIN agents USING (cell)
LEFT JOIN pace USING (cell) ORDER BY cell
"""
_ACCOUNTS_ALIKE: Final = """
WITH agents AS (
  SELECT a, sum(c * (c - 1)) / greatest(sum(c) * (sum(c) - 1), 1) AS agents_alike, sum(c) AS visitors
  FROM (SELECT a, agent, count(*)::DOUBLE AS c FROM visitors WHERE agent IS NOT NULL GROUP BY ALL) GROUP BY a
)
SELECT a, agents_alike, dwell_spread
FROM (SELECT a, stddev_samp(ln(dwell_s + 1)) AS dwell_spread, count(*) AS n FROM visitors GROUP BY a)
LEFT JOIN agents USING (a) WHERE n >= $least ORDER BY a
"""


class Cell(NamedTuple):
    """`key` is the hash of what its visitors share; `peers_share` what others have of the same."""

    kind: str
    account: int
    key: int
    visitors: int
    peers_share: float


class Alike(NamedTuple):
    """What visitors have in common beyond their cell. None where too few say anything of it.

    `one_network`: how many of them are in the same one, as a share; `eight_hours`: how many come in those eight hours
    of the day in which most do.
    """

    agents_alike: float | None
    agents: int | None
    dwell_spread: float | None
    with_device: int
    devices: int
    gap_spread: float | None
    one_network: float
    eight_hours: float
    from_ms: int
    to_ms: int


def find_crowded(connection: DuckDBPyConnection, limits: Thresholds) -> Mapping[Cell, BySource]:
    """The large cells of which peers have little, with how engaged their visitors are."""
    connection.execute(_TABLES)
    given = {
        name: getattr(limits, name) for name in ("least_cell", "cell_share", "peers_factor", "excess_share")
    }
    found: dict[Cell, dict[int, Engaged]] = {}
    for kind in KINDS:
        connection.execute(_of(kind, _CROWDED), given)
        engaged = _engaged(connection, kind)
        rows = connection.execute("SELECT * FROM cells WHERE kind = ? ORDER BY a, key", [kind]).fetchall()
        found |= {Cell(*row): engaged[row[1], row[2]] for row in rows}
    return found


def _engaged(connection: DuckDBPyConnection, kind: str) -> Mapping[tuple[int, int], dict[int, Engaged]]:
    by_cell: dict[tuple[int, int], dict[int, Engaged]] = defaultdict(dict)
    for account, key, source, *counts in connection.execute(_of(kind, _BY_SOURCE)).fetchall():
        by_cell[account, key][source] = Engaged(*counts)
    return by_cell


def find_alike(connection: DuckDBPyConnection, cells: Iterable[Cell]) -> dict[Cell, Alike]:
    """What the visitors of these cells have in common. Leaves them in the table `members`, by their cell's place."""
    connection.execute(_SUSPECTS)
    numbered = list(cells)
    rows = [(number, cell.kind, cell.account, cell.key) for number, cell in enumerate(numbered)]
    if not rows:
        return {}
    connection.executemany("INSERT INTO suspects VALUES (?, ?, ?, ?)", rows)
    for kind in sorted({cell.kind for cell in numbered}):
        connection.execute(_of(kind, _MEMBERS))
    alike = connection.execute(_ALIKE).fetchall()
    return {numbered[number]: Alike(*of_it) for number, *of_it in alike}


def accounts_alike(
    connection: DuckDBPyConnection, least: int
) -> dict[int, tuple[float | None, float | None]]:
    """Of accounts with so many visitors: how alike their agents are, and how far their stays are spread."""
    rows = connection.execute(_ACCOUNTS_ALIKE, {"least": least}).fetchall()
    return {account: (agents, dwell) for account, agents, dwell in rows}


def _of(kind: str, statement: str) -> str:
    return statement.replace("<kind>", kind).replace("<key>", KINDS[kind])

"""Visitors: one row for each visitor of each account, from its first counted view, and what it did afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# How long somebody stayed, in steps of half a power of two: the last is three minutes and more.
DWELL_BUCKETS: Final = 16

# Accounts, networks, agents and sources by number: what is grouped by the million should be narrow. Where two views are
# of the same ms, the smaller one is the first, so that the order of rows does not matter.
_FIRST_VIEWS: Final = """
CREATE OR REPLACE TABLE known_accounts AS
SELECT account, row_number() OVER (ORDER BY account)::INTEGER AS a,
       dense_rank() OVER (ORDER BY coalesce(agency, 'account ' || account))::INTEGER AS house
FROM (SELECT account, any_value(agency) AS agency FROM participants GROUP BY account
      UNION ALL
      SELECT DISTINCT account, NULL FROM views WHERE account NOT IN (SELECT account FROM participants));

CREATE OR REPLACE TABLE sources AS
SELECT source, promoted, row_number() OVER (ORDER BY source, promoted)::UTINYINT AS s
FROM (SELECT DISTINCT coalesce(source, '') AS source, coalesce(promoted, false) AS promoted FROM views);

CREATE OR REPLACE TEMP TABLE first_views AS
SELECT a, visitor, min(product) <> max(product) AS multi,
       min({'at_ms': at_ms, 's': s, 'dwell_s': dwell_s, 'network': network, 'address': address, 'agent': agent,
            'device': device}) AS f
FROM (SELECT k.a, v.visitor, v.at_ms, s.s, v.device, hash(v.product) AS product,
             CASE WHEN v.dwell_s >= 0 THEN v.dwell_s::FLOAT END AS dwell_s,
             CASE WHEN v.network IS NOT NULL THEN hash(v.network) END AS network,
             CASE WHEN v.address IS NOT NULL THEN hash(v.address) END AS address,
             CASE WHEN v.agent IS NOT NULL THEN hash(v.agent) END AS agent
      FROM views v JOIN known_accounts k USING (account)
      JOIN sources s ON s.source = coalesce(v.source, '') AND s.promoted = coalesce(v.promoted, false)
      WHERE v.invalid IS NULL)
GROUP BY a, visitor;
"""

# Known elsewhere is who was seen at another house: an agency's accounts do not vouch for each other.
_VISITORS: Final = """
CREATE OR REPLACE TEMP TABLE elsewhere AS
SELECT visitor FROM first_views JOIN known_accounts USING (a) GROUP BY visitor HAVING min(house) <> max(house);

CREATE OR REPLACE TEMP TABLE carted AS
SELECT DISTINCT k.a, visitor
FROM (SELECT account, visitor FROM steps UNION ALL SELECT account, visitor FROM orders)
JOIN known_accounts k USING (account)
WHERE visitor IS NOT NULL;

CREATE OR REPLACE TABLE visitors AS
SELECT v.a, v.visitor, f.at_ms, f.s, f.network, f.address, f.agent, f.device, f.dwell_s, multi,
       least(15, greatest(0, floor(2 * log2(f.dwell_s + 1))))::UTINYINT AS dwell,
       c.visitor IS NOT NULL AS cart, e.visitor IS NOT NULL AS known
FROM first_views v LEFT JOIN carted c ON c.a = v.a AND c.visitor = v.visitor
LEFT JOIN elsewhere e ON e.visitor = v.visitor;
DROP TABLE first_views;
DROP TABLE elsewhere;
DROP TABLE carted;
"""


def make_visitors(connection: DuckDBPyConnection) -> None:
    """Makes `visitors`, with the numbers of accounts in `known_accounts` and those of sources in `sources`."""
    connection.execute(_FIRST_VIEWS)
    connection.execute(_VISITORS)

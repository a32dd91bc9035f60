"""Figures of accounts: visitors in all, invalid ones, those that count, and how many of these are doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from leaderboard.domain.findings import Finding

# Invalid is who has invalid views only: whoever is in `visitors` has others.
_FIGURES: Final = """
WITH counted AS (
  SELECT a, count(*) AS n FROM visitors GROUP BY a
), refused AS (
  SELECT a, count(DISTINCT visitor) AS n FROM (
    SELECT k.a, v.visitor FROM views v JOIN known_accounts k USING (account) WHERE v.invalid IS NOT NULL
  ) ANTI JOIN visitors USING (a, visitor) GROUP BY a
), doubted AS (
  SELECT account, sum(weight) AS n FROM doubtful GROUP BY account
)
SELECT k.account, coalesce(r.n, 0), coalesce(c.n, 0), coalesce(d.n, 0)
FROM known_accounts k LEFT JOIN counted c USING (a) LEFT JOIN refused r USING (a) LEFT JOIN doubted d USING (account)
ORDER BY k.account
"""
_REMOVED: Final = """
SELECT account, sum(weight) FROM doubtful WHERE list_contains($accounts, account) GROUP BY account ORDER BY account
"""


class AccountFigures(Struct, frozen=True):
    """Visitors: of all views, of invalid views only, of those that count, and how many of these are no people."""

    gross_uv: int
    invalid_uv: int
    counted_uv: int
    excess_uv: int


def figures(connection: DuckDBPyConnection) -> dict[str, AccountFigures]:
    """Of each account, after it has been examined: visitors whom several detectors doubt are taken off once."""
    return {
        account: AccountFigures(invalid + counted, invalid, counted, min(counted, round(doubted)))
        for account, invalid, counted, doubted in connection.execute(_FIGURES).fetchall()
    }


def removed(connection: DuckDBPyConnection, findings: list[Finding]) -> dict[str, float]:
    """How many visitors these findings take off their accounts, as estimated. Which ones says the table `doubtful`."""
    accounts = sorted({one.account for one in findings if one.excess_uv})
    return dict(connection.execute(_REMOVED, {"accounts": accounts}).fetchall())

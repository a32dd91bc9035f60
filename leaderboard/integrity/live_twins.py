"""L4, with several hosts: one stream that an account sends as if two of its hosts were live. Warns.

Two hosts may well be live at once. That both move and sound alike, minute by minute, one stream does and no two people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from leaderboard.domain.findings import Finding, Measure
from leaderboard.integrity.live_words import hours, span_in_words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULE: Final = "overlap/1"
MINUTE_MS: Final = 60_000


class TwinLimits(Struct, frozen=True, kw_only=True):
    """When two hosts are one: how alike they have to be, in so many minutes live at once, and in which share of all."""

    least_minutes: int = 60
    alike: float = 0.40
    overlap_share: float = 0.15


LIMITS: Final = TwinLimits()

# Minutes, not heartbeats: no two phones send theirs at the same moment. A signal that one of them lacks is left out.
_TWINS: Final = """
WITH several AS (SELECT account FROM beats GROUP BY account HAVING count(DISTINCT host) > 1),
minutes AS (
  SELECT account, host, (at_ms - 1) // 60000 AS minute, avg(ln(0.001 + motion)) AS motion, avg(audio_db) AS audio_db
  FROM beats SEMI JOIN several USING (account)
  WHERE activity IN ('explaining', 'displaying') GROUP BY ALL
), lengths AS (SELECT account, host, count(*) AS minutes FROM minutes GROUP BY ALL),
pairs AS (
  SELECT a.account, a.host, b.host AS other, count(*) AS shared, min(minute) AS first, max(minute) + 1 AS until,
         list_avg([corr(a.motion, b.motion), corr(a.audio_db, b.audio_db)]) AS alike
  FROM minutes a JOIN minutes b USING (account, minute) WHERE a.host <> b.host GROUP BY ALL
)
SELECT account, host, other, l.minutes, shared, alike, first * 60000, until * 60000
FROM pairs JOIN lengths l USING (account, host)
WHERE shared >= $least_minutes AND shared >= $overlap_share * l.minutes AND isfinite(alike) AND alike >= $alike
QUALIFY row_number() OVER (PARTITION BY account, host ORDER BY shared DESC, other) = 1
ORDER BY account, host
"""


class Twins(Struct, frozen=True):
    """A host and another of the account who is live at the same time and like it, `shared` of its `minutes`."""

    account: str
    host: str
    other: str
    minutes: int
    shared: int
    alike: float
    start_ms: int
    end_ms: int


def twin_finding(twins: Twins, limits: TwinLimits) -> Finding:
    """Names both hosts."""
    share, span = twins.shared / twins.minutes, (twins.start_ms, twins.end_ms)
    return Finding(
        detector="overlap",
        rule=RULE,
        account=twins.account,
        asks="warn",
        families=("live",),
        sentence=(
            f"Hosts {twins.host} and {twins.other} are live at the same time for {hours(twins.shared * MINUTE_MS)}, "
            f"{share:.0%} of the time of {twins.host}, between {span_in_words(span)} (UTC), and move and sound alike "
            f"({twins.alike:.2f} of 1, as two people hardly ever do): it seems to be one stream sent twice."
        ),
        measures=(
            Measure("overlap_share", share, limit=limits.overlap_share, family="live"),
            Measure("alike", twins.alike, limit=limits.alike, family="live"),
        ),
        sample=twins.minutes,
        host=twins.host,
        span=span,
    )


def twin_findings(connection: DuckDBPyConnection, limits: TwinLimits = LIMITS) -> list[Finding]:
    """One per host that has a twin."""
    settings = {name: getattr(limits, name) for name in limits.__struct_fields__}
    rows = connection.execute(_TWINS, settings).fetchall()
    return [twin_finding(Twins(*row), limits) for row in rows]

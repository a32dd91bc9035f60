"""L6: heartbeats that no camera has made: motion that jumps as dice do, or nothing that reached the ingest.

Who lets the signals away is not judged: that they are missing is no sign of anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from leaderboard.domain.findings import FAMILIES_FOR_A_HOLD, Finding, Measure
from leaderboard.integrity.live_words import Span, hours, span_in_words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULE: Final = "forged/1"


class ForgedLimits(Struct, frozen=True, kw_only=True):
    """When heartbeats are made up. Motion is compared from heartbeat to heartbeat, where they are close together."""

    closest_ms: int = 5_000
    farthest_ms: int = 20_000
    least_pairs: int = 240
    least_session_pairs: int = 40
    least_persistence: float = 0.35
    # A still picture is not forged: what its camera measures is noise.
    least_motion: float = 0.03
    empty_share: float = 0.5


LIMITS: Final = ForgedLimits()

_HOSTS: Final = """
WITH claimed AS (
  SELECT account, host, session, at_ms, covers_ms, motion AS moved, ln(0.001 + motion) AS motion, ingest_bytes,
         at_ms - lag(at_ms) OVER w AS since_ms, lag(ln(0.001 + motion)) OVER w AS before
  FROM beats WHERE activity IN ('explaining', 'displaying')
  WINDOW w AS (PARTITION BY account, host, session ORDER BY at_ms)
), sessions AS (
  SELECT account, host, session, count(*) AS beats, avg(moved) AS moved,
         min(at_ms - covers_ms) AS start_ms, max(at_ms) AS end_ms,
         sum(covers_ms) AS covers_ms, count(ingest_bytes) AS with_ingest,
         count_if(coalesce(ingest_bytes <= 0, false)) AS empty,
         count(motion + before) FILTER (since_ms BETWEEN $closest_ms AND $farthest_ms) AS pairs,
         corr(motion, before) FILTER (since_ms BETWEEN $closest_ms AND $farthest_ms) AS persistence
  FROM claimed GROUP BY ALL
)
SELECT account, host, sum(beats), sum(covers_ms), min(start_ms), max(end_ms), sum(with_ingest), sum(empty),
       coalesce(sum(pairs) FILTER (pairs >= $least_session_pairs AND moved >= $least_motion), 0),
       median(persistence) FILTER (
         pairs >= $least_session_pairs AND moved >= $least_motion AND isfinite(persistence))
FROM sessions GROUP BY account, host ORDER BY account, host
"""


class Signals(Struct, frozen=True):
    """What a host's heartbeats carry. `persistence`: how much of a heartbeat's motion the next one keeps, 0 to 1."""

    account: str
    host: str
    beats: int
    covers_ms: int
    start_ms: int
    end_ms: int
    with_ingest: int
    empty: int
    pairs: int
    persistence: float | None

    @property
    def empty_share(self) -> float:
        return self.empty / self.with_ingest if self.with_ingest else 0.0

    @property
    def span(self) -> Span:
        return self.start_ms, self.end_ms


def jumps(signals: Signals, limits: ForgedLimits) -> bool:
    """Whether motion has no memory, as made-up figures have not."""
    enough = signals.pairs >= limits.least_pairs
    return enough and signals.persistence is not None and signals.persistence < limits.least_persistence


def is_empty(signals: Signals, limits: ForgedLimits) -> bool:
    """Whether the ingest says that nothing came."""
    return signals.with_ingest >= limits.least_pairs and signals.empty_share >= limits.empty_share


def forged_finding(signals: Signals, limits: ForgedLimits) -> Finding | None:
    """None for heartbeats that a camera may have made."""
    said, measures = [], []
    if signals.persistence is not None and jumps(signals, limits):
        said.append(
            "the motion they tell has nothing to do with that of the heartbeat before "
            f"({signals.persistence:.2f} of 1 is kept)"
        )
        measures.append(
            Measure("persistence", signals.persistence, limit=limits.least_persistence, family="motion")
        )
    if is_empty(signals, limits):
        said.append(f"{signals.empty_share:.0%} of them had no video reach the ingest")
        measures.append(
            Measure("empty_ingest", signals.empty_share, limit=limits.empty_share, family="ingest")
        )
    if not said:
        return None
    return Finding(
        detector="forged",
        rule=RULE,
        account=signals.account,
        asks="hold" if len(measures) >= FAMILIES_FOR_A_HOLD else "warn",
        families=tuple(one.family for one in measures if one.family),
        sentence=(
            f"Host {signals.host} sent heartbeats for {hours(signals.covers_ms)} ({span_in_words(signals.span)}, UTC) "
            f"that no camera seems to have made: {', and '.join(said)}."
        ),
        measures=tuple(measures),
        sample=signals.covers_ms // 60_000,
        host=signals.host,
        span=signals.span,
        links_partner=True,
    )


def forged_findings(connection: DuckDBPyConnection, limits: ForgedLimits = LIMITS) -> list[Finding]:
    """One per host with such heartbeats."""
    names = ("closest_ms", "farthest_ms", "least_session_pairs", "least_motion")
    rows = connection.execute(_HOSTS, {name: getattr(limits, name) for name in names}).fetchall()
    found = (forged_finding(Signals(*row), limits) for row in rows)
    return [one for one in found if one]

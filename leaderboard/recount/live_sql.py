"""Live time: from heartbeats to spans of a session that are effective or not, in window functions over edges.

Heartbeats that count, those outside of the window and those of hosts that were not registered never touch each other:
each kind of a session is worked out as if it were a session of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leaderboard.domain.campaigns import Live

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BEATS: Final = """
CREATE TABLE beats AS
SELECT hash(account, host_id, live_session_id, registered, inside) AS session_id,
       account, host_id AS host, live_session_id AS session, registered, inside,
       at_ms - covers_ms AS start_ms, at_ms AS end_ms,
       activity, product_id AS product, order_channel, coalesce(recorded, false) AS recorded, cart_items, viewers,
       activity IN ('explaining', 'displaying') AND recorded IS DISTINCT FROM true AND product_id IS NOT NULL
         AND order_channel <> 'none' AS is_effective,
       coalesce(motion >= 0.05, false) OR coalesce(audio_db > -45, false) OR coalesce(replies > 0, false) AS is_alive
FROM received WHERE type = 'heartbeat' AND covers_ms > 0;

CREATE TABLE live_sessions AS
SELECT session_id, any_value(account) AS account, any_value(host) AS host, any_value(session) AS session,
       any_value(registered) AS registered, any_value(inside) AS inside, min(start_ms) AS first_ms
FROM beats GROUP BY session_id;
"""

# Between two edges next to each other nothing changes. `claimed`: any heartbeat covers it; `effective`: an effective
# one does, which wins over all others. A silence is bridged when both of its neighbours are effective.
_STATES: Final = """
CREATE TABLE states AS
WITH edges AS (
  SELECT session_id, at_ms, sum(one) AS claims, sum(one * is_effective::INTEGER) AS effectives
  FROM (SELECT session_id, start_ms AS at_ms, 1 AS one, is_effective FROM beats
        UNION ALL SELECT session_id, end_ms, -1, is_effective FROM beats)
  GROUP BY session_id, at_ms
), spans AS (
  SELECT session_id, at_ms AS start_ms, lead(at_ms) OVER w AS end_ms,
         sum(claims) OVER (w ROWS UNBOUNDED PRECEDING) > 0 AS claimed,
         sum(effectives) OVER (w ROWS UNBOUNDED PRECEDING) > 0 AS effective
  FROM edges WINDOW w AS (PARTITION BY session_id ORDER BY at_ms)
), bridged AS (
  SELECT *, NOT claimed AND end_ms - start_ms <= $bridge_ms
            AND lag(effective) OVER w AND lead(effective) OVER w AS bridge
  FROM spans WINDOW w AS (PARTITION BY session_id ORDER BY start_ms)
)
SELECT session_id, start_ms, end_ms, effective OR bridge AS effective, bridge
FROM bridged WHERE end_ms IS NOT NULL AND (claimed OR bridge);
"""

_MERGED: Final = """
CREATE TABLE {into} AS
WITH marked AS (
  SELECT session_id, start_ms, end_ms, effective,
         coalesce(lag(end_ms) OVER w <> start_ms OR lag(effective) OVER w <> effective, true) AS is_new
  FROM {source} WINDOW w AS (PARTITION BY session_id ORDER BY start_ms)
), numbered AS (
  SELECT *, sum(is_new::INTEGER) OVER (PARTITION BY session_id ORDER BY start_ms ROWS UNBOUNDED PRECEDING) AS run
  FROM marked
)
SELECT session_id, run, min(start_ms) AS start_ms, max(end_ms) AS end_ms, any_value(effective) AS effective
FROM numbered GROUP BY session_id, run;
"""

# Effective time needs a sign of life in its window, but for the opening of the session.
_EVIDENCE: Final = """
CREATE TABLE alive AS
SELECT session_id, number
FROM (SELECT session_id, product, is_alive,
             unnest(range(start_ms // $evidence_ms, (end_ms - 1) // $evidence_ms + 1)) AS number FROM beats)
GROUP BY session_id, number
HAVING bool_or(is_alive) OR min(product) <> max(product);

CREATE TABLE judged AS
WITH cut AS (
  SELECT session_id, number, greatest(start_ms, number * $evidence_ms) AS start_ms,
         least(end_ms, (number + 1) * $evidence_ms) AS end_ms
  FROM (SELECT *, unnest(range(start_ms // $evidence_ms, (end_ms - 1) // $evidence_ms + 1)) AS number
        FROM runs WHERE effective)
), looked_at AS (
  SELECT cut.*, alive.number IS NOT NULL AS is_alive, s.first_ms + $grace_ms AS graced_until_ms
  FROM cut JOIN live_sessions s USING (session_id) LEFT JOIN alive USING (session_id, number)
)
SELECT session_id, start_ms, end_ms, false AS effective FROM runs WHERE NOT effective
UNION ALL
SELECT session_id, start_ms, end_ms, true FROM looked_at WHERE is_alive
UNION ALL
SELECT session_id, start_ms, least(end_ms, graced_until_ms), true FROM looked_at
WHERE NOT is_alive AND start_ms < graced_until_ms
UNION ALL
SELECT session_id, greatest(start_ms, graced_until_ms), end_ms, false FROM looked_at
WHERE NOT is_alive AND end_ms > graced_until_ms;
DROP TABLE alive;
DROP TABLE runs;
"""

# The promised slots of the host cut the spans once more; `live_spans` is homogeneous in both.
_SLOTS: Final = """
CREATE TABLE live_spans AS
WITH spans AS (
  SELECT row_number() OVER () AS span, r.*, s.account, s.host FROM runs r JOIN live_sessions s USING (session_id)
), edges AS (
  SELECT span, start_ms AS at_ms, 0 AS one FROM spans
  UNION ALL SELECT span, end_ms, 0 FROM spans
  UNION ALL
  SELECT p.span, unnest([greatest(p.start_ms, w.start_ms), least(p.end_ms, w.end_ms)]), unnest([1, -1])
  FROM spans p JOIN schedule_rows w
    ON w.account = p.account AND w.host = p.host AND w.start_ms < p.end_ms AND w.end_ms > p.start_ms
), summed AS (
  SELECT span, at_ms, sum(one) AS ones FROM edges GROUP BY span, at_ms
), cut AS (
  SELECT span, at_ms AS start_ms, lead(at_ms) OVER w AS end_ms,
         sum(ones) OVER (w ROWS UNBOUNDED PRECEDING) > 0 AS in_schedule
  FROM summed WINDOW w AS (PARTITION BY span ORDER BY at_ms)
)
SELECT spans.session_id, cut.start_ms, cut.end_ms, spans.effective, cut.in_schedule
FROM cut JOIN spans USING (span) WHERE cut.end_ms IS NOT NULL;
DROP TABLE runs;
"""

# A heartbeat is cut where its session changes from one span to the next; a bridge has nothing of a heartbeat.
_ROWS: Final = """
CREATE TABLE live_rows AS
WITH pieces AS (
  SELECT session_id, start_ms, end_ms, activity, product, order_channel, recorded, cart_items, viewers FROM beats
  UNION ALL
  SELECT session_id, start_ms, end_ms, NULL, NULL, NULL, false, NULL, NULL FROM states WHERE bridge
), begun AS (
  SELECT p.*, s.end_ms AS changes_ms, s.effective, s.in_schedule
  FROM pieces p ASOF JOIN live_spans s ON s.session_id = p.session_id AND s.start_ms <= p.start_ms
), cut AS (
  SELECT * EXCLUDE (changes_ms) FROM begun WHERE end_ms <= changes_ms
  UNION ALL
  SELECT b.session_id, greatest(b.start_ms, s.start_ms), least(b.end_ms, s.end_ms),
         activity, product, order_channel, recorded, cart_items, viewers, s.effective, s.in_schedule
  FROM begun b JOIN live_spans s
    ON s.session_id = b.session_id AND s.start_ms < b.end_ms AND s.end_ms > b.start_ms
  WHERE b.end_ms > b.changes_ms
)
SELECT s.account::VARCHAR AS account, s.host, s.session, start_ms, end_ms, effective, s.registered, in_schedule,
       activity, product, order_channel, recorded, cart_items, viewers
FROM cut JOIN live_sessions s USING (session_id);
DROP TABLE states;
DROP TABLE beats;
"""


def make_live_rows(connection: DuckDBPyConnection, live: Live) -> None:
    """Makes `live_rows` of `received`, and `live_sessions` and `live_spans`, which the audit measures."""
    connection.execute(_BEATS)
    connection.execute(_STATES.replace("$bridge_ms", str(live.bridge_s * 1000)))
    connection.execute(_MERGED.format(source="states", into="runs"))
    if live.evidence_s is not None:
        _ask_for_evidence(connection, live.evidence_s * 1000, live.opening_grace_s * 1000)
    connection.execute(_SLOTS)
    connection.execute(_ROWS)


def _ask_for_evidence(connection: DuckDBPyConnection, evidence_ms: int, grace_ms: int) -> None:
    statements = _EVIDENCE.replace("$evidence_ms", str(evidence_ms)).replace("$grace_ms", str(grace_ms))
    connection.execute(statements)
    connection.execute(_MERGED.format(source="judged", into="runs"))
    connection.execute("DROP TABLE judged")

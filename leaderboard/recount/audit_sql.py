"""What the audit works out per account, as one table: visitors, live time, orders, refunds and the place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from leaderboard.domain.rescorings import What
from leaderboard.recount.voids import dead_spans, excluded_hosts, is_excluded

# Visitors are 52 bits of their hash. Each is there from the first of its views that came in, and the score was
# reached when the last of them came. `left`: with the views that are not voided. `invalid`: who has no valid view.
_SCORES: Final = """
CREATE TABLE scores AS
SELECT account, count(first_ms) AS counted_uv, max(first_ms) AS counted_reached_ms,
       count(left_ms) AS left_uv, coalesce(max(left_ms), 0) AS left_reached_ms, count(*) - counted_uv AS invalid_uv
FROM (SELECT account, min(received_ms) FILTER ({valid}) AS first_ms,
             min(received_ms) FILTER ({valid} AND NOT voided) AS left_ms FROM received
      WHERE type = 'product_view' AND inside GROUP BY account, visitor & 4503599627370495{product})
GROUP BY account;
"""

# A span adds what reaches beyond the furthest end of all before it.
_MEASURE: Final = """
CREATE TABLE {into} AS
WITH cut AS (
  SELECT account, greatest(start_ms, $start_ms) AS start_ms, least(end_ms, $end_ms) AS end_ms
  FROM ({spans}) WHERE start_ms < $end_ms AND end_ms > $start_ms
), beside AS (
  SELECT *, max(end_ms) OVER (PARTITION BY account ORDER BY start_ms, end_ms
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_ms
  FROM cut
)
SELECT account, sum(greatest(0, end_ms - greatest(start_ms, coalesce(covered_ms, start_ms))))::BIGINT AS ms
FROM beside GROUP BY account;
"""

_LIVE_SPANS: Final = """
SELECT s.account::VARCHAR AS account, l.start_ms, l.end_ms FROM live_spans l JOIN live_sessions s USING (session_id)
WHERE s.registered AND s.inside AND NOT ({excluded}) AND l.{kind}"""

# The time left is that of the hosts who are not excluded, without what lies in the dead spans.
_LEFT: Final = """
CREATE TABLE {into}_left AS
SELECT account, a.ms - coalesce(d.ms, 0) AS ms
FROM {into}_all a LEFT JOIN (SELECT account, sum(ms)::BIGINT AS ms FROM ({dead}) GROUP BY account) d USING (account);
"""

_MONEY: Final = """
CREATE TABLE sold AS
SELECT account, sum(n)::BIGINT AS orders, map(list(currency), list(minor)) AS sales
FROM (SELECT account, currency, count(*) AS n, sum(value_minor) AS minor FROM order_rows
      WHERE at_ms >= $start_ms AND at_ms < $end_ms GROUP BY ALL)
GROUP BY account;

CREATE TABLE given_back AS
WITH counting AS (SELECT * FROM refund_rows WHERE at_ms >= $start_ms AND at_ms < $end_ms)
SELECT account, refunded_orders, refunds
FROM (SELECT account, count(DISTINCT order_id) AS refunded_orders FROM counting GROUP BY account)
JOIN (SELECT account, map(list(currency), list(minor)) AS refunds
      FROM (SELECT account, currency, sum(value_minor) AS minor FROM counting GROUP BY ALL) GROUP BY account)
USING (account);
"""

_TOGETHER: Final = """
CREATE TABLE recounted AS
SELECT account, coalesce(counted_uv, 0) AS counted_uv, coalesce(counted_reached_ms, 0) AS counted_reached_ms,
       coalesce(left_uv, 0) AS left_uv, coalesce(left_reached_ms, 0) AS left_reached_ms,
       coalesce(invalid_uv, 0) AS invalid_uv,
       coalesce(effective.ms, 0) AS counted_effective_ms, coalesce(kept.ms, 0) AS counted_kept_ms,
       coalesce({effective}.ms, 0) AS effective_ms, coalesce({kept}.ms, 0) AS kept_ms,
       coalesce(promised.ms, 0) AS promised_ms,
       coalesce(sold.orders, 0) AS orders, coalesce(given_back.refunded_orders, 0) AS refunded_orders,
       coalesce(sold.sales, MAP {{}}) AS sales, coalesce(given_back.refunds, MAP {{}}) AS refunds
FROM participants
LEFT JOIN scores USING (account) LEFT JOIN effective USING (account) LEFT JOIN kept USING (account)
LEFT JOIN promised USING (account){joins} LEFT JOIN sold USING (account) LEFT JOIN given_back USING (account);
"""


def statements(
    *, pairs: bool, start_ms: int, end_ms: int, voids: Sequence[What] = (), valid_only: bool = False
) -> list[str]:
    """What makes the table `recounted` of the facts, for a window. `pairs`: the score is (visitor, product).
    `valid_only`: invalid views are no part of it. Without voids what is left is what was counted."""
    valid = "invalid IS NULL" if valid_only else "true"
    texts = [
        _SCORES.format(product=", product_id" if pairs else "", valid=valid),
        *_live("effective", "effective", voids),
        *_live("kept", "in_schedule", voids),
        _MEASURE.format(into="promised", spans="SELECT account, start_ms, end_ms FROM schedule_rows"),
        _MONEY,
        _together(voids),
    ]
    return [text.replace("$start_ms", str(start_ms)).replace("$end_ms", str(end_ms)) for text in texts]


def _live(into: str, kind: str, voids: Sequence[What]) -> Iterator[str]:
    """Time per account: as counted, and `…_left`, where anything of it is voided."""
    yield _MEASURE.format(into=into, spans=_LIVE_SPANS.format(excluded="false", kind=kind))
    if not _voids_live_time(voids):
        return
    left, dead = _LIVE_SPANS.format(excluded=is_excluded(voids), kind=kind), dead_spans(voids)
    yield _MEASURE.format(into=f"{into}_all", spans=left)
    for number, (start_ms, end_ms) in enumerate(dead):
        cut = f"greatest(start_ms, {start_ms}) AS start_ms, least(end_ms, {end_ms}) AS end_ms"
        touched = f"SELECT account, {cut} FROM ({left}) WHERE start_ms < {end_ms} AND end_ms > {start_ms}"
        yield _MEASURE.format(into=f"{into}_dead_{number}", spans=touched)
    tables = [f"SELECT account, ms FROM {into}_dead_{number}" for number in range(len(dead))]
    nothing = ["SELECT account, 0 AS ms FROM participants WHERE false"]
    yield _LEFT.format(into=into, dead=" UNION ALL ".join(tables or nothing))


def _together(voids: Sequence[What]) -> str:
    if not _voids_live_time(voids):
        return _TOGETHER.format(effective="effective", kept="kept", joins="")
    joins = " LEFT JOIN effective_left USING (account) LEFT JOIN kept_left USING (account)"
    return _TOGETHER.format(effective="effective_left", kept="kept_left", joins=joins)


def _voids_live_time(voids: Sequence[What]) -> bool:
    return bool(excluded_hosts(voids) or dead_spans(voids))

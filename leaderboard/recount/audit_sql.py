"""What the audit works out per account, as one table: visitors, live time, orders, refunds and the place."""

from __future__ import annotations

from typing import Final

# Visitors are 52 bits of their hash. Each is there from the first of its views that came in, and the score was
# reached when the last of them came.
_SCORES: Final = """
CREATE TABLE scores AS
SELECT account, count(*) AS score, max(first_ms) AS reached_ms
FROM (SELECT account, min(received_ms) AS first_ms FROM received
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
WHERE s.registered AND s.inside AND l."""

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
SELECT account, coalesce(scores.score, 0) AS score, coalesce(scores.reached_ms, 0) AS reached_ms,
       coalesce(effective.ms, 0) AS effective_ms, coalesce(kept.ms, 0) AS kept_ms,
       coalesce(promised.ms, 0) AS promised_ms,
       coalesce(sold.orders, 0) AS orders, coalesce(given_back.refunded_orders, 0) AS refunded_orders,
       coalesce(sold.sales, MAP {}) AS sales, coalesce(given_back.refunds, MAP {}) AS refunds
FROM participants
LEFT JOIN scores USING (account) LEFT JOIN effective USING (account) LEFT JOIN kept USING (account)
LEFT JOIN promised USING (account) LEFT JOIN sold USING (account) LEFT JOIN given_back USING (account);
"""


def statements(*, pairs: bool, start_ms: int, end_ms: int) -> list[str]:
    """What makes the table `recounted` of the facts, for a window. `pairs`: the score is (visitor, product)."""
    texts = [
        _SCORES.format(product=", product_id" if pairs else ""),
        _MEASURE.format(into="effective", spans=_LIVE_SPANS + "effective"),
        _MEASURE.format(into="kept", spans=_LIVE_SPANS + "in_schedule"),
        _MEASURE.format(into="promised", spans="SELECT account, start_ms, end_ms FROM schedule_rows"),
        _MONEY,
        _TOGETHER,
    ]
    return [text.replace("$start_ms", str(start_ms)).replace("$end_ms", str(end_ms)) for text in texts]

"""Orders, refunds and ad spend as rows: once per id for ever, the first received after the enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


# What is asked for more than once is copied out of the archive's millions first.
_ORDERS: Final = """
CREATE TABLE paid AS
SELECT type, account, id, at_ms, received_ms, place, known, in_time, inside, value_minor, currency, product_ids,
       visitor, channel, plan, live_session_id, order_id, reason, paid
FROM received WHERE type IN ('order', 'refund', 'ad_spend');

-- Known are orders received up to the cut-off, whatever their own time; a refund counts where its order does, however
-- late it comes, and by its own time where the order is not known. Orders without an order id that were reported twice
-- are one order: those of a visitor with the same channel, money, products and half hour of the clock.
CREATE TABLE known_orders AS
WITH firsts AS (
  SELECT *, row_number() OVER (PARTITION BY account, id ORDER BY received_ms, place) AS copy
  FROM paid WHERE type = 'order' AND in_time
), alike AS (
  SELECT *, visitor IS NOT NULL AND (starts_with(id, 'event:') OR starts_with(id, 'request:')) AS may_be_same
  FROM firsts WHERE copy = 1
)
SELECT account::VARCHAR AS account, id, at_ms, received_ms, value_minor, currency,
       (visitor & 4503599627370495)::BIGINT AS buyer, channel, plan, live_session_id AS session,
       may_be_same AND row_number() OVER (
         PARTITION BY may_be_same, inside, account, visitor, channel, currency, value_minor, at_ms // 1800000,
                      list_sort(coalesce(product_ids, []))
         ORDER BY received_ms, place) > 1 AS is_same
FROM alike;

CREATE TABLE refund_rows AS
WITH firsts AS (
  SELECT *, row_number() OVER (PARTITION BY account, id ORDER BY received_ms, place) AS copy
  FROM paid WHERE type = 'refund' AND known
)
SELECT r.account::VARCHAR AS account, r.id, r.order_id, coalesce(o.at_ms, r.at_ms) AS at_ms, r.at_ms AS own_at_ms,
       r.received_ms, r.value_minor, r.currency, r.reason, o.channel, o.plan, o.session
FROM firsts r LEFT JOIN known_orders o ON o.account = r.account AND o.id = r.order_id
WHERE r.copy = 1 AND (o.id IS NOT NULL OR r.in_time);

CREATE TABLE order_rows AS
WITH given_back AS (
  SELECT account, order_id, currency, sum(value_minor) AS value_minor FROM refund_rows GROUP BY ALL
)
SELECT o.account, o.id, o.at_ms, o.received_ms, o.value_minor, o.currency, o.buyer, o.channel, o.plan, o.session,
       o.session IS NOT NULL AS live,
       CASE WHEN coalesce(g.value_minor, 0) = 0 THEN 'paid'
            WHEN o.value_minor > 0 AND g.value_minor >= o.value_minor THEN 'cancelled'
            ELSE 'refunded' END AS status,
       true AS valid
FROM known_orders o LEFT JOIN given_back g ON g.account = o.account AND g.order_id = o.id AND g.currency = o.currency
WHERE NOT o.is_same;
DROP TABLE known_orders;

CREATE TABLE ad_spend_rows AS
SELECT account::VARCHAR AS account, at_ms, received_ms, value_minor, currency, coalesce(paid, false) AS paid
FROM paid WHERE type = 'ad_spend';
DROP TABLE paid;
"""


def make_money_rows(connection: DuckDBPyConnection) -> None:
    """Makes `order_rows`, `refund_rows` and `ad_spend_rows` of `received`."""
    connection.execute(_ORDERS)

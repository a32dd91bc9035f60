"""The statements that turn lines of the archive into what detectors read. Nothing is run here."""

from __future__ import annotations

from typing import Final

# What a line has of its place, and of its event. Of these, only what a detector asks for.
PLACE: Final = {
    "type": "VARCHAR", "partition": "INTEGER", "entry": "VARCHAR", "received_ms": "BIGINT",
    "id": "VARCHAR", "account_id": "VARCHAR",
}  # fmt: skip
CONTENT: Final = {
    "at_ms": "BIGINT",
    "product_id": "VARCHAR", "visitor": "UBIGINT", "source": "VARCHAR", "live_session_id": "VARCHAR",
    "promoted": "BOOLEAN", "dwell_s": "DOUBLE", "ip": "VARCHAR", "user_agent": "VARCHAR", "device": "UBIGINT",
    "invalid": "VARCHAR", "step": "VARCHAR",
    "host_id": "VARCHAR", "covers_ms": "BIGINT", "activity": "VARCHAR", "order_channel": "VARCHAR",
    "viewers": "BIGINT", "audio_db": "DOUBLE", "motion": "DOUBLE", "replies": "BIGINT", "ingest_bytes": "BIGINT",
    "recorded": "BOOLEAN", "seq": "BIGINT",
    "value_minor": "BIGINT", "currency": "VARCHAR", "product_ids": "VARCHAR[]", "channel": "VARCHAR",
    "order_id": "VARCHAR", "reason": "VARCHAR",
}  # fmt: skip

# `same_id` stands for type, account and id together. `inside`: its own time lies in the window, which only a refund's
# need not.
RECEIVED: Final = """
CREATE TYPE kind_of_event AS ENUM ('product_view', 'heartbeat', 'funnel_step', 'order', 'refund');

CREATE TABLE received AS
WITH lines AS (
  SELECT l.*, p.here, h.here AS host_here,
         -- A heartbeat attests the milliseconds [at - covers, at); everything else happened at one.
         CASE WHEN l.type = 'heartbeat' THEN l.at_ms - l.covers_ms ELSE l.at_ms END AS first_ms,
         CASE WHEN l.type = 'heartbeat' THEN l.at_ms - 1 ELSE l.at_ms END AS last_ms
  FROM read_json($files, format = 'newline_delimited', columns = {columns}) l
  JOIN placed p ON p.account = l.account_id
  LEFT JOIN hosts h ON l.type = 'heartbeat' AND h.account = l.account_id AND h.host = l.host_id
  LEFT JOIN bounds b ON b.part = l."partition"
  WHERE l.type IN ('product_view', 'heartbeat', 'funnel_step', 'order', 'refund')
    AND (b.part IS NULL OR l.received_ms < b.last_ms
         OR l.received_ms = b.last_ms AND split_part(l.entry, '-', 2)::BIGINT <= b.last_seq)
)
SELECT type::kind_of_event AS type, account_id AS account, hash(type, account_id, id) AS same_id,
       CASE WHEN type IN ('order', 'refund') THEN id END AS id, received_ms, {content},
       last_ms >= here.starts AND first_ms < here.ends AS inside
FROM lines
WHERE received_ms >= here.since
  AND CASE WHEN type = 'refund' THEN received_ms <= here.refunds
           ELSE received_ms <= here.cutoff AND last_ms >= here.starts AND first_ms < here.ends END
  AND (type <> 'heartbeat' OR len(list_filter(coalesce(host_here, []),
         lambda s: received_ms >= s.since AND received_ms < s.until)) > 0)
"""

REPEATED: Final = """
CREATE TABLE repeated AS SELECT same_id FROM received GROUP BY same_id HAVING count(*) > 1
"""
ONE_OF_EACH: Final = """
DELETE FROM received WHERE rowid IN (
  SELECT row_id FROM (
    SELECT rowid AS row_id, row_number() OVER (
             PARTITION BY same_id ORDER BY invalid IS NOT NULL, received_ms, at_ms, hash({content})) AS copy
    FROM received WHERE same_id IN (SELECT same_id FROM repeated))
  WHERE copy > 1)
"""

PARTICIPANTS: Final = """
INSERT INTO participants SELECT account, agency, attributes['category']::JSON ->> '$' FROM source.participants;
INSERT INTO slots SELECT account, host, start_ms, end_ms FROM source.schedule_rows;
"""

# Most addresses are written so that no table has to be looked into. Of IPv6 those without a group of zeros, which may
# be left out, among the first three.
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_PLAIN_V4: Final = rf"^({_OCTET}\.{_OCTET}\.{_OCTET})\.{_OCTET}$"
_GROUP: Final = "[1-9a-f][0-9a-f]{0,3}"
_PLAIN_V6: Final = f"^({_GROUP}:{_GROUP}:{_GROUP})(?::[0-9a-f]{{1,4}}){{5}}$"
_PLAIN: Final = f"regexp_matches(ip, '{_PLAIN_V4}|{_PLAIN_V6}')"
_NETWORK: Final = f"""
CASE WHEN n.ip IS NOT NULL THEN n.network
     WHEN contains(r.ip, ':') THEN regexp_extract(r.ip, '{_PLAIN_V6}', 1) || '::/48'
     ELSE regexp_extract(r.ip, '{_PLAIN_V4}', 1) || '.0/24' END
"""
ODD_ADDRESSES: Final = f"""
SELECT DISTINCT ip FROM source.received WHERE ip IS NOT NULL AND NOT {_PLAIN}
"""  # noqa: S608 - made of constants only

VIEWS: Final = f"""
INSERT INTO views
SELECT account, at_ms, received_ms, visitor, product_id, source, live_session_id, promoted, dwell_s, {_NETWORK}, r.ip,
       user_agent, device, invalid
FROM source.received r LEFT JOIN odd_networks n ON n.ip = r.ip
WHERE type = 'product_view' AND NOT voided
"""  # noqa: S608 - made of constants only

STEPS: Final = """
INSERT INTO steps
SELECT account, at_ms, step, visitor, product_id FROM source.received WHERE type = 'funnel_step'
"""

# Orders without an order id that were reported twice are one order, as they are where orders are counted.
ORDERS: Final = """
INSERT INTO orders
SELECT account, id, at_ms, value_minor, currency, visitor, live_session_id, channel, product_ids
FROM source.received
WHERE type = 'order'
QUALIFY visitor IS NULL OR NOT (starts_with(id, 'event:') OR starts_with(id, 'request:')) OR row_number() OVER (
  PARTITION BY account, visitor, channel, currency, value_minor, at_ms // 1800000,
               list_sort(coalesce(product_ids, []))
  ORDER BY received_ms, id) = 1
"""

# A refund counts where its order does, however late it comes; by its own time where the order is not known.
REFUNDS: Final = """
INSERT INTO refunds
SELECT r.account, r.order_id, r.at_ms, r.value_minor, r.currency, r.reason
FROM source.received r LEFT JOIN orders o ON o.account = r.account AND o.id = r.order_id
WHERE r.type = 'refund' AND (o.id IS NOT NULL OR r.inside)
"""

BEATS: Final = """
INSERT INTO beats
SELECT account, host_id, live_session_id, at_ms, received_ms, covers_ms, activity, order_channel, product_id, viewers,
       audio_db, motion, replies, ingest_bytes, recorded, seq
FROM source.received
WHERE type = 'heartbeat' AND NOT {excluded}
"""

"""From lines of the archive to received events: what the campaign's accounts sent, and which steps each one passes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leaderboard.recount.facts_settings import insert
from leaderboard.recount.voids import ORIGINS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A line of the archive: where it stands, then the kept fields of every type of event. The network address is left
# out on purpose: it is cut after a while, so it may differ between two copies of the same event.
_PLACE: Final = {
    "partition": "INTEGER", "entry": "VARCHAR", "index": "BIGINT", "received_ms": "BIGINT",
    "type": "VARCHAR", "id": "VARCHAR", "account_id": "VARCHAR",
}  # fmt: skip
_CONTENT: Final = {
    "at_ms": "BIGINT",
    "product_id": "VARCHAR", "visitor": "UBIGINT", "source": "VARCHAR", "live_session_id": "VARCHAR",
    "promoted": "BOOLEAN", "dwell_s": "DOUBLE", "user_agent": "VARCHAR", "device": "UBIGINT",
    "host_id": "VARCHAR", "covers_ms": "BIGINT", "activity": "VARCHAR", "order_channel": "VARCHAR",
    "viewers": "BIGINT", "audio_db": "DOUBLE", "motion": "DOUBLE", "replies": "BIGINT", "ingest_bytes": "BIGINT",
    "recorded": "BOOLEAN", "seq": "BIGINT", "cart_items": "BIGINT",
    "value_minor": "BIGINT", "currency": "VARCHAR", "product_ids": "VARCHAR[]", "channel": "VARCHAR",
    "plan": "VARCHAR", "order_id": "VARCHAR", "reason": "VARCHAR", "paid": "BOOLEAN",
}  # fmt: skip
# What the door made of a view. It is no part of the content: the same view sent again may come from elsewhere.
_MARK: Final = {"invalid": "VARCHAR"}
# What only tells two events of the same id apart.
_NOT_KEPT: Final = ("user_agent", "device", "ingest_bytes", "seq")

# `received` has an event of an account as often as it came in. `place` orders what came in within a millisecond,
# `same_id` stands for type, account and id together, `content` for all fields.
#   known            received at or after the enrolment here, and, of a refund, not after refunds have ceased to count
#   in_time          ... and up to the cut-off
#   inside           its own time lies in the window; of a heartbeat: a part of its span does
#   registered       its host was registered here when it came in; true for what has no host
#   noted_elsewhere  it counts for another campaign of the account, so its id is remembered anyway
_RECEIVED: Final = """
CREATE TYPE kind_of_event AS ENUM ('product_view', 'heartbeat', 'order', 'refund', 'ad_spend', 'unreadable');

CREATE TABLE received AS
WITH lines AS (
  SELECT l.*, split_part(l.entry, '-', 2)::BIGINT AS entry_seq,
         -- A heartbeat attests the milliseconds [at - covers, at); everything else happened at one.
         CASE WHEN l.type = 'heartbeat' THEN l.at_ms - l.covers_ms ELSE l.at_ms END AS first_ms,
         CASE WHEN l.type = 'heartbeat' THEN l.at_ms - 1 ELSE l.at_ms END AS last_ms,
         p.here, p.elsewhere, h.here AS host_here, h.elsewhere AS host_elsewhere
  FROM read_json($files, format = 'newline_delimited', columns = {columns}) l
  LEFT JOIN placed p ON p.account = l.account_id
  LEFT JOIN hosts h ON l.type = 'heartbeat' AND h.account = l.account_id AND h.host = l.host_id
  LEFT JOIN bounds b ON b.part = l."partition"
  WHERE (p.account IS NOT NULL AND l.type IN ('product_view', 'heartbeat', 'order', 'refund', 'ad_spend')
         OR l.type = 'unreadable')
    AND (b.part IS NULL OR l.received_ms < b.last_ms
         OR l.received_ms = b.last_ms AND split_part(l.entry, '-', 2)::BIGINT <= b.last_seq)
), passed AS (
  SELECT type::kind_of_event AS type, "partition" AS part, received_ms, entry_seq * 1048576 + "index" AS place,
         account_id AS account, CASE WHEN type IN ('order', 'refund') THEN id END AS id,
         hash(type, account_id, id) AS same_id, hash({content}) AS content, {kept},
         received_ms >= here.since AND (type <> 'refund' OR received_ms <= here.refunds) AS known,
         known AND received_ms <= here.cutoff AS in_time,
         last_ms >= here.starts AND first_ms < here.ends AS inside,
         type <> 'heartbeat' OR len(list_filter(coalesce(host_here, []),
           lambda s: received_ms >= s.since AND received_ms < s.until)) > 0 AS registered,
         CASE WHEN type = 'heartbeat' THEN len(list_filter(coalesce(host_elsewhere, []),
                lambda s: received_ms >= s.since AND received_ms < s.until AND received_ms <= s.cutoff
                       AND last_ms >= s.starts AND first_ms < s.ends)) > 0
              ELSE len(list_filter(coalesce(elsewhere, []),
                lambda s: received_ms >= s.since AND received_ms <= s.cutoff
                       AND last_ms >= s.starts AND first_ms < s.ends)) > 0 END AS noted_elsewhere
  FROM lines
)
SELECT * FROM passed
WHERE in_time OR noted_elsewhere OR known AND type IN ('order', 'refund') OR type = 'unreadable'
"""


def read_archive(
    connection: DuckDBPyConnection,
    files: Sequence[Path],
    until: Mapping[int, str] | None = None,
    *,
    with_origins: bool = False,
) -> None:
    """Makes `received` of files of the archive, read side by side; `until`: the last entry of each partition.

    `with_origins`: with network address, user agent and device of views, which only void filters ask for.
    """
    insert(connection, "bounds", ((part, *id_parts(entry)) for part, entry in (until or {}).items()))
    read = _PLACE | _CONTENT | _MARK | ({"ip": "VARCHAR"} if with_origins else {})
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in read.items())
    kept = [name for name in (*_CONTENT, *_MARK) if name not in _NOT_KEPT] + (
        list(ORIGINS) if with_origins else []
    )
    statement = _RECEIVED.format(
        columns=f"{{{columns}}}", content=", ".join(_CONTENT), kept=", ".join(kept)
    ).replace("$files", _literal(files or [Path(os.devnull)]))  # an archive without files has no lines
    # The optimizer takes the archive for small, and would build a hash table of all of it to look up the settings.
    connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    connection.execute(statement)
    connection.execute("RESET disabled_optimizers")


def _literal(files: Sequence[Path]) -> str:
    quoted = (str(file).replace("'", "''") for file in files)
    return "[" + ", ".join(f"'{name}'" for name in quoted) + "]"


def id_parts(entry: str) -> tuple[int, int]:
    """Milliseconds and sequence of an inbox id."""
    milliseconds, _, sequence = entry.partition("-")
    return int(milliseconds), int(sequence or 0)

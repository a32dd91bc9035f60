"""Ids: of what came in with an id more than once, which one stands. Views, heartbeats and ad spend only.

An id is noted in a generation of the memory when its event counts for any campaign of the account, and is looked for in
that generation and the one before. So within generations that follow each other without a gap, the first, the third
and so on note an id anew, and everything else is held against what was noted last: the same content is a repetition,
other content a conflict. Which of these generations are the odd ones needs no memory, only counting from the gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


_HERE: Final = "(in_time AND registered)"
_REMEMBERED: Final = "type IN ('product_view', 'heartbeat', 'ad_spend')"

_STATEMENTS: Final = f"""
CREATE TABLE repeated AS
SELECT rowid AS row_id, same_id, content, received_ms, place, invalid, {_HERE} AND inside AS counts,
       {_HERE} AND inside OR noted_elsewhere AS noted, in_time
FROM received
WHERE same_id IN (SELECT same_id FROM received WHERE {_REMEMBERED} GROUP BY same_id HAVING count(*) > 1);

CREATE TABLE standing AS
WITH numbered AS (
  SELECT *, received_ms // $generation_ms AS generation,
         row_number() OVER (PARTITION BY same_id, received_ms // $generation_ms ORDER BY received_ms, place) = 1
           AS first_of_generation
  FROM repeated WHERE noted
), firsts AS (
  SELECT *, coalesce(generation - lag(generation) OVER w <> 1, true) AS after_gap
  FROM numbered WHERE first_of_generation
  WINDOW w AS (PARTITION BY same_id ORDER BY generation)
), runs AS (
  SELECT *, sum(after_gap::INTEGER) OVER (PARTITION BY same_id ORDER BY generation) AS run FROM firsts
), notes AS (
  SELECT row_id, (generation - min(generation) OVER (PARTITION BY same_id, run)) % 2 = 0 AS notes FROM runs
), judged AS (
  SELECT n.*, last_value(CASE WHEN coalesce(notes.notes, false) THEN n.content END IGNORE NULLS) OVER (
           PARTITION BY same_id ORDER BY received_ms, place ROWS UNBOUNDED PRECEDING) AS noted_content
  FROM numbered n LEFT JOIN notes USING (row_id)
), counting AS (
  SELECT row_id, same_id, row_number() OVER (PARTITION BY same_id, content ORDER BY $standing) AS copy
  FROM judged WHERE counts AND content = noted_content
)
SELECT row_id, same_id FROM counting WHERE copy = 1;

-- What only metrics with windows of their own, or without registration, ask for: the first one received, unless the
-- id counts.
INSERT INTO standing
SELECT arg_min(row_id, (received_ms, place)), same_id FROM repeated
WHERE in_time AND NOT counts AND same_id NOT IN (SELECT same_id FROM standing)
GROUP BY same_id;

DELETE FROM received
WHERE {_REMEMBERED}
  AND (NOT in_time OR rowid IN (SELECT row_id FROM repeated) AND rowid NOT IN (SELECT row_id FROM standing));
DROP TABLE repeated;
DROP TABLE standing;
ALTER TABLE received DROP COLUMN same_id;
ALTER TABLE received DROP COLUMN content;
"""


def keep_one_of_each_id(
    connection: DuckDBPyConnection, id_memory_h: int, *, valid_first: bool = False
) -> None:
    """Leaves in `received`, of views, heartbeats and ad spend, only what stands for this campaign.

    `valid_first`: invalid views do not count, so of the same view sent twice, from two addresses, the valid one does.
    """
    standing = "invalid IS NOT NULL, received_ms, place" if valid_first else "received_ms, place"
    statements = _STATEMENTS.replace("$standing", standing)
    connection.execute(statements.replace("$generation_ms", str(id_memory_h * 3_600_000)))

"""Facts: a campaign's archive as tables to count from, rebuilt by SQL alone. What they add up to is asked elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from leaderboard.domain.campaigns import takes_invalid_out
from leaderboard.recount import sql
from leaderboard.recount.facts_received import id_parts, read_archive
from leaderboard.recount.facts_settings import load_settings
from leaderboard.recount.ids_sql import keep_one_of_each_id
from leaderboard.recount.live_sql import make_live_rows
from leaderboard.recount.money_sql import make_money_rows
from leaderboard.recount.settings import CampaignSettings
from leaderboard.recount.voids import asks_for_origins, cut_live_rows, mark_voided

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What the archive has by the million stays where it is; whoever asks for views reads them from there.
_VIEWS: Final = """
CREATE VIEW view_rows AS
SELECT account, at_ms, received_ms, (visitor & 4503599627370495)::BIGINT AS visitor, product_id AS product,
       live_session_id AS session, source, promoted, dwell_s, {valid} AS valid
FROM received WHERE type = 'product_view' AND NOT voided;
"""


def open_facts(
    files: Sequence[Path],
    settings: CampaignSettings,
    *,
    until: Mapping[int, str] | None = None,
    memory_limit: str = "1GB",
    temp_dir: Path | None = None,
    threads: int | None = None,
) -> DuckDBPyConnection:
    """A database, the caller's to close, with what counts for the campaign's accounts.

    `files` are segments of the archive, `until` the last entry that is read of each partition. Tables: `view_rows`,
    `live_rows`, `schedule_rows`, `order_rows`, `refund_rows`, `ad_spend_rows`, `award_rows`, `participants`; and for
    the audit `received`, `live_sessions`, `live_spans`. Rows are those of enrolled accounts received in time, each id
    once; they are not cut to a window, and what rescorings take out is in none of them. `received`, `live_sessions` and
    `live_spans` have it still, views marked `voided`. Times are ms, money is minor units, visitors are 52 bits of their
    hash. `temp_dir` takes the database in files that the caller removes; without it all is in memory, which is for few
    events: files are compressed, and what is in memory is not.
    """
    connection = connected(memory_limit, temp_dir, threads)
    load_settings(connection, settings)
    read_archive(connection, files, until, with_origins=asks_for_origins(settings.voids))
    connection.execute("CREATE TABLE read_events AS SELECT count(account) AS events FROM received")
    definition = settings.definition
    keep_one_of_each_id(connection, settings.id_memory_h, valid_first=takes_invalid_out(definition))
    mark_voided(connection, settings.voids)
    # Where integrity only reports, no view is the worse for it.
    acts = definition.integrity.mode == "act"
    connection.execute(_VIEWS.format(valid="invalid IS NULL" if acts else "true"))
    make_money_rows(connection)
    make_live_rows(connection, settings.definition.live)
    cut_live_rows(connection, settings.voids)
    return connection


def connected(memory_limit: str, temp_dir: Path | None, threads: int | None) -> DuckDBPyConnection:
    """An empty database, in files of `temp_dir` where it is given."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "preserve_insertion_order": "false",
    }
    if temp_dir is not None:
        config["temp_directory"] = str(temp_dir)
    if threads is not None:
        config["threads"] = threads
    import duckdb  # only where it is needed: it takes a while to load, and every command passes by here

    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET enable_progress_bar = false")  # it would be drawn into what commands print
    place = ":memory:" if temp_dir is None else str(temp_dir / f"facts-{token_hex(6)}.duckdb")
    connection.execute(f"ATTACH {sql.text(place)} AS facts")
    connection.execute("USE facts")
    return connection


def unreadable_lines(connection: DuckDBPyConnection) -> int:
    """Lines of the archive that hold an entry nobody could read."""
    return _number(connection, "SELECT count(*) FROM received WHERE type = 'unreadable'")


def events_read(connection: DuckDBPyConnection) -> int:
    """Events of the campaign's accounts that were read, repetitions and whatever does not count included."""
    return _number(connection, "SELECT events FROM read_events")


def accounts_after(connection: DuckDBPyConnection, positions: Mapping[int, str]) -> frozenset[str]:
    """The accounts of which something that may count was received after these entries of the partitions.

    After the cut-off that is refunds, and nothing once these have ceased to count, too.
    """
    found: set[str] = set()
    for part, entry in positions.items():
        received_ms, sequence = id_parts(entry)
        statement = """SELECT DISTINCT account FROM received
                       WHERE part = $1 AND (in_time OR known AND type = 'refund')
                         AND (received_ms > $2 OR received_ms = $2 AND place // 1048576 > $3)"""
        found |= {row[0] for row in connection.execute(statement, [part, received_ms, sequence]).fetchall()}
    return frozenset(found)


def _number(connection: DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0

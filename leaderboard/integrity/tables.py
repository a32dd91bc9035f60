"""The tables that detectors read, whoever fills them: what counts for one campaign, each event once, cut to its window.

Times are ms, money is minor units, `visitor` and `device` are 64-bit keyed hashes. A `network` is an address cut to /24
or /48, with its length behind it; `address` is as it came, or as the archive has cut it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# `invalid`: why the door found a view invalid, NULL for all others. `category`: what the account sells, where it says.
COLUMNS: Final[Mapping[str, str]] = {
    "participants": "account VARCHAR, agency VARCHAR, category VARCHAR",
    "views": "account VARCHAR, at_ms BIGINT, received_ms BIGINT, visitor UBIGINT, product VARCHAR, source VARCHAR, "
    "session VARCHAR, promoted BOOLEAN, dwell_s DOUBLE, network VARCHAR, address VARCHAR, agent VARCHAR, "
    "device UBIGINT, invalid VARCHAR",
    "steps": "account VARCHAR, at_ms BIGINT, step VARCHAR, visitor UBIGINT, product VARCHAR",
    "orders": "account VARCHAR, id VARCHAR, at_ms BIGINT, value_minor BIGINT, currency VARCHAR, visitor UBIGINT, "
    "session VARCHAR, channel VARCHAR, products VARCHAR[]",
    "refunds": "account VARCHAR, order_id VARCHAR, at_ms BIGINT, value_minor BIGINT, currency VARCHAR, reason VARCHAR",
    "beats": "account VARCHAR, host VARCHAR, session VARCHAR, at_ms BIGINT, received_ms BIGINT, covers_ms BIGINT, "
    "activity VARCHAR, order_channel VARCHAR, product VARCHAR, viewers BIGINT, audio_db DOUBLE, motion DOUBLE, "
    "replies BIGINT, ingest_bytes BIGINT, recorded BOOLEAN, seq BIGINT",
    "slots": "account VARCHAR, host VARCHAR, start_ms BIGINT, end_ms BIGINT",
}


def create(connection: DuckDBPyConnection) -> None:
    """Makes all tables, empty."""
    for name, columns in COLUMNS.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")

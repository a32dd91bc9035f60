"""A made-up world as tables of DuckDB: those that detectors read, and beside them the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

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
    "truth_accounts": "account VARCHAR, kind VARCHAR, name VARCHAR, fake_share DOUBLE, hard BOOLEAN",
    "truth_visitors": "account VARCHAR, visitor UBIGINT, fake BOOLEAN",
    "truth_hosts": "account VARCHAR, host VARCHAR, kind VARCHAR, name VARCHAR, effective_ms BIGINT",
}
_ADDRESS: Final = """CASE WHEN address = 0 THEN NULL
 WHEN address < 4294967296
 THEN concat(address >> 24, '.', (address >> 16) & 255, '.', (address >> 8) & 255, '.', address & 255)
 ELSE format('{:x}:{:x}:{:x}:{:x}:{:x}:{:x}:{:x}:{:x}',
 address >> 48, (address >> 32) & 65535, (address >> 16) & 65535, address & 65535,
 1 + (address % 65521), 1 + (address % 65519), 1 + (address % 65497), 1 + (address % 65479)) END"""
_NETWORK: Final = """CASE WHEN address = 0 THEN NULL
 WHEN address < 4294967296 THEN concat(address >> 24, '.', (address >> 16) & 255, '.', (address >> 8) & 255, '.0/24')
 ELSE format('{:x}:{:x}:{:x}::/48', address >> 48, (address >> 32) & 65535, (address >> 16) & 65535) END"""
_SESSION: Final = "CASE WHEN session >= 0 THEN concat(accounts.name, '-live-', session) END"
# The joined tables give names to numbers.
_STATEMENTS: Final = (
    f"""INSERT INTO views SELECT accounts.name, at_ms, received_ms, visitor, concat('p', product), sources.name,
 {_SESSION}, promoted, CASE WHEN NOT isnan(dwell_s) THEN dwell_s END, {_NETWORK}, {_ADDRESS}, agents.name,
 nullif(device, 0), CASE invalid WHEN 1 THEN 'data_centre' WHEN 2 THEN 'crawler' END
 FROM made_views AS made JOIN made_accounts AS accounts ON accounts.number = made.account
 JOIN made_sources AS sources ON sources.number = made.source
 LEFT JOIN made_agents AS agents ON agents.number = made.agent""",  # noqa: S608
    """INSERT INTO steps SELECT accounts.name, at_ms, kinds.name, nullif(visitor, 0), concat('p', product)
 FROM made_steps AS made JOIN made_accounts AS accounts ON accounts.number = made.account
 JOIN made_kinds AS kinds ON kinds.number = made.step""",
    f"""INSERT INTO orders SELECT accounts.name, concat(accounts.name, '-o', row), at_ms, value_minor, 'USD',
 nullif(visitor, 0), {_SESSION}, channels.name,
 CASE WHEN second >= 0 THEN [concat('p', product), concat('p', second)] ELSE [concat('p', product)] END
 FROM made_orders AS made JOIN made_accounts AS accounts ON accounts.number = made.account
 JOIN made_channels AS channels ON channels.number = made.channel""",  # noqa: S608
    """INSERT INTO refunds
 SELECT accounts.name, concat(accounts.name, '-o', row), refund_ms, refund_minor, 'USD', reasons.name
 FROM made_orders AS made JOIN made_accounts AS accounts ON accounts.number = made.account
 LEFT JOIN made_reasons AS reasons ON reasons.number = made.reason WHERE refund_ms >= 0""",
    """INSERT INTO truth_visitors SELECT accounts.name, visitor, bool_or(fake) FROM made_views AS made
 JOIN made_accounts AS accounts ON accounts.number = made.account GROUP BY ALL""",
)


def create(connection: DuckDBPyConnection) -> None:
    """Makes those that are not there."""
    for name, columns in COLUMNS.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")


def fill(
    connection: DuckDBPyConnection,
    columns: Mapping[str, Mapping[str, NDArray[Any]]],
    names: Mapping[str, Mapping[int, str]],
) -> None:
    """Views, steps, orders, refunds and whose visitors are fake. `names` say what the numbers in them stand for."""
    made = {f"made_{name}": dict(parts) for name, parts in columns.items()}
    made |= {f"made_{name}": _numbered(known) for name, known in names.items()}
    for name, table in made.items():
        connection.register(name, table)
    try:
        for statement in _STATEMENTS:
            connection.execute(statement)
    finally:
        for name in made:
            connection.unregister(name)


def insert(connection: DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """A few rows."""
    marks = ", ".join("?" * len(rows[0]))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _numbered(names: Mapping[int, str]) -> dict[str, NDArray[Any]]:
    return {
        "number": np.array(list(names), dtype=np.int64),
        "name": np.array(list(names.values()), dtype=object),
    }

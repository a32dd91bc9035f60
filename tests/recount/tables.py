"""Tables of facts made by hand, in memory: a test says only the columns that it is about."""

from __future__ import annotations

from typing import Any

import duckdb
import orjson

from leaderboard.domain.campaigns import Definition, parse_toml
from leaderboard.recount.metrics import Value, values

# Column, type, and the value where a row says nothing of it.
TABLES: dict[str, list[tuple[str, str, object]]] = {
    "view_rows": [
        ("account", "VARCHAR", "a"),
        ("at_ms", "BIGINT", 0),
        ("received_ms", "BIGINT", 0),
        ("visitor", "BIGINT", None),
        ("product", "VARCHAR", None),
        ("session", "VARCHAR", None),
        ("source", "VARCHAR", None),
        ("promoted", "BOOLEAN", None),
        ("dwell_s", "DOUBLE", None),
        ("valid", "BOOLEAN", True),
    ],
    "live_rows": [
        ("account", "VARCHAR", "a"),
        ("host", "VARCHAR", "h"),
        ("session", "VARCHAR", "s"),
        ("start_ms", "BIGINT", 0),
        ("end_ms", "BIGINT", 0),
        ("effective", "BOOLEAN", True),
        ("registered", "BOOLEAN", True),
        ("in_schedule", "BOOLEAN", False),
        ("activity", "VARCHAR", "explaining"),
        ("product", "VARCHAR", None),
        ("order_channel", "VARCHAR", None),
        ("recorded", "BOOLEAN", False),
        ("cart_items", "BIGINT", None),
        ("viewers", "BIGINT", None),
    ],
    "schedule_rows": [
        ("account", "VARCHAR", "a"),
        ("host", "VARCHAR", "h"),
        ("start_ms", "BIGINT", 0),
        ("end_ms", "BIGINT", 0),
    ],
    "order_rows": [
        ("account", "VARCHAR", "a"),
        ("id", "VARCHAR", "o"),
        ("at_ms", "BIGINT", 0),
        ("received_ms", "BIGINT", 0),
        ("value_minor", "BIGINT", 0),
        ("currency", "VARCHAR", "USD"),
        ("buyer", "BIGINT", None),
        ("channel", "VARCHAR", None),
        ("plan", "VARCHAR", None),
        ("session", "VARCHAR", None),
        ("live", "BOOLEAN", False),
        ("status", "VARCHAR", "paid"),
        ("valid", "BOOLEAN", True),
    ],
    "refund_rows": [
        ("account", "VARCHAR", "a"),
        ("id", "VARCHAR", "r"),
        ("order_id", "VARCHAR", "o"),
        ("at_ms", "BIGINT", 0),
        ("own_at_ms", "BIGINT", 0),
        ("received_ms", "BIGINT", 0),
        ("value_minor", "BIGINT", 0),
        ("currency", "VARCHAR", "USD"),
        ("reason", "VARCHAR", None),
        ("channel", "VARCHAR", None),
        ("plan", "VARCHAR", None),
        ("session", "VARCHAR", None),
    ],
    "ad_spend_rows": [
        ("account", "VARCHAR", "a"),
        ("at_ms", "BIGINT", 0),
        ("received_ms", "BIGINT", 0),
        ("value_minor", "BIGINT", 0),
        ("currency", "VARCHAR", "USD"),
        ("paid", "BOOLEAN", True),
    ],
    "award_rows": [
        ("account", "VARCHAR", "a"),
        ("award", "VARCHAR", None),
        ("rank", "BIGINT", None),
        ("window_index", "BIGINT", 0),
        ("at_ms", "BIGINT", 0),
    ],
}

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
DAY_MS = 24 * HOUR_MS
# Monday 3 March 2031, 00:00 UTC.
MONDAY_MS = 1_930_262_400_000

SMALL = """\
schema = 1
id = "small"
title = "Small"
currency = "USD"
[clock]
zone = "UTC"
{clock}
[window.main]
start = 2031-03-03T00:00:00
end = 2031-03-17T00:00:00
{window}
[metric.x]
{metric}
[instrument.bank]
kind = "cash"
[[award]]
id = "all"
window = "main"
instrument = "bank"
pay = {{ kind = "fixed", amount = 1 }}
"""


class Facts:
    """A database with the tables of facts, empty but for what a test adds."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        for table, columns in TABLES.items():
            typed = ", ".join(f"{name} {kind}" for name, kind, _ in columns)
            self.connection.execute(f"CREATE TABLE {table} ({typed})")
        self.connection.execute(
            "CREATE TABLE participants (account VARCHAR, enrolled_ms BIGINT, country VARCHAR, kind VARCHAR, "
            "agency VARCHAR, attributes MAP(VARCHAR, VARCHAR))"
        )

    def enroll(self, *accounts: str, **attributes: object) -> Facts:
        texts = {name: orjson.dumps(value).decode() for name, value in attributes.items()}
        typed = "map(CAST(? AS VARCHAR[]), CAST(? AS VARCHAR[]))"
        for account in accounts:
            self.connection.execute(
                f"INSERT INTO participants VALUES (?, 0, 'US', 'partner', 'g', {typed})",
                [account, list(texts), list(texts.values())],
            )
        return self

    def add(self, table: str, *rows: dict[str, Any]) -> Facts:
        columns = TABLES[f"{table}_rows"]
        places = ", ".join("?" for _ in columns)
        filled = [[row.get(name, default) for name, _, default in columns] for row in rows]
        assert all(set(row) <= {name for name, _, _ in columns} for row in rows)
        if filled:
            self.connection.executemany(f"INSERT INTO {table}_rows VALUES ({places})", filled)
        return self

    def live(self, *spans: tuple[int, int], **fields: Any) -> Facts:
        """Spans of live time in ms."""
        return self.add("live", *({"start_ms": start, "end_ms": end, **fields} for start, end in spans))

    def value(
        self, definition: Definition, metric: str, window: str, account: str = "a", index: int = 0
    ) -> Value:
        return values(self.connection, definition, window, [metric])[index, account][metric]

    def accounts(self, definition: Definition, window: str) -> list[str]:
        """Who has an instance of the window."""
        return sorted({account for _, account in values(self.connection, definition, window)})


def small(metric: str, *, clock: str = "", window: str = "", more: str = "") -> Definition:
    """A campaign of two weeks from Monday 3 March 2031 on, with the metric `x` and whatever more is said."""
    return parse_toml(SMALL.format(metric=metric, clock=clock, window=window) + more)

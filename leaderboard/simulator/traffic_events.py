"""A made-up world as the events that a sender would send: raw ids, one after the other."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from itertools import count
from operator import itemgetter
from typing import Any, Final

import duckdb
from duckdb import DuckDBPyConnection

_BATCH: Final = 5_000
# By type of event: rows of (ms, account, the rest by name), in the order of time.
_VISITOR: Final = "CASE WHEN visitor IS NOT NULL THEN format('sim-v{:016x}', visitor) END AS visitor_id"
_DEVICE: Final = "CASE WHEN device IS NOT NULL THEN format('sim-d{:016x}', device) END AS device_id"
_ROWS: Final = {
    "product_view": f"""SELECT at_ms, account, product AS product_id, {_VISITOR}, source, session AS live_session_id,
 promoted, dwell_s, address AS ip, agent AS user_agent, {_DEVICE}
 FROM views ORDER BY at_ms, account, visitor, product, source, dwell_s, ip""",  # noqa: S608
    "funnel_step": f"""SELECT at_ms, account, step, product AS product_id, {_VISITOR}
 FROM steps ORDER BY at_ms, account, step, product, visitor""",  # noqa: S608
    "order": f"""SELECT at_ms, account, id, value_minor, currency, products AS product_ids, {_VISITOR}, channel,
 session AS live_session_id FROM orders ORDER BY at_ms, id""",  # noqa: S608
    "refund": """SELECT at_ms, account, order_id, value_minor, currency, reason FROM refunds
 ORDER BY at_ms, order_id""",
}


def events_of(load: Callable[[DuckDBPyConnection], None]) -> Iterator[dict[str, Any]]:
    """The tables that `load` fills, as events."""
    with duckdb.connect() as connection:
        load(connection)
        yield from heapq.merge(*(_events(connection, kind) for kind in _ROWS), key=itemgetter("at"))


def _events(connection: DuckDBPyConnection, kind: str) -> Iterator[dict[str, Any]]:
    cursor = connection.cursor().execute(_ROWS[kind])
    names = [column[0] for column in cursor.description or ()][2:]
    numbers = count(1)
    while rows := cursor.fetchmany(_BATCH):
        for at_ms, account, *values in rows:
            said = {name: value for name, value in zip(names, values, strict=True) if value is not None}
            event = {"type": kind, "id": f"sim-{kind}-{next(numbers)}", "at": at_ms, "account_id": account}
            yield event | _with_money(said)


def _with_money(event: dict[str, Any]) -> dict[str, Any]:
    if "value_minor" in event:
        minor = event.pop("value_minor")
        event["value"] = {"amount": f"{minor // 100}.{minor % 100:02}", "currency": event.pop("currency")}
    return event

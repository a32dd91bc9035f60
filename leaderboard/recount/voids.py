"""What rescorings take out of the facts: views are marked, live time is cut. Which ones are in force is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from leaderboard.domain.rescorings import ExcludeHost, Outage, VoidViews, What
from leaderboard.recount import sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Columns of `received` that only void filters ask for.
ORIGINS: Final = ("ip", "user_agent", "device")

Span = tuple[int, int]


def asks_for_origins(voids: Iterable[What]) -> bool:
    """Whether a filter goes by where views came from."""
    return any(isinstance(one, VoidViews) and (one.network or one.agent or one.device) for one in voids)


def mark_voided(connection: DuckDBPyConnection, voids: Sequence[What]) -> None:
    """Adds `voided` to `received`: views that do not count any more."""
    connection.execute("ALTER TABLE received ADD COLUMN voided BOOLEAN DEFAULT false")
    tests = [_test(connection, number, one) for number, one in enumerate(voids)]
    if found := [f"({test})" for test in tests if test]:
        connection.execute(
            f"UPDATE received SET voided = true WHERE type = 'product_view' AND ({' OR '.join(found)})"
        )


def _test(connection: DuckDBPyConnection, number: int, void: What) -> str:
    if isinstance(void, Outage):
        return sql.all_of(_in_span(void.from_ms, void.until_ms))
    return sql.all_of(_fits(connection, number, void)) if isinstance(void, VoidViews) else ""


def _fits(connection: DuckDBPyConnection, number: int, void: VoidViews) -> Iterator[str]:
    yield from _in_span(void.from_ms, void.until_ms)
    texts = {"account": void.account, "user_agent": void.agent, "live_session_id": void.session}
    yield from (f"{column} = {sql.text(value)}" for column, value in texts.items() if value)
    if void.device:
        yield f"device = {int(void.device, 16)}"
    if void.network:
        yield f"ip IN (SELECT ip FROM {_addresses(connection, number, void.network)})"


def _in_span(from_ms: int | None, until_ms: int | None) -> Iterator[str]:
    if from_ms is not None:
        yield f"at_ms >= {from_ms}"
    if until_ms is not None:
        yield f"at_ms < {until_ms}"


def _addresses(connection: DuckDBPyConnection, number: int, network: str) -> str:
    """A table of those addresses, as they stand in the archive, that lie in a network."""
    wanted, table = ip_network(network, strict=False), f"voided_addresses_{number}"
    seen = connection.execute("SELECT DISTINCT ip FROM received WHERE ip IS NOT NULL").fetchall()
    inside = [text for (text,) in seen if _lies_in(text, wanted)]
    connection.execute(f"CREATE TEMP TABLE {table} AS SELECT unnest($1::VARCHAR[]) AS ip", [inside])
    return table


def _lies_in(text: str, network: object) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address) in network  # type: ignore[operator]


def excluded_hosts(voids: Iterable[What]) -> list[tuple[str, str]]:
    """(account, host) whose live time does not count."""
    return sorted({(one.account, one.host) for one in voids if isinstance(one, ExcludeHost)})


def dead_spans(voids: Iterable[What]) -> list[Span]:
    """When nobody's live time counts, as spans that do not touch each other."""
    merged: list[Span] = []
    for start, end in sorted(
        (one.from_ms, one.until_ms) for one in voids if isinstance(one, Outage) and one.live
    ):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def is_excluded(voids: Iterable[What]) -> str:
    """SQL of a row with `account` and `host` whose host is excluded."""
    pairs = ", ".join(f"({sql.text(account)}, {sql.text(host)})" for account, host in excluded_hosts(voids))
    return f"(account::VARCHAR, host::VARCHAR) IN ({pairs})" if pairs else "false"


def cut_live_rows(connection: DuckDBPyConnection, voids: Sequence[What]) -> None:
    """Takes out of `live_rows` what is excluded."""
    connection.execute(f"DELETE FROM live_rows WHERE {is_excluded(voids)}")
    for start_ms, end_ms in dead_spans(voids):
        touched = f"start_ms < {end_ms} AND end_ms > {start_ms}"
        connection.execute(
            f"""CREATE TEMP TABLE pieces AS
                SELECT * REPLACE (least(end_ms, {start_ms}) AS end_ms) FROM live_rows
                WHERE {touched} AND start_ms < {start_ms}
                UNION ALL
                SELECT * REPLACE (greatest(start_ms, {end_ms}) AS start_ms) FROM live_rows
                WHERE {touched} AND end_ms > {end_ms}"""
        )
        connection.execute(f"DELETE FROM live_rows WHERE {touched}")
        connection.execute("INSERT INTO live_rows SELECT * FROM pieces; DROP TABLE pieces;")

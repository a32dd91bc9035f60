"""The tables that detectors read, filled from an archive: what counts for one campaign, each id once.

Of an id that came more than once, any one stands. The counting has a finer rule for ids that come again with other
content, which moves single events and no detector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leaderboard.archive.addresses import IPV4_BITS, IPV6_BITS
from leaderboard.domain.networks import known_address
from leaderboard.integrity import tables
from leaderboard.integrity.archived_sql import (
    BEATS,
    CONTENT,
    ODD_ADDRESSES,
    ONE_OF_EACH,
    ORDERS,
    PARTICIPANTS,
    PLACE,
    RECEIVED,
    REFUNDS,
    REPEATED,
    STEPS,
    VIEWS,
)
from leaderboard.recount import sql
from leaderboard.recount.facts import connected
from leaderboard.recount.facts_received import id_parts
from leaderboard.recount.facts_settings import insert, load_settings
from leaderboard.recount.settings import CampaignSettings
from leaderboard.recount.voids import dead_spans, excluded_hosts, mark_voided

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SOURCE: Final = "source"
_CONTENT: Final = ", ".join(CONTENT)


def open_tables(
    files: Sequence[Path],
    settings: CampaignSettings,
    *,
    until: Mapping[int, str] | None = None,
    memory_limit: str = "1GB",
    temp_dir: Path | None = None,
    threads: int | None = None,
) -> DuckDBPyConnection:
    """A database, the caller's to close, with the tables of `tables.py`.

    `files` are segments of the archive, `until` the last entry that is read of each partition. What rescorings in force
    take out is left out. Without `temp_dir` all is in memory, which is for few events.
    """
    connection = connected(memory_limit, temp_dir, threads)
    # The settings have tables of the same names as ours.
    connection.execute(f"CREATE SCHEMA {_SOURCE}; USE facts.{_SOURCE}")
    load_settings(connection, settings)
    _receive(connection, files, until or {})
    mark_voided(connection, settings.voids)
    connection.execute("USE facts.main")
    tables.create(connection)
    _fill(connection, settings)
    connection.execute(f"DROP SCHEMA {_SOURCE} CASCADE")
    return connection


def _receive(connection: DuckDBPyConnection, files: Sequence[Path], until: Mapping[int, str]) -> None:
    """Makes `received` of files of the archive, which are read side by side."""
    insert(connection, "bounds", ((part, *id_parts(entry)) for part, entry in until.items()))
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in (PLACE | CONTENT).items())
    # An archive without files has no lines.
    named = ", ".join(sql.text(str(file)) for file in files or [Path("/dev/null")])
    statement = RECEIVED.format(columns=f"{{{columns}}}", content=_CONTENT).replace("$files", f"[{named}]")
    # The optimizer takes the archive for small, and would build a hash table of all of it to look up the settings.
    connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    connection.execute(statement)
    connection.execute("RESET disabled_optimizers")
    connection.execute(REPEATED)
    connection.execute(ONE_OF_EACH.format(content=_CONTENT))


def _fill(connection: DuckDBPyConnection, settings: CampaignSettings) -> None:
    connection.execute(PARTICIPANTS)
    _name_odd_networks(connection)
    for statement in (VIEWS, STEPS, ORDERS, REFUNDS, BEATS.format(excluded=_excluded(settings))):
        connection.execute(statement)


def _name_odd_networks(connection: DuckDBPyConnection) -> None:
    """Makes `odd_networks`: the network of each address that no simple pattern fits; NULL where it is none."""
    addresses = [text for (text,) in connection.execute(ODD_ADDRESSES).fetchall()]
    connection.execute(
        "CREATE TEMP TABLE odd_networks AS SELECT unnest($1::VARCHAR[]) AS ip, unnest($2::VARCHAR[]) AS network",
        [addresses, [network_of(text) for text in addresses]],
    )


def network_of(text: str) -> str | None:
    """The /24 or /48 of an address, with its length; None for a text that is no address."""
    address = known_address(text)
    if address is None:
        return None
    bits = IPV4_BITS if address.version == 4 else IPV6_BITS
    # A zone names an interface; an integer leaves it out.
    return str(ip_network((type(address)(int(address)), bits), strict=False))


def _excluded(settings: CampaignSettings) -> str:
    """SQL of a heartbeat that rescorings take out: of an excluded host, or whole within a dead span."""
    spans = (f"at_ms - covers_ms >= {start} AND at_ms <= {end}" for start, end in dead_spans(settings.voids))
    hosts = (
        f"account = {sql.text(account)} AND host_id = {sql.text(host)}"
        for account, host in excluded_hosts(settings.voids)
    )
    return f"({' OR '.join(f'({one})' for one in (*spans, *hosts)) or 'false'})"

"""A world of hosts as tables of a database: heartbeats, plans, and the truth. Its own lists of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leaderboard.simulator.hosts import ACTIVITIES, CHANNELS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from leaderboard.simulator.host_worlds import Host

COLUMNS: Final[Mapping[str, str]] = {
    "participants": "account VARCHAR, agency VARCHAR, category VARCHAR",
    "beats": "account VARCHAR, host VARCHAR, session VARCHAR, at_ms BIGINT, received_ms BIGINT, covers_ms BIGINT, "
    "activity VARCHAR, order_channel VARCHAR, product VARCHAR, viewers BIGINT, audio_db DOUBLE, motion DOUBLE, "
    "replies BIGINT, ingest_bytes BIGINT, recorded BOOLEAN, seq BIGINT",
    "slots": "account VARCHAR, host VARCHAR, start_ms BIGINT, end_ms BIGINT",
    "truth_accounts": "account VARCHAR, kind VARCHAR, name VARCHAR, fake_share DOUBLE, hard BOOLEAN",
    "truth_hosts": "account VARCHAR, host VARCHAR, kind VARCHAR, name VARCHAR, effective_ms BIGINT",
}
# A batch is what is held a second time while it is loaded.
_HOSTS_A_BATCH: Final = 200
_BEATS: Final = """
    INSERT INTO beats
    SELECT account, host, host || '-s' || session, at_ms, received_ms, covers_ms,
        $activities[activity + 1], $channels[channel + 1],
        CASE WHEN product >= 0 THEN account || '-p' || product END,
        nullif(viewers, -1), CASE WHEN NOT isnan(audio) THEN audio END, CASE WHEN NOT isnan(motion) THEN motion END,
        nullif(replies, -1), nullif(ingest, -1), NULL, seq
    FROM arrived JOIN named USING (number)
"""
_SAID: Final = (
    *("session", "at_ms", "received_ms", "covers_ms", "activity", "channel", "product"),
    *("viewers", "audio", "motion", "replies", "ingest", "seq"),
)


def load(connection: DuckDBPyConnection, hosts: Sequence[Host]) -> None:
    """Adds hosts to the tables, which are made where there are none."""
    for name, columns in COLUMNS.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
    _load_truth(connection, hosts)
    slots = [(host.label.account, host.label.host, *slot) for host in hosts for slot in host.slots]
    _append(connection, "slots", slots)
    for first in range(0, len(hosts), _HOSTS_A_BATCH):
        _load_beats(connection, hosts[first : first + _HOSTS_A_BATCH])


def _load_truth(connection: DuckDBPyConnection, hosts: Sequence[Host]) -> None:
    labels = [host.label for host in hosts]
    _append(connection, "truth_hosts", [(*label[:4], label.effective_ms) for label in labels])
    accounts = {label.account: (label.account, label.kind, label.name, 0.0, label.hard) for label in labels}
    _append(connection, "truth_accounts", list(accounts.values()))
    known = {account for (account,) in connection.execute("SELECT account FROM participants").fetchall()}
    _append(
        connection, "participants", [(account, None, None) for account in accounts if account not in known]
    )


def _append(connection: DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        asked = ", ".join(["unnest(?)"] * len(columns))
        connection.execute(f"INSERT INTO {table} SELECT {asked}", columns)


def _load_beats(connection: DuckDBPyConnection, hosts: Sequence[Host]) -> None:
    arrived = {name: np.concatenate([vars(host.beats)[name] for host in hosts]) for name in _SAID}
    counts = [len(host.beats.at_ms) for host in hosts]
    arrived["number"] = np.repeat(np.arange(len(hosts)), counts)
    labels = [host.label for host in hosts]
    connection.execute("CREATE OR REPLACE TEMP TABLE named (number BIGINT, account VARCHAR, host VARCHAR)")
    _append(connection, "named", [(at, label.account, label.host) for at, label in enumerate(labels)])
    connection.register("arrived", arrived)
    try:
        connection.execute(_BEATS, {"activities": list(ACTIVITIES), "channels": list(CHANNELS)})
    finally:
        connection.unregister("arrived")
        connection.execute("DROP TABLE named")

"""A snapshot: the inputs of a campaign's result, pinned at the freeze. Figures only; it judges nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

FORMAT: Final = "live-leaderboard-snapshot"


class SnapshotRow(Struct, frozen=True, kw_only=True):
    """An account as frozen. `sales`: currency → minor units. Refunds are left out: they go on counting."""

    account: str
    score: int
    reached_ms: int
    effective_ms: int
    kept_ms: int
    promised_ms: int
    orders: int
    sales: Mapping[str, int]


class Snapshot(Struct, frozen=True, kw_only=True):
    """All accounts, by id. `positions`: the last inbox entry of each partition that had come in by then.

    `definition_hash` is of the definition in force; `events` were recounted from the archive. Two snapshots of the
    same campaign are equal but for `taken_ms` and `positions`.
    """

    campaign: str
    cutoff_ms: int
    taken_ms: int
    definition_hash: str
    events: int
    positions: Mapping[str, str]
    accounts: tuple[SnapshotRow, ...]
    format: str = FORMAT
    format_version: int = 1


_decode: Final = msgspec.json.Decoder(Snapshot).decode


def encoded(snapshot: Snapshot) -> bytes:
    """One text for one snapshot."""
    return msgspec.json.encode(snapshot, order="sorted")


def read_snapshot(content: bytes) -> Snapshot:
    """The other way; ValueError for what is no snapshot."""
    return _decode(content)


def fingerprint(content: bytes) -> str:
    """SHA-256 of an encoded snapshot, hexadecimal."""
    return sha256(content).hexdigest()


def moved(snapshot: Snapshot, rows: Iterable[SnapshotRow]) -> list[str]:
    """The accounts whose figures are others than they were frozen at, by id."""
    frozen = {row.account: row for row in snapshot.accounts}
    found = {row.account: row for row in rows}
    return sorted(name for name in {*frozen, *found} if frozen.get(name) != found.get(name))

"""How an archiver behaves; see `[archive]` in config.toml."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchivePace:
    """`cut_addresses_after_days` 0: never. `lease_ms`: how long a silent archiver keeps others waiting."""

    flush_interval_ms: int = 1_000
    segment_mib: int = 64
    segment_age_h: int = 24
    cut_addresses_after_days: int = 30
    settings_interval_ms: int = 5_000
    chores_interval_ms: int = 1_000
    lease_ms: int = 10_000

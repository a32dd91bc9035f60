"""Examine: all detectors over filled tables, as at a checkpoint. What follows from findings is decided elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from leaderboard.domain.findings import Finding
from leaderboard.integrity import doubts
from leaderboard.integrity.cells import cell_findings
from leaderboard.integrity.dwell import dwell_findings
from leaderboard.integrity.fresh import compare_all, fresh_findings
from leaderboard.integrity.live import live_findings
from leaderboard.integrity.lockstep import lockstep_findings
from leaderboard.integrity.peers import read_peers
from leaderboard.integrity.refunds import refund_findings
from leaderboard.integrity.thresholds import THRESHOLDS, Thresholds
from leaderboard.integrity.visitors import make_visitors

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def examine(connection: DuckDBPyConnection) -> list[Finding]:
    """All findings, by account and detector. Leaves `doubtful` (account, visitor, weight) in the connection."""
    found = traffic_findings(connection) + live_findings(connection) + refund_findings(connection)
    return sorted(found, key=lambda one: (one.account, one.detector, one.host, one.span or (0, 0)))


def traffic_findings(connection: DuckDBPyConnection, limits: Thresholds = THRESHOLDS) -> list[Finding]:
    """What detectors of traffic find. Views that the door took for invalid are out of all that is compared."""
    make_visitors(connection)
    doubts.make_doubts(connection)
    peers = read_peers(connection, limits)
    names = dict(connection.execute("SELECT a, account FROM known_accounts").fetchall())
    in_cells = cell_findings(connection, names, peers, limits)
    # After cells, which say who is in a room, and who is doubted already.
    strangers = compare_all(connection, limits)
    found = [
        *in_cells,
        *fresh_findings(connection, names, strangers, limits),
        *dwell_findings(connection, names, strangers, limits),
        *lockstep_findings(connection, names, peers, limits),
    ]
    excess = doubts.make_doubtful(connection)
    return [_with_excess(one, excess.get((one.detector, one.account), 0)) for one in found]


def _with_excess(finding: Finding, excess_uv: int) -> Finding:
    """The sentence tells of what is strongest, and the doubts are of all that is like it."""
    if not excess_uv:
        return finding
    sentence = f"{finding.sentence}; in all, {excess_uv:,} visitors are estimated not to be people"
    return replace(finding, excess_uv=excess_uv, sentence=sentence)

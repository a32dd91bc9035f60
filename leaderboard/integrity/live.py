"""What live hosts did that no live host does: the detectors of heartbeats, one behind the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leaderboard.domain.findings import Finding
from leaderboard.integrity.live_forged import forged_findings
from leaderboard.integrity.live_idle import idle_findings
from leaderboard.integrity.live_loop import loop_findings
from leaderboard.integrity.live_plans import plan_findings
from leaderboard.integrity.live_twins import twin_findings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def live_findings(connection: DuckDBPyConnection, /) -> list[Finding]:
    """All findings about hosts. Heartbeats without the signals that a detector needs are no evidence for it."""
    return [
        *idle_findings(connection),
        *loop_findings(connection),
        *plan_findings(connection),
        *twin_findings(connection),
        *forged_findings(connection),
    ]

"""A detector for tests: it finds what its test wants, and has to be a function of a module to be sent to a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leaderboard.domain.findings import Finding
from leaderboard.integrity.examine import examine

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def suspicious(account: str, excess_uv: int = 1, sample: int = 3) -> Finding:
    return Finding(
        detector="cells",
        rule="cells/1",
        account=account,
        asks="hold",
        families=("concentration", "engagement"),
        sentence=f"{excess_uv} visitors of one network.",
        sample=sample,
        excess_uv=excess_uv,
    )


def find_a1(connection: DuckDBPyConnection) -> list[Finding]:
    """That one visitor of a1 is no person, besides what there really is."""
    return [*examine(connection), suspicious("a1")]


def break_down(connection: DuckDBPyConnection) -> list[Finding]:
    raise ZeroDivisionError("a detector is broken")

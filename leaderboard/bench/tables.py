"""What the tables of the report are made of. Knows no results."""

from __future__ import annotations

from rich.table import Table

from leaderboard.bench.spread import Spread


def table(title: str, *columns: str) -> Table:
    """An empty one; figures stand to the right."""
    made = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number else "left")
    return made


def cpu(cpu_s: dict[str, float]) -> str:
    """Processor seconds of the roles that used any."""
    shown = {role: used for role, used in cpu_s.items() if used >= 0.05}
    return ", ".join(f"{role} {used:.1f}" for role, used in shown.items()) or "not told here"


def times(one: Spread) -> tuple[str, ...]:
    """Samples, median, slow end, worst."""
    return f"{one.samples:,}", f"{one.p50_ms:,.1f}", f"{one.p99_ms:,.1f}", f"{one.worst_ms:,.1f}"

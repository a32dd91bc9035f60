"""The metrics that no counter keeps, worked out for the campaign's own window. Storing them is others' work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from leaderboard.domain.campaigns import Definition

from .metrics import NO_DISCOUNTS, Value, values

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def refresh(
    connection: DuckDBPyConnection,
    definition: Definition,
    names: Collection[str],
    discounts: Mapping[str, int] = NO_DISCOUNTS,
) -> dict[str, dict[str, Value]]:
    """By account the metrics of these names over the window of the ranking, or else of the first award. ValueError
    when that window recurs: there would be more than one value."""
    window = definition.ranking.window if definition.ranking else definition.awards[0].window
    if definition.windows[window].every:
        raise ValueError(f"window.{window}.every: a window that recurs has no one value to show live")
    return {
        account: found
        for (_, account), found in values(connection, definition, window, names, discounts).items()
    }

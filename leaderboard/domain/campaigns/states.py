"""The states of a campaign, and the one that the clock alone would give it. Decisions are made elsewhere."""

from __future__ import annotations

from typing import Literal

from .definition import Definition

State = Literal["draft", "scheduled", "live", "closing", "review", "certified", "paid", "cancelled"]


def state_by_clock(definition: Definition, now_ms: int) -> State:
    """Before the start scheduled, inside live, from the end on closing, manual campaigns too.

    The later states come by decisions. Without a common start and end, the campaign is live for as long as it is
    not closed by hand.
    """
    starts_at_ms, ends_at_ms = definition.starts_at_ms, definition.ends_at_ms
    if starts_at_ms is None or ends_at_ms is None:
        return "live"
    if now_ms < starts_at_ms:
        return "scheduled"
    return "live" if now_ms < ends_at_ms else "closing"

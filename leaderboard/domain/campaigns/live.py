"""How heartbeats become effective live time: rules with names, all of them off unless the definition says them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from .reader import Table
from .values import described, duration_s

_LONGEST_BRIDGE_S = 600
_LONGEST_GRACE_S = 3_600
_LONGEST_WINDOW_S = 3_600


class Live(Struct, frozen=True, kw_only=True):
    """Rules on the time of one live session; see `domain/live_sessions.py`.

    `bridge_s`: a silence between two effective spans counts as effective up to this length. `evidence_s`: the length
    of the windows in each of which a sign of life is asked for; None asks for none. `opening_grace_s`: no sign of life
    is asked for in this time from the session's first heartbeat on.
    """

    bridge_s: int = 0
    evidence_s: int | None = None
    opening_grace_s: int = 0


def read_live(table: Table) -> Live:
    live = Live(
        bridge_s=table.read("bridge", _at_most(_LONGEST_BRIDGE_S), 0),
        evidence_s=table.maybe("evidence", _window_s),
        opening_grace_s=table.read("opening_grace", _at_most(_LONGEST_GRACE_S), 0),
    )
    if live.opening_grace_s and live.evidence_s is None and table.fine("evidence"):
        table.report("opening_grace", "goes with `evidence` only: without it no sign of life is asked for")
    table.close()
    return live


def _at_most(most_s: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        found_s = duration_s(value)
        if found_s > most_s:
            raise ValueError(f"must be at most {most_s}s, not {described(value)}")
        return found_s

    return parse


def _window_s(value: object) -> int:
    """Windows begin at midnight UTC, so a day must be a whole number of them."""
    found_s = duration_s(value)
    if not 60 <= found_s <= _LONGEST_WINDOW_S or 86_400 % found_s:
        raise ValueError(f"must divide a day and be 1m to 1h, such as 5m, not {described(value)}")
    return found_s

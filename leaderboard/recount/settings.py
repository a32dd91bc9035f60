"""What a recount needs to know besides the events: windows, enrolments, registrations and slots, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from leaderboard.domain.accounts import Account
from leaderboard.domain.campaigns import Definition

Span = tuple[int, int]
"""`[start_ms, end_ms)`."""

OpenSpan = tuple[int, int | None]
"""`[from_ms, until_ms)`, or without an end."""

Registrations = Mapping[str, Mapping[str, Sequence[OpenSpan]]]
"""account → host → when it was registered, by the store's clock."""


class CountedWindow(Struct, frozen=True):
    """When events count for a campaign: their own time in `[starts_at_ms, ends_at_ms)`, received up to `cutoff_ms`,
    or whenever where that is None."""

    starts_at_ms: int
    ends_at_ms: int
    cutoff_ms: int | None = None


class CampaignSettings(Struct, frozen=True, kw_only=True):
    """Everything that people decided about a campaign, and of other campaigns what touches its accounts: an id is
    remembered per account, so an event that counts elsewhere may be the reason why one does not count here.

    `windows`: campaign → window, of this campaign and all others of its accounts. `enrolled`: account → campaign →
    enrolled_ms; the accounts of this campaign, each with all its campaigns. `registrations`: campaign → account →
    host → spans. `history`: account → its states, each with the ms since which it stood; who has none was always as it
    is. `slots`: account → host → promised spans.
    """

    definition: Definition
    windows: Mapping[str, CountedWindow]
    enrolled: Mapping[str, Mapping[str, int]]
    accounts: Mapping[str, Account]
    history: Mapping[str, Sequence[tuple[int, Account]]] = {}
    registrations: Mapping[str, Registrations] = {}
    slots: Mapping[str, Mapping[str, Sequence[Span]]] = {}
    id_memory_h: int = 48

    @property
    def window(self) -> CountedWindow:
        """The campaign's own."""
        return self.windows[self.definition.id]

    @property
    def zone(self) -> str:
        return self.definition.zone


def counted_window(definition: Definition) -> CountedWindow | None:
    """The window of a campaign; None where it differs from participant to participant."""
    if definition.starts_at_ms is None or definition.ends_at_ms is None:
        return None
    by_hand = definition.close == "manual"
    cutoff_ms = None if by_hand else definition.ends_at_ms + definition.late_s * 1000
    return CountedWindow(definition.starts_at_ms, definition.ends_at_ms, cutoff_ms)

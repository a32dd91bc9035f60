"""What a recount needs to know besides the events: windows, enrolments, registrations and slots, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from leaderboard.domain.accounts import Account
from leaderboard.domain.adjustments import Discount
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.exclusions import NEVER_MS
from leaderboard.domain.lifecycle import Life, cutoff_ms
from leaderboard.domain.rescorings import What

Span = tuple[int, int]
"""`[start_ms, end_ms)`."""

OpenSpan = tuple[int, int | None]
"""`[from_ms, until_ms)`, or without an end."""

Registrations = Mapping[str, Mapping[str, Sequence[OpenSpan]]]
"""account → host → when it was registered, by the store's clock."""


class CountedWindow(Struct, frozen=True):
    """When events count for a campaign: their own time in `[starts_at_ms, ends_at_ms)`, received up to `cutoff_ms`,
    or whenever where that is None. Refunds that are received after `refunds_until_ms` never count; None: whenever."""

    starts_at_ms: int
    ends_at_ms: int
    cutoff_ms: int | None = None
    refunds_until_ms: int | None = None


class CampaignSettings(Struct, frozen=True, kw_only=True):
    """Everything that people decided about a campaign, and of other campaigns what touches its accounts: an id is
    remembered per account, so an event that counts elsewhere may be the reason why one does not count here.

    `windows`: campaign → window, of this campaign and all others of its accounts. `enrolled`: account → campaign →
    enrolled_ms; the accounts of this campaign, each with all its campaigns. `registrations`: campaign → account →
    host → spans. `history`: account → its states, each with the ms since which it stood; who has none was always as it
    is. `slots`: account → host → promised spans. `upheld`: accounts that a reviewer ruled out, whatever they reach.
    `voids`: what rescorings take out, `discounts`: account → visitors of its score who are estimated to be no people.
    `changed_later`: accounts of which something was changed or decided after the time as of which they are told here.
    """

    definition: Definition
    windows: Mapping[str, CountedWindow]
    enrolled: Mapping[str, Mapping[str, int]]
    accounts: Mapping[str, Account]
    history: Mapping[str, Sequence[tuple[int, Account]]] = {}
    registrations: Mapping[str, Registrations] = {}
    slots: Mapping[str, Mapping[str, Sequence[Span]]] = {}
    upheld: frozenset[str] = frozenset()
    voids: tuple[What, ...] = ()
    discounts: Mapping[str, Discount] = {}
    changed_later: frozenset[str] = frozenset()
    id_memory_h: int = 48

    @property
    def window(self) -> CountedWindow:
        """The campaign's own; ValueError where nothing counts for it."""
        if self.definition.id not in self.windows:
            raise ValueError(
                f"{self.definition.id}: nothing counts for a draft, so there is nothing to recount"
            )
        return self.windows[self.definition.id]

    @property
    def zone(self) -> str:
        return self.definition.zone


def counted_window(definition: Definition, life: Life | None = None) -> CountedWindow | None:
    """The window of a campaign; None where it differs from participant to participant, and for a draft.

    Without a life it is one that nobody has closed, cancelled or certified.
    """
    life = life or Life(state="scheduled")
    if definition.starts_at_ms is None or definition.ends_at_ms is None or not life.is_counted:
        return None
    last_ms = cutoff_ms(definition, life)
    return CountedWindow(
        definition.starts_at_ms,
        definition.ends_at_ms,
        None if last_ms == NEVER_MS else last_ms,
        life.refunds_until_ms,
    )

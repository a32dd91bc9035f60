"""Rescorings: what a reviewer takes out of a campaign after the counting, and the states of doing so. Counts nothing.

    preparing → prepared → applied → reversed
        └──────────┴→ cancelled, failed

Nothing is deleted: a rescoring in force is looked at whenever the campaign is recounted, and reversing it puts all
back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

State = Literal["preparing", "prepared", "applied", "reversed", "cancelled", "failed"]

_FOLLOWING: Final[Mapping[State, frozenset[State]]] = {
    "preparing": frozenset({"prepared", "failed", "cancelled"}),
    "prepared": frozenset({"preparing", "applied", "cancelled"}),
    "applied": frozenset({"reversed"}),
    "reversed": frozenset(),
    "cancelled": frozenset(),
    "failed": frozenset({"preparing", "cancelled"}),
}
_INSTEAD: Final[Mapping[State, str]] = {
    "preparing": "wait for its preview",
    "prepared": "apply or cancel it",
    "applied": "reverse it first",
    "reversed": "ask for another one",
    "cancelled": "ask for another one",
    "failed": "prepare it again",
}


class RescoringRefused(ValueError):
    """A step that cannot be taken as things stand: `code` is stable, the text says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class VoidViews(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="void_views"):
    """Views that fit all that is given do not count; at least one of network, agent, device and session is given.

    `network` is an address or CIDR, `agent` the whole user agent, `device` the 16 hexadecimal digits of its keyed hash,
    `session` a live session's id. `[from_ms, until_ms)` is by the views' own time.
    """

    account: str = ""
    network: str = ""
    agent: str = ""
    device: str = ""
    session: str = ""
    from_ms: int | None = None
    until_ms: int | None = None


class Outage(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="outage"):
    """Nothing that happened in `[from_ms, until_ms)` counts for anybody: views, and live time too where `live`."""

    from_ms: int
    until_ms: int
    live: bool = False


class ExcludeHost(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="exclude_host"
):
    """The live time of a host does not count for its account."""

    account: str
    host: str


What = VoidViews | Outage | ExcludeHost


class Figures(Struct, frozen=True, omit_defaults=True):
    """An account in a preview. `award_minor` is the sum of its awards, in the campaign's currency."""

    rank: int
    score: int
    effective_ms: int
    eligible: bool
    award_minor: int = 0


class Moved(Struct, frozen=True):
    """An account that a rescoring moves, or pays otherwise."""

    account: str
    before: Figures
    after: Figures


class Preview(Struct, frozen=True, kw_only=True):
    """What would follow, as of `at_ms`. `views`, `live_ms`: what is taken out. `accounts`: those whose score or live
    time is another; `moved` lists everybody whose rank, score, live time or award is. `pays_otherwise`: somebody's
    award is.
    """

    at_ms: int
    views: int
    live_ms: int
    accounts: int
    moved: tuple[Moved, ...]
    pays_otherwise: bool


class Rescoring(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rescoring as stored. `by`, `applied_by` and `reversed_by` are token ids; whoever asked for it prepared it."""

    id: str
    campaign: str
    what: What
    reason: str
    by: str
    at_ms: int
    state: State = "preparing"
    preview: Preview | None = None
    problem: str = ""
    applied_ms: int = 0
    applied_by: str = ""
    reversed_ms: int = 0
    reversed_by: str = ""
    reversed_reason: str = ""
    version: int = 1

    def moved(self, state: State) -> Rescoring:
        """The same in another state. RescoringRefused where that does not follow."""
        if state not in _FOLLOWING[self.state]:
            text = f"A rescoring that is {self.state} cannot become {state}: {_INSTEAD[self.state]}."
            raise RescoringRefused("not_possible", text)
        return replace(self, state=state, version=self.version + 1)

    def in_force_at(self, at_ms: int | None) -> bool:
        """Whether it was in force at a time; None: as it stands."""
        if at_ms is None:
            return self.state == "applied"
        was_applied = bool(self.applied_ms) and self.applied_ms <= at_ms
        return was_applied and not (self.reversed_ms and self.reversed_ms <= at_ms)


def in_force(rescorings: Iterable[Rescoring], at_ms: int | None = None) -> tuple[What, ...]:
    """What is taken out, in the order of the rescorings' ids."""
    return tuple(one.what for one in sorted(rescorings, key=lambda one: one.id) if one.in_force_at(at_ms))

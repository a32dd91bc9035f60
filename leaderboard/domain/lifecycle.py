"""The life of a campaign: its states, what may follow on what, and what is due by the clock. Does nothing itself.

    draft → scheduled → live → closing → review → certified → paid
       └────────┴────────┴────────┴────────┴──→ cancelled

The clock only says that something is due; what a campaign is, stands in its `Life`, which is moved by compare-and-set.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.campaigns.states import State
from leaderboard.domain.exclusions import NEVER_MS

# What the scheduler may have to do: open the campaign, end it, freeze it after the cut-off, carry out a certification.
Step = Literal["open", "end", "freeze", "certify"]

FOLLOWING: Final[dict[State, frozenset[State]]] = {
    "draft": frozenset({"scheduled", "cancelled"}),
    "scheduled": frozenset({"live", "cancelled"}),
    "live": frozenset({"closing", "cancelled"}),
    "closing": frozenset({"review", "cancelled"}),
    "review": frozenset({"review", "certified", "cancelled"}),
    "certified": frozenset({"certified", "paid"}),
    "paid": frozenset({"paid"}),
    "cancelled": frozenset(),
}


# A pin lies a little ahead of the move that sets it, and the move is made before it or not at all: whatever is received
# after a pin is read by workers after the move, so nobody counts it by what was true before.
PIN_AHEAD_MS: Final = 250


class IllegalMove(ValueError):
    """A state does not follow on another; the text says which."""


class Certification(Struct, frozen=True, omit_defaults=True):
    """A request to certify that is being carried out. `corrects`: the version of the result that it corrects."""

    requested_ms: int
    actor: str
    reason: str = ""
    corrects: int = 0


class Life(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a campaign stands, as stored. `version` grows with every move; 0: nothing is stored yet.

    `cutoff_ms` is the last receive time that counts where it is not the definition's: of a campaign that was closed by
    hand or cancelled. `refunds_until_ms` is the last one at which refunds count; the first request to certify fixes
    it. `snapshot_sha256` is of the snapshot that the freeze wrote, `result` the newest result's version, 0 for none.
    """

    state: State
    version: int = 0
    since_ms: int = 0
    cutoff_ms: int | None = None
    refunds_until_ms: int | None = None
    certifying: Certification | None = None
    snapshot_sha256: str = ""
    result: int = 0

    @property
    def is_counted(self) -> bool:
        """Whether events count for it, if they are of its time: not for a draft."""
        return self.state != "draft"

    @property
    def is_final(self) -> bool:
        """Whether its rows are those of a certified result, which nothing moves any more."""
        return self.state in ("certified", "paid")

    def moved(self, state: State, now_ms: int) -> Life:
        """The same in another state, one version on. IllegalMove where that does not follow."""
        if state not in FOLLOWING[self.state]:
            raise IllegalMove(f"a campaign that is {self.state} cannot become {state}")
        since_ms = self.since_ms if state == self.state else now_ms
        return replace(self, state=state, version=self.version + 1, since_ms=since_ms)


class Upcoming(NamedTuple):
    """The next state; `at_ms` when it is due, or None where it hangs on what `waits_for` says."""

    state: State
    at_ms: int | None
    waits_for: str


def closes_by_hand(definition: Definition) -> bool:
    """Whether people close it: they said so, or its end differs from participant to participant."""
    return definition.close == "manual" or definition.ends_at_ms is None


def cutoff_ms(definition: Definition, life: Life) -> int:
    """The last receive time that counts; NEVER_MS while nobody has closed what people close."""
    if life.cutoff_ms is not None:
        return life.cutoff_ms
    if closes_by_hand(definition) or definition.ends_at_ms is None:
        return NEVER_MS
    return definition.ends_at_ms + definition.late_s * 1000


def end_ms(definition: Definition, life: Life) -> int | None:
    """When it was over, exclusive: by its last window, or when people closed it, if that was earlier."""
    if life.cutoff_ms is None:
        return definition.ends_at_ms
    closed_ms = life.cutoff_ms + 1
    return closed_ms if definition.ends_at_ms is None else min(definition.ends_at_ms, closed_ms)


def due(definition: Definition, life: Life, now_ms: int) -> Step | None:
    """The one step that a campaign is due for, or none. After each, ask again: several may be due after a downtime."""
    if life.state == "scheduled":
        return "open" if now_ms >= (definition.starts_at_ms or 0) else None
    if life.state == "live":
        is_over = definition.ends_at_ms is not None and now_ms >= definition.ends_at_ms
        return "end" if is_over and not closes_by_hand(definition) else None
    if life.state == "closing":
        return "freeze" if now_ms > cutoff_ms(definition, life) else None
    is_pinned = life.refunds_until_ms is not None and now_ms > life.refunds_until_ms
    return "certify" if life.certifying and is_pinned else None


def state_now(definition: Definition, life: Life, now_ms: int) -> State:
    """The stored state, with what the clock alone decides: a window opens and ends on time, whoever is awake."""
    state = life.state
    if state == "scheduled" and due(definition, life, now_ms) == "open":
        state = "live"
    if state == "live" and due(definition, replace(life, state="live"), now_ms) == "end":
        state = "closing"
    return state


def upcoming(definition: Definition, life: Life, now_ms: int) -> Upcoming | None:
    """What comes next, and when; None where nothing does."""
    state = state_now(definition, life, now_ms)
    if state == "draft":
        return Upcoming("scheduled", None, "its publication: apply it without --draft")
    if state == "scheduled":
        return Upcoming("live", definition.starts_at_ms, "its start")
    if state == "live" and closes_by_hand(definition):
        return Upcoming("closing", None, "somebody to close it")
    if state == "live":
        return Upcoming("closing", definition.ends_at_ms, "its end")
    if state == "closing":
        # The cut-off's own millisecond still counts.
        return Upcoming("review", cutoff_ms(definition, life) + 1, "its cut-off")
    if state == "review":
        waits_for = "the certification to be carried out" if life.certifying else "somebody to certify it"
        return Upcoming("certified", None, waits_for)
    return Upcoming("paid", None, "its payouts") if state == "certified" else None


def opened(life: Life, now_ms: int) -> Life:
    """Live from now on."""
    return life.moved("live", now_ms)


def ended(life: Life, now_ms: int) -> Life:
    """Over by the clock; late events count until the cut-off of the definition."""
    return life.moved("closing", now_ms)


def closed_by_hand(life: Life, now_ms: int) -> Life:
    """Over by somebody's word: what is received later is late."""
    return replace(life.moved("closing", now_ms), cutoff_ms=now_ms + PIN_AHEAD_MS)


def frozen(life: Life, snapshot_sha256: str, now_ms: int) -> Life:
    """In review, its inputs pinned by a snapshot."""
    return replace(life.moved("review", now_ms), snapshot_sha256=snapshot_sha256)


def requested(life: Life, certification: Certification, now_ms: int) -> Life:
    """Being certified: refunds that are received later are late. A correction has the cut of what it corrects."""
    pinned = replace(life.moved(life.state, now_ms), certifying=certification)
    if life.refunds_until_ms is not None:
        return pinned
    return replace(pinned, refunds_until_ms=now_ms + PIN_AHEAD_MS)


def refused(life: Life, now_ms: int) -> Life:
    """Not certified after all; until when refunds count stays, since what came later was not counted."""
    return replace(life.moved(life.state, now_ms), certifying=None)


def certified(life: Life, now_ms: int) -> Life:
    """Certified, with one more result."""
    state: State = "paid" if life.state == "paid" else "certified"
    return replace(life.moved(state, now_ms), certifying=None, result=life.result + 1)


def paid(life: Life, now_ms: int) -> Life:
    """Every award of its newest result is paid. It stays so where a payment comes back later, or a correction adds one:
    the state says that it was paid once, reminders and figures what is missing of it again."""
    return life.moved("paid", now_ms)


def cancelled(definition: Definition, life: Life, now_ms: int) -> Life:
    """Given up: what is received later is late, refunds too, as is what was late before, and nobody is paid."""
    pin_ms = now_ms + PIN_AHEAD_MS
    given_up = replace(life.moved("cancelled", now_ms), certifying=None)
    if cutoff_ms(definition, life) > pin_ms:
        given_up = replace(given_up, cutoff_ms=pin_ms)
    if life.refunds_until_ms is None:
        given_up = replace(given_up, refunds_until_ms=pin_ms)
    return given_up


def last_moment_ms(before: Life, after: Life) -> int | None:
    """Until when a move may be made that sets pins; None for one that sets none."""
    pins = ((before.cutoff_ms, after.cutoff_ms), (before.refunds_until_ms, after.refunds_until_ms))
    fresh = [new for old, new in pins if new is not None and new != old]
    return min(fresh, default=None)

"""Appeals of agencies against a flag: what they say, and what became of it. Who may appeal, and when, is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.reviews import Settled

State = Literal["open", "accepted", "rejected"]

TEXT_MAX: Final = 5_000
ATTACHMENTS_MAX: Final = 5
ATTACHMENT_MAX: Final = 20_000

# The milder, the lower. What stands undecided is a hold or a discount, as where it is upheld.
_SEVERITY: Final[dict[Settled | None, int]] = {"dismiss": 0, None: 1, "uphold": 1, "disqualify": 2}


class Attachment(Struct, frozen=True):
    """A text that came with an appeal, which is kept elsewhere: its name, its letters, and the SHA-256 of its UTF-8."""

    name: str
    letters: int
    sha256: str


class Appeal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The `number`-th appeal on a flag, counted from 1; `by` is the id of a token of `agency`.

    `against` is what had been decided at `against_ms`; None while it was not decided and stood since then, or since
    nobody knows when (0). `reason` is that of the decision which answered it, `answered_by` its reviewer's token.
    """

    number: int
    text: str
    by: str
    at_ms: int
    agency: str = ""
    against: Settled | None = None
    against_ms: int = 0
    attachments: tuple[Attachment, ...] = ()
    state: State = "open"
    answered_by: str = ""
    answered_ms: int = 0
    reason: str = ""

    def may_be_read_by(self, agency: str | None) -> bool:
        """Whether what it says may be: by staff (None) and the agency that filed it, not by one that took over."""
        return agency in (None, self.agency)


Appeals = tuple[Appeal, ...]


def open_appeal(appeals: Sequence[Appeal]) -> Appeal | None:
    """The one that waits for an answer, if any does: it is the last."""
    return appeals[-1] if appeals and appeals[-1].state == "open" else None


def answered(appeals: Appeals, decision: Settled, reason: str, by: str, at_ms: int) -> Appeals:
    """With the open one answered by a decision: accepted where that is milder than what was appealed against."""
    waiting = open_appeal(appeals)
    if waiting is None:
        return appeals
    is_milder = _SEVERITY[decision] < _SEVERITY[waiting.against]
    state: State = "accepted" if is_milder else "rejected"
    done = replace(waiting, state=state, answered_by=by, answered_ms=at_ms, reason=reason)
    return (*appeals[:-1], done)

"""Appeals as they are shown: what one says to staff and to the agency that filed it, to others only where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from leaderboard.domain.appeals import Appeal, State
from leaderboard.domain.reviews import Settled
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time


class AttachmentShown(Struct):
    """A text that came with an appeal."""

    name: str
    text: str
    sha256: str


class AppealShown(Struct, kw_only=True):
    """An appeal: `against` what had been decided, null while nobody had. `reason` is the answer's.

    Of an appeal of another agency, which had the account before, there is only where it stands and since when.
    """

    number: int
    state: State
    at: Time
    answered_at: Time | None
    text: str | UnsetType = UNSET
    attachments: list[AttachmentShown] | UnsetType = UNSET
    against: Settled | UnsetType | None = UNSET
    reason: str | UnsetType | None = UNSET
    answered_by: str | UnsetType | None = UNSET


def appeal_outlined(appeal: Appeal) -> AppealShown:
    """Where an appeal stands, and not what it says."""
    is_answered = appeal.state != "open"
    return AppealShown(
        number=appeal.number,
        state=appeal.state,
        at=rfc3339(appeal.at_ms),
        answered_at=rfc3339(appeal.answered_ms) if is_answered else None,
    )


def appeal_shown(appeal: Appeal, texts: Sequence[str], *, is_staff: bool) -> AppealShown:
    """An appeal with the texts that came with it."""
    shown = appeal_outlined(appeal)
    shown.text, shown.against = appeal.text, appeal.against
    shown.attachments = [
        AttachmentShown(one.name, text, one.sha256)
        for one, text in zip(appeal.attachments, texts, strict=True)
    ]
    shown.reason = appeal.reason if appeal.state != "open" else None
    if is_staff:
        shown.answered_by = appeal.answered_by or None
    return shown

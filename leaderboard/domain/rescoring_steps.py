"""What people do with a rescoring, and who may: ask, apply, reverse, cancel, prepare again. Saves nothing."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from leaderboard.domain.payouts import Person
from leaderboard.domain.rescorings import Preview, Rescoring, RescoringRefused, State, What

OPEN: Final = frozenset[State](("preparing", "prepared"))
_ID_BYTES: Final = 5


def is_same(rescoring: Rescoring, what: What, reason: str, by: str) -> bool:
    """Whether it was asked for with these words by the same token."""
    return (rescoring.what, rescoring.reason, rescoring.by) == (what, reason, by)


def rescoring_id(what: What, reason: str, by: str, number: int) -> str:
    """Eight letters and digits. The same for the same words, so that two requests at once make one rescoring; `number`
    tells those apart that were asked for one after the other."""
    told = msgspec.json.encode((what, reason, by, number))
    return b32encode(sha256(told).digest()[:_ID_BYTES]).decode().lower()


def preview_sha256(preview: Preview) -> str:
    """What tells one preview from another."""
    return sha256(msgspec.json.encode(preview)).hexdigest()


def check_preview(rescoring: Rescoring, seen_sha256: str) -> None:
    """RescoringRefused where the preview is not the one that was looked at."""
    if rescoring.preview is None or preview_sha256(rescoring.preview) != seen_sha256:
        text = (
            f"Rescoring {rescoring.id} has another preview than the one of {seen_sha256}: look at it again."
        )
        raise RescoringRefused("changed", text)


def check_applier(rescoring: Rescoring, who: Person, preparer: str) -> None:
    """RescoringRefused where whoever prepared it would decide alone what counts. `preparer`: the token's name.

    Whatever its preview says: that is as of when it was made, and views that come later fit the filter, too.
    """
    if who.is_also(rescoring.by, preparer):
        text = f"{preparer} prepared rescoring {rescoring.id}: another reviewer applies it."
        raise RescoringRefused("same_person", text)


def check_reverser(rescoring: Rescoring, who: Person, applier: str) -> None:
    """RescoringRefused where whoever applied it would decide alone what counts. `applier`: the token's name."""
    if who.is_also(rescoring.applied_by, applier):
        text = f"{applier} applied rescoring {rescoring.id}: another reviewer reverses it."
        raise RescoringRefused("same_person", text)


def as_applied(rescoring: Rescoring, by: str, at_ms: int) -> Rescoring:
    """In force."""
    return replace(rescoring.moved("applied"), applied_ms=at_ms, applied_by=by)


def as_reversed(rescoring: Rescoring, by: str, at_ms: int, reason: str) -> Rescoring:
    """Out of force for good; the same may be asked for anew."""
    done = rescoring.moved("reversed")
    return replace(done, reversed_ms=at_ms, reversed_by=by, reversed_reason=reason)


def as_cancelled(rescoring: Rescoring) -> Rescoring:
    """Given up before it was in force."""
    return rescoring.moved("cancelled")


def as_asked_again(rescoring: Rescoring) -> Rescoring:
    """To be prepared anew; whoever asked for it first stays its preparer."""
    return replace(rescoring.moved("preparing"), preview=None, problem="")

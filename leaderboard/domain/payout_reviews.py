"""What people made of flags and rescorings, as far as it bears on paying: who is not to be paid, and who does not pay.

Decides on nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from msgspec import Struct

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.flags import Decision, Dockets, named_by, settled, upheld_accounts
from leaderboard.domain.rescorings import Rescoring
from leaderboard.domain.reviews import Raised, is_detector_flag

_RAISE: Final = ("hold", "warn")


class Reviewed(Struct, frozen=True):
    """`ruled_out`: the accounts that no award goes to any more. `waiting`: account → its flags on which somebody else
    has yet to decide."""

    ruled_out: frozenset[str]
    waiting: Mapping[str, tuple[str, ...]]


class Part(NamedTuple):
    """Somebody, a token, had a part in what an account is paid: `did` it in words."""

    account: str
    token: str
    did: str


def reviewed(definition: Definition, raised: Mapping[str, Raised], dockets: Dockets) -> Reviewed:
    """How things stand. `raised`: flag id → flag, of detectors."""
    decisions = {flag: one.decision for flag, one in dockets.items() if one.decision}
    disqualified = {
        raised[flag].account for flag, done in settled(raised, decisions).items() if done == "disqualify"
    }
    # What was made of a rule that the definition lacks has no effect, and nobody could end it.
    rules = {one.id for one in definition.validators if one.action in _RAISE}
    waiting: dict[str, tuple[str, ...]] = {}
    for flag, docket in dockets.items():
        rule, account = named_by(flag)
        if docket.is_waiting and (flag in raised or rule in rules):
            waiting[account] = (*waiting.get(account, ()), flag)
    return Reviewed(upheld_accounts(definition, decisions) | disqualified, waiting)


def releases(ever: Iterable[tuple[str, Decision]]) -> Iterator[Part]:
    """Who let an account be paid. `ever`: every decision there was, with its flag."""
    for flag, decision in ever:
        account = named_by(flag)[1]
        if decision.decision == "dismiss":
            yield Part(account, decision.by, "dismissed a flag")
        elif decision.decision == "uphold" and is_detector_flag(flag):
            # The discount stays, and the hold ends.
            yield Part(account, decision.by, "upheld a detector's flag, which ended its hold,")


def moves(rescorings: Iterable[Rescoring], voided: Collection[str] = ()) -> Iterator[Part]:
    """Who asked for, applied or reversed a rescoring, of each account that it moves; nobody, of one never applied.

    A preview may be older than the views that a filter takes out: of the accounts that have something `voided`, all who
    had a part in a rescoring in force are told.
    """
    for one in rescorings:
        if one.preview is None or not one.applied_ms:
            continue
        people = dict.fromkeys(who for who in (one.by, one.applied_by, one.reversed_by) if who)
        also = voided if one.state == "applied" else ()
        for account in dict.fromkeys([*(moved.account for moved in one.preview.moved), *also]):
            yield from (Part(account, who, "had a part in a rescoring") for who in people)

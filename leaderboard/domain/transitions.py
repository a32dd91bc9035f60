"""What people can do with a campaign as it stands, and what would follow, in sentences. Moves nothing.

Whether a step is taken is decided where it is made; this tells beforehand, by the same life and the same clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from leaderboard.domain.blockers import Blocker
from leaderboard.domain.campaigns import Definition, span
from leaderboard.domain.lifecycle import Life, closes_by_hand, cutoff_ms, state_now, upcoming
from leaderboard.domain.times import rfc3339

Step = Literal["publish", "close", "certify", "cancel"]

_FINAL: Final = "This cannot be undone."


class Surroundings(Struct, frozen=True):
    """What is so at `now_ms` beside the campaign's life. `blockers` are looked for in review only."""

    now_ms: int
    enrolled: int
    requests: int = 0
    blockers: Sequence[Blocker] = ()
    warnings: Sequence[Blocker] = ()


class Transition(Struct, frozen=True):
    """A step: what would follow where it is possible, and else why it is not."""

    step: Step
    possible: bool
    needs_reason: bool
    sentences: tuple[str, ...]


def transitions(definition: Definition, life: Life, around: Surroundings) -> list[Transition]:
    """Every step that people take, in the order of a campaign's life."""
    return [
        _publish(definition, life, around),
        _close(definition, life, around),
        _certify(definition, life, around),
        _cancel(definition, life, around),
    ]


def _publish(definition: Definition, life: Life, around: Surroundings) -> Transition:
    if life.state != "draft":
        return _not("publish", f"It is no draft: it is {_said(definition, life, around)}.")
    starts_at_ms = definition.starts_at_ms or 0
    opens = (
        f"It opens at {rfc3339(starts_at_ms)}, and may be changed freely until shortly before that."
        if around.now_ms < starts_at_ms
        else f"Its window began at {rfc3339(starts_at_ms)}, so its definition stands from then on."
    )
    seen = "Everybody who signs in sees it and its rules, and accounts can be enrolled."
    over = "Its window is over and the clock closes it, so nothing more can count."
    is_shut = not closes_by_hand(definition) and around.now_ms >= (definition.ends_at_ms or 0)
    return _may("publish", seen, opens, *([over] if is_shut else []), "It is no draft any more after that.")


def _close(definition: Definition, life: Life, around: Surroundings) -> Transition:
    state = state_now(definition, life, around.now_ms)
    if state != "live":
        return _not("close", _only_from(definition, life, around, "is closed while it is live"))
    if not closes_by_hand(definition):
        ends_at = rfc3339(definition.ends_at_ms or 0)
        return _not("close", f"The clock closes it at its end, {ends_at}. To give it up before, cancel it.")
    return _may(
        "close",
        f"Counting ends at once for {_accounts(around)}; what is received later is late, and is listed.",
        *_requests(around),
        "Review begins right after, once the standings are frozen.",
        *_held_back(definition),
        _FINAL,
    )


def _certify(definition: Definition, life: Life, around: Surroundings) -> Transition:
    state = state_now(definition, life, around.now_ms)
    if life.is_final:
        return _not(
            "certify", f"It is certified, in version {life.result}; a correction of that takes a reason."
        )
    if state != "review":
        return _not("certify", _only_from(definition, life, around, "is certified from review"))
    if life.certifying:
        return _not("certify", "It is being certified at this moment.")
    if around.blockers:
        things = "1 thing" if len(around.blockers) == 1 else f"{len(around.blockers)} things"
        return _not("certify", f"It is blocked by {things}.", *(one.detail for one in around.blockers))
    return _may(
        "certify",
        f"The result of {_accounts(around)} is worked out anew from the archive, signed and kept.",
        "Refunds that are received from then on are late.",
        "Awards can be paid then.",
        *(one.detail for one in around.warnings),
        "A mistake is corrected by a new version of the result; the first one stays.",
    )


def _cancel(definition: Definition, life: Life, around: Surroundings) -> Transition:
    if life.state == "cancelled":
        return _not("cancel", "It was given up.", needs_reason=True)
    if life.is_final:
        detail = f"It is {life.state}: what is wrong with its result is corrected by a new version of it."
        return _not("cancel", detail, needs_reason=True)
    is_open = cutoff_ms(definition, life) > around.now_ms
    ending = ["What is received from then on is late, and is listed."] if is_open else []
    many = f"Nobody is paid; {_accounts(around)} take part."
    nobody = "Nobody is paid; 1 account takes part." if around.enrolled == 1 else many
    return Transition("cancel", True, True, (nobody, *ending, "What was counted stays to be seen.", _FINAL))


def _may(step: Step, *sentences: str) -> Transition:
    return Transition(step, True, False, sentences)


def _not(step: Step, *sentences: str, needs_reason: bool = False) -> Transition:
    return Transition(step, False, needs_reason, sentences)


def _only_from(definition: Definition, life: Life, around: Surroundings, rule: str) -> str:
    # What publishes a draft is another of the steps.
    following = None if life.state == "draft" else upcoming(definition, life, around.now_ms)
    then = f"; next is {following.state}, which waits for {following.waits_for}" if following else ""
    return f"A campaign {rule}: this one is {_said(definition, life, around)}{then}."


def _said(definition: Definition, life: Life, around: Surroundings) -> str:
    state = state_now(definition, life, around.now_ms)
    return {"draft": "a draft", "review": "in review"}.get(state, state)


def _accounts(around: Surroundings) -> str:
    return "1 account" if around.enrolled == 1 else f"{around.enrolled:,} accounts"


def _requests(around: Surroundings) -> list[str]:
    if not around.requests:
        return []
    what = (
        "1 request to take part waits"
        if around.requests == 1
        else f"{around.requests:,} requests to take part wait"
    )
    return [f"{what}, and cannot be approved any more then."]


def _held_back(definition: Definition) -> list[str]:
    hold_s = definition.settlement.hold_s
    return [f"It can be certified {span(hold_s)} after its end, at the earliest."] if hold_s else []

"""What may be decided on a flag, by whom, and what becomes of it: one reviewer, or two for the worst. Keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from leaderboard.domain.appeals import answered, open_appeal
from leaderboard.domain.flags import Decision, Docket, Flag
from leaderboard.domain.payouts import Person
from leaderboard.domain.reviews import Settled

Code = Literal[
    "no_choice", "no_link", "same_person", "same_reviewer", "own_appeal", "already_decided", "look_again"
]  # fmt: skip

_ALREADY: Final = "two reviewers have decided so, and it stands: there is nothing to add"
LOOK_AGAIN: Final = "a checkpoint has looked at the account since: look at the flag again, and decide anew"
# Between the links that two reviewers saw.
_AND: Final = " / "


class DecisionRefused(ValueError):
    """A decision that is not taken; the text says why, and what to do. `code` is stable."""

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code


class Call(NamedTuple):
    """What a reviewer decides, as he sent it."""

    decision: Settled
    reason: str
    partner_link: str
    by: Person
    at_ms: int


def decide(flag: Flag, call: Call, names: Mapping[str, str]) -> Docket:
    """What becomes of the flag's docket; the same object where the call changes nothing. DecisionRefused.

    `names`: token id → the name it was issued under, of all who stand in the docket.

    What takes the account out of every award is kept as a proposal until a second person has decided the same. What is
    out already by two takes only one to confirm, on appeal.
    """
    _check_choice(flag, call)
    docket, stands = flag.docket, flag.decision
    _check_may_answer(docket, call.by, names)
    if call.decision != flag.worst:
        is_done = docket.proposal is None and _is_repeated(stands, call)
        return docket if is_done else _settled(docket, _plain(call, docket, stands))
    if stands and stands.decision == call.decision:
        return _confirmed(docket, stands, call)
    return _by_two(docket, call, names, needs_link=flag.raised is not None)


def _check_choice(flag: Flag, call: Call) -> None:
    if call.decision == "disqualify" and flag.raised is None:
        text = "disqualify is for what detectors found; a rule's hold that is upheld takes the account out"
        raise DecisionRefused("no_choice", text)
    # Such a decision would not stand against the reopening that the reviewer did not see.
    if flag.raised and call.at_ms < flag.raised.reopened_ms:
        raise DecisionRefused("look_again", LOOK_AGAIN)


def _check_may_answer(docket: Docket, person: Person, names: Mapping[str, str]) -> None:
    if _is_any(person, _deciders(docket), names):
        raise DecisionRefused(
            "same_reviewer",
            "you have decided, or helped to, what the agency appeals against: another reviewer answers the appeal",
        )
    if _is_any(person, _filers(docket), names):
        raise DecisionRefused(
            "own_appeal",
            "you have filed the appeal, or a token of your name has: another reviewer answers it",
        )


def _deciders(docket: Docket) -> tuple[str, ...]:
    """The tokens of those who decided what an open appeal is against."""
    appeal, decision = open_appeal(docket.appeals), docket.decision
    return decision.people if appeal and appeal.against and decision else ()


def _filers(docket: Docket) -> tuple[str, ...]:
    """The token that an open appeal was filed with."""
    appeal = open_appeal(docket.appeals)
    return (appeal.by,) if appeal else ()


def _is_any(person: Person, tokens: tuple[str, ...], names: Mapping[str, str]) -> bool:
    return any(person.is_also(token, names.get(token, token)) for token in tokens)


def _is_repeated(stands: Decision | None, call: Call) -> bool:
    """Whether it was sent before, and has done what it does."""
    if stands is None or stands.decision != call.decision:
        return False
    sent = [(stands.by, stands.reason), (stands.proposed_by, stands.proposed_reason)]
    return (call.by.id, call.reason) in sent


def _plain(call: Call, docket: Docket, stands: Decision | None) -> Decision:
    appeal = open_appeal(docket.appeals)
    confirms = bool(appeal and stands and stands.decision == call.decision == appeal.against)
    return Decision(
        call.decision, call.reason, call.by.id, call.at_ms, partner_link=call.partner_link, confirms=confirms
    )


def _settled(docket: Docket, decision: Decision) -> Docket:
    """Decided: whatever was proposed is off, and an open appeal has its answer."""
    done = (decision.decision, decision.reason, decision.by, decision.at_ms)
    return Docket(decision, None, answered(docket.appeals, *done))


def _confirmed(docket: Docket, stands: Decision, call: Call) -> Docket:
    """The account is out by two reviewers already. A third who says so on appeal has the last word."""
    if open_appeal(docket.appeals) is None:
        if _is_repeated(stands, call):
            return docket
        raise DecisionRefused("already_decided", _ALREADY)
    link = _both(stands.partner_link, call.partner_link)
    again = replace(
        stands, reason=call.reason, by=call.by.id, at_ms=call.at_ms, partner_link=link, confirms=True
    )
    return _settled(docket, again)


def _both(known: str, added: str) -> str:
    """What links the partner to the traffic, in the words of each reviewer; what is said again stands once."""
    added = added.strip()
    return known if added in known else _AND.join(filter(None, (known, added)))


def _by_two(docket: Docket, call: Call, names: Mapping[str, str], *, needs_link: bool) -> Docket:
    # Whoever may not answer an appeal has no part in the answer, not even by a proposal from before.
    first, barred = docket.proposal, (*_deciders(docket), *_filers(docket))
    if first and _is_any(Person(first.by, names.get(first.by, first.by)), barred, names):
        first = None
    if first is None or first.decision != call.decision:
        return _proposed(docket, call, needs_link=needs_link)
    if call.by.id == first.by and call.reason == first.reason:
        return docket
    if call.by.is_also(first.by, names.get(first.by, first.by)):
        raise DecisionRefused(
            "same_person",
            "you have proposed this, or a token of your name has: it takes another reviewer to agree, and dismissing "
            "the flag takes the proposal back",
        )
    decision = Decision(
        call.decision,
        call.reason,
        call.by.id,
        call.at_ms,
        partner_link=_both(first.partner_link, call.partner_link),
        proposed_by=first.by,
        proposed_reason=first.reason,
        proposed_ms=first.at_ms,
    )
    return _settled(docket, decision)


def _proposed(docket: Docket, call: Call, *, needs_link: bool) -> Docket:
    if needs_link and not call.partner_link.strip():
        raise DecisionRefused(
            "no_link",
            "a disqualification says what links the partner itself to the traffic; others may have bought it",
        )
    link = call.partner_link if needs_link else ""
    proposal = Decision(call.decision, call.reason, call.by.id, call.at_ms, partner_link=link)
    return replace(docket, proposal=proposal)

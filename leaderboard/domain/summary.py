"""A whole definition in sentences, for who is about to save it. Judges nobody; labelled rules are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from leaderboard.domain.awards_in_words import all_in_words
from leaderboard.domain.banking_days import due_on
from leaderboard.domain.campaigns import Condition, Definition, Validator, in_words, span
from leaderboard.domain.campaigns.entry import Phase
from leaderboard.domain.lifecycle import closes_by_hand
from leaderboard.domain.live_metrics import once_per_definition
from leaderboard.domain.rules_in_words import rules_in_words

_DONE: Final = {
    "warn": "warns an account",
    "hold": "holds an account's awards until somebody has decided",
    "exclude": "takes an account out of all awards",
}
_JUDGED: Final[dict[Phase, str]] = {
    "register": "when it is enrolled",
    "open": "at the start",
    "close": "at the end",
    "payout": "at any time until it is certified",
}
_TOLD_OTHERWISE: Final = ("award", "check", "who may", "payment", "source", "assumed", "closing", "late")


@once_per_definition
def summary(definition: Definition) -> tuple[str, ...]:
    """What it ranks, when, who takes part, what is asked for and looked out for, what is paid and when."""
    parts = (_ranking, _times, _entry, _checks, _awards, _other_rules, _payment, _readers)
    return tuple(sentence for part in parts for sentence in part(definition))


def _ranking(definition: Definition) -> Iterator[str]:
    if definition.ranking is None:
        yield "Ranks nobody: everybody who qualifies gets what the awards pay."
        return
    score = definition.metric_sentence().removeprefix("Score: ").rstrip(".")
    yield f"Ranks {_whom(definition)} by {score}."
    yield f"Level scores go by: {definition.tie_rule().removeprefix('Level scores: ').rstrip('.')}."


def _whom(definition: Definition) -> str:
    """`partner accounts`, where only those may take part."""
    unit = f"{definition.subject.unit}s"
    asked = [str(one) for part in definition.eligibility for one in part.require]
    kinds = [kind for kind in ("partner", "merchant") if f"attr.kind == {kind}" in asked]
    return f"{kinds[0]} {unit}" if len(kinds) == 1 else unit


def _times(definition: Definition) -> Iterator[str]:
    for name, window in definition.windows.items():
        if window.start and window.end:
            times = f"from {_local(window.start)} to {_local(window.end)}"
            yield f"The window {name} goes {times} ({definition.zone}); the end itself no longer counts."
    if closes_by_hand(definition):
        yield "People close it; what is received after that does not count, and is listed."
        return
    yield "The clock closes it at its end."
    late = f"more than {span(definition.late_s)} after the end" if definition.late_s else "after the end"
    yield f"What is received {late} does not count, and is listed."


def _local(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}".removesuffix(":00")


def _entry(definition: Definition) -> Iterator[str]:
    """Who takes part, and what they have to hand in."""
    if definition.registration.mode == "approve":
        yield "Accounts take part from the moment an operator enrols them."
    if definition.registration.requires:
        needed = ", ".join(one.replace("_", " ") for one in definition.registration.requires)
        yield f"To take part, an account hands in: {needed}."
    for part in definition.eligibility:
        asked = all_in_words(part.require) or _either(part.any)
        yield f"To win (rule {part.id}), it needs {asked}; judged as it is {_JUDGED[part.at]}."


def _either(conditions: tuple[Condition, ...]) -> str:
    return " or ".join(in_words(condition) for condition in conditions)


def _checks(definition: Definition) -> Iterator[str]:
    for validator in definition.validators:
        yield f"Rule {validator.id} {_does(validator)}, where {all_in_words(validator.when)}."


def _does(validator: Validator) -> str:
    return _DONE.get(validator.action, f"does `{validator.action}` to an account")


def _awards(definition: Definition) -> Iterator[str]:
    for rule in rules_in_words(definition):
        if rule.label == "award":
            yield f"Award {'; '.join((rule.sentence, *rule.more))}."


def _other_rules(definition: Definition) -> Iterator[str]:
    """Live time and cheating, in the words in which everybody reads them."""
    for rule in rules_in_words(definition):
        if rule.label not in _TOLD_OTHERWISE:
            text = "; ".join((rule.sentence, *rule.more))
            yield f"{rule.label.capitalize()}: {text}."


def _payment(definition: Definition) -> Iterator[str]:
    settlement = definition.settlement
    if settlement.hold_s:
        yield f"Nothing is certified in the first {span(settlement.hold_s)} after the end."
    if settlement.pay is None:
        yield "It promises no day on which awards are paid."
        return
    wait = (
        f"{settlement.pay.business_days} business days ({definition.clock.calendar})"
        if settlement.pay.business_days
        else span(settlement.pay.elapsed_s)
    )
    ends_at_ms = definition.ends_at_ms
    if closes_by_hand(definition) or ends_at_ms is None:
        yield f"Awards are paid within {wait} of its close."
    else:
        yield f"Awards are paid by {due_on(definition, ends_at_ms)}: within {wait} of the end."


def _readers(definition: Definition) -> Iterator[str]:
    if definition.public:
        yield "Anybody may read the standings, without details."
    else:
        yield "The standings are read by those who have signed in."
    if definition.assumed:
        yield f"Assumed, as its source does not say: {', '.join(definition.assumed)}."

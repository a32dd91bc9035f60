"""The rules of a definition in plain words, for people who take part. Decides nothing and judges nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from leaderboard.domain.campaigns import (
    Award,
    Condition,
    Definition,
    Delay,
    FixedPay,
    Live,
    Pay,
    PlacePay,
    RatePay,
    Scalar,
    in_words,
    span,
)
from leaderboard.domain.money import Money


class Rule(NamedTuple):
    """`label` is one word or two; `more` goes on where one sentence is not enough."""

    label: str
    sentence: str
    more: tuple[str, ...] = ()


def score_rules(definition: Definition) -> list[Rule]:
    """What the score counts, and how level scores are told apart."""
    return [
        Rule("score", definition.metric_sentence().removeprefix("Score: ")),
        Rule("level", definition.tie_rule().removeprefix("Level scores: ")),
    ]


def rules_in_words(definition: Definition) -> list[Rule]:
    """All other rules, in the order in which they matter to those who take part."""
    return list(_rules(definition))


def sentences(definition: Definition) -> list[str]:
    """Every rule as one text, `label: sentence`."""
    rules = [*score_rules(definition), *rules_in_words(definition)]
    return [f"{rule.label}: {'; '.join((rule.sentence, *rule.more))}" for rule in rules]


def _rules(definition: Definition) -> Iterator[Rule]:
    yield Rule("late", _late(definition))
    yield Rule("closing", "by hand" if definition.close == "manual" else "by the clock")
    yield from _effective(definition.live)
    for rule in definition.eligibility:
        yield Rule("who may", f"{rule.id}: {_who(rule.require, rule.any)}")
    for award in definition.awards:
        yield Rule("award", f"{award.id}: {_chosen(award)}", tuple(_paid(award.pay)))
    for validator in definition.validators:
        yield Rule("check", f"{validator.id}: {validator.action} when {_all(validator.when)}")
    if definition.settlement.pay:
        yield Rule("payment", f"within {_wait(definition.settlement.pay)} of the end")
    for source in definition.source:
        yield Rule("source", source)
    if definition.assumed:
        yield Rule("assumed", ", ".join(definition.assumed))


def _effective(live: Live) -> Iterator[Rule]:
    """The rules on effective live time, as far as they are given."""
    if live.bridge_s:
        yield Rule(
            "live time", f"a silence of up to {span(live.bridge_s)} between two effective spans counts"
        )
    if live.evidence_s:
        signs = "motion, a voice, a reply or another product"
        text = f"each window of {span(live.evidence_s)} needs a sign of life to count: {signs}"
        yield Rule("live time", text)
    if live.opening_grace_s:
        yield Rule("live time", f"the first {span(live.opening_grace_s)} of a session need none")


def _late(definition: Definition) -> str:
    if definition.close == "manual":
        cutoff = "after the campaign is closed"
    else:
        cutoff = (
            f"more than {span(definition.late_s)} after the end" if definition.late_s else "after the end"
        )
    return f"what is received {cutoff} does not count, and is listed"


def _who(require: tuple[Condition, ...], alternatives: tuple[Condition, ...]) -> str:
    return _all(require) or " or ".join(in_words(condition) for condition in alternatives)


def _chosen(award: Award) -> str:
    """Who gets it, and what all together may cost."""
    if award.rank_by:
        who = {None: "everybody", 1: "the first"}.get(award.limit, f"the first {award.limit}")
        text = f"{who} by {award.rank_by} above zero"
        text += f", among those with {_all(award.require)}" if award.require else ""
    else:
        text = f"everybody with {_all(award.require)}" if award.require else "everybody"
    return f"{text}; {_amount(award.budget)} in all" if award.budget is not None else text


def _paid(pay: Pay) -> Iterator[str]:
    match pay:
        case PlacePay():
            firsts = [1, *(row.to + 1 for row in pay.table)]
            for row, first in zip(pay.table, firsts, strict=False):
                places = f"place {first}" if first == row.to else f"places {first} to {row.to}, each"
                yield f"{places}: {_amount(row.amount)}"
        case FixedPay():
            yield f"each: {_amount(pay.amount)}"
        case RatePay() if pay.rate is not None:
            yield f"{Scalar('percent', pay.rate)} of {pay.of}"
        case _:
            yield f"pay by {pay.kind}; its details are in the definition"


def _amount(amount: Money | Decimal) -> str:
    return str(Scalar("money" if isinstance(amount, Money) else "number", amount))


def _all(conditions: Iterable[Condition]) -> str:
    return " and ".join(in_words(condition) for condition in conditions)


def _wait(delay: Delay) -> str:
    return f"{delay.business_days} business days" if delay.business_days else span(delay.elapsed_s)

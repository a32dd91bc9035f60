"""The rules of a definition in plain words, for people who take part. Decides nothing and judges nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from leaderboard.domain.awards_in_words import all_in_words, amount_in_words, award_in_words
from leaderboard.domain.campaigns import (
    Award,
    Condition,
    Definition,
    Delay,
    Integrity,
    Live,
    in_words,
    span,
)


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
        yield Rule("award", f"{award.id}: {_chosen(award)}", award_in_words(definition, award))
    for validator in definition.validators:
        yield Rule("check", f"{validator.id}: {validator.action} when {all_in_words(validator.when)}")
    yield from _looked_into(definition.integrity)
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


def _looked_into(integrity: Integrity) -> Iterator[Rule]:
    if integrity.mode == "off":
        yield Rule("cheating", "no detectors look for it")
        return
    if integrity.mode == "shadow":
        yield Rule("cheating", "detectors look for it and report, and nothing follows but what people decide")
        return
    appeal = (
        f"appeals are taken for {span(integrity.appeal_s)} after a decision"
        if integrity.appeal_s
        else "no appeals"
    )
    found = "views by machines do not count; doubtful ones are discounted, and people decide on what is held"
    yield Rule("cheating", found, (appeal,))


def _late(definition: Definition) -> str:
    if definition.close == "manual":
        cutoff = "after the campaign is closed"
    else:
        cutoff = (
            f"more than {span(definition.late_s)} after the end" if definition.late_s else "after the end"
        )
    return f"what is received {cutoff} does not count, and is listed"


def _who(require: tuple[Condition, ...], alternatives: tuple[Condition, ...]) -> str:
    return all_in_words(require) or " or ".join(in_words(condition) for condition in alternatives)


def _chosen(award: Award) -> str:
    """Who gets it, and what all together may cost."""
    if award.rank_by:
        who = {None: "everybody", 1: "the first"}.get(award.limit, f"the first {award.limit}")
        text = f"{who} by {award.rank_by} above zero"
        text += f", among those with {all_in_words(award.require)}" if award.require else ""
    else:
        text = f"everybody with {all_in_words(award.require)}" if award.require else "everybody"
    return f"{text}; {amount_in_words(award.budget)} in all" if award.budget is not None else text


def _wait(delay: Delay) -> str:
    return f"{delay.business_days} business days" if delay.business_days else span(delay.elapsed_s)

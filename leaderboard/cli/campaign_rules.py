"""The rules of a campaign in plain words, for people who take part. Decides nothing and judges nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from leaderboard.cli.output import GAP, clean, minute, zone_of
from leaderboard.domain.campaigns import (
    Award,
    Condition,
    Definition,
    DefinitionError,
    Delay,
    FixedPay,
    Live,
    Pay,
    PlacePay,
    RatePay,
    Scalar,
    in_words,
    parse_document,
    span,
)
from leaderboard.domain.live_metrics import kept_where
from leaderboard.domain.money import Money

_LABEL_WIDTH = 12


def rules_of(campaign: dict[str, Any]) -> Iterator[str]:
    """One line a rule, as `label  sentence`."""
    yield clean(f"{campaign['title']} ({campaign['id']})")
    yield ""
    yield from map(_line, _head(campaign))
    try:
        definition = parse_document(campaign["definition"])
    except DefinitionError:
        # The service is of another version; it speaks for itself in --json.
        yield _line(("", "The rest of its rules is in --json: this version cannot read them."))
        return
    yield from map(_line, _rules(definition))
    yield _line(("definition", f"SHA-256 {campaign['definition_hash']}"))


def _line(labelled: tuple[str, str]) -> str:
    label, sentence = labelled
    return f"{label:<{_LABEL_WIDTH}}{GAP}{clean(sentence)}".rstrip()


def _head(campaign: dict[str, Any]) -> Iterator[tuple[str, str]]:
    zone = zone_of(campaign["zone"])
    window = f"{minute(campaign['starts_at'], zone)} to {minute(campaign['ends_at'], zone)}"
    yield "state", campaign["state"]
    yield "window", f"{window} {campaign['zone']}; the end itself no longer counts"
    yield "score", campaign["metric"].removeprefix("Score: ")
    yield "level", campaign["tie_rule"].removeprefix("Level scores: ")


def _rules(definition: Definition) -> Iterator[tuple[str, str]]:
    yield "late", _late(definition)
    yield "closing", "by hand" if definition.close == "manual" else "by the clock"
    yield from _effective(definition.live)
    yield from _metrics(definition)
    for rule in definition.eligibility:
        yield "who may", f"{rule.id}: {_all(rule.require)}"
    for award in definition.awards:
        yield "award", f"{award.id}: {_chosen(award)}"
        for sentence in _paid(award.pay):
            yield "", f"{GAP}{sentence}"
    for validator in definition.validators:
        yield "check", f"{validator.id}: {validator.action} when {_all(validator.when)}"
    if definition.settlement.pay:
        yield "payment", f"within {_wait(definition.settlement.pay)} of the end"
    for source in definition.source:
        yield "source", source
    if definition.assumed:
        yield "assumed", ", ".join(definition.assumed)


def _effective(live: Live) -> Iterator[tuple[str, str]]:
    """The rules on effective live time, as far as they are given."""
    if live.bridge_s:
        yield "live time", f"a silence of up to {span(live.bridge_s)} between two effective spans counts"
    if live.evidence_s:
        signs = "motion, a voice, a reply or another product"
        yield "live time", f"each window of {span(live.evidence_s)} needs a sign of life to count: {signs}"
    if live.opening_grace_s:
        yield "live time", f"the first {span(live.opening_grace_s)} of a session need none"


def _metrics(definition: Definition) -> Iterator[tuple[str, str]]:
    """Which figures move with every event, and which are some seconds behind."""
    kept = kept_where(definition)
    for label, where in (("kept live", "live"), ("recounted", "archive")):
        names = ", ".join(name for name in kept if kept[name] == where)
        if names:
            yield label, f"{names}{', from the archive' if where == 'archive' else ''}"


def _late(definition: Definition) -> str:
    if definition.close == "manual":
        cutoff = "after the campaign is closed"
    else:
        cutoff = (
            f"more than {span(definition.late_s)} after the end" if definition.late_s else "after the end"
        )
    return f"what is received {cutoff} does not count, and is listed"


def _chosen(award: Award) -> str:
    """Who gets it, and what all together may cost."""
    if award.rank_by:
        who = {None: "everybody", 1: "the first"}.get(award.limit, f"the first {award.limit}")
        text = f"{who} by {award.rank_by}"
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
            yield f"pay by {pay.kind}; its details are in --json"


def _amount(amount: Money | Decimal) -> str:
    return str(Scalar("money" if isinstance(amount, Money) else "number", amount))


def _all(conditions: Iterable[Condition]) -> str:
    return " and ".join(in_words(condition) for condition in conditions)


def _wait(delay: Delay) -> str:
    return f"{delay.business_days} business days" if delay.business_days else span(delay.elapsed_s)

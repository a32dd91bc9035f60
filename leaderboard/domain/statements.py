"""The statement of reasons for a flag: what was found, by which rule, by whom, what follows, and what can be done.

It has what Article 17 of the Digital Services Act asks for. It names no limits: who knows them stays below them.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from leaderboard.domain.appealing import ground_of, may_appeal_until
from leaderboard.domain.appeals import open_appeal
from leaderboard.domain.awards_in_words import all_in_words
from leaderboard.domain.campaigns import Definition, span
from leaderboard.domain.flags import Flag
from leaderboard.domain.times import rfc3339

# What each detector looks for, as the partner is told. A test holds them to the detectors that there are.
CLAUSES: Final[dict[str, str]] = {
    "cells": "Many visitors that share a network, a device or a time, and act like machines and not like buyers.",
    "fresh": "Visitors whom no other account has ever seen, and who look at one product and leave, far more than "
    "traffic of that kind has elsewhere.",
    "dwell": "Visitors who stay for times that people do not: too alike, or unlike those of other accounts.",
    "lockstep": "Visitors who turn up at two accounts at the same times, more than a shared audience explains.",
    "refunds": "More orders given back than orders of these categories are elsewhere, by more than accounts differ.",
    "buyers": "Orders of few buyers, or of buyers who are close to the host, that are soon given back.",
    "idle": "A live stream in which for long spans nobody moved, spoke, answered or showed another product.",
    "loop": "A live stream whose picture and sound come again and again, as those of a recording do.",
    "overlap": "Live streams of one host at the same time, of which only one can be hosted.",
    "schedule": "Promised slots that no host can keep, or that were changed after they were locked.",
    "forged": "Heartbeats of a live stream that no stream was sent for, or that are unlike those of any stream.",
}
_OTHER: Final = "A pattern that traffic of people does not have."


class Statement(Struct, frozen=True):
    """For the account's agency to read. `found_by` and `decided_by` say where a machine was at work, and where people.

    `redress_until_ms` is None where no appeal is taken, or no time ends it.
    """

    facts: str
    clause: str
    found_by: str
    decided_by: str
    consequence: str
    redress: str
    redress_until_ms: int | None


def statement(definition: Definition, flag: Flag, now_ms: int) -> Statement:
    """Of a flag as it stands, and as its agency is told of it, whoever reads this."""
    flag = flag.told
    appeal_s = definition.integrity.appeal_s
    return Statement(
        facts=_facts(flag),
        clause=_clause(definition, flag),
        found_by=_found_by(flag),
        decided_by=_decided_by(flag),
        consequence=" ".join(_consequences(flag)),
        redress=_redress(flag, appeal_s, now_ms),
        redress_until_ms=may_appeal_until(flag, appeal_s, now_ms),
    )


def _facts(flag: Flag) -> str:
    if flag.raised:
        return flag.raised.sentence
    return flag.reason.detail if flag.reason else "The rule finds nothing any more."


def _clause(definition: Definition, flag: Flag) -> str:
    if flag.raised:
        return f"Invalid traffic and live time ({flag.rule}): {CLAUSES.get(flag.raised.detector, _OTHER)}"
    rule = next(one for one in definition.validators if one.id == flag.rule)
    return f"Rule {rule.id} of the campaign's definition: {rule.action} when {all_in_words(rule.when)}."


def _found_by(flag: Flag) -> str:
    if flag.raised:
        return (
            f"Found automatically by detector {flag.raised.detector}, at checkpoint {flag.raised.checkpoint}."
        )
    return "Found automatically, by the campaign's own rule."


def _decided_by(flag: Flag) -> str:
    decision = flag.decision
    if decision is None:
        return "No person has decided on it yet."
    who = "two reviewers" if decision.proposed_by else "a reviewer"
    if decision.confirms:
        who += ", and confirmed by another on appeal"
    at, reason, link = rfc3339(decision.at_ms), decision.reason, decision.partner_link
    if link:
        return f"Decided by {who} at {at}: {reason} What links the partner to it: {link}"
    return f"Decided by {who} at {at}: {reason}"


def _consequences(flag: Flag) -> list[str]:
    done = flag.decision.decision if flag.decision else None
    if done == "dismiss":
        return ["Nothing follows from it."]
    if done is not None and done == flag.worst:
        return ["The account gets none of the campaign's awards.", *_discount(flag)]
    if flag.in_shadow:
        return ["Nothing follows from it: the campaign's detectors only report."]
    if not flag.bears:
        return ["It is a warning, and takes nothing from the account."]
    if done is None and flag.action == "hold":
        held = "The account's awards are provisional, and are not paid before a person has decided."
        return [held, *_discount(flag)]
    return _discount(flag) or ["It stands on record, and takes nothing from the account's awards."]


def _discount(flag: Flag) -> list[str]:
    if flag.raised is None or not flag.raised.excess_uv or flag.in_shadow:
        return []
    return [
        f"{flag.raised.excess_uv:,} visitors that are estimated not to be people are taken off its score."
    ]


def _redress(flag: Flag, appeal_s: int, now_ms: int) -> str:
    waiting = open_appeal(flag.docket.appeals)
    if waiting:
        return (
            f"The appeal of {rfc3339(waiting.at_ms)} waits for a reviewer who has not decided on it before."
        )
    if flag.decision and flag.decision.confirms:
        return "An appeal was answered by another reviewer, which is the last word here."
    ground = ground_of(flag, appeal_s)
    if ground is None:
        return "Nothing stands that an appeal could be against."
    until_ms = may_appeal_until(flag, appeal_s, now_ms)
    if until_ms is None and ground.until_ms is not None:
        return f"Appeals were taken for {span(appeal_s)}, until {rfc3339(ground.until_ms)}."
    until = f"until {rfc3339(until_ms)}" if until_ms else "as long as it is not decided"
    how = f"`leaderboard flags appeal {flag.campaign} {flag.id}`"
    return (
        f"The agency may appeal {until}, with {how} or by the API. Another reviewer answers than who decided."
    )

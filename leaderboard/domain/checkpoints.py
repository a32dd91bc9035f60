"""Checkpoints: when a campaign is looked at for what is suspicious, and which flags stand afterwards. Looks at nothing.

Between checkpoints no flag changes: whoever looks again and again finds something in the end by chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.campaigns.integrity import Mode
from leaderboard.domain.campaigns.states import State
from leaderboard.domain.findings import Asked, Finding
from leaderboard.domain.flags import Decision, Decisions
from leaderboard.domain.lifecycle import Life
from leaderboard.domain.reviews import DecidedOn, Raised, detector_flag

# A flag that was decided is reopened when what is found has more than doubled, and by more than a handful.
REOPENED_FACTOR: Final = 2
REOPENED_MARGIN: Final = 25

_NOTHING_VOIDED: Final[Mapping[str, int]] = MappingProxyType({})
_LOOKED_AT: Final[tuple[State, ...]] = ("live", "closing", "review")
_ORDER: Final[Mapping[Asked, int]] = {"hold": 0, "warn": 1, "review": 2}


class Checkpoint(Struct, frozen=True, kw_only=True):
    """One that was made. `number` counts those of a campaign from 1. `through_ms`: whatever was received up to then was
    looked at. `flags`: detector → flags that it found; `holds`: how many of them ask for one. `sha256` is of its
    document."""

    number: int
    at_ms: int
    took_ms: int
    actor: str
    mode: Mode
    state: State
    through_ms: int
    accounts: int
    flags: Mapping[str, int]
    holds: int
    excess_uv: int
    sha256: str


class Wish(Struct, frozen=True):
    """Who wants a checkpoint, or has one made, and since when."""

    at_ms: int
    by: str


class Failure(Struct, frozen=True):
    """Why the last checkpoint that was tried could not be made."""

    at_ms: int
    text: str
    by: str


class Checkpointed(Struct, frozen=True):
    """How it stands with a campaign's checkpoints. `failure` stands until one is made."""

    last: Checkpoint | None = None
    asked: Wish | None = None
    running: Wish | None = None
    failure: Failure | None = None

    @property
    def problem(self) -> str:
        return self.failure.text if self.failure else ""

    def covers_close(self, cutoff_ms: int) -> bool:
        """Whether all that counts was looked at."""
        return self.last is not None and self.last.through_ms >= cutoff_ms


def why_not(definition: Definition, life: Life) -> str:
    """Why there is no checkpoint of a campaign at this time; empty where there may be one."""
    if definition.integrity.mode == "off":
        return "integrity is off in its definition, so no detector looks at it"
    if life.certifying is not None:
        return "it is being certified, by the flags that it has"
    if life.is_final:
        return "it is certified, by the flags that it had"
    if life.state not in _LOOKED_AT:
        return f"it is {life.state}, so there is nothing to look at"
    return ""


def is_daily_due(zone: str, starts_at_ms: int, last_ms: int, now_ms: int) -> bool:
    """Whether a local day has begun since the last checkpoint, or since the start. `last_ms`: 0 before the first."""
    return _local_day(now_ms, zone) > _local_day(max(starts_at_ms, last_ms), zone)


def _local_day(at_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()


def merged(
    before: Mapping[str, Raised],
    findings: Iterable[Finding],
    decisions: Decisions,
    *,
    number: int,
    at_ms: int,
    waiting: Collection[str] = (),
    voided: Mapping[str, int] = _NOTHING_VOIDED,
) -> dict[str, Raised]:
    """The flags that stand after checkpoint `number` of `at_ms`, by flag id, in whatever order findings come.

    What is not found any more is dropped, unless it was decided, or is `waiting` for a second reviewer. A decision that
    was made on so much less, on what asked for less, or on other hosts, does not stand any more; but for a
    disqualification, on which nothing can follow. The same checkpoint again gives the same. `voided`: account →
    visitors that rescorings had taken out of what was looked at.
    """
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[detector_flag(finding.detector, finding.account)].append(finding)
    after = {
        flag: replace(
            _raised(before.get(flag), some, decisions.get(flag), number, at_ms),
            voided_uv=voided.get(some[0].account, 0),
        )
        for flag, some in found.items()
    }
    for flag, one in before.items():
        if flag not in found and (flag in decisions or flag in waiting):
            after[flag] = _gone(one, decisions.get(flag))
    return dict(sorted(after.items()))


def _raised(
    before: Raised | None, findings: list[Finding], decision: Decision | None, number: int, at_ms: int
) -> Raised:
    one = Raised(
        detector=findings[0].detector,
        account=findings[0].account,
        findings=_in_order(findings),
        checkpoint=number,
        at_ms=at_ms,
        first_ms=before.first_ms if before else at_ms,
        reopened_ms=before.reopened_ms if before else 0,
    )
    one = replace(one, bears_ms=_bears_ms(before, one, at_ms))
    if decision is None:
        return one
    one = replace(one, decided=_decided_on(before or one, decision))
    return replace(one, reopened_ms=at_ms) if _is_reopened(one, decision) else one


def _bears_ms(before: Raised | None, one: Raised, at_ms: int) -> int:
    """Anew where it has become worse: who was told of a warning was not told of a hold, nor of a discount."""
    if not one.bears:
        return 0
    if before is None or not before.bears_ms or _is_worse(one.asks, before.asks):
        return at_ms
    return at_ms if one.excess_uv and not before.excess_uv else before.bears_ms


def _is_worse(asks: Asked, known: Asked) -> bool:
    return _ORDER[asks] < _ORDER[known]


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What matters most first, each once."""

    def weight(finding: Finding) -> tuple[int, int, bytes]:
        return _ORDER[finding.asks], -finding.excess_uv, msgspec.json.encode(finding, order="sorted")

    return tuple(sorted(set(findings), key=weight))


def _decided_on(before: Raised, decision: Decision) -> DecidedOn:
    """`before` is how the flag stood when a checkpoint saw this decision first: it was made on that."""
    known = before.decided
    if known is not None and known.at_ms == decision.at_ms:
        return known
    return DecidedOn(decision.at_ms, before.excess_uv, before.sample, before.asks, before.hosts)


def _is_reopened(one: Raised, decision: Decision) -> bool:
    known = one.decided
    if known is None or decision.decision == "disqualify" or decision.at_ms < one.reopened_ms:
        return False
    if _is_worse(one.asks, known.asks) or not set(one.hosts).issubset(known.hosts):
        return True
    return _is_much_more(one.excess_uv, known.excess_uv) or _is_much_more(one.sample, known.sample)


def _is_much_more(found: int, known: int) -> bool:
    return found > REOPENED_FACTOR * known + REOPENED_MARGIN


def _gone(before: Raised, decision: Decision | None) -> Raised:
    """As it was found last. What was decided stands again where it had been reopened."""
    decided = _decided_on(before, decision) if decision else before.decided
    return replace(before, is_found=False, reopened_ms=0, decided=decided)

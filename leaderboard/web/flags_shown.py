"""Flags as they are shown: to reviewers all of them, to an agency without who decided, limits, and proposals."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from leaderboard.domain.appeals import State
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.events import Amount
from leaderboard.domain.findings import Asked, Family, Finding, Measure
from leaderboard.domain.flags import Action, Decision, Flag, Status
from leaderboard.domain.impact import Impact
from leaderboard.domain.reasons import Reason
from leaderboard.domain.reviews import Raised, Settled
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time, money

TakesEffect = Literal["at_once", "with_the_next_correction", "when_another_agrees"]


class DecisionShown(Struct):
    """A decision, or a proposal; `by` is the id of the reviewer's token, which agencies do not see.

    `partner_link` is what links the partner to the traffic, of a disqualification. What took two has the first one's
    call as `proposed_…`.
    """

    decision: Settled
    reason: str
    at: Time
    by: str | UnsetType = UNSET
    partner_link: str | UnsetType = UNSET
    proposed_by: str | UnsetType = UNSET
    proposed_reason: str | UnsetType = UNSET
    proposed_at: Time | UnsetType = UNSET


class ImpactShown(Struct):
    """What hangs on a flag, as things stand. `award` is the sum of the account's awards; `places_from_paid` how far
    below the last paid place it is: 0 where it is paid, or would be without its discount; null without a place.
    `moves`: how many other accounts would get another paid place if it were taken out, or its discount lifted."""

    award_rank: int | None
    award: Amount | None
    places_from_paid: int | None
    moves: int


class MeasureShown(Struct):
    """A statistic that was looked at, and what `peers` have. `limit` is what it acts at, which agencies do not see."""

    name: str
    value: float
    peers: float | None
    family: Family | None
    limit: float | UnsetType | None = UNSET


class SpanShown(Struct):
    """`until` is not in it."""

    since: Time
    until: Time


class FindingShown(Struct, kw_only=True):
    """What a detector found. `p`: how likely so much is without any cheat, where it is a test."""

    asks: Asked
    families: list[Family]
    sentence: str
    measures: list[MeasureShown]
    sample: int
    p: float | None
    excess_uv: int
    host: str | None
    span: SpanShown | None
    links_partner: bool


class FlagShown(Struct, kw_only=True):
    """A rule or a detector that warns or holds an account or asks people to look at it; or that was decided on.

    `reason` is null where a flag was dismissed and nothing of it is found any more. `appeal` is where its last appeal
    stands. `proposed` is a decision that waits for a second reviewer; agencies do not see it.

    Of a detector: `rule` is that with its version, `asks` the most that any of its findings asks for, `excess_uv` how
    many visitors are estimated not to be people. `shadow`: the campaign's detectors only report, and nothing follows.
    """

    id: str
    account_id: str
    rule: str
    action: Action
    status: Status
    automated: bool
    reason: Reason | None
    decision: DecisionShown | None
    appeal: State | None
    proposed: DecisionShown | UnsetType | None = UNSET
    impact: ImpactShown | UnsetType = UNSET
    detector: str | UnsetType = UNSET
    asks: Asked | UnsetType = UNSET
    families: list[Family] | UnsetType = UNSET
    sentence: str | UnsetType = UNSET
    measures: list[MeasureShown] | UnsetType = UNSET
    sample: int | UnsetType = UNSET
    p: float | UnsetType | None = UNSET
    excess_uv: int | UnsetType = UNSET
    host: str | UnsetType | None = UNSET
    other_account_id: str | UnsetType | None = UNSET
    span: SpanShown | UnsetType | None = UNSET
    links_partner: bool | UnsetType = UNSET
    checkpoint: int | UnsetType = UNSET
    first_at: Time | UnsetType = UNSET
    shadow: bool | UnsetType = UNSET


def fields_of(
    flag: Flag, definition: Definition, *, is_staff: bool, impact: Impact | None = None
) -> dict[str, Any]:
    """The fields of a `FlagShown`."""
    docket = flag.docket
    common = {
        "id": flag.id,
        "account_id": flag.account,
        "rule": flag.rule,
        "action": flag.action,
        "status": flag.status,
        "automated": True,
        "reason": flag.reason,
        "decision": decision_shown(flag.decision, is_staff=is_staff),
        "appeal": docket.appeals[-1].state if docket.appeals else None,
    }
    if is_staff:
        common["proposed"] = decision_shown(docket.proposal, is_staff=True)
    if impact is not None:
        common["impact"] = _impact(impact, definition.currency)
    return common | (_evidence(flag, flag.raised, is_staff=is_staff) if flag.raised else {})


def _impact(impact: Impact, currency: str) -> ImpactShown:
    award: Any = money(impact.award_minor, currency) if impact.award_minor else None
    return ImpactShown(impact.award_rank, award, impact.places_from_paid, impact.moves)


def _evidence(flag: Flag, raised: Raised, *, is_staff: bool) -> dict[str, Any]:
    """The findings as one; the flag itself has them one by one."""
    found = [finding_shown(one, is_staff=is_staff) for one in raised.findings]
    spans = [one.span for one in raised.findings if one.span]
    whole = (min(since for since, _ in spans), max(until for _, until in spans)) if spans else None
    return {
        "detector": raised.detector,
        "asks": raised.asks,
        "families": list(dict.fromkeys(family for one in found for family in one.families)),
        "sentence": raised.sentence,
        "measures": [measure for one in found for measure in one.measures],
        "sample": max((one.sample for one in found), default=0),
        "p": min((one.p for one in found if one.p is not None), default=None),
        "excess_uv": raised.excess_uv,
        "host": ", ".join(dict.fromkeys(one.host for one in found if one.host)) or None,
        "other_account_id": next((one.other for one in raised.findings if one.other), None)
        if is_staff
        else UNSET,
        "span": _span(whole),
        "links_partner": any(one.links_partner for one in found),
        "checkpoint": raised.checkpoint,
        "first_at": rfc3339(raised.first_ms),
        "shadow": flag.in_shadow,
    }


def finding_shown(finding: Finding, *, is_staff: bool) -> FindingShown:
    return FindingShown(
        asks=finding.asks,
        families=list(finding.families),
        sentence=finding.sentence,
        measures=[_measure(one, is_staff=is_staff) for one in finding.measures],
        sample=finding.sample,
        p=finding.p,
        excess_uv=finding.excess_uv,
        host=finding.host or None,
        span=_span(finding.span),
        links_partner=finding.links_partner,
    )


def _measure(measure: Measure, *, is_staff: bool) -> MeasureShown:
    limit = measure.limit if is_staff else UNSET
    return MeasureShown(measure.name, measure.value, measure.peers, measure.family, limit)


def _span(span: tuple[int, int] | None) -> SpanShown | None:
    return SpanShown(rfc3339(span[0]), rfc3339(span[1])) if span else None


def decision_shown(decision: Decision | None, *, is_staff: bool) -> DecisionShown | None:
    """A decision, to agencies without the people."""
    if decision is None:
        return None
    shown = DecisionShown(decision.decision, decision.reason, rfc3339(decision.at_ms), decision.by)
    if decision.partner_link:
        shown.partner_link = decision.partner_link
    if decision.proposed_by and is_staff:
        shown.proposed_by, shown.proposed_reason = decision.proposed_by, decision.proposed_reason
        shown.proposed_at = rfc3339(decision.proposed_ms)
    if not is_staff:
        shown.by = UNSET
    return shown

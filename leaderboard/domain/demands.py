"""Every condition of an award, met or not, with what there is and what is asked for. Judges nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from leaderboard.domain.campaigns.conditions import Operator, Unit
from leaderboard.domain.comparing import NOBODY, Check, Facts, Values
from leaderboard.domain.judging import NO_RULINGS, NOW, FactsByPhase, Rules, Ruling, Rulings
from leaderboard.domain.reasons import looked_at


class Part(Struct, frozen=True):
    """One condition: `metric` is what it looks at, `unit` that of `have` and `need`, null for an attribute.

    `holds` is null where the metric has not been evaluated yet. `have` and `need` are as in a `Reason`.
    """

    metric: str
    operator: Operator
    holds: bool | None
    detail: str
    unit: Unit | None
    have: Any = None
    need: Any = None


class Demand(Struct, frozen=True):
    """What has to hold, of `parts` all or `any`; of a validator, which acts when all its parts hold, that it does not.

    `code` is `eligibility`, `cohort`, `requirement`, `validator.warn`, `validator.hold` or `validator.exclude`, `rule`
    the id of an eligibility, cohort or validator; empty for what only this award requires. `met` is null where a metric
    that decides it has not been evaluated yet.
    """

    code: str
    rule: str
    any: bool
    met: bool | None
    parts: list[Part]


def demands_of(
    rules: Rules, values: Values, facts: FactsByPhase, rulings: Rulings = NO_RULINGS
) -> list[Demand]:
    """In the order of the definition; validators last."""
    now = facts.get(NOW, NOBODY)
    found = []
    for demand in rules.demands:
        of_phase = facts.get(demand.phase, now)
        parts = _parts(demand.checks, values, of_phase, has_to_hold=True)
        found.append(Demand(demand.code, demand.rule, demand.any, demand.outcome(values, of_phase), parts))
    for guard in rules.guards:
        met = _is_quiet(guard.outcome(values, now), rulings.get(guard.rule))
        parts = _parts(guard.checks, values, now, has_to_hold=False)
        found.append(Demand(f"validator.{guard.action}", guard.rule, any=False, met=met, parts=parts))
    return found


def _is_quiet(acts: bool | None, ruling: Ruling | None) -> bool | None:
    """Whether nothing comes of a validator: what a reviewer decided stands, whatever the figures."""
    if ruling is not None:
        return ruling == "dismiss"
    return None if acts is None else not acts


def _parts(checks: Iterable[Check], values: Values, facts: Facts, *, has_to_hold: bool) -> list[Part]:
    return [_part(check, values, facts, has_to_hold=has_to_hold) for check in checks]


def _part(check: Check, values: Values, facts: Facts, *, has_to_hold: bool) -> Part:
    detail, have, need = looked_at(check, values, facts, has_to_hold=has_to_hold)
    name, operator = check.condition.name, check.condition.operator
    return Part(name, operator, check.holds(values, facts), detail, check.unit, have, need)

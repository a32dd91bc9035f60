"""Who qualifies for an award, and who does not and why. Reads values and attributes; ranks and pays nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct

from leaderboard.domain.accounts import History, as_of
from leaderboard.domain.campaigns import Award, Cohort, Definition, Validator
from leaderboard.domain.comparing import NOBODY, Check, Facts, Values, check_of, facts_of
from leaderboard.domain.exclusions import NEVER_MS
from leaderboard.domain.live_metrics import once_per_definition
from leaderboard.domain.reasons import Reason, acted, none_met, not_evaluated, unmet
from leaderboard.domain.reviews import NO_REVIEW, Review

# A phase of eligibility (register, open, close, payout), or `window.NAME`: the start of a window.
Phase = str
FactsByPhase = Mapping[Phase, Facts]

# What a reviewer decides on what a validator found.
Ruling = Literal["uphold", "dismiss"]
# By the id of the validator.
Rulings = Mapping[str, Ruling]

NOW: Final[Phase] = "payout"
NO_RULINGS: Final[Rulings] = MappingProxyType({})
BUILT_ACTIONS: Final = ("warn", "hold", "exclude")
_HOLDS: Final = ("validator.hold", "integrity.hold")
# A warning that is upheld stays a warning, and an exclusion is no reviewer's matter.
_RULED: Final = {
    ("hold", "uphold"): "upheld",
    ("hold", "dismiss"): "dismissed",
    ("warn", "dismiss"): "dismissed",
}


class Verdict(Struct, frozen=True):
    """`eligible` for the award as things are. `excluded`: a validator or an upheld hold took it out, whatever it
    reaches.

    `reasons` are all that speaks against it, warnings and holds too; who is only warned or held is eligible.
    """

    eligible: bool
    excluded: bool
    reasons: tuple[Reason, ...]

    @property
    def held(self) -> bool:
        """Whether a validator or a detector holds the award until somebody has decided."""
        return any(reason.code in _HOLDS for reason in self.reasons)


def reviewed(verdict: Verdict, review: Review) -> Verdict:
    """The verdict with what detectors found and reviewers decided."""
    if review is NO_REVIEW:
        return verdict
    return Verdict(
        verdict.eligible and not review.disqualified,
        verdict.excluded or review.disqualified,
        verdict.reasons + review.reasons,
    )


@dataclass(frozen=True, slots=True)
class _Demand:
    """Conditions that must hold, all of them or `any`, by the facts of one phase."""

    code: str
    rule: str
    phase: Phase
    checks: tuple[Check, ...]
    any: bool = False

    def outcome(self, values: Values, facts: Facts) -> bool | None:
        """None: a metric that decides it has not been evaluated yet."""
        return _of_all([check.holds(values, facts) for check in self.checks], decisive=self.any)

    def unmet(self, values: Values, facts: Facts) -> Iterator[Reason]:
        if self.outcome(values, facts):
            return
        found = [(check, check.holds(values, facts)) for check in self.checks]
        for check, outcome in found:
            if outcome is None:
                yield not_evaluated(check.condition.name)
            elif not outcome and not self.any:
                rule = self.rule or check.condition.name.removeprefix("attr.")
                yield unmet(self.code, rule, check, values, facts)
        if self.any and all(outcome is False for _, outcome in found):
            yield none_met(self.rule, self.checks)


@dataclass(frozen=True, slots=True)
class _Guard:
    """A validator: acts when all its conditions hold."""

    action: str
    rule: str
    checks: tuple[Check, ...]

    def outcome(self, values: Values, facts: Facts) -> bool | None:
        return _of_all([check.holds(values, facts) for check in self.checks], decisive=False)

    def reasons(self, values: Values, facts: Facts, ruling: Ruling | None) -> Iterator[Reason]:
        done = _RULED.get((self.action, ruling), self.action) if ruling else self.action
        outcome = self.outcome(values, facts)
        # Later figures do not undo what a reviewer upheld.
        if outcome or done == "upheld":
            yield acted(done, self.rule, self.checks, values, facts)
        elif outcome is None:
            waiting = (check for check in self.checks if check.holds(values, facts) is None)
            yield from (not_evaluated(check.condition.name) for check in waiting)


def _of_all(outcomes: list[bool | None], *, decisive: bool) -> bool | None:
    """One outcome of several: a single `decisive` one settles it, and what is unknown leaves it open."""
    if decisive in outcomes:
        return decisive
    return None if None in outcomes else not decisive


class Rules:
    """What one award of a definition asks for, ready to be judged by many times.

    `demands` have to hold, `guards` are the validators that may act.
    """

    def __init__(self, definition: Definition, award: Award) -> None:
        self.demands = tuple(_demands(definition, award))
        self.guards = tuple(
            _guard(validator, definition)
            for validator in definition.validators
            if validator.action in BUILT_ACTIONS
        )
        self._excluding = tuple(guard for guard in self.guards if guard.action == "exclude")
        self._holds = holds_of(definition)

    def is_eligible(self, values: Values, facts: FactsByPhase, rulings: Rulings = NO_RULINGS) -> bool:
        """The verdict's `eligible` alone, which is much faster."""
        if rulings and is_upheld(rulings, self._holds):
            return False
        now = facts.get(NOW, NOBODY)
        for demand in self.demands:
            if not demand.outcome(values, facts.get(demand.phase, now)):
                return False
        return all(guard.outcome(values, now) is False for guard in self._excluding)

    def judge(self, values: Values, facts: FactsByPhase, rulings: Rulings = NO_RULINGS) -> Verdict:
        """All that speaks against an account. A metric that `values` lacks has not been evaluated yet."""
        now, reasons = facts.get(NOW, NOBODY), list[Reason]()
        for demand in self.demands:
            reasons += demand.unmet(values, facts.get(demand.phase, now))
        for guard in self.guards:
            reasons += guard.reasons(values, now, rulings.get(guard.rule))
        is_excluded = is_upheld(rulings, self._holds) or any(
            guard.outcome(values, now) for guard in self._excluding
        )
        # Several rules may wait for the same metric; that is said once.
        told = tuple(reason for place, reason in enumerate(reasons) if reason not in reasons[:place])
        return Verdict(self.is_eligible(values, facts, rulings), is_excluded, told)


def judge(
    definition: Definition,
    values: Values,
    facts: FactsByPhase,
    award_id: str | None = None,
    rulings: Rulings = NO_RULINGS,
) -> Verdict:
    """Whether an account qualifies for an award: the one that ranks, unless another is named.

    `values` by metric as in `live_metrics.live_values`, `facts` by phase as in `facts_by_phase`.
    """
    return rules_of(definition)[award_id or ranking_award(definition)].judge(values, facts, rulings)


def holds_of(definition: Definition) -> frozenset[str]:
    """The validators that hold awards until somebody has decided."""
    return frozenset(one.id for one in definition.validators if one.action == "hold")


def is_upheld(rulings: Rulings, holds: frozenset[str]) -> bool:
    """Whether a reviewer has upheld one of the holds. That stands until it is decided anew, whatever the figures."""
    return any(rulings.get(rule) == "uphold" for rule in holds)


def ranking_award(definition: Definition) -> str:
    """The award that the standings show; ValueError where none ranks."""
    if definition.ranking is None:
        raise ValueError(f"{definition.id}: no award ranks")
    return definition.ranking.award_id


@once_per_definition
def rules_of(definition: Definition) -> dict[str, Rules]:
    """What each award asks for, by its id."""
    return {award.id: Rules(definition, award) for award in definition.awards}


def instants(definition: Definition, enrolled_ms: int) -> dict[Phase, int]:
    """As of when an account's attributes count in each phase, ms. What lies ahead means: as they are now."""
    starts_at_ms, ends_at_ms = definition.starts_at_ms, definition.ends_at_ms
    fixed = {
        "register": enrolled_ms,
        "open": NEVER_MS if starts_at_ms is None else starts_at_ms,
        "close": NEVER_MS if ends_at_ms is None else ends_at_ms,
        NOW: NEVER_MS,
    }
    spans_ms = {name: definition.window_ms(name) for name in definition.windows}
    return fixed | {f"window.{name}": span_ms[0] for name, span_ms in spans_ms.items() if span_ms}


def facts_by_phase(at_ms: Mapping[Phase, int], history: History) -> dict[Phase, Facts]:
    """The attributes in each phase; of an account without history there are none."""
    if not history:
        return dict.fromkeys(at_ms, NOBODY)
    if len(history) == 1:
        return dict.fromkeys(at_ms, facts_of(history[0][1]))
    return {phase: facts_of(as_of(history, instant_ms)) for phase, instant_ms in at_ms.items()}


def _demands(definition: Definition, award: Award) -> Iterator[_Demand]:
    for part in definition.eligibility:
        checks = tuple(check_of(one, definition) for one in part.require or part.any)
        yield _Demand("eligibility", part.id, part.at, checks, any=bool(part.any))
    if award.cohort:
        cohort = definition.cohorts[award.cohort]
        checks = tuple(check_of(one, definition) for one in cohort.where)
        yield _Demand("cohort", award.cohort, _phase_of(cohort, award), checks)
    if award.require:
        yield _Demand("requirement", "", NOW, tuple(check_of(one, definition) for one in award.require))


def _phase_of(cohort: Cohort, award: Award) -> Phase:
    return "open" if cohort.as_of == "campaign_start" else f"window.{award.window}"


def _guard(validator: Validator, definition: Definition) -> _Guard:
    checks = tuple(check_of(condition, definition) for condition in validator.when)
    return _Guard(validator.action, validator.id, checks)

"""What happens just below, at and just above each limit of a definition, found out by judging made-up accounts.

Every outcome comes from the code that judges and pays real accounts. It is asked about one rule at a time: the other
conditions of that rule hold, and no other rule speaks. Definitions that are not built yet have no report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.boundary_pay import brackets, places, tiers
from leaderboard.domain.boundary_times import times
from leaderboard.domain.boundary_values import Figures, around, figures_for, given, in_figures
from leaderboard.domain.campaigns import Award, Condition, Definition, Validator, in_words
from leaderboard.domain.comparing import check_of
from leaderboard.domain.judging import BUILT_ACTIONS, NOW, Rules, Verdict

# More than anybody reads; a definition may have thousands, and each takes its time.
MOST_ROWS: Final = 300
MOST_CONDITIONS: Final = 50


class Side(Struct, frozen=True):
    """A made-up value, and what happens with it."""

    value: str
    outcome: str


class Boundary(Struct, frozen=True):
    """One limit. `of` is the rule that has it, `given` what else was assumed, '' for nothing.

    `below` is null where nothing can be below.
    """

    of: str
    condition: str
    given: str
    below: Side | None
    at: Side
    above: Side


class _Rule(NamedTuple):
    """Conditions that are asked together: the others hold, or with `any` do not, while one is tried out."""

    of: str
    conditions: Sequence[Condition]
    outcome: Callable[[Figures], str]
    any: bool = False
    given: str = ""


def boundary_report(definition: Definition) -> list[Boundary]:
    """Every limit, in the order of the definition; at most `MOST_ROWS`, and of rules of up to `MOST_CONDITIONS`."""
    parts = (_of_rules(definition), _of_awards(definition), _of_times(definition))
    return list(islice((row for part in parts for row in part), MOST_ROWS))


def _of_rules(definition: Definition) -> Iterator[Boundary]:
    for rule in _rules(definition):
        yield from _rows(rule, definition)


def _of_awards(definition: Definition) -> Iterator[Boundary]:
    for award in definition.awards:
        for tier in tiers(definition, award):
            yield from _rows(_Rule(f"award {award.id}", tier.when, tier.paid, given=tier.given), definition)
        for found in (*brackets(definition, award), *places(definition, award)):
            yield _boundary(f"award {award.id}", found.condition, "", found.sides)


def _of_times(definition: Definition) -> Iterator[Boundary]:
    for found in times(definition):
        yield _boundary("time", found.condition, found.given, found.sides)


def _boundary(of: str, condition: str, assumed: str, sides: Sequence[tuple[str, str] | None]) -> Boundary:
    below, at, above = (None if side is None else Side(*side) for side in sides)
    assert at is not None
    assert above is not None
    return Boundary(of, condition, assumed, below, at, above)


def _rules(definition: Definition) -> Iterator[_Rule]:
    bare = _bare(definition)
    for part in definition.eligibility:
        judging = replace(bare, eligibility=(part,))
        of, asked = f"eligibility {part.id}", part.require or part.any
        yield _Rule(of, asked, _qualifying(judging), any=bool(part.any))
    for name, cohort in definition.cohorts.items():
        judging = replace(bare, awards=(replace(bare.awards[0], cohort=name),))
        yield _Rule(f"cohort {name}", cohort.where, _qualifying(judging))
    for validator in definition.validators:
        if validator.action in BUILT_ACTIONS:
            judging = replace(bare, validators=(validator,))
            yield _Rule(f"validator {validator.id}", validator.when, _acting(judging, validator))
    for award in definition.awards:
        judging = replace(bare, awards=(replace(bare.awards[0], require=award.require),))
        yield _Rule(f"award {award.id}", award.require, _qualifying(judging))


def _bare(definition: Definition) -> Definition:
    """The definition with an award that everybody qualifies for, and no rules."""
    award: Award = replace(definition.awards[0], require=(), cohort=None)
    return replace(definition, eligibility=(), validators=(), awards=(award,))


def _qualifying(definition: Definition) -> Callable[[Figures], str]:
    judge = _judge(definition)

    def outcome(figures: Figures) -> str:
        verdict = judge(figures)
        return "qualifies" if verdict.eligible else f"does not qualify: {_reasons(verdict)}"

    return outcome


def _acting(definition: Definition, validator: Validator) -> Callable[[Figures], str]:
    judge = _judge(definition)

    def outcome(figures: Figures) -> str:
        return _reasons(judge(figures)) or f"nothing follows from rule {validator.id}"

    return outcome


def _judge(definition: Definition) -> Callable[[Figures], Verdict]:
    @cache
    def rules() -> Rules:
        return Rules(definition, definition.awards[0])

    return lambda figures: rules().judge(figures.values, {NOW: figures.facts})


def _reasons(verdict: Verdict) -> str:
    return " ".join(reason.detail for reason in verdict.reasons).rstrip(".")


def _rows(rule: _Rule, definition: Definition) -> Iterator[Boundary]:
    if len(rule.conditions) > MOST_CONDITIONS:
        return
    checks = [check_of(condition, definition) for condition in rule.conditions]
    figures = figures_for(checks, hold=not rule.any)
    for check in checks:
        values = around(check, figures.facts, definition)
        if values is not None:
            sides = [
                None
                if value is None
                else (in_figures(check, value), rule.outcome(figures.having(check, value)))
                for value in values
            ]
            assumed = filter(None, (given(checks, check, figures), rule.given))
            yield _boundary(rule.of, in_words(check.condition), ", ".join(assumed), sides)

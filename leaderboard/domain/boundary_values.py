"""Made-up figures around the limits of conditions: just below, at and just above. Judges nobody by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from msgspec import Struct

from leaderboard.domain.accounts import Attribute
from leaderboard.domain.campaigns import Condition, Definition, DerivedMetric, Scalar
from leaderboard.domain.campaigns.conditions import Unit
from leaderboard.domain.comparing import Check, attribute_name, needed
from leaderboard.domain.live_metrics import Number
from leaderboard.domain.money import Money, decimals
from leaderboard.domain.reasons import named, shown

# What a participant's own limit is taken for where a condition goes by one.
OWN_LIMIT: Final = 10
_ANOTHER_TEXT: Final = "another"
_ENTRIES_TRIED: Final = 20
_STEPS: Final[dict[Unit, Number]] = {"time": 1_000, "money": 1, "count": 1, "share": Fraction(1, 10_000)}
_STEPS_OF_LITERALS: Final[dict[str, Number]] = {"duration": 1_000, "percent": Fraction(1, 10_000)}
_MAY_BE_NEGATIVE: Final = ("minus", "plus", "growth", "min", "max")


class Figures(Struct, frozen=True):
    """What is made up of one account: its metrics, each in its own unit, and its attributes."""

    values: dict[str, Any]
    facts: dict[str, Attribute]

    def having(self, check: Check, value: Any) -> Figures:
        """The same with another value of what a condition asks for."""
        name = check.condition.name
        if check.unit is None:
            return Figures(self.values, {**self.facts, attribute_name(name): value})
        return Figures({**self.values, name: value}, self.facts)


class Around(NamedTuple):
    """Three values around a limit; `below` is None where nothing can be."""

    below: Any | None
    at: Any
    above: Any


def around(check: Check, facts: dict[str, Attribute], definition: Definition) -> Around | None:
    """The limit of a condition and its neighbours, one unit away; None for one that has no number for a limit."""
    if check.condition.literal.kind in ("word", "flag", "list"):
        return None
    limit, step = _limit(check, facts), _step(check)
    below = limit - step
    if check.unit is not None and below < 0 and not _may_be_negative(check.condition.name, definition):
        return Around(None, _plain(check, limit), _plain(check, limit + step))
    return Around(_plain(check, below), _plain(check, limit), _plain(check, limit + step))


def in_figures(check: Check, value: Any) -> str:
    """A value as people read it: `13 h 59 min 59 s`."""
    return str(value) if check.unit is None else shown(value, check.unit, check.currency)


def given(checks: Iterable[Check], beside: Check, figures: Figures) -> str:
    """What was assumed of everything else: `orders is 10, kind is partner`."""
    names = dict.fromkeys(check.condition.name for check in checks)
    by_name = {check.condition.name: check for check in checks}
    told = [_told(by_name[name], figures) for name in names if name != beside.condition.name]
    literal = beside.condition.literal
    if literal.kind == "reference":
        told.append(f"{named(str(literal.value))} is {OWN_LIMIT}")
    return ", ".join(told)


def figures_for(checks: Sequence[Check], *, hold: bool) -> Figures:
    """Figures with which each of the conditions holds, or with which none does, as far as there are such."""
    facts: dict[str, Attribute] = {
        attribute_name(str(check.condition.literal.value)): OWN_LIMIT
        for check in checks
        if check.condition.literal.kind == "reference"
    }
    figures = Figures({}, facts)
    for name in dict.fromkeys(check.condition.name for check in checks):
        about = [check for check in checks if check.condition.name == name]
        if about[0].unit is not None or attribute_name(name) not in facts:
            figures = _with(figures, about, hold=hold)
    return figures


def _with(figures: Figures, checks: list[Check], *, hold: bool) -> Figures:
    candidates = [
        figures.having(checks[0], value) for check in checks for value in _candidates(check, figures)
    ]
    for one in candidates:
        if all(check.holds(one.values, one.facts) is hold for check in checks):
            return one
    return candidates[0]


def _candidates(check: Check, figures: Figures) -> Iterator[Any]:
    """Values that may be on either side of what a condition asks for."""
    literal = check.condition.literal
    if literal.kind == "flag":
        yield from (literal.value, not literal.value)
    elif literal.kind == "word":
        yield from (literal.value, _ANOTHER_TEXT)
    elif isinstance(literal.value, tuple):
        yield from _of_list(check, literal.value, figures)
    else:
        limit, step = _limit(check, figures.facts), _step(check)
        yield from (_plain(check, value) for value in (limit, limit + step, limit - step))


def _of_list(check: Check, entries: tuple[Scalar, ...], figures: Figures) -> Iterator[Any]:
    """Each entry with its neighbours, and the largest with its own: something beside them all is among those."""
    singles = [_single(check, Condition(check.condition.name, "==", entry)) for entry in entries]
    for single in singles[:_ENTRIES_TRIED]:
        yield from _candidates(single, figures)
    if entries[0].kind not in ("word", "flag"):
        yield _plain(check, max(_limit(single, figures.facts) for single in singles) + 1)


def _single(check: Check, condition: Condition) -> Check:
    return Check(condition, check.unit, check.currency, check.holds)


def _limit(check: Check, facts: dict[str, Attribute]) -> Number:
    if check.unit is not None:
        limit = needed(check, facts)
        assert limit is not None
        return limit
    match check.condition.literal.value:
        case Money(minor, currency):
            return Fraction(minor, 10 ** decimals(currency))
        case Decimal() as value:
            return Fraction(value)
        case int() as seconds:
            return seconds
        case _:
            return OWN_LIMIT


def _step(check: Check) -> Number:
    kind = check.condition.literal.kind
    if check.unit is not None and check.unit != "any":
        return _STEPS[check.unit]
    if check.unit is None and kind in ("duration", "money"):
        # Attributes are in seconds and in dollars.
        return Fraction(1, 10 ** decimals(check.currency)) if kind == "money" else 1
    return _STEPS_OF_LITERALS.get(kind, 1)


def _plain(check: Check, value: Number) -> Any:
    """An attribute is a whole number or a double; a metric is exact."""
    if check.unit is not None:
        return value if isinstance(value, int) else (int(value) if value.denominator == 1 else value)
    exact = Fraction(value)
    return int(exact) if exact.denominator == 1 else float(exact)


def _may_be_negative(name: str, definition: Definition) -> bool:
    metric = definition.metrics[name]
    return isinstance(metric, DerivedMetric) and metric.op in _MAY_BE_NEGATIVE


def _told(check: Check, figures: Figures) -> str:
    name = check.condition.name
    if check.unit is None:
        value = figures.facts.get(attribute_name(name))
        return f"{named(name)} is {str(value).lower() if isinstance(value, bool) else value}"
    return f"{named(name)} is {shown(figures.values[name], check.unit, check.currency)}"

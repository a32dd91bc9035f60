"""Whether one condition of a definition holds, exactly. What follows from it is decided in `judging.py`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from leaderboard.domain.accounts import Account, Attribute
from leaderboard.domain.campaigns import Condition, Definition, Scalar
from leaderboard.domain.campaigns.conditions import Unit
from leaderboard.domain.live_metrics import Number, in_unit, scale, units_of, whole
from leaderboard.domain.money import Money, decimals

# Of a metric: ms, minor units, counts, shares (0.3 is 30%). A float is the double next to the exact value.
Value = int | float | Fraction | None
Values = Mapping[str, Value]
Facts = Mapping[str, Attribute]

_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, limits: value in limits,
    "not in": lambda value, limits: value not in limits,
}
_ORDERING: Final = ("<", "<=", ">", ">=")
NOBODY: Final[Facts] = {}


def facts_of(account: Account | None) -> Facts:
    """What conditions call `attr.x`: the attributes, and what every account has anyway, which comes first."""
    if account is None:
        return NOBODY
    own: Facts = {"kind": account.kind, "country": account.country, "agency_id": account.agency_id}
    return {**account.attributes, **own}


@dataclass(frozen=True, slots=True)
class Check:
    """A condition, ready to be asked many times. `unit` is its metric's, or None for an attribute.

    `holds` says True, False, or None where the metric has not been evaluated yet. What has no value never holds.
    """

    condition: Condition
    unit: Unit | None
    currency: str
    holds: Callable[[Values, Facts], bool | None]


def check_of(condition: Condition, definition: Definition) -> Check:
    """A condition of this definition, ready to be asked."""
    if condition.name.startswith("attr."):
        return Check(condition, None, definition.currency, _attribute_test(condition))
    unit = units_of(definition)[condition.name]
    return Check(condition, unit, definition.currency, _metric_test(condition, unit, definition.currency))


def attribute_name(name: str) -> str:
    return name.removeprefix("attr.")


def needed(check: Check, facts: Facts) -> Number | None:
    """What a metric is compared with, in the metric's own unit; None where the account has no such number."""
    assert check.unit is not None
    literal = check.condition.literal
    if literal.kind == "reference":
        return own_limit(facts.get(attribute_name(str(literal.value))), check.unit, check.currency)
    return in_unit(literal, check.unit, check.currency)


def own_limit(found: Attribute | None, unit: Unit, currency: str) -> Number | None:
    """A participant's own number (seconds, dollars, a share, a count) in the unit of a metric."""
    if found is None or isinstance(found, bool | str):
        return None
    return whole(Fraction(str(found)) * scale(unit, currency))


def _metric_test(condition: Condition, unit: Unit, currency: str) -> Callable[[Values, Facts], bool | None]:
    name, literal, compare = condition.name, condition.literal, _COMPARE[condition.operator]
    if literal.kind == "reference":
        return _against_own_limit(condition, unit, currency)
    entries = literal.value if isinstance(literal.value, tuple) else (literal,)
    exact = tuple(in_unit(entry, unit, currency) for entry in entries)
    rounded = tuple(float(limit) for limit in exact)
    limit, double = (exact, rounded) if literal.kind == "list" else (exact[0], rounded[0])

    def holds(values: Values, facts: Facts) -> bool | None:
        if name not in values:
            return None
        value = values[name]
        if value is None:
            return False
        # 0.3 as a double lies a little below 30%: doubles are compared with doubles.
        return compare(value, double if type(value) is float else limit)

    return holds


def _against_own_limit(
    condition: Condition, unit: Unit, currency: str
) -> Callable[[Values, Facts], bool | None]:
    name, compare = condition.name, _COMPARE[condition.operator]
    own = attribute_name(str(condition.literal.value))

    def holds(values: Values, facts: Facts) -> bool | None:
        if name not in values:
            return None
        value, limit = values[name], own_limit(facts.get(own), unit, currency)
        if value is None or limit is None:
            return False
        return compare(value, float(limit) if type(value) is float else limit)

    return holds


def _attribute_test(condition: Condition) -> Callable[[Values, Facts], bool]:
    name, literal, compare = attribute_name(condition.name), condition.literal, _COMPARE[condition.operator]
    if literal.kind == "reference":
        return _of_two_attributes(condition)
    limit = _comparable_literal(literal)
    kind = limit[0][0] if literal.kind == "list" else limit[0]

    def holds(values: Values, facts: Facts) -> bool:
        if name not in facts:
            return False
        value = _comparable(facts[name])
        # A text is no number: it has no value to compare with one, not even a different one.
        return value[0] == kind and compare(value, limit)

    return holds


def _of_two_attributes(condition: Condition) -> Callable[[Values, Facts], bool]:
    name, other = attribute_name(condition.name), attribute_name(str(condition.literal.value))
    compare, is_ordering = _COMPARE[condition.operator], condition.operator in _ORDERING

    def holds(values: Values, facts: Facts) -> bool:
        if name not in facts or other not in facts:
            return False
        left, right = _comparable(facts[name]), _comparable(facts[other])
        return not (is_ordering and not left[0] == right[0] == "number") and compare(left, right)

    return holds


def _comparable(value: Attribute) -> tuple[str, object]:
    """With its kind before it: true is not 1, and the text "5" is not 5."""
    if isinstance(value, bool):
        return "flag", value
    return ("text", value) if isinstance(value, str) else ("number", Fraction(str(value)))


def _comparable_literal(literal: Scalar) -> tuple[Any, ...]:
    match literal.value:
        case tuple(entries):
            return tuple(_comparable_literal(entry) for entry in entries)
        case bool() | str() as value:
            return _comparable(value)
        case Money(minor, currency):
            return "number", Fraction(minor, 10 ** decimals(currency))
        case value:
            return "number", Fraction(value)

"""Why an account may not win as things are, or may only after somebody has looked: in words and in figures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, Final

from msgspec import Struct

from leaderboard.domain.accounts import Attribute
from leaderboard.domain.campaigns import in_words, span
from leaderboard.domain.campaigns.conditions import Unit
from leaderboard.domain.campaigns.words import limit_in_words
from leaderboard.domain.comparing import Check, Facts, Value, Values, attribute_name, needed
from leaderboard.domain.live_metrics import Number
from leaderboard.domain.money import format_minor

_WORDS: Final = {
    "warn": "Warned",
    "hold": "On hold until it is decided",
    "exclude": "Excluded",
    "upheld": "Upheld on review, whatever is counted since,",
    "dismissed": "Dismissed on review, found",
}


class Reason(Struct, frozen=True, kw_only=True):
    """`code` says of what kind, `rule` which one: a metric, or the id of an eligibility, cohort or validator.

    Codes: `eligibility`, `cohort` and `requirement` are conditions that do not hold; `not_evaluated` is a metric that
    the archive has not given yet; `validator.warn`, `validator.hold` and `validator.exclude` are what a validator did,
    `validator.upheld` and `validator.dismissed` what a reviewer made of it. `integrity.warn`, `integrity.hold`,
    `integrity.discounted` are what a detector did, `integrity.upheld` and `integrity.disqualified` what reviewers made
    of it; `integrity.voided` is what rescorings took out.

    `have` and `need` are time in whole seconds (rounded down), money as amount and currency, shares as numbers
    (0.3 is 30%), counts, or an attribute's value. Of a validator, they are those of its last condition, and `need` is
    the limit it acts at.
    """

    code: str
    rule: str
    detail: str
    have: Any = None
    need: Any = None


def unmet(code: str, rule: str, check: Check, values: Values, facts: Facts) -> Reason:
    """A condition that has to hold and does not."""
    have, need = _figures(check, values, facts)
    return Reason(code=code, rule=rule, detail=f"{_missing(check, values, facts)}.", have=have, need=need)


def looked_at(check: Check, values: Values, facts: Facts, *, has_to_hold: bool) -> tuple[str, Any, Any]:
    """A condition in a sentence, with what there is and what it is compared with; whether or not it holds."""
    if check.unit is not None and check.condition.name not in values:
        return not_evaluated(check.condition.name).detail, None, None
    is_missing = has_to_hold and not check.holds(values, facts)
    sentence = _missing(check, values, facts) if is_missing else _found(check, values, facts)
    return f"{sentence}.", *_figures(check, values, facts)


def none_met(rule: str, checks: tuple[Check, ...]) -> Reason:
    """Alternatives none of which holds."""
    words = ", or ".join(in_words(check.condition) for check in checks)
    return Reason(code="eligibility", rule=rule, detail=f"None of these holds: {words}.")


def acted(action: str, rule: str, checks: tuple[Check, ...], values: Values, facts: Facts) -> Reason:
    """What a validator did, or a reviewer made of it, with the figures as they are."""
    found = "; ".join(_found(check, values, facts) for check in checks)
    have, need = _figures(checks[-1], values, facts)
    return Reason(
        code=f"validator.{action}",
        rule=rule,
        detail=f"{_WORDS[action]} by rule {rule}: {found}.",
        have=have,
        need=need,
    )


def not_evaluated(metric: str) -> Reason:
    """A metric that is worked out from the archive, and has not been yet."""
    return Reason(
        code="not_evaluated",
        rule=metric,
        detail=f"The metric {named(metric)} is worked out from the archive, and has not been yet.",
    )


def _missing(check: Check, values: Values, facts: Facts) -> str:
    if check.unit is not None and check.condition.operator == ">=":
        value, need = values[check.condition.name], needed(check, facts)
        if value is not None and need is not None and check.unit in ("time", "money", "count"):
            return _how_much(check, value, need)
    return f"{_has(check, values, facts)}, asked for is {_limit(check, facts).removeprefix('is ')}"


def _how_much(check: Check, value: int | float | Fraction, need: Number) -> str:
    name, unit, currency = named(check.condition.name), check.unit, check.currency
    have, whole = shown(value, unit, currency), shown(need, unit, currency)
    # What is missing is rounded up where what is there is rounded down, so that both make the whole.
    missing = shown(-(-(need - value) // 1000) * 1000 if unit == "time" else need - value, unit, currency)
    if unit == "count":
        return f"{name}: {have} of {whole}, {missing} missing"
    what = f"{name} time" if unit == "time" and not name.endswith("time") else name
    return f"{missing} of {what} missing: {have} of {whole}"


def _found(check: Check, values: Values, facts: Facts) -> str:
    """`refund rate is 41.66% (at least 30%)`."""
    condition, found = check.condition, _has(check, values, facts)
    return found if condition.operator == "==" else f"{found} ({_limit(check, facts)})"


def _limit(check: Check, facts: Facts) -> str:
    is_own = check.condition.literal.kind == "reference"
    return limit_in_words(check.condition, _own_limit(check, facts) if is_own else None)


def _has(check: Check, values: Values, facts: Facts) -> str:
    name = check.condition.name
    if check.unit is None:
        found = facts.get(attribute_name(name))
        return f"{named(name)} is {'not given' if found is None else _plain(found)}"
    value = values.get(name)
    if value is None:
        return f"{named(name)} has no value"
    return f"{named(name)} is {shown(value, check.unit, check.currency)}"


def _own_limit(check: Check, facts: Facts) -> str:
    """The participant's own limit with its name, as far as there is one."""
    reference = attribute_name(str(check.condition.literal.value))
    own = facts.get(reference)
    if own is None:
        return f"its own {named(reference)}, which is not given"
    limit = None if check.unit is None else needed(check, facts)
    words = _plain(own) if limit is None else shown(limit, check.unit, check.currency)
    return f"{words} ({named(reference)})"


def _figures(check: Check, values: Values, facts: Facts) -> tuple[Any, Any]:
    condition, unit = check.condition, check.unit
    if unit is None:
        return facts.get(attribute_name(condition.name)), _need_of_attribute(check, facts)
    have = natural(values.get(condition.name), unit, check.currency)
    if condition.literal.kind == "list":
        return have, str(condition.literal)
    return have, natural(needed(check, facts), unit, check.currency)


def _need_of_attribute(check: Check, facts: Facts) -> Attribute | None:
    literal = check.condition.literal
    if literal.kind == "reference":
        return facts.get(attribute_name(str(literal.value)))
    if isinstance(literal.value, Decimal):
        return int(literal.value) if literal.value % 1 == 0 else float(literal.value)
    return literal.value if isinstance(literal.value, bool | int) else str(literal)


def natural(value: Value, unit: Unit, currency: str) -> Any:
    """A metric's value as it is shown to programs: seconds, money with its currency, a share or a count."""
    if value is None:
        return None
    if unit == "time":
        return int(value // 1000)
    if unit == "money":
        return {"amount": format_minor(int(value // 1), currency), "currency": currency}
    return value if isinstance(value, int) else float(value)


def named(name: str) -> str:
    """`effective_live` as people say it."""
    return attribute_name(name).replace("_", " ")


def shown(value: int | float | Fraction, unit: Unit | None, currency: str) -> str:
    """A metric's value in words; what is below a limit never looks as if it had reached it."""
    if unit == "time":
        return span(int(value // 1000)) if value >= 0 else f"-{span(int(-value // 1000))}"
    if unit == "money":
        return f"{currency} {format_minor(int(value // 1), currency)}"
    if unit == "share":
        return f"{_floored(value * 100)}%"
    return f"{value:,}" if isinstance(value, int) else _floored(value)


def _floored(value: float | Fraction) -> str:
    """At most two decimals, rounded down."""
    # A double such as 30.000000000000004 is the rounding of 30.
    exact = Fraction(str(round(value, 9)) if isinstance(value, float) else value)
    return f"{floor(exact * 100) / 100:,.2f}".rstrip("0").rstrip(".")


def _plain(value: Attribute) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Conditions as SQL booleans, on rows, on values of metrics and on attributes. A condition on no value is false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from leaderboard.domain.campaigns import Condition, Scalar
from leaderboard.domain.campaigns.conditions import Operator, Unit

from . import sql
from .quantities import ATTRIBUTE_DECIMALS, Quantity, in_unit, per_plain_number, places_of, scaled

_SQL: Mapping[Operator, str] = {
    "==": "=",
    "!=": "<>",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "in": "IN",
    "not in": "NOT IN",
}
_UNIT_BESIDE: Mapping[str, Unit] = {"duration": "time", "money": "money", "percent": "share"}


class Plain(NamedTuple):
    """An expression that is compared as it is: a text or a flag."""

    sql: str
    is_flag: bool


class Beside(NamedTuple):
    """What literals need to be understood: the currency, and the SQL of the account's map of attributes."""

    currency: str
    attributes: str

    def attribute(self, name: str) -> str:
        """The JSON text of `attr.x`; NULL without it."""
        return f"({self.attributes})[{sql.text(name.removeprefix('attr.'))}]"

    def attribute_text(self, name: str) -> str:
        found = self.attribute(name)
        return f"CASE WHEN starts_with({found}, '\"') THEN json_extract_string({found}, '$') END"

    def attribute_flag(self, name: str) -> str:
        return f"CASE {self.attribute(name)} WHEN 'true' THEN true WHEN 'false' THEN false END"

    def attribute_amount(self, name: str, unit: Unit) -> Quantity:
        """A number beside an amount of a unit; NULL where the attribute is no number."""
        number = f"TRY_CAST({self.attribute(name)} AS DECIMAL(28, {ATTRIBUTE_DECIMALS}))"
        units = f"CAST({number} * CAST({10**ATTRIBUTE_DECIMALS} AS DECIMAL(10, 0)) AS HUGEINT)"
        return Quantity(sql.times(units, per_plain_number(unit, self.currency)), unit, ATTRIBUTE_DECIMALS)


def of_account(currency: str) -> Beside:
    """Attributes looked up for the account of a row `r`: they are seldom asked for, and every row would carry them."""
    return Beside(
        currency, "(SELECT any_value(p.attributes) FROM participants p WHERE p.account = r.account)"
    )


def of_participants(currency: str) -> Beside:
    """Attributes of a joined table `participants`."""
    return Beside(currency, "participants.attributes")


def on_values(condition: Condition, metrics: Mapping[str, Quantity], beside: Beside) -> str:
    """A condition on values of metrics and on `attr.x`; ValueError for what nobody keeps, such as `host.x`."""
    if condition.name.startswith("attr."):
        return _on_attribute(condition, beside)
    if condition.name not in metrics:
        raise ValueError(
            f"`{condition.name}` is neither a metric that was worked out nor an attribute attr.x"
        )
    return compared(metrics[condition.name], condition.operator, condition.literal, beside)


def compared(left: Quantity | Plain, operator: Operator, literal: Scalar, beside: Beside) -> str:
    if isinstance(left, Plain):
        test = _plainly(left, operator, literal, beside)
    else:
        test = _as_amount(left, operator, literal, beside)
    return f"coalesce({test}, false)"


def _plainly(left: Plain, operator: Operator, literal: Scalar, beside: Beside) -> str:
    rights = [_plain_right(left, entry, beside) for entry in _entries(literal)]
    return _joined(left.sql, operator, rights)


def _plain_right(left: Plain, literal: Scalar, beside: Beside) -> str:
    if literal.kind == "reference":
        name = str(literal.value)
        return beside.attribute_flag(name) if left.is_flag else beside.attribute_text(name)
    if left.is_flag != (literal.kind == "flag"):
        raise ValueError(f"`{literal}` is not of the kind that it is compared with")
    return str(literal) if left.is_flag else sql.text(str(literal))


def _as_amount(left: Quantity, operator: Operator, literal: Scalar, beside: Beside) -> str:
    entries = _entries(literal)
    if left.decimals is None:
        return _joined(left.sql, operator, [double(left, entry, beside) for entry in entries])
    places = max(left.decimals, *(_places(left, entry, beside) for entry in entries))
    rights = [amount(entry, left.unit, places, beside) for entry in entries]
    return _joined(left.scaled(places), operator, rights)


def amount(literal: Scalar, unit: Unit, places: int, beside: Beside) -> str:
    """A literal or an attribute as a whole number of 10^-places of a unit."""
    if literal.kind == "reference":
        return beside.attribute_amount(str(literal.value), unit).scaled(places)
    return scaled(in_unit(literal, unit, beside.currency), places)


def _places(left: Quantity, literal: Scalar, beside: Beside) -> int:
    if literal.kind == "reference":
        return ATTRIBUTE_DECIMALS
    return places_of(in_unit(literal, left.unit, beside.currency))


def double(left: Quantity, literal: Scalar, beside: Beside) -> str:
    """A literal or an attribute as a DOUBLE, in the unit of what it stands beside."""
    if literal.kind == "reference":
        return f"TRY_CAST({beside.attribute(str(literal.value))} AS DOUBLE)"
    # The exponent makes it a DOUBLE, the nearest to the literal: 21 of 70 is the same DOUBLE as 30 %.
    return f"CAST({sql.text(repr(float(in_unit(literal, left.unit, beside.currency))))} AS DOUBLE)"


def _on_attribute(condition: Condition, beside: Beside) -> str:
    literal = condition.literal
    if literal.kind == "reference":
        return _of_two_attributes(condition, beside)
    kind = _entries(literal)[0].kind
    left: Quantity | Plain
    if kind == "flag":
        left = Plain(beside.attribute_flag(condition.name), True)
    elif kind == "word":
        left = Plain(beside.attribute_text(condition.name), False)
    else:
        left = beside.attribute_amount(condition.name, _UNIT_BESIDE.get(kind, "count"))
    return compared(left, condition.operator, literal, beside)


def _of_two_attributes(condition: Condition, beside: Beside) -> str:
    """As numbers where both are; else only the same or another."""
    left, right = (beside.attribute(name) for name in (condition.name, str(condition.literal.value)))
    numbers = [f"TRY_CAST({side} AS DECIMAL(28, {ATTRIBUTE_DECIMALS}))" for side in (left, right)]
    operator = _SQL[condition.operator]
    as_texts = f"{left} {operator} {right}" if condition.operator in ("==", "!=") else "false"
    return f"coalesce({numbers[0]} {operator} {numbers[1]}, {as_texts}, false)"


def _joined(left: str, operator: Operator, rights: list[str]) -> str:
    right = f"({', '.join(rights)})" if operator in ("in", "not in") else rights[0]
    return f"({left}) {_SQL[operator]} {right}"


def _entries(literal: Scalar) -> tuple[Scalar, ...]:
    return literal.value if isinstance(literal.value, tuple) else (literal,)

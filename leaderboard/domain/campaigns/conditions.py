"""Conditions, `name operator literal`: their grammar and what they may name. Nothing is evaluated here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from leaderboard.domain.money import Money, format_minor, parse_minor

from .errors import did_you_mean, shown
from .values import described, duration_s, number, plain, text

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in"]
Kind = Literal["number", "percent", "duration", "money", "flag", "word", "reference", "list"]
# What a metric gives. Rows and attributes, and metrics of sources whose measure is open, are "any".
Unit = Literal["time", "money", "count", "share", "any"]

OPERATORS: dict[str, Operator] = {
    "==": "==",
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "in": "in",
    "not in": "not in",
}
_ORDERING = ("<", "<=", ">", ">=")
_FITTING: dict[Unit, tuple[tuple[Kind, ...], str]] = {
    "time": (("duration", "reference"), 'a duration such as "14h"'),
    "money": (("money", "number", "reference"), 'an amount such as "USD 100"'),
    "count": (("number", "reference"), "a plain number"),
    "share": (("percent", "number", "reference"), 'a percentage such as "30%"'),
}

_CONDITION = re.compile(r"(\S+)\s+(==|!=|<=|>=|<|>|not\s+in|in)\s+(\S.*)")
_THRESHOLD = re.compile(r"(==|!=|<=|>=|<|>)\s*(\S.*)")
_MONEY = re.compile(r"([A-Z]{3})\s+(\S+)", re.ASCII)
_REFERENCE = re.compile(r"attr\.[a-z][a-z0-9_]{0,63}", re.ASCII)
_PROPERTY = re.compile(r"(?:attr|host)\.[a-z][a-z0-9_]{0,63}", re.ASCII)
_FIELD = re.compile(r"(?:host\.)?[a-z][a-z0-9_]{0,63}", re.ASCII)
_WORD = re.compile(r"[^\W\d][\w.:/+-]{0,63}")


class Scalar(Struct, frozen=True):
    """The right side of a condition.

    `value` by `kind`: number Decimal; percent Decimal (30% is 0.3); duration int, in seconds; money Money;
    flag bool; word str; reference str, the attribute as `attr.x`; list a tuple of Scalars of one kind.
    """

    kind: Kind
    value: Decimal | int | bool | str | Money | tuple[Scalar, ...]

    def __str__(self) -> str:
        match self.value:
            case bool():
                return "true" if self.value else "false"
            case Money(minor, currency):
                return f"{currency} {format_minor(minor, currency)}"
            case tuple():
                return ", ".join(str(entry) for entry in self.value)
            case Decimal():
                return f"{plain(self.value.scaleb(2))}%" if self.kind == "percent" else plain(self.value)
            case _:
                return f"{self.value}s" if self.kind == "duration" else str(self.value)


class Condition(Struct, frozen=True):
    """`name` is a metric, `attr.x`, `host.x`, or in a metric's `where` a field of its rows."""

    name: str
    operator: Operator
    literal: Scalar

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {self.literal}"


class Threshold(Struct, frozen=True):
    """A condition without a name, for the value at hand: `>= 30m`."""

    operator: Operator
    literal: Scalar

    def __str__(self) -> str:
        return f"{self.operator} {self.literal}"


def scalar(currency: str) -> Callable[[object], Scalar]:
    """A literal, as a text or as a plain number or flag; money must be in the campaign's currency."""

    def parse(value: object) -> Scalar:
        if isinstance(value, bool):
            return Scalar("flag", value)
        if not isinstance(value, str):
            return Scalar("number", number(value))
        return _one(text(value), currency)

    return parse


def about_values(currency: str, units: Mapping[str, Unit]) -> Callable[[object], Condition]:
    """Conditions on metrics, `attr.x` and `host.x`; a literal must be of the metric's kind."""

    def parse(value: object) -> Condition:
        condition = _condition(value, currency)
        if not _PROPERTY.fullmatch(condition.name):
            _check_metric(condition.name, units)
            check_unit(condition.literal, units[condition.name], f"`{condition.name}`")
        return condition

    return parse


def about_rows(currency: str) -> Callable[[object], Condition]:
    """Conditions on the fields of a metric's rows. Which fields a source has is known where it is counted."""

    def parse(value: object) -> Condition:
        condition = _condition(value, currency)
        if not _FIELD.fullmatch(condition.name):
            raise ValueError(f"`{shown(condition.name)}` is no field: a field is a-z, 0-9 and `_`, or host.x")
        return condition

    return parse


def threshold(currency: str) -> Callable[[object], Threshold]:
    def parse(value: object) -> Threshold:
        match = _THRESHOLD.fullmatch(text(value).strip())
        if match is None:
            raise ValueError(f'must be an operator and a literal such as ">= 30m", not {described(value)}')
        operator, literal = OPERATORS[match[1]], _one(match[2], currency)
        _check_operator(operator, literal)
        return Threshold(operator, literal)

    return parse


def attribute(value: object) -> str:
    """The name of an attribute of the participant, `attr.x`."""
    if not _REFERENCE.fullmatch(text(value)):
        raise ValueError(f"must be an attribute such as attr.joined_at, not {described(value)}")
    return text(value)


def check_unit(literal: Scalar, unit: Unit, subject: str) -> None:
    """`effective_live >= 14` is refused: 14 of what? Zero is the same in every unit."""
    if unit == "any" or literal == Scalar("number", Decimal(0)):
        return
    kinds, example = _FITTING[unit]
    entries = literal.value if isinstance(literal.value, tuple) else (literal,)
    if any(entry.kind not in kinds for entry in entries):
        raise ValueError(f"{subject} is compared with {example}, not with `{shown(str(literal))}`")


def _condition(value: object, currency: str) -> Condition:
    match = _CONDITION.fullmatch(text(value).strip())
    if match is None:
        raise ValueError(f'must be `name operator literal` such as "orders >= 10", not {described(value)}')
    operator = OPERATORS[" ".join(match[2].split())]
    literal = _list(match[3], currency) if operator in ("in", "not in") else _one(match[3], currency)
    _check_operator(operator, literal)
    return Condition(match[1], operator, literal)


def _check_operator(operator: Operator, literal: Scalar) -> None:
    if operator in _ORDERING and literal.kind in ("flag", "word"):
        raise ValueError(f"`{operator}` compares amounts; `{shown(str(literal))}` is a {literal.kind}")


def _check_metric(name: str, units: Collection[str]) -> None:
    if name not in units:
        hint = did_you_mean(name, units) or "; attributes are written attr.x or host.x"
        raise ValueError(f"there is no metric `{shown(name)}`{hint}")


def _list(literal: str, currency: str) -> Scalar:
    entries = tuple(_one(entry.strip(), currency) for entry in literal.split(","))
    if len({entry.kind for entry in entries}) > 1:
        raise ValueError(f"the entries of a list must be of one kind, not `{shown(literal)}`")
    if entries[0].kind == "reference":
        raise ValueError("a list holds literals, not attributes")
    return Scalar("list", entries)


def _one(literal: str, currency: str) -> Scalar:
    if literal in ("true", "false"):
        return Scalar("flag", literal == "true")
    if money := _MONEY.fullmatch(literal):
        return Scalar("money", _money(money[1], money[2], currency))
    if literal[-1:] == "%":
        return Scalar("percent", number(literal[:-1]).scaleb(-2))
    if literal[-1:] in tuple("dhms") and literal[:1].isdigit():
        return Scalar("duration", duration_s(literal))
    if literal.startswith("attr."):
        return Scalar("reference", attribute(literal))
    if _WORD.fullmatch(literal):
        return Scalar("word", literal)
    return Scalar("number", _number(literal))


def _number(literal: str) -> Decimal:
    try:
        return number(literal)
    except ValueError:
        hint = "; a list needs the operator `in`" if "," in literal else ""
        raise ValueError(
            f"`{shown(literal)}` is no literal: write 14h, 30%, USD 100, a number, true, false or a word{hint}"
        ) from None


def _money(code: str, amount: str, currency: str) -> Money:
    if code != currency:
        raise ValueError(f"`{code}` is not the campaign's currency {currency}")
    return Money(parse_minor(amount, code), code)

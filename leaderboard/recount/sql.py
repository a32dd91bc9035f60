"""Text, names and numbers as parts of a statement: the only place that quotes."""

from __future__ import annotations

from collections.abc import Iterable


def text(value: str) -> str:
    """A literal of any text."""
    if "\0" in value:
        raise ValueError("a text in a statement cannot hold the character NUL")
    return "'" + value.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """A name of any characters."""
    if "\0" in identifier or not identifier:
        raise ValueError("a name in a statement is not empty and cannot hold the character NUL")
    return '"' + identifier.replace('"', '""') + '"'


def whole(number: int) -> str:
    """An integer of 128 bits, so that what is worked out of it stays exact."""
    return f"CAST({number} AS HUGEINT)"


def times(expression: str, factor: int) -> str:
    return expression if factor == 1 else f"(({expression}) * {whole(factor)})"


def divided_down(dividend: str, divisor: str) -> str:
    """The quotient of two integers, the divisor above 0, rounded down; `//` alone rounds towards 0."""
    return f"((({dividend}) - ((({dividend}) % {divisor}) + {divisor}) % {divisor}) // {divisor})"


def all_of(conditions: Iterable[str]) -> str:
    return " AND ".join(f"({condition})" for condition in conditions) or "true"

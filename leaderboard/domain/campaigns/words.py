"""Conditions and lengths of time in the words that people use. The format's own words are in `canonical.py`."""

from __future__ import annotations

from .conditions import Condition, Scalar

_UNITS_S = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_IN_WORDS = {
    "==": "is {}",
    "!=": "is not {}",
    "<": "below {}",
    "<=": "at most {}",
    ">": "above {}",
    ">=": "at least {}",
    "in": "is one of {}",
    "not in": "is none of {}",
}


def in_words(condition: Condition) -> str:
    """`effective_live at least 14 h` for `effective_live >= 50400s`."""
    return f"{condition.name.removeprefix('attr.')} {limit_in_words(condition)}"


def limit_in_words(condition: Condition, literal: str | None = None) -> str:
    """`at least 14 h`, or `at least` whatever else is given as the literal."""
    return _IN_WORDS[condition.operator].format(literal or _literal(condition.literal))


def _literal(literal: Scalar) -> str:
    if literal.kind == "duration" and isinstance(literal.value, int):
        return span(literal.value)
    return str(literal)


def span(span_s: int) -> str:
    """`14 h`, `1 h 30 min`: a length of time in the units that people use."""
    parts: list[str] = []
    for unit_s, name in _UNITS_S:
        # 48 h is how people write it, and 14 d.
        if unit_s == 86_400 and span_s % unit_s:
            continue
        many, span_s = divmod(span_s, unit_s)
        if many:
            parts.append(f"{many} {name}")
    return " ".join(parts) or "0 s"

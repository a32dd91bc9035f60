"""The fields that the rows of each source have, and what may be asked of them; not where their values come from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from .conditions import Condition, Scalar
from .errors import did_you_mean
from .metrics import CountedMetric, Source
from .steps import Aggregate, Step

# "key" tells things apart and is good for `by` only; "time" is a duration.
FieldKind = Literal["key", "text", "flag", "number", "time"]

FIELDS: Mapping[Source, Mapping[str, FieldKind]] = MappingProxyType(
    {
        "view": {
            "visitor": "key",
            "product": "text",
            "session": "text",
            "source": "text",
            "promoted": "flag",
            "dwell_s": "time",
            "valid": "flag",
        },
        "live": {
            "session": "text",
            "host": "text",
            "effective": "flag",
            "in_schedule": "flag",
            "recorded": "flag",
            "idle": "flag",
            "activity": "text",
            "product": "text",
            "order_channel": "text",
            "cart_items": "number",
            "viewers": "number",
            "host.registered": "flag",
        },
        "schedule": {"host": "text"},
        "order": {
            "buyer": "key",
            "channel": "text",
            "plan": "text",
            "session": "text",
            "live": "flag",
            "status": "text",
            "valid": "flag",
            "currency": "text",
        },
        "refund": {
            "reason": "text",
            "order_id": "text",
            "channel": "text",
            "plan": "text",
            "session": "text",
            "currency": "text",
        },
        "ad_spend": {"paid": "flag", "currency": "text"},
        "award": {"award": "text", "rank": "number"},
    }
)
# Keys of every source, by local time.
CALENDAR_KEYS = ("day", "week")
# Sources whose rows measure something themselves: time, or an amount of money.
MEASURED = ("live", "schedule", "order", "refund", "ad_spend")

_FITTING: Mapping[FieldKind, Collection[str]] = MappingProxyType(
    {
        "key": (),
        "text": ("word", "number", "reference"),
        "flag": ("flag", "reference"),
        "number": ("number", "reference"),
        "time": ("duration", "number", "reference"),
    }
)
_ORDERING = ("<", "<=", ">", ">=")


def fields_sentence(source: Source, wrong: str) -> str:
    """What there is instead of a field that there is not."""
    fields = FIELDS[source]
    there_are = (
        f"rows of {source} have only the fields {', '.join(sorted(fields))}, and day and week to go by"
    )
    return there_are + did_you_mean(wrong, fields)


def has_field(source: Source, name: str) -> bool:
    return name in FIELDS.get(source, {})


def has_key(source: Source, name: str) -> bool:
    return name in CALENDAR_KEYS or has_field(source, name)


def is_measurable(source: Source, value: str | None) -> bool:
    """Whether rows of the source have this `value`: their own measure, their number, or one of their amounts."""
    if value is None:
        return source in MEASURED
    return value == "count" or FIELDS.get(source, {}).get(value) in ("number", "time")


def fits(source: Source, condition: Condition) -> bool:
    """Whether the literal is of the field's kind. Texts and flags have no order."""
    kind, literal = FIELDS[source][condition.name], condition.literal
    if kind in ("text", "flag") and condition.operator in _ORDERING:
        return False
    return all(entry.kind in _FITTING[kind] for entry in _entries(literal))


def keys_left(metric: CountedMetric) -> Iterable[tuple[Step, tuple[str, ...] | None]]:
    """Each step with the keys of the fold before it; None where none comes before and all fields are at hand."""
    left: tuple[str, ...] | None = None
    for step in metric.steps:
        yield step, left
        if step.agg:
            left = step.by


def lacks_key(step: Step, left: tuple[str, ...] | None) -> bool:
    """Whether the step goes by a key that the fold before it has not kept. A day tells its week."""
    if left is None:
        return False
    known = {*left, "week"} if "day" in left else set(left)
    return not known.issuperset(step.by)


def lacks_days(agg: Aggregate | None, left: tuple[str, ...] | None) -> bool:
    return agg == "streak" and not {*CALENDAR_KEYS}.intersection(left or ())


def _entries(literal: Scalar) -> tuple[Scalar, ...]:
    return literal.value if isinstance(literal.value, tuple) else (literal,)

"""The one plain form of a definition, whatever the order and spelling of its text; and the hash of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, structs

from leaderboard.domain.money import Money, format_minor

from .conditions import Condition, Scalar, Threshold
from .definition import Definition
from .values import Delay, plain

# The document says `[window.main]`, the definition `windows`.
_KEYS = {
    "windows": "window",
    "cohorts": "cohort",
    "metrics": "metric",
    "validators": "validator",
    "instruments": "instrument",
    "awards": "award",
}


def canonical(definition: Definition) -> dict[str, object]:
    """JSON-able, with sorted keys; `parse_document` makes an equal definition of it.

    Defaults are written out, so leaving one out or stating it is the same. Lists keep their order, because it
    means something: validators run in file order, and the first award that ranks makes the standings. `public` stands
    there only where it is true: definitions that do not say it keep their hash.
    """
    table = _table(definition)
    if not definition.public:
        del table["public"]
    return table


def definition_hash(definition: Definition) -> str:
    """SHA-256, in hexadecimal, of the canonical form as JSON with sorted keys and no spaces."""
    text = json.dumps(canonical(definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _table(record: Struct) -> dict[str, object]:
    entries = [_entry(key, value) for key, value in structs.asdict(record).items()]
    return {key: value for key, value in sorted(entries) if value not in (None, "", [], {})}


def _entry(key: str, value: object) -> tuple[str, object]:
    if key.endswith("_s") and isinstance(value, int):
        return key.removesuffix("_s"), f"{value}s"
    if key == "rate" and isinstance(value, Decimal):
        return key, f"{plain(value.scaleb(2))}%"
    return _KEYS.get(key, key), _plain(value)


def _plain(value: object) -> object:
    match value:
        case Money(minor, currency):
            return f"{currency} {format_minor(minor, currency)}"
        case Decimal():
            return plain(value)
        case datetime():
            return value.isoformat()
        case Condition() | Threshold() | Scalar() | Delay():
            return str(value)
        case Struct():
            return _table(value)
        case Mapping():
            return {key: _plain(entry) for key, entry in sorted(value.items())}
        case tuple():
            return [_plain(entry) for entry in value]
        case _:
            return value

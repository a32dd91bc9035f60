"""Reads numbers and times the way real clients send them: as numbers, as texts, grouped, in either unit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Final

from leaderboard.domain.events_api.lenient import (
    MAX_INTEGER_BITS,
    WORDS_FOR_NOTHING,
    NotUnderstood,
    is_absent,
    kind_of,
)
from leaderboard.domain.times import to_ms

# Seconds reach this in the year 5138; as milliseconds it is 1973, before anybody sent events.
_FIRST_MS: Final = 10**11
_LAST_MS: Final = 253_402_300_799_999  # the end of the year 9999
_LONGEST_NUMBER: Final = 64

_POINT: Final = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|[+-]?\.\d+", re.ASCII)
_COMMA: Final = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+", re.ASCII)
_NOISE: Final = re.compile(r"[\s'’$€£¥₩₫₱₹฿]")

_UNIX: Final = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?", re.ASCII)
_UTC_NAME: Final = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_BLANK_BEFORE_OFFSET: Final = re.compile(r"\s+(?=[+-])")


def number_of(value: object, field: str) -> Decimal | None:
    """An exact number. Texts may be grouped: 1,299.00 and 1.299,00 are the same, 1,299 has no decimals."""
    if is_absent(value):
        return None
    if isinstance(value, str):
        return _number_in(value.strip(), field)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotUnderstood(field, f"must be a number, not {kind_of(value)}")
    if isinstance(value, float) and isfinite(value):
        return Decimal(repr(value))
    if isinstance(value, int) and value.bit_length() <= MAX_INTEGER_BITS:
        return Decimal(value)
    raise NotUnderstood(field, "is too large a number")


def _number_in(text: str, field: str) -> Decimal | None:
    if text.lower() in WORDS_FOR_NOTHING:
        return None
    bare = _NOISE.sub("", text[: _LONGEST_NUMBER + 1])
    if len(text) <= _LONGEST_NUMBER and _POINT.fullmatch(bare):
        return Decimal(bare.replace(",", ""))
    if len(text) <= _LONGEST_NUMBER and _COMMA.fullmatch(bare):
        return Decimal(bare.replace(".", "").replace(",", "."))
    raise NotUnderstood(field, f"must be a number such as 12.34, not {_excerpt(text)}")


def instant_of(value: object, field: str) -> int | None:
    """Unix milliseconds of seconds, milliseconds or an ISO 8601 text; a text without an offset is UTC."""
    if is_absent(value):
        return None
    if not isinstance(value, str):
        number = number_of(value, field)
        return None if number is None else _unix_ms(number, field)
    text = value.strip()
    if text.lower() in WORDS_FOR_NOTHING:
        return None
    return _unix_ms(Decimal(text), field) if _UNIX.fullmatch(text) else _iso_ms(text, field)


def _unix_ms(number: Decimal, field: str) -> int:
    in_ms = number if abs(number) >= _FIRST_MS else number * 1000
    if abs(in_ms) > _LAST_MS:
        raise NotUnderstood(field, "is no time: neither seconds nor milliseconds since 1970")
    return round(in_ms)


def _iso_ms(text: str, field: str) -> int:
    plain = _BLANK_BEFORE_OFFSET.sub("", _UTC_NAME.sub("+00:00", text))
    try:
        instant = datetime.fromisoformat(plain)
    except ValueError:
        detail = f"must be a time such as 2024-01-31T08:00:00Z or Unix seconds, not {_excerpt(text)}"
        raise NotUnderstood(field, detail) from None
    return to_ms(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def _excerpt(text: str) -> str:
    return ascii(text[:40])

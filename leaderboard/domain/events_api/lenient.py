"""Reads texts, ids, objects and lists the way real clients send them. Numbers and times: `quantities.py`.

Every reader answers None (or nothing) for what is absent, and raises `NotUnderstood` for what cannot be read.
"""

from __future__ import annotations

import json
from hashlib import sha256
from math import isfinite, isnan
from typing import Final

from leaderboard.domain.events_api.envelope import Problem

# No id and no amount is longer, and Python refuses to print integers of thousands of digits.
MAX_INTEGER_BITS: Final = 256

# Templates and string conversions leave these words where a value is missing.
WORDS_FOR_NOTHING: Final = frozenset({"undefined", "null", "none", "nan"})
_SPELLINGS: Final = ("", "0", "undefined", "null", "none", "None", "nan", "NaN")
PLACEHOLDERS: Final = WORDS_FOR_NOTHING | {"0"} | {sha256(word.encode()).hexdigest() for word in _SPELLINGS}


class NotUnderstood(ValueError):
    """A value that cannot be read: where it stood, and what was expected."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail

    def problem(self, index: int | None = None, prefix: str = "") -> Problem:
        """The same for the merchant; `prefix` leads to the event inside its batch."""
        return Problem(index, f"{prefix}{self.field}".rstrip("."), self.detail)


def is_absent(value: object) -> bool:
    """Null, blank text, NaN and an empty list say nothing; nor does false, which PHP gives for a failure."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, float):
        return isnan(value)
    return value is None or value is False or (isinstance(value, list) and not value)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for no value; all guests of a shop may share it, or its hash."""
    return text.lower() in PLACEHOLDERS


def kind_of(value: object) -> str:
    """What a value is, in words for a message; never its content."""
    if isinstance(value, bool):
        return "true" if value else "false"
    kinds = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")


def shorten(text: str, limit: int) -> str:
    """A text of at most `limit` characters: longer ones keep their beginning and end in their hash."""
    if len(text) <= limit:
        return text
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[: limit - len(digest) - 1]}~{digest}"


def text_of(value: object, field: str) -> str | None:
    """The text, or the number as a text, without blanks around it."""
    if is_absent(value):
        return None
    if isinstance(value, str):
        # JSON can spell half of a surrogate pair, which no store can keep.
        return value.strip().encode("utf-8", "replace").decode()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotUnderstood(field, f"must be a text or a number, not {kind_of(value)}")
    return _number_text(value, field)


def _number_text(value: float, field: str) -> str:
    if isinstance(value, int) and value.bit_length() <= MAX_INTEGER_BITS:
        return str(value)
    if isinstance(value, float) and isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    raise NotUnderstood(field, "is too large a number for an id")


def id_of(value: object, field: str) -> str | None:
    """A text that identifies something; placeholders identify nothing."""
    text = text_of(value, field)
    return None if text is None or is_placeholder(text) else text


def object_of(value: object, field: str) -> dict[str, object]:
    """The object, also as JSON text; PHP sends an empty one as `[]`."""
    if isinstance(value, str):
        value = _parsed(value, field)
    if isinstance(value, dict):
        return value
    if is_absent(value):
        return {}
    raise NotUnderstood(field, f"must be an object, not {kind_of(value)}")


def list_of(value: object, field: str) -> list[object]:
    """The list, also as JSON text; one object stands for a list of one.

    PHP sends a list with a gap as an object whose keys are the indexes.
    """
    if isinstance(value, str):
        value = _parsed(value, field)
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return list(value.values()) if value and all(map(_is_index, value)) else [value]
    if is_absent(value):
        return []
    raise NotUnderstood(field, f"must be a list, not {kind_of(value)}")


def _is_index(key: object) -> bool:
    return isinstance(key, str) and key.isdecimal()


def _parsed(text: str, field: str) -> object:
    if not text.strip() or is_placeholder(text.strip()):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise NotUnderstood(field, "is a text that is not JSON") from None

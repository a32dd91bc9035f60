"""What is wrong with a key of the configuration, in words that say what may stand there. Reads no file."""

from __future__ import annotations

import re
from typing import Final

from msgspec import ValidationError, inspect

from leaderboard.domain.campaigns.errors import known_instead

_SPLIT: Final = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$\.?(?P<key>.*)`)?", re.DOTALL)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_NO_CHOICE: Final = re.compile(r"Invalid enum value (.*)", re.DOTALL)


def explained(error: ValidationError, kind: type) -> str:
    """`payouts.format: must be one of …`: the key, and for a choice or an unknown key what there is."""
    split = _SPLIT.fullmatch(str(error))
    what, key = (split["what"], split["key"] or "") if split else (str(error), "")
    found = _type_at(inspect.type_info(kind), key)
    if match := _UNKNOWN.fullmatch(what):
        known = [field.encode_name for field in found.fields] if isinstance(found, inspect.StructType) else []
        return f"{_joined(key, match[1])}: unknown key{known_instead(match[1], known)}"
    if isinstance(found, inspect.LiteralType):
        match = _NO_CHOICE.fullmatch(what)
        got = f", not {match[1]}" if match else ""
        return f"{key}: must be one of {', '.join(map(repr, found.values))}{got}"
    return f"{key}: {what[:1].lower()}{what[1:]}" if key else what


def _type_at(found: inspect.Type, key: str) -> inspect.Type:
    """The type of what stands under a key; of anything in an entry of a table, that of the table."""
    for name in filter(None, key.split(".")):
        fields = {field.encode_name: field.type for field in getattr(found, "fields", ())}
        found = fields.get(name, found)
    return found


def _joined(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name

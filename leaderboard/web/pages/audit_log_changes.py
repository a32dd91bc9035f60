"""What differs between two values of the audit log, field by field, as texts that people read."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import ndiff
from typing import Any, Final, NamedTuple

from leaderboard.web.words import Words

_LONGEST: Final = 600
_MOST: Final = 40
_FIRST_TIME_MS: Final = 1_000_000_000_000


class Change(NamedTuple):
    """A field by its path; '' where there was, or is, nothing."""

    field: str
    before: str
    after: str


class Changes(NamedTuple):
    """`more`: how many were left out."""

    items: list[Change]
    more: int


def changes(words: Words, before: Any, after: Any) -> Changes:
    """The fields that differ, in the order of their names."""
    old, new = dict(_flat(before)), dict(_flat(after))
    fields = [field for field in sorted(old.keys() | new.keys()) if old.get(field) != new.get(field)]
    found = [_change(words, field, old.get(field), new.get(field)) for field in fields[:_MOST]]
    return Changes(found, len(fields) - len(found))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that has no others in it; empty ones say nothing."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for index, one in enumerate(value, 1):
            yield from _flat(one, f"{path} {index}".strip())
    elif value not in (None, "", []):
        yield path, value


def _change(words: Words, field: str, before: Any, after: Any) -> Change:
    if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        before, after = _lines_that_differ(before, after)
    return Change(field, _said(words, field, before), _said(words, field, after))


def _lines_that_differ(before: str, after: str) -> tuple[str, str]:
    lines = list(ndiff(before.splitlines(), after.splitlines()))
    gone, come = ([line[2:] for line in lines if line.startswith(mark)] for mark in ("- ", "+ "))
    return "\n".join(gone), "\n".join(come)


def _said(words: Words, field: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return words.gettext("yes") if value else words.gettext("no")
    if isinstance(value, int) and field.endswith("_ms") and value > _FIRST_TIME_MS:
        return words.when(value)
    if isinstance(value, int | float):
        return words.number(value)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"

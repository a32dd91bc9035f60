"""Finds the line that a path of a definition, such as `award.monthly.window` or `metric.gmv.where[1]`, stands in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence

from .errors import Place
from .lines import lines_of

_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def line_of(toml: str, path: str) -> int | None:
    """The line, from 1, of the value or of the nearest table around it; None where the text has nothing of it."""
    place = _place(tomllib.loads(toml), path)
    lines = lines_of(toml.replace("\r\n", "\n"))
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


def _place(value: object, path: str) -> Place:
    """As far as the document has it. A row of a list is named by its number, or by its `id`."""
    place: list[str | int] = []
    for number, name in _PART.findall(path):
        key: str | int | None = int(number) if number else _row(value, name) if _is_list(value) else name
        if key is None:
            break
        place.append(key)
        value = _inside(value, key)
    return tuple(place)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _row(rows: object, row_id: str) -> int | None:
    if not isinstance(rows, Sequence):
        return None
    ids = [row.get("id") if isinstance(row, Mapping) else None for row in rows]
    return ids.index(row_id) if row_id in ids else None


def _inside(value: object, key: str | int) -> object:
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, Sequence) and isinstance(key, int) and key < len(value):
        return value[key]
    return None

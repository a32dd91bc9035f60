"""A definition in canonical form as the TOML of an editor: it reads back as the same definition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

Table = Mapping[str, Any]

# What people look for first; everything else follows by name.
_FIRST: Final = (
    "schema",
    "id",
    "title",
    "operator",
    "region",
    "currency",
    "public",
    "clock",
    "window",
    "start",
    "end",
)
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LOCAL_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)


def to_toml(definition: Table) -> str:
    """The text of a definition, a section for each of its tables."""
    return "\n".join(_section((), definition)).strip() + "\n"


def _section(path: tuple[str, ...], table: Table) -> Iterator[str]:
    """Values come before the tables below them: after a header, TOML has no way back."""
    keys = sorted(table, key=lambda key: (_FIRST.index(key) if key in _FIRST else len(_FIRST), key))
    yield from (f"{_key(key)} = {_value(table[key])}" for key in keys if not _is_section(table[key]))
    for key in keys:
        if _is_section(table[key]):
            yield from _below((*path, key), table[key])


def _below(path: tuple[str, ...], value: Any) -> Iterator[str]:
    name = ".".join(_key(step) for step in path)
    if isinstance(value, list):
        for one in value:
            yield from ("", f"[[{name}]]", *_section(path, one))
        return
    only_tables = value and all(isinstance(one, Mapping) for one in value.values())
    yield from () if only_tables else ("", f"[{name}]")
    yield from _section(path, value)


def _is_section(value: Any) -> bool:
    """Short tables in lists, such as the places of an award, stay in one line each."""
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and bool(value) and all(_has_id(one) for one in value)


def _has_id(value: Any) -> bool:
    return isinstance(value, Mapping) and "id" in value


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return _list(value)
    return value if isinstance(value, str) and _is_time(value) else _scalar(value)


def _list(values: list[Any]) -> str:
    shown = [_value(one) for one in values]
    if any(isinstance(one, Mapping) for one in values) and len(values) > 1:
        return "[\n" + "".join(f"  {one},\n" for one in shown) + "]"
    return f"[{', '.join(shown)}]"


def _scalar(value: Any) -> str:
    """Strings, numbers and booleans of JSON are those of TOML, but for one character that TOML has escaped."""
    return orjson.dumps(value).decode().replace("\x7f", "\\u007f")


def _is_time(text: str) -> bool:
    try:
        return bool(_LOCAL_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _scalar(key)

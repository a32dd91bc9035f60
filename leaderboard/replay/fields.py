"""Which fields the events of a type have, and how the text of a cell becomes the value of one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import Final, get_args

from msgspec import Struct, inspect

from leaderboard.domain.events import Event
from leaderboard.replay.recorded_times import parse_time

Convert = Callable[[str], object]

LIST_SEPARATOR: Final = "|"

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
NUMBER: Final = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?", re.ASCII)
_TRUTH = {"true": True, "t": True, "yes": True, "y": True, "1": True}
_TRUTH |= {"false": False, "f": False, "no": False, "n": False, "0": False}


class Field(Struct, frozen=True):
    """`convert` raises ValueError, with a text for people, for a cell that does not fit."""

    convert: Convert
    required: bool


def fields_of(event_type: str, zone: tzinfo) -> dict[str, Field]:
    """Every field by its path (`value.amount`), taken from the shapes that the door checks."""
    struct = {struct.__struct_config__.tag: struct for struct in get_args(Event)}[event_type]
    return {**_fields(struct, ""), "at": Field(partial(parse_time, zone=zone), required=True)}


def _fields(struct: type[Struct], prefix: str) -> dict[str, Field]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    found: dict[str, Field] = {}
    for field in info.fields:
        kind = _kind(field.type)
        if isinstance(kind, inspect.StructType):
            found |= _fields(kind.cls, f"{prefix}{field.encode_name}.")
        else:
            found[prefix + field.encode_name] = Field(_CONVERT.get(type(kind), _text), field.required)
    return found


def _kind(info: inspect.Type) -> inspect.Type:
    """The type itself, of one that may also be missing."""
    if isinstance(info, inspect.Metadata):
        return _kind(info.type)
    if isinstance(info, inspect.UnionType):
        return _kind(next(kind for kind in info.types if not isinstance(kind, inspect.NoneType)))
    return info


def _text(cell: str) -> str:
    return cell


def _number(cell: str) -> float:
    if NUMBER.fullmatch(cell.strip()) is None:
        raise ValueError(f"{cell[:40]!r} is not a decimal number")
    return float(cell)


def _integer(cell: str) -> int:
    if _INTEGER.fullmatch(cell.strip()) is None:
        raise ValueError(f"{cell[:40]!r} is not a whole number")
    return int(cell)


def _truth(cell: str) -> bool:
    try:
        return _TRUTH[cell.strip().lower()]
    except KeyError:
        raise ValueError(f"{cell[:40]!r} is neither true nor false") from None


def _list(cell: str) -> list[str]:
    return cell.split(LIST_SEPARATOR)


_CONVERT: Final[dict[type[inspect.Type], Convert]] = {
    inspect.BoolType: _truth,
    inspect.FloatType: _number,
    inspect.IntType: _integer,
    inspect.ListType: _list,
}

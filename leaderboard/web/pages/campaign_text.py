"""What an editor of definitions shows beside the text: the lines around errors, and what a change changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson

_AROUND: Final = 2
_MOST_CHANGES: Final = 200


class Wrong(NamedTuple):
    """One thing to correct; `line` is None where it is in no line."""

    detail: str
    path: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text with what is wrong in it. `follows`: the line before is shown, too."""

    number: int
    text: str
    wrong: tuple[Wrong, ...]
    follows: bool


class Changed(NamedTuple):
    """A part of a definition that becomes another; None where it is not there."""

    path: str
    before: str | None
    after: str | None


@cache
def examples() -> dict[str, str]:
    """The definitions that come with the service, by name."""
    folder = files("leaderboard").joinpath("examples")
    found = ((one.name, one.read_text("utf-8")) for one in folder.iterdir() if one.name.endswith(".toml"))
    return {name.removesuffix(".toml"): text for name, text in sorted(found)}


def mark_of(text: str) -> str:
    """What shows whether a text is the one that was checked."""
    return sha256(text.encode()).hexdigest()


def lines_with(text: str, wrong: Sequence[Wrong]) -> list[Line]:
    """The lines that errors are in, and those around them."""
    lines = text.split("\n")
    places = {one.line for one in wrong if one.line is not None and 1 <= one.line <= len(lines)}
    near = {place + step for place in places for step in range(-_AROUND, _AROUND + 1)}
    shown = sorted(number for number in near if 1 <= number <= len(lines))
    return [
        Line(number, lines[number - 1], tuple(one for one in wrong if one.line == number), number - 1 in near)
        for number in shown
    ]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """Each part that differs between two definitions in canonical form, in the order of its name."""
    old, new = dict(_parts("", before)), dict(_parts("", after))
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return [Changed(name, old.get(name), new.get(name)) for name in names[:_MOST_CHANGES]]


def _parts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """(name, text) of every value; a table in a list goes by its id."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _parts(f"{path}.{key}" if path else key, one)
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value):
            name = one.get("id", number + 1) if isinstance(one, Mapping) else number + 1
            yield from _parts(f"{path}[{name}]", one)
    elif isinstance(value, list):
        yield path, ", ".join(str(one) for one in value)
    else:
        yield path, value if isinstance(value, str) else orjson.dumps(value).decode()

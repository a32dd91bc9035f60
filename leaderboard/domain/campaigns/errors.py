"""What is wrong with a definition: every problem at once, each with its path and, for a text, its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from msgspec import Struct

# Where a value stands in the document, key by key: ("award", 0, "pay", "table", 2, "to").
Place = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SHOWN_LENGTH = 40


class Problem(Struct, frozen=True):
    """`path` names awards, validators and eligibility by their id and other rows from 0."""

    path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.path}: {self.message}" if self.path else f"{where}{self.message}"


class DefinitionError(ValueError):
    """The definition cannot be used; `problems` holds all that was found, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Spot(Struct, frozen=True):
    """A value's path for people, and its place for finding the line."""

    path: str = ""
    place: Place = ()

    def at(self, key: str) -> Spot:
        name = key if _BARE_KEY.fullmatch(key) else f'"{shown(key)}"'
        return Spot(f"{self.path}.{name}" if self.path else name, (*self.place, key))

    def row(self, index: int, label: str | None = None) -> Spot:
        path = f"{self.path}.{label}" if label else f"{self.path}[{index}]"
        return Spot(path, (*self.place, index))


class Notes:
    """Gathers the problems of one document."""

    def __init__(self, lines: Mapping[Place, int]) -> None:
        self._lines = lines
        self._problems: list[Problem] = []

    def add(self, spot: Spot, message: str) -> None:
        self._problems.append(Problem(spot.path, message, self._line(spot.place)))

    def __len__(self) -> int:
        return len(self._problems)

    def refuse_if_any(self) -> None:
        if self._problems:
            raise DefinitionError(sorted(self._problems, key=lambda problem: problem.line or 0))

    def _line(self, place: Place) -> int | None:
        """The line of the value, or else of the nearest table around it: what is missing has no line."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place)


def shown(text: str) -> str:
    """The beginning of a foreign text, safe to print wherever a message may end up."""
    short = text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "…"
    return repr(short)[1:-1]


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """`; did you mean "ties"?`, or nothing when no known name is close."""
    close = get_close_matches(wrong, sorted(known), n=1) if len(wrong) <= _SHOWN_LENGTH else []
    return f"; did you mean `{close[0]}`?" if close else ""


def known_instead(wrong: str, known: Iterable[str]) -> str:
    """What `did_you_mean` says, and then all that is known, the nearest first."""
    names = list(known)
    nearest = get_close_matches(wrong, names) if len(wrong) <= _SHOWN_LENGTH else []
    listed = ", ".join(dict.fromkeys((*nearest, *names)))
    meant = did_you_mean(wrong, names)
    return f"{meant} Known here: {listed}" if meant else f"; known here: {listed}"

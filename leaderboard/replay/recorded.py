"""A recorded event with the place it came from, and what ends a replay as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

Lines = Iterable[tuple[int, bytes]]
"""The lines of one text with their numbers, from 1, without their newline."""


class Recorded(Struct, gc=False):
    """`body` is one JSON object, as it will be sent. `at_ms` is known only where somebody needs it."""

    body: bytes
    file: str
    line: int
    at_ms: int | None = None


Events = Iterator[Recorded]


class ReplayError(Exception):
    """The replay cannot go on; the text is the one clear line for whoever started it."""


class UsageError(ReplayError):
    """The command was given something that cannot be meant."""


class BadRow(ValueError):
    """A row that makes no event: `code` is stable, the text names the column."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code

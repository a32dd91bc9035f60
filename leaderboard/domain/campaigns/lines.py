"""Finds the line of every key and list entry in a TOML text that has already been read without errors."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from .errors import Place

# Nothing in the format lies deeper; and long dotted keys would make quadratic work.
_DEEPEST = 10

_TOKEN = re.compile(
    r"""
    (?P<long>\"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5})
  | (?P<quoted>"(?:\\.|[^"\\\n])*" | '[^'\n]*')
  | (?P<comment>\#[^\n]*)
  | (?P<newline>\n)
  | (?P<mark>[\[\]{}=,.])
  | (?P<bare>[^\s\[\]{}=,.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


class _Open(NamedTuple):
    """A list or an inline table that has been opened and not yet closed."""

    place: Place
    is_list: bool


def lines_of(text: str) -> dict[Place, int]:
    """The line, from 1, of each place: of a key, of a `[header]`, of each entry of a list."""
    finder = _Finder()
    for token in _tokens(text):
        finder.feed(token)
    return finder.lines


def _tokens(text: str) -> Iterator[_Token]:
    line, counted = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if match.lastgroup != "comment":
            yield _Token(str(match.lastgroup), match[0], line)


class _Finder:
    """Follows the text token by token: either a key is being spelled, or a value, or a header."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self._table: Place = ()
        self._open: list[_Open] = []
        self._place: Place = ()
        self._counts: dict[Place, int] = {}
        self._parts: list[str] = []
        self._state = self._key

    def feed(self, token: _Token) -> None:
        self._state(token)

    def _key(self, token: _Token) -> None:
        if token.kind in ("bare", "quoted"):
            self._parts.append(_key_text(token))
        elif token.text == "=":
            self._place = self._mark(self._base(), token.line)
            self._state = self._value
        elif token.text == "[" and not self._open:
            self._state = self._header
            self._parts = []
        elif token.text == "}" and self._open:
            self._close()

    def _header(self, token: _Token) -> None:
        if token.kind in ("bare", "quoted"):
            self._parts.append(_key_text(token))
        elif token.text == "[":
            self._state = self._list_header
        elif token.text == "]":
            self._table = self._mark((), token.line, header=True)
            self._state = self._key

    def _list_header(self, token: _Token) -> None:
        if token.kind in ("bare", "quoted"):
            self._parts.append(_key_text(token))
        elif token.text == "]":
            last = self._parts.pop() if self._parts else ""
            place = (*self._mark((), token.line, header=True), last)
            self._counts[place] = self._counts.get(place, -1) + 1
            self._table = (*place, self._counts[place])
            self._note(place, token.line)
            self._note(self._table, token.line)
            self._state = self._after

    def _value(self, token: _Token) -> None:
        if token.kind == "newline":
            return
        if token.text == "]" and self._open:
            self._close()
            return
        self._note(self._place, token.line)
        if token.text in ("[", "{"):
            self._enter(is_list=token.text == "[")
        else:
            self._state = self._after

    def _after(self, token: _Token) -> None:
        """Behind a value: on to the next entry, out of the list, or to the next line."""
        if not self._open:
            self._state = self._key if token.kind == "newline" else self._after
        elif token.text == ",":
            self._next()
        elif token.text in ("]", "}"):
            self._close()

    def _enter(self, *, is_list: bool) -> None:
        self._open.append(_Open(self._place, is_list))
        if is_list:
            self._place = (*self._place, 0)
        self._state = self._value if is_list else self._key

    def _next(self) -> None:
        container = self._open[-1]
        if container.is_list:
            index = self._place[-1]
            self._place = (*container.place, index + 1 if isinstance(index, int) else 0)
        self._state = self._value if container.is_list else self._key

    def _close(self) -> None:
        self._place = self._open.pop().place
        self._parts = []
        self._state = self._after

    def _base(self) -> Place:
        return self._open[-1].place if self._open else self._table

    def _mark(self, base: Place, line: int, *, header: bool = False) -> Place:
        """The place of the key just spelled, noting each table on the way; in a header, of the last entry."""
        place = base
        for part in self._parts[:_DEEPEST]:
            place = (*place, part)
            self._note(place, line)
            if header and place in self._counts:
                place = (*place, self._counts[place])
        self._parts = []
        return place

    def _note(self, place: Place, line: int) -> None:
        if len(place) <= _DEEPEST:
            self.lines.setdefault(place, line)


def _key_text(token: _Token) -> str:
    if token.kind == "bare":
        return token.text
    try:
        return str(tomllib.loads(f"key = {token.text}")["key"])
    except tomllib.TOMLDecodeError:
        return token.text

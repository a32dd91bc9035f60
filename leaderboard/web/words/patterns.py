"""Templates of sentences, to be held against sentences: `{0} of {1} missing` and its translation.

A text is split at the first place where each literal part fits, and the last part at its end, so that no text, whatever
is in it, takes more than one look. Where a text could be split otherwise, that is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

PLACE: Final = re.compile(r"\{(\d+)\}")
# Said of a place whose text people wrote; `extract` puts it into the comments of a message.
STAYS: Final = "stays as it is"
_STAYS: Final = re.compile(r"\{(\d+)\} " + STAYS)
_TWO_STOPS: Final = re.compile(r"(?<!\.)\.\.(?!\.)")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?]) (?=[A-Z0-9`])")
_SEMICOLON: Final = re.compile(r"; ")
_MOST_CLAUSES: Final = 8
_HEAD: Final = 3
_LETTER: Final = re.compile(r"[A-Za-z]")


class Pattern(NamedTuple):
    """`literals` stand around the places, one more than these; `places` in the order of the English text."""

    english: str
    translation: str
    literals: tuple[str, ...]
    places: tuple[int, ...]
    theirs: frozenset[int]
    letters: int

    def parts_of(self, text: str) -> list[str] | None:
        """What fills its places; None where the text is not of it."""
        first, *between, last = self.literals
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < len(first):
            return None
        parts, at = [], len(first)
        for literal in between:
            found = text.find(literal, at, end)
            if found < 0:
                return None
            parts.append(text[at:found])
            at = found + len(literal)
        return [*parts, text[at:end]]

    def filled(self, texts: Sequence[str]) -> str:
        """The translation with these texts in the places of the English."""
        by_place = dict(zip(self.places, texts, strict=True))
        text = PLACE.sub(lambda match: by_place[int(match[1])], self.translation)
        # Some units end with a full stop themselves.
        return _TWO_STOPS.sub(".", text)


def pattern_of(english: str, translation: str, comments: Iterable[str] = ()) -> Pattern:
    """Of a message; its comments say which places stay as they are."""
    split = PLACE.split(english)
    literals, places = tuple(split[::2]), tuple(int(one) for one in split[1::2])
    theirs = {int(one) for comment in comments for one in _STAYS.findall(comment)}
    positions = frozenset(at for at, place in enumerate(places) if place in theirs)
    return Pattern(english, translation, literals, places, positions, letters("".join(literals)))


def letters(text: str) -> int:
    """How many a text has, of those that English is written in; of code there is nothing to say."""
    return len(_LETTER.findall(re.sub(r"`[^`]*`", "", text)))


class Patterns:
    """All of them, found by the first letters, or by their longest literal where they begin with a place."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_head: dict[str, list[Pattern]] = {}
        self._others: list[tuple[str, Pattern]] = []
        for one in patterns:
            if len(one.literals[0]) >= _HEAD:
                self._by_head.setdefault(one.literals[0][:_HEAD], []).append(one)
            else:
                self._others.append((max(one.literals, key=len), one))

    def fitting(self, text: str) -> Iterator[tuple[Pattern, list[str]]]:
        """Each with what fills its places."""
        near = [
            *self._by_head.get(text[:_HEAD], ()),
            *(one for needle, one in self._others if needle in text),
        ]
        for one in near:
            if (parts := one.parts_of(text)) is not None:
                yield one, parts


# How sentences, lists, remarks and labels are put together, which is the same in all our languages. No figure stands
# alone between clauses.
_SENTENCES: Final = Pattern("{0}. {1}", "{0} {1}", ("", ". ", ""), (0, 1), frozenset(), 0)
_CLAUSES: Final = Pattern("{0}; {1}", "{0}; {1}", ("", "; ", ""), (0, 1), frozenset(), 0)
CLAUSES: Final = (_SENTENCES, _CLAUSES)
JOINTS: Final = tuple(
    pattern_of(text, text)
    for text in ("{0}, {1}", "{0}: {1}", "{0} ({1})", "{0} ({1}).", "({0})", "{0}.", "{0} {1}")
)


def clauses(text: str) -> Iterator[tuple[Pattern, list[str]]]:
    """Every way to part it into two, between sentences or at a semicolon, of which a clause may have some itself."""
    for pattern, joint in ((_SENTENCES, _SENTENCE_END), (_CLAUSES, _SEMICOLON)):
        for found in islice(joint.finditer(text), _MOST_CLAUSES):
            yield pattern, [text[: found.start()], text[found.end() :]]

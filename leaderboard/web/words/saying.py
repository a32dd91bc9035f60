"""Says in another language what the API answered in English: by the template that the sentence was made with.

A sentence is held against all templates. What fills a template's places is said in turn, as far as it is known; names
and ids stay as they are, and so does everything in a place that people wrote. Of several ways to read a sentence that
one is taken which leaves the fewest letters English. What no template fits stays English.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Final, NamedTuple

from leaderboard.web.words.catalogs import catalog
from leaderboard.web.words.figures import Figures
from leaderboard.web.words.languages import ENGLISH
from leaderboard.web.words.patterns import CLAUSES, JOINTS, Pattern, Patterns, clauses, letters, pattern_of

# A text that is longer, or can be read in more ways, is nothing that our code has said.
_LONGEST: Final = 2_500
_MOST_STEPS: Final = 1_500
_DEEPEST: Final = 12
_MOST_REMEMBERED: Final = 1_000
# Fewer letters are a mere `of` or `and`, and fit whatever anybody wrote.
WEAK_LETTERS: Final = 6


class Said(NamedTuple):
    """`unsaid`: how many letters stayed English. `known`: something of it is ours, or it is a figure.

    `depth`: how many templates lie in each other. What is read with fewer of them is read as it was made.
    """

    text: str
    unsaid: int
    known: bool
    is_figure: bool = False
    depth: int = 0


class Sayer:
    """One language. `unknown` are sentences that no template fitted, as many as are worth looking at."""

    def __init__(self, language: str, patterns: Sequence[Pattern], figures: Figures) -> None:
        self._language = language
        self._exact = {one.english: one.translation for one in patterns if not one.places}
        self._patterns = Patterns([*(one for one in patterns if one.places), *JOINTS])
        self._figures = figures
        self.unknown: set[str] = set()
        self._remembered = lru_cache(maxsize=4_096)(self._translated)

    def said(self, sentence: str) -> str:
        """The same in this language."""
        if self._language == ENGLISH:
            return self._figures.with_times(sentence)
        if len(sentence) > _LONGEST or not sentence.strip():
            return sentence
        return self._remembered(sentence)

    def _translated(self, sentence: str) -> str:
        reading = _Reading(self._exact, self._patterns, self._figures).read(sentence)
        if not reading.known and len(self.unknown) < _MOST_REMEMBERED:
            self.unknown.add(sentence)
        return reading.text


class _Reading:
    """One sentence, part by part; each part is read once."""

    def __init__(self, exact: dict[str, str], patterns: Patterns, figures: Figures) -> None:
        self._exact, self._patterns, self._figures = exact, patterns, figures
        self._parts: dict[str, Said] = {}
        self._steps = 0

    def read(self, text: str, depth: int = 0) -> Said:
        core = text.strip()
        if core not in self._parts:
            # Until it is known, a part that comes up within itself stays as it is.
            self._parts[core] = Said(core, letters(core), known=False)
            self._parts[core] = self._best(core, depth)
        found = self._parts[core]
        if core == text or not core:
            return found
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return found._replace(text=f"{before}{found.text}{after}")

    def _best(self, text: str, depth: int) -> Said:
        if (whole := self._whole(text)) is not None:
            return whole
        stays = Said(text, letters(text), known=False)
        if depth >= _DEEPEST:
            return stays
        return min((stays, *self._ways(text, depth)), key=lambda one: (one.unsaid, not one.known, one.depth))

    def _whole(self, text: str) -> Said | None:
        """A text without places, or a figure."""
        lower = text[:1].lower() + text[1:]
        if text in self._exact:
            return Said(self._exact[text], 0, known=True)
        if lower in self._exact:
            return Said(self._exact[lower][:1].upper() + self._exact[lower][1:], 0, known=True)
        figure = self._figures.said(text)
        return None if figure is None else Said(figure, 0, known=True, is_figure=True)

    def _ways(self, text: str, depth: int) -> Iterator[Said]:
        for pattern, parts in chain(clauses(text), self._patterns.fitting(text)):
            self._steps += 1
            if self._steps > _MOST_STEPS:
                return
            way = self._filled(pattern, parts, depth)
            if way is not None:
                yield way

    def _filled(self, pattern: Pattern, parts: Sequence[str], depth: int) -> Said | None:
        read = [
            Said(part, 0, known=False) if at in pattern.theirs else self.read(part, depth + 1)
            for at, part in enumerate(parts)
        ]
        if pattern.letters < WEAK_LETTERS and not any(one.known for one in read):
            return None
        if pattern in CLAUSES and any(one.is_figure for one in read):
            return None
        filled = pattern.filled([one.text for one in read])
        depth = 1 + max(one.depth for one in read)
        return Said(filled, sum(one.unsaid for one in read), known=True, depth=depth)


@cache
def sayer_of(language: str) -> Sayer:
    """With the translations that there are; what has none stays English."""
    patterns: list[Pattern] = []
    if language != ENGLISH:
        entries = (one for one in catalog(language, "said") if one.id and one.string and not one.fuzzy)
        patterns = [pattern_of(str(one.id), str(one.string), one.auto_comments) for one in entries]
    patterns.sort(key=lambda one: (-one.letters, one.english))
    return Sayer(language, patterns, Figures(language))

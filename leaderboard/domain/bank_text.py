"""Text in a bank's file: which characters it may have, and how it is spelled where the bank takes few. Cuts nothing."""

from __future__ import annotations

import re
from typing import Final, Literal
from unicodedata import category

from leaderboard.domain.latin import to_latin

Charset = Literal["latin", "utf-8"]

# Controls, what does not show or turns the order of what follows, halves of characters, breaks of lines, and what no
# standard gives a meaning to.
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})

# What the European Payments Council writes for the signs that SWIFT's character set X lacks.
_SIGNS: Final = str.maketrans(r"""!"#$%&*;<=>@[\]^_`{|}~""", ".....+.,....(/).-'(/)-")


class Unspellable(ValueError):
    """A text that a file cannot carry. The message says why without repeating it."""


def spelled(text: str, charset: Charset) -> str:
    """The text as the file has it: single blanks, and none at the ends. Raises Unspellable."""
    if any(category(character) in _UNPRINTABLE for character in text):
        raise Unspellable("has characters that cannot be printed: type it anew")
    tidy = " ".join(text.split())
    return tidy if charset == "utf-8" else _in_swift_x(tidy)


def _in_swift_x(text: str) -> str:
    latin = to_latin(text)
    if latin is None:
        raise Unspellable("has letters without a Latin spelling: ask for one")
    # A stroke at an end, or two in a row, begin a field of their own at SWIFT.
    return re.sub("//+", "/", latin.translate(_SIGNS)).strip("/ ")

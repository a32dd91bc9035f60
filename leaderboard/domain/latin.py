"""Names in letters that every bank reads: an ASCII spelling that loses no letter, or none at all. Shortens nothing."""

from __future__ import annotations

import unicodedata
from typing import Final

# Letters that Unicode does not take apart, spelled as passports spell them (ICAO 9303) or as they sound.
_LETTERS: Final = str.maketrans(
    "øØ đĐ ðÐ łŁ ħĦ ŧŦ ŋŊ ĸ ıȷ əƏ ǝƎ ɛƐ ɔƆ ɓƁ ɗƊ ɖƉ ƒƑ ɣƔ ƙƘ ʋƲ ƴƳ",
    "oO dD dD lL hH tT nN q ij eE eE eE oO bB dD dD fF gG kK vV yY",
)
_PAIRS: Final = {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH"}
# Signs of good typesetting, and how a keyboard has them. Some names have a sign of their own where others have "'".
_SIGNS: Final = (
    dict.fromkeys("‘’‚‛′‵´`ʹʻʼʽʾʿˈꞌ", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−⁃", "-")
    | dict.fromkeys("·∙•", ".")
    | {"‹": "'", "›": "'", "⁄": "/"}
)
_SPELLED: Final = _LETTERS | str.maketrans(_PAIRS | _SIGNS)


def to_latin(text: str) -> str | None:
    """Zoë → Zoe, Łukasz → Lukasz, Voß → Voss, O’Brien → O'Brien. None where a letter has no such spelling: 李小龙.

    Nothing but printable ASCII comes out, each run of white space as one blank and none at the ends.
    """
    # Before they are taken apart, as "´" would become a blank; and after, as some come apart into others ("ǽ", "ŉ").
    apart = unicodedata.normalize("NFKD", text.translate(_SPELLED)).translate(_SPELLED)
    spelled = " ".join("".join(character for character in apart if not _is_mark(character)).split())
    return spelled if spelled.isascii() and spelled.isprintable() else None


def _is_mark(character: str) -> bool:
    """Accents, and what is invisible. From U+0363 on, what is written above a letter is a letter itself."""
    return "\u0300" <= character <= "\u0362" or unicodedata.category(character) == "Cf"

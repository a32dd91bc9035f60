"""`Words`: everything that a page says, in one language. Which language a reader gets is decided in `languages.py`."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from leaderboard.web.words.catalogs import translations
from leaderboard.web.words.formats import Formats
from leaderboard.web.words.languages import LANGUAGES
from leaderboard.web.words.saying import sayer_of


class Words(Formats):
    """One language. A text of a page is its English, with values as `%(name)s`; a percent sign in it is `%%`."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language: Final = language
        self.translations: Final = translations(language, "pages")
        self._sayer: Final = sayer_of(language)

    def gettext(self, message: str, **values: Any) -> str:
        """A text of a page."""
        return self.translations.gettext(message) % values

    def ngettext(self, one: str, many: str, count: int, /, **values: Any) -> str:
        """A text of a page that depends on how many there are, which are `%(n)s` where no other `n` is given."""
        return self.translations.ngettext(one, many, count) % {"n": self.number(count), **values}

    def said(self, sentence: str | None) -> str:
        """What the API said in English."""
        return "" if sentence is None else self._sayer.said(sentence)


@cache
def words_of(language: str) -> Words:
    """KeyError for a language that there is not."""
    if language not in LANGUAGES:
        raise KeyError(f"{language!r} is no language of ours; there are {', '.join(LANGUAGES)}")
    return Words(language)

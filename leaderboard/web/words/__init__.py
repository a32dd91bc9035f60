"""The words of pages: one language for one reader. What the API answers is English, and is said here in others."""

from leaderboard.web.words.extending import extend
from leaderboard.web.words.languages import LANGUAGE_COOKIE, LANGUAGES, negotiated
from leaderboard.web.words.words import Words, words_of

__all__ = ["LANGUAGES", "LANGUAGE_COOKIE", "Words", "extend", "negotiated", "words_of"]

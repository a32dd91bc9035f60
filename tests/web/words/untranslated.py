"""Finds English in a page that should be in another language: texts that no `gettext` and no `said` was asked for."""

from __future__ import annotations

import re
from typing import Final

from lxml import html as lxml_html  # type: ignore[import-untyped]

from leaderboard.web.words import Words

# Three words in a row; code, names and ids are in elements with `translate="no"`, or in `code`.
_ENGLISH: Final = re.compile(r"\b[A-Za-z][a-z']+(?:[ \u00a0]+[A-Za-z][a-z']*){2,}")
_SKIPPED: Final = {"script", "style", "code", "pre", "svg", "textarea"}
_SPOKEN: Final = ("aria-label", "alt", "placeholder", "title")


def untranslated(page: str, words: Words) -> list[str]:
    """Three or more Latin words in a row, in texts and in attributes that are read out. Of a page in Thai: of others
    nobody can tell by the letters."""
    if words.language != "th":
        raise ValueError(f"a page in Thai shows what is English, not one in {words.language!r}")
    return [found[0] for text in _texts(lxml_html.fromstring(page)) for found in _ENGLISH.finditer(text)]


def _texts(element: lxml_html.HtmlElement) -> list[str]:
    if not isinstance(element.tag, str) or element.tag in _SKIPPED or element.get("translate") == "no":
        return []
    texts = [element.text or "", *(element.get(name, "") for name in _SPOKEN)]
    for child in element:
        texts += [*_texts(child), child.tail or ""]
    return texts

"""Crawlers by their user agent: the patterns of `crawler-user-agents`, put into a form that is searched fast.

As the package searches them, a person's agent costs 100 to 350 µs, and whoever sends a different agent with every view
pays nothing for it. Nearly all patterns are plain texts, so here they stand in one tree of letters: 15 to 60 µs, and
150 µs for the longest agent that is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any, Final

# Patterns that apps of people match, with what stands in their place.
_REPLACED: Final = {
    "okhttp": None,  # the HTTP library of Android apps: a view that an app reports by itself has its agent
    "MetaIAB Facebook": None,  # the browser inside of the Facebook app
    "Viber": r"^Viber",  # the browser inside of the Viber app; its link previews begin with the word
    "Sogou": r"Sogou [A-Za-z ]*spider",  # Sogou's browsers
}

_Tree = dict[str, Any]
_END: Final = ""
_NEVER: Final = r"(?!)"
_ESCAPED: Final = re.compile(r"\\([^A-Za-z0-9])")
_LETTERS: Final = re.compile(r"\[([A-Za-z]+)\]")
_SPECIAL: Final = re.compile(r"[\\^$.|?*+()\[\]{}]")


def crawler_finder(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A function that tells whether one of the patterns is found in an agent, with upper and lower case as written."""
    texts: list[str] = []
    anchored: list[str] = []
    others: list[re.Pattern[str]] = []
    for pattern in patterns:
        if plain := _plain_texts(pattern):
            texts += plain
        elif pattern.startswith("^") and "|" not in pattern:
            anchored.append(pattern)
        else:
            others.append(re.compile(pattern))
    at_start = re.compile("|".join(anchored or [_NEVER])).match
    anywhere = re.compile(_as_pattern(_tree_of(texts)) if texts else _NEVER).search
    # Each by itself: a search that begins with a fixed text skips to it, one over alternatives cannot.
    return lambda agent: bool(at_start(agent) or anywhere(agent) or any(one.search(agent) for one in others))


def known_crawlers() -> Callable[[str], bool]:
    """The finder over all that the package knows, but for what people's apps match."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # 600 KB of JSON, which only a door needs

    known = (str(one["pattern"]) for one in CRAWLER_USER_AGENTS_DATA)
    replaced = (_REPLACED.get(pattern, pattern) for pattern in known)
    return crawler_finder(pattern for pattern in replaced if pattern is not None)


def _plain_texts(pattern: str) -> list[str]:
    """The texts that a pattern stands for, where it is not more than `[wW]get` or `A|B`; else nothing."""
    found = []
    for part in pattern.split("|"):
        choices = _LETTERS.split(part)  # every second piece was in brackets
        if any(_SPECIAL.search(_ESCAPED.sub("", piece)) for piece in choices[::2]):
            return []
        spelled = [
            tuple(piece) if at % 2 else (_ESCAPED.sub(r"\1", piece),) for at, piece in enumerate(choices)
        ]
        found += ["".join(letters) for letters in product(*spelled)]
    return found


def _tree_of(texts: Iterable[str]) -> _Tree:
    root: _Tree = {}
    for text in texts:
        here = root
        for letter in text:
            here = here.setdefault(letter, {})
        here[_END] = {}
    return root


def _as_pattern(tree: _Tree) -> str:
    if _END in tree:
        return ""  # the shorter text is found wherever the longer one is
    branches = [re.escape(letter) + _as_pattern(below) for letter, below in sorted(tree.items())]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"

"""Words for Jinja templates: `_`, `ngettext` and filters, each in the language of one environment."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from leaderboard.web.words.words import Words

FILTERS: Final = ("number", "percent", "money", "when", "day", "clock", "duration", "said")


def extend(environment: Environment, words: Words) -> None:
    """Texts may have no markup that is not in their English; values are escaped before they are put in."""
    environment.add_extension("jinja2.ext.i18n")
    # Newstyle: translated first and filled afterwards, so that values are escaped and the text is not.
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.translations.gettext, words.translations.ngettext, newstyle=True
    )
    environment.globals["ngettext"] = partial(_counted, words)
    environment.filters |= {name: getattr(words, name) for name in FILTERS}


def _counted(words: Words, one: str, many: str, count: int, /, **values: Any) -> Markup:
    """As `Words.ngettext`: `%(n)s` is the number as the language writes it."""
    text = Markup(words.translations.ngettext(one, many, count))  # noqa: S704  (ours; values are escaped below)
    return text % {"n": words.number(count), **values}

"""Translations as they are in `web/locales`, read from text when first asked for. English needs none.

`pages` are the texts of pages, `said` the sentences that the API answers.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Final, Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from leaderboard.web.words.languages import ENGLISH

Domain = Literal["pages", "said"]
DOMAINS: Final[tuple[Domain, ...]] = ("pages", "said")


def catalog_file(language: str, domain: Domain) -> Traversable:
    """Where the translations of one language are."""
    return files("leaderboard.web").joinpath("locales", language, "LC_MESSAGES", f"{domain}.po")


@cache
def catalog(language: str, domain: Domain) -> Catalog:
    """Everything of one file, as it was written."""
    with catalog_file(language, domain).open("rb") as file:
        return read_po(file, locale=language, domain=domain, abort_invalid=True)


@cache
def translations(language: str, domain: Domain) -> NullTranslations:
    """For looking up. What has no translation yet, or a doubtful one, stays English."""
    if language == ENGLISH:
        return NullTranslations()
    packed = BytesIO()
    write_mo(packed, catalog(language, domain))
    packed.seek(0)
    return Translations(packed, domain)

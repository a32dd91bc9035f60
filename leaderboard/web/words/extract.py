"""`python -m leaderboard.web.words.extract`: brings the catalogs in line with the code, and keeps translations.

Texts of pages come from templates and from `gettext` calls, the API's sentences from the files that `sources.py` names.
The files have no dates, line numbers or paths, so that they change only where words do.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from leaderboard.web.words.catalogs import DOMAINS, Domain, catalog, catalog_file
from leaderboard.web.words.languages import ENGLISH, LANGUAGES
from leaderboard.web.words.patterns import STAYS
from leaderboard.web.words.sentences import templates_of
from leaderboard.web.words.sources import ROOT, SOURCES, UNSAID, WORDS
from leaderboard.web.words.templates import Template

_WEB: Final = ROOT / "leaderboard/web"
_METHODS: Final = [("templates/pages/**.html", "jinja2"), ("pages/**.py", "python")]
_KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2)}
_OPTIONS: Final = {"templates/pages/**.html": {"silent": "false", "trimmed": "true"}}
_HEADER: Final = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_WIDTH: Final = 110


def extracted(domain: Domain) -> Catalog:
    """Everything that there is to translate, as it is in the code."""
    return _pages() if domain == "pages" else _said()


def updated(language: str, domain: Domain) -> str:
    """The text of a catalog as it has to be."""
    known, found = catalog(language, domain), extracted(domain)
    # Read, and not made: of some languages the library does not know the plural.
    whole = _read(_HEADER.format(language=language), language)
    for message in found:
        if message.id:
            _add(whole, message, known.get(message.id if isinstance(message.id, str) else message.id[0]))
    written = BytesIO()
    write_po(written, whole, width=_WIDTH, no_location=True, omit_header=True, sort_output=True)
    return _HEADER.format(language=language) + written.getvalue().decode()


def _add(whole: Catalog, message: Message, known: Message | None) -> None:
    """A translation is of one text, or of one with its plural. All our other languages have one form for both."""
    string: tuple[str, ...] | str = ("",) if message.pluralizable else ""
    kept = known if known is not None and known.id == message.id and known.string else None
    whole.add(
        message.id,
        kept.string if kept else string,
        auto_comments=message.auto_comments,
        user_comments=kept.user_comments if kept else (),
    )


def _read(text: str, language: str) -> Catalog:
    return read_po(BytesIO(text.encode()), locale=language)


def _pages() -> Catalog:
    found = Catalog()
    for _, _, message, comments, _ in extract_from_dir(
        _WEB, _METHODS, _OPTIONS, _KEYWORDS, comment_tags=("Translators:",), directory_filter=_is_package
    ):
        found.add(message, auto_comments=comments)
    return found


def _is_package(path: str) -> bool:
    return not Path(path).name.startswith((".", "_"))


def _said() -> Catalog:
    found = Catalog()
    for path, tables in SOURCES.items():
        for template in templates_of((ROOT / path).read_text("utf-8"), tables, UNSAID):
            if template.text not in found:
                found.add(template.text, auto_comments=_comments(template))
    for word in WORDS:
        found.add(word)
    return found


def _comments(template: Template) -> list[str]:
    """What fills each place, for translators; what stays as it is, also for the program."""
    return [
        f"{{{at}}} {STAYS}" if at in template.theirs else f"{{{at}}} {' '.join(place.split())[:80]}"
        for at, place in enumerate(template.places)
    ]


def main() -> None:
    """Writes all catalogs."""
    for language in LANGUAGES:
        if language == ENGLISH:
            continue
        for domain in DOMAINS:
            text = updated(language, domain)
            Path(str(catalog_file(language, domain))).write_text(text, "utf-8")
            texts = [one for one in _read(text, language) if one.id]
            missing = sum(one.string in ("", ("",)) for one in texts)
            sys.stdout.write(f"{language}/{domain}: {len(texts)} texts, {missing} to translate\n")


if __name__ == "__main__":
    main()

"""The catalogs have everything that is said, and nothing else, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from leaderboard.web.words.catalogs import DOMAINS, Domain, catalog, catalog_file
from leaderboard.web.words.extract import updated
from leaderboard.web.words.languages import ENGLISH, LANGUAGES

TRANSLATED = [language for language in LANGUAGES if language != ENGLISH]
BOTH = [(language, domain) for language in TRANSLATED for domain in DOMAINS]

# Keys of the configuration and marks of files, which are nobody's language.
KEYS = {
    "bank.iban: {0}",
    "leaderboard payees v1 {0}",
    "metric.{0}.{1}: {2}",
    "payouts.nacha.{0}: {1}",
    "payouts.pain001.{0}: {1}",
}
# What is the same in another language: names, codes, and words that Indonesian has from English.
SAME = {
    "id": {
        *KEYS,
        *("Audit", "Batch", "Batch %(id)s", "Browser", "File", "Hash", "Hash (SHA-256)", "Heartbeat"),
        *("Host %(number)s", "IBAN", "Id", "Operator"),
        *("1 batch", "{0} batch", "batch {0}", "merchant", "token {0}", "validator {0}", "true", "false"),
        "UV",
        "CSV",
        "TOML",
        "Status",
        "Total",
        "Detail",
        "Host",
        "host",
        "Token",
        "audit",
        "detail",
        "gmv",
    },
    # A length of time says so by itself.
    "th": {*KEYS, "{0} time", "IBAN", "Id", "UV", "CSV", "TOML", "gmv"},
}
_PLACE = re.compile(r"%\(\w+\)[sd]|\{\d+\}|%%")
_CODE = re.compile(r"`[^`]*`")
_MARKUP = re.compile(r"</?[a-z]+")
_WORD = re.compile(r"[A-Za-z]{2}")


def messages(language: str, domain: Domain) -> Iterator[tuple[str, str, Message]]:
    """English, translation, and the message; of a text with a plural, the plural."""
    for one in catalog(language, domain):
        if one.id:
            text = one.string or ""
            english = one.id if isinstance(one.id, str) else one.id[1]
            yield english, text if isinstance(text, str) else text[0], one


def has_words(text: str) -> bool:
    """Whether anything is left to translate beside places and code."""
    return bool(_WORD.search(_CODE.sub("", _PLACE.sub("", text))))


@pytest.mark.parametrize(("language", "domain"), BOTH)
def test_the_catalog_is_what_the_code_says(language: str, domain: Domain) -> None:
    """`make words` brings it in line."""
    assert catalog_file(language, domain).read_text("utf-8") == updated(language, domain)


@pytest.mark.parametrize(("language", "domain"), BOTH)
def test_everything_is_translated(language: str, domain: Domain) -> None:
    assert [
        english for english, text, one in messages(language, domain) if not text.strip() or one.fuzzy
    ] == []


@pytest.mark.parametrize(("language", "domain"), BOTH)
def test_a_translation_has_the_places_and_the_code_of_the_english(language: str, domain: Domain) -> None:
    wrong = [
        english
        for english, text, _ in messages(language, domain)
        if text
        for part in (_PLACE, _CODE, _MARKUP)
        if sorted(part.findall(english)) != sorted(part.findall(text))
    ]

    assert wrong == []


@pytest.mark.parametrize(("language", "domain"), BOTH)
def test_no_translation_is_english(language: str, domain: Domain) -> None:
    same = [
        english for english, text, _ in messages(language, domain) if text == english and has_words(english)
    ]

    assert set(same) - SAME[language] == set()


def test_thai_is_written_in_thai() -> None:
    found = [
        english
        for domain in DOMAINS
        for english, text, _ in messages("th", domain)
        if text and has_words(english) and english not in SAME["th"] and not re.search(r"[ก-๙]", text)
    ]

    assert found == []

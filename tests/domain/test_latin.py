"""Latin spellings: no letter is lost, or there is no spelling."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.latin import to_latin

LETTERS = ("Lu", "Ll", "Lt", "Lo", "Nd")


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("O'Brien", "O'Brien"),
        ("O’Brien", "O'Brien"),
        ("O´Brien", "O'Brien"),
        ("O`Brien", "O'Brien"),
        ("Zoë", "Zoe"),
        ("Zoe\u0308", "Zoe"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Voß & Söhne", "Voss & Sohne"),
        ("GROẞ", "GROSS"),
        ("Ødegård Æsir Œuvre", "Odegard AEsir OEuvre"),
        ("Þór Guðmundsson", "THor Gudmundsson"),
        ("Işıl Đặng", "Isil Dang"),
        ("Əliyev", "Eliyev"),
        ("Marie–Claire «Bo» “Jo”", 'Marie-Claire "Bo" "Jo"'),
        ("Kaʻiulani", "Ka'iulani"),
        ("Gal·la", "Gal.la"),
        ("ŉ ǽ ﬁ Ⅳ ＡＢ", "'n ae fi IV AB"),
        ("Ana\u00a0 \tMa\u00adria\n", "Ana Maria"),
        ("", ""),
    ],
)
def test_a_name_is_spelled_in_ascii(text: str, spelling: str) -> None:
    assert to_latin(text) == spelling


@pytest.mark.parametrize(
    "text", ["李小龙", "Ana 李", "Иван", "Ωμέγα", "محمد", "한", "Zoë ☕", "a\u0364", "a\0b", "€5"]
)
def test_what_has_no_spelling_gets_none(text: str) -> None:
    assert to_latin(text) is None


@given(st.text(st.characters(max_codepoint=0x24F)) | st.text())
def test_no_letter_is_lost(text: str) -> None:
    spelling = to_latin(text)

    letters = sum(unicodedata.category(character) in LETTERS for character in text)
    assert spelling is None or sum(map(str.isalnum, spelling)) >= letters


@given(st.text(st.characters(max_codepoint=0x24F)) | st.text())
def test_a_spelling_is_printable_ascii_and_stays_as_it_is(text: str) -> None:
    spelling = to_latin(text)

    assert spelling is None or (
        spelling.isascii() and spelling.isprintable() and to_latin(spelling) == spelling
    )


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="`")))
def test_ascii_is_its_own_spelling(text: str) -> None:
    assert to_latin(text) == text

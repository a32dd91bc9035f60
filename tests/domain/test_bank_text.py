"""Text in bank files: nothing but what banks read, and no letter lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.bank_text import Unspellable, spelled

# SWIFT's character set X, without its line break.
SWIFT_X = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("O'Brien", "O'Brien"),
        ("  Zoë   Voß ", "Zoe Voss"),
        ("Smith & Sons; est. [1999]", "Smith + Sons, est. (1999)"),
        ("a_b@example", "a-b.example"),
        ("/left//right/", "left/right"),
    ],
)
def test_latin_has_a_sign_for_what_banks_lack(text: str, written: str) -> None:
    assert spelled(text, "latin") == written


def test_utf8_is_as_it_is_but_for_blanks() -> None:
    assert spelled(" 李\u00a0小龙  & Co ", "utf-8") == "李 小龙 & Co"


@pytest.mark.parametrize("charset", ["latin", "utf-8"])
@pytest.mark.parametrize(
    "sign", ["\x00", "\t", "\n", "\x7f", "\x85", "\u2028", "\u202e", "\u200b", "\ufffe", "\ue000"]
)
def test_what_does_not_show_is_refused(sign: str, charset: str) -> None:
    with pytest.raises(Unspellable, match="cannot be printed"):
        spelled(f"Jordan{sign}Lee", charset)  # type: ignore[arg-type]


@given(st.text())
def test_latin_is_the_set_of_swift_or_nothing(text: str) -> None:
    try:
        written = spelled(text, "latin")
    except Unspellable:
        return

    assert SWIFT_X.fullmatch(written)
    assert "//" not in written
    assert written == written.strip(" /")
    assert spelled(written, "latin") == written


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_no_letter_or_digit_is_lost(text: str) -> None:
    kept = [sign for sign in text if sign.isalnum()]

    assert [sign for sign in spelled(text, "latin") if sign.isalnum()] == kept

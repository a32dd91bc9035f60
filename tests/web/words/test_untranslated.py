"""English that is left in a Thai page is found."""

from __future__ import annotations

import pytest

from leaderboard.web.words import words_of
from tests.web.words.untranslated import untranslated

THAI = words_of("th")


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Nothing was found.</p>", ["Nothing was found"]),
        ("<p>ไม่พบ <b>x</b> as it stands</p>", ["as it stands"]),
        ('<a aria-label="Skip to the content">ก</a>', ["Skip to the content"]),
        ("<p>ไม่พบ UV CSV</p>", []),
        ('<p translate="no">Maya at home</p>', []),
        ("<code>leaderboard flags show</code>", []),
        ("<p>account-7 shop_7 lb/x</p>", []),
    ],
)
def test_three_words_in_a_row_are_english(html: str, found: list[str]) -> None:
    assert untranslated(f"<html><body>{html}</body></html>", THAI) == found


def test_only_thai_shows_what_is_english() -> None:
    with pytest.raises(ValueError, match="a page in Thai"):
        untranslated("<p>x</p>", words_of("id"))

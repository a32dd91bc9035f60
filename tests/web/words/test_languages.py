"""Which language a reader gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.web.words import LANGUAGES, negotiated


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("th", "th"),
        ("th-TH,th;q=0.9,en;q=0.8", "th"),
        ("en;q=0.5, id;q=0.7, th;q=0.6", "id"),
        ("id;q=0.3,th;q=0.30,en;q=0.2", "id"),
        ("fr, de;q=0.9", "en"),
        ("fr, th;q=0.1", "th"),
        ("in-ID", "id"),
        ("TH", "th"),
        ("th ; q=0.2 , id ; q=1", "id"),
        ("*", "en"),
        ("en;q=0, *", "id"),
        ("en;q=0", "en"),
        ("*;q=0, th", "th"),
        ("th;q=2, id;q=0.1", "id"),
        ("th;q=, id;q=0.1", "id"),
        (";;;,,,q", "en"),
    ],
)
def test_a_browser_gets_what_it_wants_most_of_what_there_is(accepted: str, language: str) -> None:
    assert negotiated(None, accepted) == language


def test_what_somebody_chose_comes_before_what_the_browser_asks_for() -> None:
    assert negotiated("id", "th") == "id"


def test_a_choice_that_is_no_language_is_none() -> None:
    assert negotiated("xx", "th") == "th"


@given(st.one_of(st.none(), st.text()), st.text())
def test_whatever_is_sent_the_answer_is_a_language(chosen: str | None, accepted: str) -> None:
    assert negotiated(chosen, accepted) in LANGUAGES

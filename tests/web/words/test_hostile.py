"""Whatever stands in a sentence of the API: it is said in some way, soon, and nothing fails."""

from __future__ import annotations

from time import monotonic

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leaderboard.web.words import LANGUAGES, words_of

ODD = st.sampled_from(
    [
        "9999-99-99T99:99:99.000Z",
        "1,000,000,000",
        "9" * 400,
        "USD " + "9" * 200,
        "99:99",
        "31 Feb",
        "2026-02-30",
        "0.0.0",
    ]
)


@pytest.mark.parametrize("language", LANGUAGES)
@given(st.lists(st.text(max_size=30) | ODD, max_size=6).map(" ".join))
@example("9999-99-99T99:99:99.000Z")
@example(",".join(["1", *["000"] * 900]))
@example("9." + "9" * 3_000)
def test_nothing_that_anybody_wrote_makes_it_fail(language: str, sentence: str) -> None:
    assert isinstance(words_of(language).said(sentence), str)


@pytest.mark.parametrize("joint", ["; ", ", ", ": ", " and ", ", or ", ". ", " (", " is "])
def test_a_long_sentence_takes_no_long_time(joint: str) -> None:
    began_s = monotonic()
    words_of("th").said(joint.join(["the account a1"] * 150))

    assert monotonic() - began_s < 5

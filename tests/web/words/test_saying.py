"""What the API says in English, in another language: by templates whose translation is marked, so that all shows."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.web.words import words_of
from leaderboard.web.words.extract import extracted
from leaderboard.web.words.figures import Figures
from leaderboard.web.words.patterns import PLACE, pattern_of
from leaderboard.web.words.saying import WEAK_LETTERS, Sayer

TEMPLATES = sorted(str(one.id) for one in extracted("said") if one.id)
NAME = st.text("bcdfghjkmnpqrtvwxz_0123456789", min_size=1, max_size=12).filter(
    lambda text: not text.isdigit()
)


def sayer(templates: dict[str, str], *, theirs: str = "") -> Sayer:
    patterns = [pattern_of(english, text, (theirs,)) for english, text in templates.items()]
    return Sayer("id", sorted(patterns, key=lambda one: -one.letters), Figures("id"))


def in_thai(text: str) -> str:
    """A stand-in: the same places in the opposite order, and no Latin letter."""
    return "ก " + " ก ".join(reversed([match[0] for match in PLACE.finditer(text)]))


EVERYTHING = Sayer("th", [pattern_of(text, in_thai(text)) for text in TEMPLATES], Figures("th"))


@given(st.sampled_from(TEMPLATES), st.data())
def test_every_template_is_found_again_whatever_fills_it(template: str, data: st.DataObject) -> None:
    # Next to a mere `of` stands something that is known, such as a figure.
    filling = NAME if pattern_of(template, "").letters >= WEAK_LETTERS else st.sampled_from("123456789")
    names = {place: data.draw(filling) for place in set(PLACE.findall(template))}
    filled = PLACE.sub(lambda match: names[match[1]], template)

    text = EVERYTHING.said(filled)

    assert "ก" in text
    assert all(name in text for name in names.values())


def test_a_place_keeps_what_fills_it_wherever_it_stands_in_the_translation() -> None:
    said = sayer({"{0} of {1} missing": "kurang {0} dari {1}", "{0} by {1}": "{1}: {0}"}).said

    assert said("3 of 14 missing") == "kurang 3 dari 14"
    assert said("votes by shop-7") == "shop-7: votes" or said("votes by shop-7") == "votes by shop-7"


def test_the_template_that_leaves_least_english_wins() -> None:
    said = sayer({"{0} is held": "{0} ditahan", "account {0} is held": "akun {0} ditahan"}).said

    assert said("account a-7 is held") == "akun a-7 ditahan"


def test_parts_are_said_in_turn() -> None:
    said = sayer(
        {"None holds: {0}.": "Tidak ada: {0}.", "at least {0}": "minimal {0}", "{0}, or {1}": "{0} atau {1}"}
    ).said

    assert said("None holds: uv at least 1,000, or gmv at least USD 5,000.5.") == (
        "Tidak ada: uv minimal 1.000 atau gmv minimal USD\N{NO-BREAK SPACE}5.000,50."
    )


def test_sentences_and_clauses_are_said_one_by_one() -> None:
    said = sayer({"It waits.": "Menunggu.", "it is held": "ditahan"}).said

    assert said("It waits. It is held; it is held.") == "Menunggu. Ditahan; ditahan."


def test_what_people_wrote_stays_as_it_is() -> None:
    templates = {"Decided: {0}": "Diputuskan: {0}", "at least {0}": "minimal {0}"}

    assert (
        sayer(templates, theirs="{0} stays as it is").said("Decided: at least 7") == "Diputuskan: at least 7"
    )
    assert sayer(templates).said("Decided: at least 7") == "Diputuskan: minimal 7"


def test_a_mere_of_or_and_is_not_said_in_what_nobody_knows() -> None:
    assert sayer({"{0} and {1}": "{0} dan {1}"}).said("Ann and Bob") == "Ann and Bob"


def test_what_is_not_known_stays_english_and_is_noted() -> None:
    one = sayer({"It waits.": "Menunggu."})

    assert one.said("Somebody sang.") == "Somebody sang."
    assert one.said("It waits.") == "Menunggu."
    assert one.unknown == {"Somebody sang."}


@pytest.mark.parametrize(
    ("english", "text"),
    [
        ("1,234", "1.234"),
        ("41.66%", "41,66%"),
        ("2026", "2026"),
        ("USD 1,234.5", "USD 1.234,50"),
        ("2 h 10 min", "2 jam 10 menit"),
        ("1.5 h", "1,5 jam"),
        ("84 h", "84 jam"),
        ("14:30", "14.30"),
        ("25:99", "25:99"),
        ("3 Feb", "3 Feb"),
        ("31 Feb", "31 Feb"),
        ("2022-02-14T08:05:00.000Z", "14 Feb 2022, 08.05 UTC"),
        ("2022-13-14", "2022-13-14"),
        ("`leaderboard flags x`", "`leaderboard flags x`"),
        ("XYZ 5", "XYZ 5"),
    ],
)
def test_figures_take_the_form_of_the_language(english: str, text: str) -> None:
    said = sayer({"It is {0}.": "Yaitu {0}."}).said(f"It is {english}.")

    assert said.replace("\N{NO-BREAK SPACE}", " ") == f"Yaitu {text}."


@pytest.mark.parametrize("text", ["10.1.2.0/24", "cell/1", "a-1.5", "v1.2.3", "5 of", "h 5"])
def test_what_only_looks_like_a_figure_is_none(text: str) -> None:
    assert Figures("id").said(text) is None


def test_english_has_times_as_people_read_them() -> None:
    said = words_of("en").said("Taken until 2022-02-14T08:05:00.000Z, such as 2022-02-14T08:00:00Z.")

    assert (
        said.replace("\N{NO-BREAK SPACE}", " ")
        == "Taken until 14 Feb 2022, 08:05 UTC, such as 2022-02-14T08:00:00Z."
    )


def test_nothing_is_said_of_nothing() -> None:
    assert [words_of("th").said(text) for text in (None, "", " ")] == ["", "", " "]


@given(st.text(max_size=200))
def test_whatever_comes_something_is_said(text: str) -> None:
    assert bool(EVERYTHING.said(text)) == bool(text)


@pytest.mark.parametrize(
    "text",
    ["a, b; c and d: e or f is (g). " * 130, "x of " * 780, "(" * 3_900, "A. " * 1_300, "is at most " * 350],
)
def test_no_text_takes_long(text: str) -> None:
    started_s = perf_counter()

    EVERYTHING.said(text)

    assert perf_counter() - started_s < 5


def test_a_sentence_of_several_findings_is_said_whole() -> None:
    text = EVERYTHING.said(
        "40% of the visitors (400 of 1000) came from one network (10.1.2.0/24) between 14:00 and 15:30 UTC on 3 Feb; "
        "3 device models for 400 visitors, peers 12; stays 4 times as alike as peers'; no carts, 12.3 expected"
    )

    assert not re.search(r"[a-z]{3}", text)

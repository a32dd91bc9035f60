"""Texts, ids, objects and lists as real clients send them."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.events_api.lenient import (
    NotUnderstood,
    id_of,
    is_absent,
    kind_of,
    list_of,
    object_of,
    shorten,
    text_of,
)


@pytest.mark.parametrize("value", [None, "", "  ", float("nan"), [], False])
def test_nothing_comes_in_many_forms(value: object) -> None:
    assert is_absent(value)
    assert text_of(value, "x") is None


@pytest.mark.parametrize("value", [0, 0.0, "0", "a", {}, [None], True])
def test_zero_and_an_empty_object_are_something(value: object) -> None:
    assert not is_absent(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1077218, "1077218"), (5.0, "5"), (1.5, "1.5"), (-3, "-3"), (" mug ", "mug"), (1e300, "1e+300")],
)
def test_numbers_are_texts_too(value: object, text: str) -> None:
    assert text_of(value, "x") == text


@pytest.mark.parametrize("value", [True, {}, {"id": 1}, [1], 10**100, float("inf")])
def test_what_is_no_text_names_its_field(value: object) -> None:
    with pytest.raises(NotUnderstood, match=r"^data\.0\.event_id: "):
        text_of(value, "data.0.event_id")


def test_half_a_surrogate_pair_is_replaced_so_that_it_can_be_kept() -> None:
    assert text_of("mug\ud83d", "x") == "mug?"


@pytest.mark.parametrize("word", ["0", "undefined", "null", "none", "nan"])
def test_placeholders_and_their_hashes_identify_nothing(word: str) -> None:
    hashed = sha256(word.encode()).hexdigest()

    assert [id_of(text, "x") for text in (word, word.upper(), f" {word} ", hashed, hashed.upper())] == [
        None
    ] * 5


def test_the_hash_of_an_empty_text_identifies_nobody() -> None:
    assert id_of("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "x") is None


def test_zero_as_a_number_is_a_placeholder_as_well() -> None:
    assert id_of(0, "x") is None


@pytest.mark.parametrize("value", [None, [], "", "null", {}])
def test_an_absent_object_is_empty(value: object) -> None:
    assert object_of(value, "x") == {}


def test_an_object_may_come_as_json_text() -> None:
    assert object_of('{"a": 1}', "x") == {"a": 1}


@pytest.mark.parametrize("value", [5, True, [1], "{", "5", "[" * 100_000])
def test_what_is_no_object_names_its_field(value: object) -> None:
    with pytest.raises(NotUnderstood, match=r"^properties: "):
        object_of(value, "properties")


@pytest.mark.parametrize("value", [{"id": 1}, [{"id": 1}], '[{"id": 1}]', '{"id": 1}', {"3": {"id": 1}}])
def test_one_object_stands_for_a_list_of_one(value: object) -> None:
    assert list_of(value, "x") == [{"id": 1}]


@pytest.mark.parametrize("value", [None, "", "undefined", []])
def test_an_absent_list_is_empty(value: object) -> None:
    assert list_of(value, "x") == []


@pytest.mark.parametrize("value", [5, True, "mug", "5", "[{id: 1}]"])
def test_what_is_no_list_names_its_field(value: object) -> None:
    with pytest.raises(NotUnderstood, match=r"^contents: "):
        list_of(value, "contents")


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, "true"), ({}, "an object"), ([], "a list"), ("a", "a text"), (1, "a number"), (None, "null")],
)
def test_values_are_told_by_kind_and_never_by_content(value: object, kind: str) -> None:
    assert kind_of(value) == kind


@given(st.text(max_size=200), st.integers(70, 100))
def test_a_shortened_text_fits_and_a_short_one_stays(text: str, limit: int) -> None:
    short = shorten(text, limit)

    assert len(short) <= limit
    assert short == text or len(text) > limit


@given(st.lists(st.text(alphabet="ab", min_size=90, max_size=120), unique=True, max_size=20))
def test_different_long_texts_stay_different(texts: list[str]) -> None:
    assert len({shorten(text, 80) for text in texts}) == len(texts)


def test_a_shortened_text_still_begins_like_itself() -> None:
    assert shorten("sku-" + "x" * 200, 128).startswith("sku-xxx")

"""Which products an event names."""

from __future__ import annotations

import pytest

from leaderboard.domain.events_api.lenient import NotUnderstood
from leaderboard.domain.events_api.products import MAX_PRODUCTS, product_ids_of


@pytest.mark.parametrize(
    "properties",
    [
        {"contents": [{"content_id": "mug"}, {"content_id": "cup"}]},
        {"contents": [{"content_id": "mug"}, {"content_id": "cup"}, {}, None, {"content_id": "mug"}]},
        {"contents": [{"id": "mug", "item_price": 3}, {"id": "cup"}]},
        {"contents": '[{"content_id": "mug"}, {"content_id": "cup"}]'},
        {"contents": {"0": {"content_id": "mug"}, "2": {"content_id": "cup"}}},
        {"contents": ["mug", "cup"]},
        {"contents": [{"content_id": "mug"}, {"content_id": "cup"}], "content_ids": ["mug", "hat"]},
        {"contents": [], "content_ids": ["mug", "cup"]},
        {"contents": [{"content_id": "undefined"}], "content_ids": '["mug", "cup"]'},
        {"contents_ids": ["mug", "cup"]},
        {"content_id": ["mug", "cup"]},
    ],
)
def test_products_are_found_in_every_place_and_each_is_named_once(properties: dict[str, object]) -> None:
    assert product_ids_of(properties) == ["mug", "cup"]


@pytest.mark.parametrize(
    "properties",
    [
        {"contents": {"content_id": 7}},
        {"contents": '{"content_id": "7"}'},
        {"contents": [{"content_id": 7.0}]},
        {"contents": [{"content_id": "", "id": 7}]},
        {"content_ids": 7},
        {"content_ids": "7"},
        {"content_id": "7"},
    ],
)
def test_one_product_may_come_as_an_object_a_text_or_a_number(properties: dict[str, object]) -> None:
    assert product_ids_of(properties) == ["7"]


@pytest.mark.parametrize("word", ["", "undefined", "null", "None", "NaN", "0", 0, None, float("nan"), False])
def test_placeholders_are_no_products(word: str) -> None:
    assert (
        product_ids_of({"contents": [{"content_id": word}], "content_ids": [word], "content_id": word}) == []
    )


@pytest.mark.parametrize(
    "nothing", [{}, {"contents": []}, {"contents": None}, {"contents": ""}, {"contents": [{}]}]
)
def test_an_event_may_name_no_product(nothing: dict[str, object]) -> None:
    assert product_ids_of(nothing) == []


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"contents": "mug"}, "properties.contents"),
        ({"contents": 5}, "properties.contents"),
        ({"contents": [{}, {"content_id": {"sku": 1}}]}, "properties.contents.1.content_id"),
        ({"contents": [["mug"]]}, "properties.contents.0"),
        ({"content_ids": ["mug", {}]}, "properties.content_ids.1"),
        ({"content_ids": "[mug"}, "properties.content_ids"),
        ({"content_id": True}, "properties.content_id"),
    ],
)
def test_what_is_no_product_is_named_by_its_place(properties: dict[str, object], field: str) -> None:
    with pytest.raises(NotUnderstood) as error:
        product_ids_of(properties)

    assert error.value.field == field


def test_a_long_id_is_shortened_and_stays_itself() -> None:
    first, second = product_ids_of({"content_ids": ["x" * 200 + "1", "x" * 200 + "2"]})

    assert len(first) == len(second) == 128
    assert first != second
    assert product_ids_of({"content_id": "x" * 200 + "1"}) == [first]


def test_no_more_is_read_than_is_needed_to_know_that_it_is_too_much() -> None:
    assert len(product_ids_of({"content_ids": [str(n) for n in range(1, 9999)]})) == MAX_PRODUCTS + 1

"""What of a request counts, and what is said of the rest."""

from __future__ import annotations

import pytest

from leaderboard.domain.events import Order
from leaderboard.domain.events_api import Translation
from leaderboard.domain.events_api.products import MAX_PRODUCTS

from .bodies import batch1, purchase, track1, track2, translated, view


def reasons(translation: Translation) -> list[str]:
    return [note.reason for note in translation.uncounted]


def counts(translation: Translation) -> tuple[int, int, int]:
    return translation.code, translation.views, translation.orders


def test_of_two_events_with_one_id_the_first_counts() -> None:
    translation = translated(track2(purchase(5), purchase(6)))

    assert counts(translation) == (0, 0, 1)
    assert [event.value.amount for event in translation.events if isinstance(event, Order)] == ["5.00"]
    assert reasons(translation) == ["duplicate"]


def test_names_are_made_the_present_ones_before_repeats_are_looked_for() -> None:
    assert counts(translated(track2(purchase(), purchase(event="CompletePayment")))) == (0, 0, 1)


def test_a_view_of_other_products_with_the_same_event_id_is_a_repeat() -> None:
    assert counts(translated(track2(view("mug"), view("cup")))) == (0, 1, 0)


def test_one_event_id_may_serve_events_of_different_names() -> None:
    assert counts(translated(track2(view(event_id="e"), purchase(event_id="e")))) == (0, 1, 1)


def test_events_without_an_id_stand_alone() -> None:
    body = track2(view(event_id=None), view(event_id=None), purchase(event_id=""), purchase(event_id=""))

    assert counts(translated(body)) == (0, 2, 2)


def test_one_order_under_two_event_ids_counts_once() -> None:
    translation = translated(
        track2(purchase(event_id="e1", order_id="A"), purchase(event_id="e2", order_id="A"))
    )

    assert counts(translation) == (0, 0, 1)
    assert reasons(translation) == ["duplicate"]


def test_a_refund_may_share_its_event_id_with_its_order() -> None:
    translation = translated(track2(purchase(5), purchase(-5)))

    assert (counts(translation), len(translation.events)) == ((0, 0, 1), 2)


def test_a_view_of_one_product_named_twice_counts_once() -> None:
    properties = {"contents": [{"content_id": "mug"}, {"content_id": "mug"}], "content_ids": ["mug"]}

    assert counts(translated(track2(view(properties=properties)))) == (0, 1, 0)


@pytest.mark.parametrize(
    "body",
    [
        track2(view(), purchase(), test_event_code="T1"),
        track2(view(test_event_code="T1"), purchase(test_event_code="T1")),
    ],
)
def test_test_events_are_accepted_and_count_nothing(body: dict[str, object]) -> None:
    translation = translated(body)

    assert (counts(translation), translation.events) == ((0, 0, 0), [])
    assert reasons(translation) == ["test_event", "test_event"]


def test_a_test_event_does_not_stand_in_the_way_of_the_real_one() -> None:
    assert counts(translated(track2(view(test_event_code="T1"), view()))) == (0, 1, 0)


def test_a_test_among_others_leaves_them_alone() -> None:
    body = batch1(track1(test_event_code="T1"), track1(event_id="v2"))

    assert counts(translated(body, "pixel/batch")) == (0, 1, 0)
    assert counts(translated(body | {"test_event_code": "T1"}, "pixel/batch")) == (0, 0, 0)


@pytest.mark.parametrize(
    ("origin", "counted", "noted"),
    [
        ("web", (0, 1, 1), []),
        ("app", (0, 1, 1), []),
        ("offline", (0, 0, 1), ["offline_view"]),
        ("crm", (0, 0, 0), ["crm_event", "crm_event"]),
    ],
)
def test_the_origin_decides_what_may_count(
    origin: str, counted: tuple[int, int, int], noted: list[str]
) -> None:
    translation = translated(track2(view(), purchase(), event_source=origin))

    assert (counts(translation), reasons(translation)) == (counted, noted)


@pytest.mark.parametrize(
    "properties", [{}, None, [], {"contents": []}, {"contents": [{"content_name": "x"}]}]
)
def test_a_view_without_a_product_counts_nothing(properties: object) -> None:
    translation = translated(track2(view(properties=properties)))

    assert (counts(translation), reasons(translation)) == ((0, 0, 0), ["view_without_product"])


@pytest.mark.parametrize("user", [None, {}, [], {"external_id": "0"}, {"ip": "198.51.100.7"}])
def test_an_anonymous_view_counts_nothing_and_says_what_is_missing(user: object) -> None:
    translation = translated(track2(view(user=user)))

    assert counts(translation) == (0, 0, 0)
    assert reasons(translation) == ["anonymous_view"]
    assert "external_id" in translation.uncounted[0].detail


@pytest.mark.parametrize("value", [0, None, "", "1,299.00"])
def test_an_order_of_any_value_not_below_zero_counts(value: object) -> None:
    assert counts(translated(track2(purchase(value)))) == (0, 0, 1)


def test_a_placed_order_is_none() -> None:
    assert counts(translated(track2(purchase(event="PlaceAnOrder")))) == (0, 0, 0)


def test_a_value_without_a_currency_is_noted_and_the_order_counts() -> None:
    translation = translated(track2(purchase("99.90", None)))

    assert counts(translation) == (0, 0, 1)
    assert reasons(translation) == ["value_without_currency"]
    assert "99.9" in translation.uncounted[0].detail


def test_the_currency_of_the_account_may_be_given() -> None:
    (order,) = translated(track2(purchase("99.90", None)), home_currency="SAR").events

    assert isinstance(order, Order)
    assert (order.value.amount, order.value.currency) == ("99.90", "SAR")


@pytest.mark.parametrize("name", ["purchase", "Order Completed", "Test Event"])
def test_a_custom_event_is_a_step_and_noted_under_the_name_it_was_sent_with(name: str) -> None:
    translation = translated(track2(view(event=name)))

    assert len(translation.events) == 1
    assert [(note.reason, note.event_name) for note in translation.uncounted] == [("custom_event", name)]


def test_a_use_of_data_that_is_limited_counts_all_the_same() -> None:
    assert counts(translated(track2(view(limited_data_use=True)))) == (0, 1, 0)


def test_of_very_many_products_the_first_count() -> None:
    products = {"content_ids": [f"p{n}" for n in range(MAX_PRODUCTS + 5)]}
    translation = translated(track2(view(properties=products)))

    assert (counts(translation), reasons(translation)) == ((0, MAX_PRODUCTS, 0), ["too_many_products"])

"""Habits of real clients of the dialect, each in a made-up body: what they send must be read as they mean it."""

from __future__ import annotations

import pytest

from leaderboard.domain.events import FunnelStep, Order, ProductView, Refund
from leaderboard.domain.events_api import Translation, collapse_key
from leaderboard.domain.kept_events import KeptOrder, keep

from .bodies import RECEIVED_MS, SENT_MS, batch1, purchase, track1, track2, translated, view

EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def counts(translation: Translation) -> tuple[int, int, int]:
    return translation.code, translation.views, translation.orders


def test_segment_proves_a_connection_with_an_event_of_empty_fields() -> None:
    translation = translated(
        {"pixel_code": "PIXEL", "event": "Test Event", "timestamp": "", "context": {}}, "pixel/track"
    )

    assert counts(translation) == (0, 0, 0)
    assert [event.at for event in translation.events] == [RECEIVED_MS]


def test_segment_sends_every_user_field_as_a_list_even_an_empty_one() -> None:
    user = {"external_id": ["ana"], "phone": [], "email": [], "first_name": "", "zip_code": ""}
    translation = translated(track2(view(user=user, limited_data_use=False)))

    assert [event.visitor_id for event in translation.events if isinstance(event, ProductView)] == [
        "external_id:ana"
    ]


def test_segment_once_put_the_test_code_into_the_event() -> None:
    assert counts(translated(track2(view(test_event_code="T1")))) == (0, 0, 0)


def test_rudderstack_misspells_content_ids_and_makes_undefined_a_text() -> None:
    properties = {"contents": [{"content_id": "undefined"}], "contents_ids": ["mug", "undefined"]}

    assert counts(translated(track2(view(properties=properties)))) == (0, 1, 0)


def test_rudderstack_maps_one_event_to_several_names_under_one_event_id() -> None:
    names = ["PlaceAnOrder", "AddToCart", "CompletePayment", "download"]
    translation = translated(track2(*(purchase(event=name, event_id="e1") for name in names)))

    assert counts(translation) == (0, 0, 1)
    assert sum(isinstance(event, FunnelStep) for event in translation.events) == 3


def test_rudderstack_once_sent_a_single_event_to_the_batch_path() -> None:
    assert counts(translated(track1(), "pixel/batch")) == (40002, 0, 0)


def test_tag_manager_sends_the_transaction_number_as_event_id_and_prices_as_texts() -> None:
    translation = translated(
        track2(purchase("12.50", event_id=357, contents=[{"content_id": 7, "price": "1"}]))
    )

    assert counts(translation) == (0, 0, 1)
    assert translation.events[0].id == "event:357"


def test_tag_manager_sends_contents_typed_by_hand_as_a_raw_text() -> None:
    typed = view(properties={"contents": '[{"content_id": "mug"}]'})
    mistyped = view(properties={"contents": "[{content_id: mug}]"})

    assert counts(translated(track2(typed))) == (0, 1, 0)
    assert translated(track2(mistyped)).message == "data.0.properties.contents: is a text that is not JSON"


def test_zaraz_reports_every_page_as_a_view_and_a_value_that_is_no_number_as_null() -> None:
    translation = translated(track2(view(properties={}), purchase(None, event_id="z2")))

    assert counts(translation) == (0, 0, 1)


def test_zaraz_leaves_out_the_name_of_what_it_does_not_know() -> None:
    body = track2({key: value for key, value in view().items() if key != "event"})

    assert translated(body).message == "data.0.event: missing"


def test_a_managed_component_ends_its_contents_with_a_stray_object() -> None:
    properties = {
        "contents": [{"content_id": "mug"}, {"content_id": "cup"}, {}],
        "content_type": "product_group",
    }

    assert counts(translated(track1(properties=properties), "pixel/track")) == (0, 2, 0)


def test_all_guests_of_woocommerce_are_zero_and_told_apart_by_what_else_is_sent() -> None:
    guests = [{"external_id": "0", "ip": f"198.51.100.{n}", "user_agent": "Firefox"} for n in (1, 2)]
    translation = translated(track2(*(view(user=user, event_id=user["ip"]) for user in guests)))

    visitors = {event.visitor_id for event in translation.events if isinstance(event, ProductView)}

    assert visitors == {"ip_ua:198.51.100.1|Firefox", "ip_ua:198.51.100.2|Firefox"}


def test_woocommerce_reports_a_purchase_twice_and_the_two_can_be_made_one() -> None:
    twice = translated(track2(purchase(event_id="a1"), purchase(event_id="b2"))).events

    kept = [keep(event, RECEIVED_MS, hash) for event in twice]

    assert len({event.id for event in kept}) == 2
    assert len({collapse_key(event) for event in kept if isinstance(event, KeptOrder)} - {None}) == 1


def test_prestashop_groups_its_numbers_and_hashes_the_empty_mail_of_guests() -> None:
    user = {"email": EMPTY_HASH, "phone_number": "+1555"}
    (order,) = translated(
        track2(purchase("1,299.00", "eur", user=user, page={"url": "shop.example/thanks"}))
    ).events

    assert isinstance(order, Order)
    assert (order.value.amount, order.value.currency, order.visitor_id) == ("1299.00", "EUR", "phone:+1555")


def test_an_older_prestashop_sends_one_product_as_an_object_and_no_currency() -> None:
    properties = {"contents": {"content_id": 7, "price": 3}, "value": "3.00"}
    translation = translated(
        track1(event="CompletePayment", event_id=None, properties=properties), "pixel/track"
    )

    (order,) = translation.events

    assert isinstance(order, Order)
    assert (order.id, order.product_ids, order.value.amount) == ("request:r1#0", ["7"], "0.00")
    assert [note.reason for note in translation.uncounted] == ["value_without_currency"]


def test_a_php_client_sends_times_as_texts_and_null_for_user_and_page() -> None:
    event = purchase(None, "", event_time=str(SENT_MS // 1000), user=None, page=None, order_id="")

    assert counts(translated(track2(event, test_event_code=""))) == (0, 0, 1)


def test_a_python_client_parts_date_and_time_with_a_blank_and_leaves_out_the_type() -> None:
    item = track1(timestamp="2023-06-09 13:37:26-03:00")
    (event,) = translated(batch1(item), "pixel/batch").events

    assert event.at == 1_686_328_646_000


def test_posthog_names_products_twice_and_sends_fractions_of_a_second() -> None:
    properties = {"content_ids": ["mug"], "contents": [{"content_id": "mug"}]}
    (event,) = translated(track2(view(event_time=1_699_999_990.067, page={}, properties=properties))).events

    assert event.at == 1_699_999_990_067


def test_a_shop_that_speaks_the_dialect_of_meta_is_understood_and_refunds_with_a_minus() -> None:
    contents = [{"id": "mug", "item_price": 12.5}]
    events = translated(
        track2(
            purchase(event="CompletePayment", contents=contents, order_id="A-1"),
            purchase(-12.5, event="CompletePayment", contents=contents, order_id="A-1", event_id="back"),
        )
    ).events

    order, refund = events

    assert isinstance(order, Order)
    assert isinstance(refund, Refund)
    assert (order.product_ids, refund.order_id, refund.value.amount) == (["mug"], "A-1", "12.50")


def test_an_identity_at_the_root_of_a_1_0_event_is_found() -> None:
    body = track1(context={}, user={"external_id": ["ana"], "phone_number": ["+1555"]})
    (event,) = translated(body, "pixel/track").events

    assert isinstance(event, ProductView)
    assert event.visitor_id == "external_id:ana"


def test_home_grown_clients_send_times_in_milliseconds_and_product_ids_beside_the_contents() -> None:
    new = view(event_time=SENT_MS, properties={"content_id": "mug"}, user={"ttclid": "click"})
    old = track1(timestamp=SENT_MS, properties={"content_id": "mug"}, context={"ad": {"callback": "click"}})

    assert translated(track2(new)).events == translated(old, "pixel/track").events


def test_home_grown_clients_forward_the_whole_list_of_proxies() -> None:
    user = {"ip": "198.51.100.7, 10.0.0.1", "user_agent": "Firefox"}
    (event,) = translated(track2(view(user=user))).events

    assert isinstance(event, ProductView)
    assert (event.visitor_id, event.ip) == ("ip_ua:198.51.100.7|Firefox", "198.51.100.7")


@pytest.mark.parametrize(
    ("body", "endpoint", "hint"),
    [
        (track1(), "event/track", "pixel/track"),
        (batch1(track1()), "event/track", "pixel/batch"),
        (track2(view()), "pixel/track", "event/track"),
        (track2(view()), "pixel/batch", "event/track"),
        (track1(), "pixel/batch", "pixel/track"),
    ],
)
def test_a_body_on_the_wrong_path_is_rejected_with_the_right_one(
    body: object, endpoint: str, hint: str
) -> None:
    translation = translated(body, endpoint)  # type: ignore[arg-type]

    assert translation.code == 40002
    assert translation.message.endswith(f"this looks like a body for {hint}")


def test_a_pixel_code_in_place_of_the_source_id_is_missed_by_name() -> None:
    body = {"event_source": "web", "pixel_code": "PIXEL", "data": [view()]}

    assert translated(body).message.startswith("event_source_id: missing")

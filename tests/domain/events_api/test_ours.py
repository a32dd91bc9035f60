"""Reported events as events of ours, and their ids."""

from __future__ import annotations

import pytest

from leaderboard.domain.events import Amount, FunnelStep, Order, ProductView, Refund

from .bodies import SENT_MS, events_of, purchase, track1, translated, view

PHONE = {"external_id": "ana", "ip": "198.51.100.7", "user_agent": "Firefox", "gaid": "G-1"}


def test_a_view_of_content_is_a_view_of_each_product() -> None:
    first, second = events_of(view(user=PHONE, properties={"content_ids": ["mug", "cup"]}))

    assert first == ProductView(
        id="v1:mug",
        at=SENT_MS,
        account_id="",
        product_id="mug",
        visitor_id="external_id:ana",
        source=None,
        ip="198.51.100.7",
        user_agent="Firefox",
        device_id="G-1",
    )
    assert (second.id, second.at) == ("v1:cup", SENT_MS)


def test_a_purchase_is_an_order() -> None:
    assert events_of(purchase(12.5, order_id="A-1")) == [
        Order(
            id="A-1",
            at=SENT_MS,
            account_id="",
            value=Amount("12.50", "USD"),
            product_ids=["mug"],
            visitor_id="external_id:ana",
            channel="web",
        )
    ]


def test_a_negative_purchase_is_a_refund_of_its_order() -> None:
    assert events_of(purchase(-12.5, order_id="A-1", event_id="back")) == [
        Refund(id="back", at=SENT_MS, account_id="", order_id="A-1", value=Amount("12.50", "USD"))
    ]


def test_refunds_in_parts_of_one_order_are_each_their_own() -> None:
    parts = events_of(
        purchase(-1, order_id="A-1", event_id="b1"), purchase(-1, order_id="A-1", event_id="b2")
    )

    assert [(part.id, part.order_id) for part in parts if isinstance(part, Refund)] == [
        ("b1", "A-1"),
        ("b2", "A-1"),
    ]


@pytest.mark.parametrize("ids", [{"order_id": "A-1"}, {}])
def test_a_refund_names_its_order_as_the_order_named_itself(ids: dict[str, object]) -> None:
    order, refund = events_of(purchase(5, **ids), purchase(-5, **ids))

    assert isinstance(refund, Refund)
    assert refund.order_id == order.id


@pytest.mark.parametrize("name", ["AddToCart", "Pageview", "PlaceAnOrder", "view_item_list"])
def test_any_other_name_is_a_step(name: str) -> None:
    assert events_of(view(event=name)) == [
        FunnelStep(
            id=f"v1:{name}",
            at=SENT_MS,
            account_id="",
            step=name,
            product_id="mug",
            visitor_id="external_id:ana",
        )
    ]


def test_a_step_is_counted_under_its_present_name() -> None:
    steps = events_of(view(event="SubmitForm"), view(event="PageView"))

    assert [step.step for step in steps if isinstance(step, FunnelStep)] == ["Lead", "Pageview"]


@pytest.mark.parametrize("product_ids", [[], ["mug", "cup"]])
def test_a_step_of_none_or_several_products_names_none(product_ids: list[str]) -> None:
    (step,) = events_of(view(event="AddToCart", properties={"content_ids": product_ids}))

    assert isinstance(step, FunnelStep)
    assert step.product_id is None


def test_an_order_and_a_step_may_be_anonymous() -> None:
    order, step = events_of(purchase(user=None), view(event="Search", user=None))

    assert isinstance(order, Order)
    assert isinstance(step, FunnelStep)
    assert order.visitor_id is step.visitor_id is None


def test_an_order_needs_no_products() -> None:
    (order,) = events_of(purchase(contents=[]))

    assert isinstance(order, Order)
    assert order.product_ids is None


def test_events_of_several_names_share_an_event_id_and_stay_apart() -> None:
    ids = [event.id for event in events_of(view(event="AddToCart"), view(event="AddToWishlist"), view())]

    assert ids == ["v1:AddToCart", "v1:AddToWishlist", "v1:mug"]


@pytest.mark.parametrize("event_id", [None, "", "0", "undefined"])
def test_without_an_event_id_each_event_gets_one_of_its_own(event_id: object) -> None:
    events = events_of(
        view(event_id=event_id),
        view(event_id=event_id),
        purchase(event_id=event_id),
        view(event="Search", event_id=event_id),
        purchase(-1, event_id=event_id),
    )

    assert [event.id for event in events] == ["r1#0:mug", "r1#1:mug", "request:r1#2", "r1#3:Search", "r1#4"]


def test_the_same_event_sent_again_is_the_same_event_of_ours() -> None:
    body = track1(event_id=1616)

    assert translated(body, "pixel/track").events == translated(body, "pixel/track").events
    assert translated(body, "pixel/track").events[0].id == "1616:mug"


def test_both_versions_make_the_same_event() -> None:
    (old,) = translated(track1(), "pixel/track").events

    assert [old] == events_of(view())


@pytest.mark.parametrize("event", [view(), purchase(), purchase(-1), view(event="Search")])
def test_long_ids_fit_and_stay_apart(event: dict[str, object]) -> None:
    (first,) = events_of(event | {"event_id": "x" * 300 + "1"})
    (second,) = events_of(event | {"event_id": "x" * 300 + "2"})

    assert len(first.id) <= 256
    assert first.id != second.id

"""What a purchase paid, and which orders without an id are one."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.events import Amount
from leaderboard.domain.events_api import COLLAPSE_MS, collapse_key
from leaderboard.domain.events_api.lenient import NotUnderstood
from leaderboard.domain.events_api.payments import Payment, order_id_of, payment_of
from leaderboard.domain.kept_events import KeptOrder
from leaderboard.domain.money import parse_minor


def paid(value: object, currency: object = "USD", home: str | None = None) -> Payment:
    return payment_of({"value": value, "currency": currency}, home)


@pytest.mark.parametrize(
    ("value", "currency", "amount"),
    [
        (12.5, "USD", "12.50"),
        ("1,299.00", "usd", "1299.00"),
        (12.340000001, "USD", "12.34"),
        (12.345, "USD", "12.34"),
        (12.355, "USD", "12.36"),
        (900, "JPY", "900"),
        (900.5, "JPY", "900"),
        (1.2345, "BHD", "1.234"),
        (0, "USD", "0.00"),
        (None, "USD", "0.00"),
        (None, "JPY", "0"),
    ],
)
def test_a_value_is_rounded_half_even_to_the_decimals_of_its_currency(
    value: object, currency: str, amount: str
) -> None:
    assert paid(value, currency) == Payment(Amount(amount, currency.upper()), False, None, None)


@given(st.floats(0, 1e9, allow_nan=False), st.sampled_from(["USD", "JPY", "BHD", "CLF"]))
def test_what_is_kept_is_the_nearest_whole_minor_unit(value: float, currency: str) -> None:
    places = {"USD": 2, "JPY": 0, "BHD": 3, "CLF": 4}[currency]

    nearest = Decimal(repr(value)).quantize(Decimal(10) ** -places, ROUND_HALF_EVEN)

    assert Decimal(paid(value, currency).amount.amount) == nearest


@given(st.floats(0, 1e11, allow_nan=False))
def test_what_is_kept_can_be_read_as_money(value: object) -> None:
    amount = paid(value).amount

    assert parse_minor(amount.amount, amount.currency) >= 0


@pytest.mark.parametrize("value", [-8, "-8.00", -8.0])
def test_a_negative_value_is_a_refund_of_its_size(value: object) -> None:
    assert paid(value) == Payment(Amount("8.00", "USD"), True, None, None)


@pytest.mark.parametrize("value", [-0.0, "-0", 0])
def test_minus_nothing_is_no_refund(value: object) -> None:
    assert not paid(value).is_refund


@pytest.mark.parametrize("currency", [None, "", "undefined", "EURO", "BTC", "XXX", "¤", 978, {}, True])
def test_a_value_without_a_known_currency_counts_as_nothing_and_is_set_aside(currency: object) -> None:
    assert paid("1,299.00", currency) == Payment(Amount("0.00", "USD"), False, None, "1299.00")


def test_a_refund_without_a_currency_is_still_a_refund() -> None:
    assert paid(-5, None) == Payment(Amount("0.00", "USD"), True, None, "-5")


def test_an_order_of_neither_value_nor_currency_sets_nothing_aside() -> None:
    assert paid(None, None) == Payment(Amount("0.00", "USD"), False, None, None)


def test_the_currency_of_the_account_stands_in_for_none_but_not_for_an_unknown_one() -> None:
    assert paid(900, None, "JPY") == Payment(Amount("900", "JPY"), False, None, None)
    assert paid(900, "USD", "JPY").amount == Amount("900.00", "USD")
    assert paid(900, "BTC", "JPY") == Payment(Amount("0", "JPY"), False, None, "900")
    assert paid(900, None, "nonsense") == Payment(Amount("0.00", "USD"), False, None, "900")


@pytest.mark.parametrize("value", ["abc", 1e300, 10**20, True, {}, [5]])
def test_a_value_that_cannot_be_read_or_counted_names_its_field(value: object) -> None:
    with pytest.raises(NotUnderstood, match=r"^properties\.value: "):
        paid(value)


@pytest.mark.parametrize(
    ("sent", "order_id"), [("A-1", "A-1"), (357, "357"), ("0", None), ("", None), (None, None)]
)
def test_an_order_id_is_read_like_any_id(sent: object, order_id: str | None) -> None:
    assert payment_of({"order_id": sent}, None).order_id == order_id


def test_the_order_id_of_the_shop_stands_as_it_is_and_its_stand_ins_are_marked() -> None:
    assert order_id_of("A-1", "e1", "r1#0") == "A-1"
    assert order_id_of(None, "e1", "r1#0") == "event:e1"
    assert order_id_of(None, None, "r1#0") == "request:r1#0"
    assert len(order_id_of("x" * 999, None, "")) == len(order_id_of(None, "x" * 999, "")) == 256


def kept(order_id: str = "event:e1", **changes: object) -> KeptOrder:
    order = KeptOrder(
        order_id, 40 * COLLAPSE_MS, "shop", 1250, "USD", ["mug", "cup"], visitor=7, channel="web"
    )
    return replace(order, **changes)


def test_two_reports_of_one_purchase_without_an_order_id_are_one_order() -> None:
    again = kept("event:e2", at_ms=41 * COLLAPSE_MS - 1, product_ids=["cup", "mug"])

    assert collapse_key(again) == collapse_key(kept()) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"visitor": 8},
        {"value_minor": 1251},
        {"currency": "EUR"},
        {"channel": "offline"},
        {"product_ids": ["mug"]},
        {"product_ids": None},
        {"at_ms": 41 * COLLAPSE_MS},
    ],
)
def test_orders_that_differ_are_not_one(change: dict[str, object]) -> None:
    assert collapse_key(replace(kept(), **change)) != collapse_key(kept())


@pytest.mark.parametrize("order", [kept("A-1"), kept(visitor=None)])
def test_an_order_with_its_own_id_or_without_a_visitor_stands_for_itself(order: KeptOrder) -> None:
    assert collapse_key(order) is None

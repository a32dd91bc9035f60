from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.replay.amounts import Settled, is_computed, plus, product_of, settled
from leaderboard.replay.recorded import BadRow, UsageError

numbers = st.from_regex(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", fullmatch=True)


@given(st.lists(numbers, min_size=1, max_size=4))
def test_products_are_exact(cells: list[str]) -> None:
    product = product_of("*".join("abcd"[: len(cells)]))

    exact = Fraction(1)
    for cell in cells:
        exact *= Fraction(cell)
    assert Fraction(product.of(cells)) == exact


@given(st.lists(numbers, min_size=1))
def test_sums_are_exact(cells: list[str]) -> None:
    total = Decimal()
    for cell in cells:
        total = plus(total, Decimal(cell))

    assert Fraction(total) == sum(map(Fraction, cells))


def test_a_minus_before_the_columns_turns_the_sign() -> None:
    product = product_of("-Quantity * UnitPrice")

    assert product.columns == ("Quantity", "UnitPrice")
    assert product.of(["-3", "2.50"]) == Decimal("7.50")


@pytest.mark.parametrize("text", ["Quantity*", "*UnitPrice", "a**b", "-", "-*", "a* *b"])
def test_a_product_needs_a_column_on_both_sides(text: str) -> None:
    with pytest.raises(UsageError, match=r"value\.amount=.*a column before and after every \*"):
        product_of(text)


@pytest.mark.parametrize(
    ("text", "computed"), [("price", False), ("a-b", False), ("a*b", True), ("-a", True)]
)
def test_only_a_star_or_a_leading_minus_asks_for_computing(text: str, computed: bool) -> None:
    assert is_computed(text) is computed


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "empty"),
        ("1e3", "bad_value"),
        ("nan", "bad_value"),
        ("1,5", "bad_value"),
        ("1" * 19, "bad_value"),
    ],
)
def test_a_cell_that_is_no_number_is_named(cell: str, code: str) -> None:
    with pytest.raises(BadRow, match=r"UnitPrice \(for value\.amount\)") as bad:
        product_of("Quantity*UnitPrice").of(["1", cell])

    assert bad.value.code == code


@pytest.mark.parametrize(
    ("total", "event_type", "currency", "text"),
    [
        ("1.5", "order", "GBP", "1.50"),
        ("1.500", "order", "gbp", "1.50"),
        ("0", "order", "USD", "0.00"),
        ("-0.0", "order", "USD", "0.00"),
        ("12.0", "order", "JPY", "12"),
        ("1.234", "ad_spend", "BHD", "1.234"),
        ("-2.50", "refund", "EUR", "2.50"),
        ("0", "refund", "EUR", "0.00"),
        ("1.5", "order", "ZZZ", "1.5"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(
    total: str, event_type: str, currency: str, text: str
) -> None:
    assert settled(Decimal(total), event_type, currency, rounds=False) == Settled(text)


@pytest.mark.parametrize(
    ("total", "event_type"), [("0.01", "refund"), ("-0.01", "order"), ("-0.01", "ad_spend")]
)
def test_the_wrong_sign_is_refused(total: str, event_type: str) -> None:
    with pytest.raises(BadRow, match="money that goes back") as bad:
        settled(Decimal(total), event_type, "GBP", rounds=True)

    assert bad.value.code == "sign"


def test_less_than_a_minor_unit_is_refused_and_only_rounded_when_asked_for() -> None:
    with pytest.raises(BadRow, match=r"400\.681 is no whole number of GBP's minor units; --round") as bad:
        settled(Decimal("400.681"), "order", "GBP", rounds=False)

    assert bad.value.code == "fraction"
    assert settled(Decimal("400.681"), "order", "GBP", rounds=True) == Settled("400.68", "400.681")


@pytest.mark.parametrize(("total", "text"), [("0.005", "0.01"), ("0.015", "0.02"), ("0.0149", "0.01")])
def test_a_half_is_rounded_away_from_zero(total: str, text: str) -> None:
    assert settled(Decimal(total), "order", "GBP", rounds=True).text == text
    assert settled(-Decimal(total), "refund", "GBP", rounds=True).text == text

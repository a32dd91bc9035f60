"""Money: texts to whole minor units and back, to the cent, in every kind of currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.money import MAX_MINOR, decimals, format_minor, parse_minor

currencies = st.sampled_from(["USD", "JPY", "BHD", "CLF", "KRW", "EUR"])


@given(st.integers(-MAX_MINOR, MAX_MINOR), currencies)
def test_what_is_written_is_read_again(minor: int, currency: str) -> None:
    assert parse_minor(format_minor(minor, currency), currency) == minor


@given(st.integers(0, MAX_MINOR), currencies)
def test_the_text_is_the_amount(minor: int, currency: str) -> None:
    assert Decimal(format_minor(minor, currency)) == Decimal(minor).scaleb(-decimals(currency))


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12", "USD", 1200), ("12.3", "USD", 1230), ("0.05", "USD", 5), ("-0.05", "USD", -5), ("7", "JPY", 7)],
)
def test_fewer_decimals_are_filled(amount: str, currency: str, minor: int) -> None:
    assert parse_minor(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("12.345", "USD"),
        ("1.0", "JPY"),
        ("", "USD"),
        (".5", "USD"),
        ("1,299.00", "USD"),
        ("1e3", "USD"),
        ("NaN", "USD"),
        ("٣", "USD"),
        (" 1", "USD"),
        ("1\n", "USD"),
        ("99999999999999999999", "USD"),
        (format_minor(MAX_MINOR + 1, "USD"), "USD"),
        ("1", "XYZ"),
        ("1", "usd "),
    ],
)
def test_what_is_no_amount_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_minor(amount, currency)

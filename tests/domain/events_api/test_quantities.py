"""Numbers and times as real clients send them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.events_api.lenient import NotUnderstood
from leaderboard.domain.events_api.quantities import instant_of, number_of

NOON_MS = 1_686_312_000_000  # 2023-06-09T12:00:00Z


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        (12, "12"),
        (12.34, "12.34"),
        (-8.5, "-8.5"),
        ("12.34", "12.34"),
        ("1,299.00", "1299.00"),
        ("1,299", "1299"),
        ("1.299,00", "1299.00"),
        ("12,5", "12.5"),
        ("1 299,00", "1299.00"),
        ("1\u202f299,00", "1299.00"),
        ("1'299.00", "1299.00"),
        ("1,234,567.8", "1234567.8"),
        ("-5.00", "-5.00"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("$9.90", "9.90"),
        ("9,90 €", "9.90"),
        (0, "0"),
        ("0", "0"),
    ],
)
def test_a_number_is_read_with_its_grouping_and_its_decimal_sign(sent: object, number: str) -> None:
    assert number_of(sent, "value") == Decimal(number)


@pytest.mark.parametrize("sent", [None, "", " ", "null", "undefined", "NaN", float("nan"), False])
def test_no_number_is_none(sent: object) -> None:
    assert number_of(sent, "value") is None


@pytest.mark.parametrize(
    "sent",
    [
        "abc",
        "12 pieces",
        "1,29,00",
        "1.2.3",
        "--1",
        "1e5",
        "٣",
        True,
        {},
        [12],
        float("inf"),
        10**100,
        "9" * 65,
    ],
)
def test_what_is_no_number_names_its_field(sent: object) -> None:
    with pytest.raises(NotUnderstood, match=r"^value: "):
        number_of(sent, "value")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_grouped_text_is_the_number_it_was_made_from(number: Decimal) -> None:
    assert number_of(f"{number:,}", "value") == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_the_decimal_that_it_prints_as(number: float) -> None:
    assert number_of(number, "value") == Decimal(repr(number))


@pytest.mark.parametrize(
    "sent",
    [
        1_686_312_000,
        "1686312000",
        1_686_312_000.0,
        "1686312000.0",
        1_686_312_000_000,
        "1686312000000",
        "2023-06-09T12:00:00Z",
        "2023-06-09T12:00:00.000000Z",
        "2023-06-09 12:00:00",
        "2023-06-09 12:00:00 UTC",
        "2023-06-09 09:00:00-03:00",
        "2023-06-09 09:00:00 -0300",
        "20230609T120000Z",
        " 2023-06-09T12:00:00z ",
    ],
)
def test_a_time_is_read_in_every_form_that_clients_use(sent: object) -> None:
    assert instant_of(sent, "timestamp") == NOON_MS


def test_a_float_keeps_its_milliseconds() -> None:
    assert instant_of(1_741_864_319.067, "event_time") == 1_741_864_319_067


@pytest.mark.parametrize("sent", [None, "", "undefined", False, []])
def test_no_time_is_none(sent: object) -> None:
    assert instant_of(sent, "timestamp") is None


@pytest.mark.parametrize(
    "sent",
    [
        "yesterday",
        "2023-13-01",
        "9" * 30,
        10**18,
        -(10**18),
        10**100,
        1e300,
        float("inf"),
        True,
        {},
        "2023\ud800",
    ],
)
def test_what_is_no_time_names_its_field(sent: object) -> None:
    with pytest.raises(NotUnderstood, match=r"^event_time: "):
        instant_of(sent, "event_time")


@given(
    st.datetimes(
        min_value=datetime(1980, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    )
)
def test_an_iso_text_is_its_instant_in_whole_milliseconds(instant: datetime) -> None:
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)

    assert instant_of(instant.isoformat(), "timestamp") == since // timedelta(milliseconds=1)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_is_not_understood(text: str) -> None:
    with suppress(NotUnderstood):
        assert isinstance(instant_of(text, "timestamp"), int | None)


@pytest.mark.parametrize("sent", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_times_at_the_edge_of_the_calendar_do_not_overflow(sent: object) -> None:
    assert isinstance(instant_of(sent, "timestamp"), int)

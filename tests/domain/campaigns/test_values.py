"""Single values: which are taken, and what is said of the others."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import Delay
from leaderboard.domain.campaigns.values import (
    delay,
    duration_s,
    local_time,
    name,
    number,
    plain,
    share,
    whole,
    zone,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("14h", 50_400), ("30m", 1_800), ("7d", 604_800), ("90s", 90), ("1h30m", 5_400), ("1d1h1m1s", 90_061)],
)
def test_durations_are_seconds(text: str, seconds: int) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    "value", ["", "h", "14", "1.5h", "-1h", "30m1h", "1h 30m", "5w", "99999d", 3600, None]
)
def test_other_durations_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        duration_s(value)


def test_a_delay_is_business_days_or_a_duration() -> None:
    assert delay("20bd") == Delay(business_days=20)
    assert delay("48h") == Delay(elapsed_s=172_800)
    with pytest.raises(ValueError, match="or business days such as 20bd"):
        delay("20 days")


@pytest.mark.parametrize(
    ("value", "part"),
    [("5%", "0.05"), ("0.5%", "0.005"), ("250%", "2.5"), (Decimal("0.05"), "0.05"), (1, "1")],
)
def test_a_share_is_a_percentage_or_a_part_of_one(value: Any, part: str) -> None:
    assert share(value) == Decimal(part)


@pytest.mark.parametrize(
    ("value", "message"),
    [(5, 'must say "5%"'), ("0%", "more than 0%"), ("-5%", "more than 0%"), ("x%", "must be a number")],
)
def test_a_doubtful_share_is_refused(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        share(value)


@pytest.mark.parametrize(
    "value",
    [
        *(True, None, [], 0.5, "1e3", "1_000", 10**15, -(10**4_000)),
        *(Decimal(text) for text in ("NaN", "sNaN", "Infinity", "1e400", "1e-13")),
    ],
)
def test_numbers_out_of_range_or_inexact_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="must be a number"):
        number(value)


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=6))
def test_a_number_and_its_text_are_the_same(value: Decimal) -> None:
    assert number(plain(value)) == value
    assert plain(number(plain(value))) == plain(value)


def test_one_number_has_one_text() -> None:
    assert [plain(Decimal(text)) for text in ("5E+3", "0.50", "-0", "0E+3")] == ["5000", "0.5", "0", "0"]


@pytest.mark.parametrize("value", [0, -1, True, "3", Decimal(3), 10**10])
def test_a_whole_number_begins_at_one(value: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        whole(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (date(2031, 3, 3), "must say the time of the day too: 2031-03-03T00:00:00"),
        (datetime(2031, 3, 3, tzinfo=UTC), "its zone is clock.zone"),
        (datetime(2031, 3, 3, microsecond=1), "whole second"),  # noqa: DTZ001
        ("1999-12-31T00:00:00", "2000 to 2199"),
        ("2031-02-30T00:00:00", "day is out of range"),
        ("2031-W07-1", "must be a local time"),
        ("2031-03-03T00:00:00Z", "must be a local time"),
        (1_900_000_000, "must be a local time"),
    ],
)
def test_a_time_is_local_and_to_the_second(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        local_time(value)


def test_a_zone_is_a_name_of_the_zone_database() -> None:
    assert zone("Europe/London") == "Europe/London"
    for other in ("PST8", "../etc/passwd", "America", "localtime", "x" * 500):
        with pytest.raises(ValueError, match="must be an IANA time zone"):
            zone(other)


def test_a_near_miss_of_a_zone_is_helped() -> None:
    with pytest.raises(ValueError, match="did you mean `America/Los_Angeles`"):
        zone("America/Los_Angelos")


@pytest.mark.parametrize("value", ["a.b", "A", "-a", "a" * 65, "é", "a b", ""])
def test_names_have_no_dots_which_separate_paths(value: str) -> None:
    with pytest.raises(ValueError, match="must"):
        name(value)

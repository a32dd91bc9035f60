"""Figures as people of each language write them."""

from __future__ import annotations

import pytest

from leaderboard.web.words import LANGUAGES, Words, words_of

NOON_MS = 1_644_825_900_000  # 2022-02-14T08:05:00Z
HARD = "\N{NO-BREAK SPACE}"


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return words_of(request.param)


def said(language: str, method: str, *values: object) -> str:
    text: str = getattr(words_of(language), method)(*values)
    return text.replace(HARD, " ")


@pytest.mark.parametrize(
    ("language", "number", "share", "money"),
    [
        ("en", "1,234,567.5", "41.7%", "IDR 1,234,567.50"),
        ("id", "1.234.567,5", "41,7%", "IDR 1.234.567,50"),
        ("th", "1,234,567.5", "41.7%", "IDR 1,234,567.50"),
    ],
)
def test_numbers_are_written_as_the_language_does(language: str, number: str, share: str, money: str) -> None:
    assert said(language, "number", 1_234_567.5) == number
    assert said(language, "percent", 0.4166) == share
    assert said(language, "money", {"amount": "1234567.5", "currency": "IDR"}) == money


@pytest.mark.parametrize(
    ("money", "text"),
    [
        ({"amount": "12.3", "currency": "USD"}, "USD 12.30"),
        ({"amount": "-1200", "currency": "JPY"}, "JPY -1,200"),
        ({"amount": "1.5", "currency": "BHD"}, "BHD 1.500"),
        ({"amount": "90071992547409.93", "currency": "USD"}, "USD 90,071,992,547,409.93"),
    ],
)
def test_money_has_the_decimals_of_its_currency_and_is_exact(money: dict[str, str], text: str) -> None:
    assert said("en", "money", money) == text


@pytest.mark.parametrize(
    ("language", "zone", "when"),
    [
        ("en", "UTC", "14 Feb 2022, 08:05 UTC"),
        ("en", "America/New_York", "14 Feb 2022, 03:05 EST"),
        ("en", "Asia/Kathmandu", "14 Feb 2022, 13:50 UTC+5:45"),
        ("id", "Asia/Jakarta", "14 Feb 2022, 15.05 WIB"),
        ("th", "Asia/Bangkok", "14 ก.พ. 2022, 15:05 UTC+7"),
    ],
)
def test_a_time_names_its_zone(language: str, zone: str, when: str) -> None:
    assert said(language, "when", NOON_MS, zone) == when
    assert said(language, "when", "2022-02-14T08:05:00.000Z", zone) == when


def test_the_day_and_the_clock_are_those_of_the_zone() -> None:
    late_ms = NOON_MS + 10 * 3_600_000

    assert said("en", "day", late_ms, "Asia/Bangkok") == "15 Feb 2022"
    assert said("en", "clock", late_ms, "Asia/Bangkok") == "01:05"
    assert said("id", "clock", late_ms, "Asia/Bangkok") == "01.05"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (7_859, "2 h 10 min"),
        (7_200, "2 h"),
        (302_400, "84 h"),
        (-7_800, "-2 h 10 min"),
    ],
)
def test_a_duration_is_rounded_down(seconds: float, text: str) -> None:
    assert said("en", "duration", seconds) == text


def test_a_duration_has_the_units_of_the_language() -> None:
    assert said("id", "duration", 7_859) == "2 jam 10 menit"
    assert said("th", "duration", 7_859) == "2 ชม. 10 นาที"


def test_a_wait_is_told_in_days() -> None:
    assert words_of("en").duration(183_700, days=True).replace(HARD, " ") == "2 d 3 h"


@pytest.mark.parametrize("method", ["number", "percent", "money", "when", "day", "clock", "duration"])
def test_what_is_not_known_is_a_dash(words: Words, method: str) -> None:
    assert getattr(words, method)(None) == "–"


def test_there_is_no_other_language() -> None:
    with pytest.raises(KeyError, match="'fr' is no language of ours; there are en, id, th"):
        words_of("fr")

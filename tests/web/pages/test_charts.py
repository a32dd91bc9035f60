"""Scales begin and end at round numbers; bars stand on the ground and lie inside their room."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.times import from_ms, to_ms
from leaderboard.web.pages import charts
from leaderboard.web.pages.chart_scales import Scale, across, nice_ticks, rank_ticks, shortened

HOUR_MS = 3_600_000
NOON_MS = to_ms(datetime(2026, 2, 14, 12, tzinfo=UTC))

values = st.one_of(st.integers(0, 10**9), st.floats(0, 10**6).map(lambda value: round(value, 2)))


def number(value: float) -> str:
    return f"{value:g}"


@given(values, values)
def test_ticks_cover_the_data_evenly(one: float, other: float) -> None:
    low, high = sorted((one, other))

    ticks = nice_ticks(low, high)

    steps = {round(after - before, 6) for before, after in pairwise(ticks)}
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 3 <= len(ticks) <= 5
    assert len(steps) == 1


@given(st.integers(0, 10**9))
def test_counts_have_three_or_four_whole_ticks_from_nothing(most: int) -> None:
    ticks = nice_ticks(0, most, 1)

    assert ticks[0] == 0
    assert len(ticks) in (3, 4)
    assert all(tick == int(tick) for tick in ticks)


@pytest.mark.parametrize(
    ("most", "ticks"), [(0, (0, 1, 2)), (3, (0, 1, 2, 3)), (42, (0, 20, 40, 60)), (1000, (0, 500, 1000))]
)
def test_ticks_are_round(most: int, ticks: tuple[int, ...]) -> None:
    assert nice_ticks(0, most, 1) == ticks


@given(st.integers(1, 5000))
def test_an_axis_of_places_begins_at_the_first_and_stays_inside(worst: int) -> None:
    ticks = rank_ticks(worst)

    assert ticks[0] == 1
    assert ticks[-1] <= worst
    assert list(ticks) == sorted(set(ticks))
    assert len(ticks) <= 6


@given(st.lists(st.integers(-100, 200), max_size=60, unique=True).map(sorted))
def test_texts_below_a_chart_are_few_and_fewer_on_a_phone(places: list[int]) -> None:
    ticks = across([(place, str(place)) for place in places], Scale(0, 100, 100))

    assert len(ticks) <= 10
    assert len([tick for tick in ticks if not tick.wide_only]) <= 3
    assert all(0 <= tick.at <= 100 for tick in ticks)


def test_texts_at_the_edges_do_not_hang_over() -> None:
    ticks = across([(0, "a"), (50, "b"), (100, "c")], Scale(0, 100, 100))

    assert [tick.anchor for tick in ticks] == ["start", "middle", "end"]


@given(st.text())
def test_a_long_name_is_cut_and_a_short_one_is_not(name: str) -> None:
    short = shortened(name)

    assert len(short) <= 14
    assert short == name or short.endswith("…")


def test_days_begin_at_midnight_of_the_zone_also_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start_ms = to_ms(datetime(2026, 3, 27, 23, tzinfo=UTC))

    marks = list(charts.day_marks(start_ms, start_ms + 71 * HOUR_MS, berlin))

    assert [after - before for before, after in pairwise(marks)] == [
        24 * HOUR_MS,
        23 * HOUR_MS,
        24 * HOUR_MS,
    ]
    assert {from_ms(at_ms).astimezone(berlin).hour for at_ms in marks} == {0}


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Kathmandu", "UTC"])
def test_hours_are_full_hours_of_the_zone(zone: str) -> None:
    marks = charts.hour_marks(NOON_MS, NOON_MS + 24 * HOUR_MS, ZoneInfo(zone), 6)

    local = [from_ms(at_ms).astimezone(ZoneInfo(zone)) for at_ms in marks]
    assert len(local) in (4, 5)
    assert all(time.minute == 0 and time.hour % 6 == 0 for time in local)


counts = st.lists(st.builds(charts.Count, st.text(), values, values), max_size=336)


@given(counts)
def test_bars_stand_on_the_ground_and_inside(data: list[charts.Count]) -> None:
    chart = charts.bars(data, head="Hour", series=["UV", "Invalid"], number=number)

    assert len(chart.bars) == len(data)
    for bar in chart.bars:
        lower, upper = bar.boxes
        assert lower.x >= 0
        assert lower.x + lower.width <= 100.001
        assert lower.height >= 0
        assert upper.height >= 0
        assert upper.y >= 0
        assert lower.y + lower.height == pytest.approx(chart.height, abs=0.02)
        assert upper.y + upper.height == pytest.approx(lower.y, abs=0.02)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=50))
def test_more_is_never_drawn_lower(data: list[int]) -> None:
    chart = charts.bars(
        [charts.Count(str(one), one) for one in data], head="Hour", series=["UV"], number=number
    )

    drawn = sorted(zip(data, (bar.boxes[0].height for bar in chart.bars), strict=True))
    heights = [height for _, height in drawn]
    assert heights == sorted(heights)


def test_a_bar_alone_is_a_bar_in_its_middle_and_no_wall() -> None:
    chart = charts.bars([charts.Count("08:00", 5)], head="Hour", series=["UV"], number=number)

    box = chart.bars[0].boxes[0]
    assert (box.x, box.width) == (45, 10)


def test_bars_say_their_numbers_as_a_table_too() -> None:
    chart = charts.bars([charts.Count("08:00", 5, 2)], head="Hour", series=["UV", "Invalid"], number=number)

    assert chart.table.heads == ("Hour", "UV", "Invalid")
    assert chart.table.rows == (("08:00", "5", "2"),)

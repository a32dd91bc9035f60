"""Lines stay inside, break where nothing is known, and have names that can be told apart."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.web.pages import charts
from leaderboard.web.pages.chart_lines import HEIGHT, apart, unbroken

HOUR_MS = 3_600_000
NOON_MS = 1_771_070_400_000

maybe = st.one_of(st.none(), st.integers(0, 10**9), st.floats(0, 10**6).map(lambda value: round(value, 2)))


def number(value: float) -> str:
    return f"{value:g}"


def instant(at_ms: int) -> str:
    return str(at_ms)


def line_chart(rows: list[list[float | None]], *, of_ranks: bool = False) -> charts.Lines:
    times = [NOON_MS + index * HOUR_MS for index in range(len(rows[0]))]
    lines = [charts.Line(f"account {index}", row) for index, row in enumerate(rows)]
    make = charts.ranks if of_ranks else charts.scores
    return make(lines, charts.Axis("Time", times, instant), number=number)


same_length = st.integers(1, 30).flatmap(
    lambda length: st.lists(st.lists(maybe, min_size=length, max_size=length), min_size=1, max_size=8)
)


@given(same_length)
def test_lines_stay_inside(rows: list[list[float | None]]) -> None:
    chart = line_chart(rows)

    points = [
        tuple(map(float, point.split(",")))
        for line in chart.lines
        for part in line.parts
        for point in part.split(" ")
    ]
    lone = [point for line in chart.lines for point in line.lone]
    assert len(points) + len(lone) == sum(value is not None for row in rows for value in row)
    assert all(0 <= x <= 100 and 0 <= y <= chart.height for x, y in [*points, *lone])


@given(st.lists(maybe, max_size=40))
def test_no_line_crosses_a_gap(data: list[float | None]) -> None:
    pieces = unbroken([None if value is None else (index, value) for index, value in enumerate(data)])

    assert [value for piece in pieces for _, value in piece] == [one for one in data if one is not None]
    assert all(after[0] - before[0] == 1 for piece in pieces for before, after in pairwise(piece))
    assert all(after[0][0] - before[-1][0] > 1 for before, after in pairwise(pieces))


@given(st.lists(st.floats(0, HEIGHT), min_size=1, max_size=8))
def test_names_at_line_ends_never_overlap_and_keep_their_order(wanted: list[float]) -> None:
    placed = apart(wanted)

    pairs = sorted(zip(wanted, placed, strict=True))
    ordered = sorted(placed)
    assert all(after - before >= 14.99 for before, after in pairwise(ordered))
    assert all(0 <= y <= HEIGHT for y in placed)
    assert [y for want, y in pairs if wanted.count(want) == 1] == sorted(
        y for want, y in pairs if wanted.count(want) == 1
    )


def test_the_first_place_is_on_top_and_the_best_score_too() -> None:
    places, points = line_chart([[1, 1], [4, 4]], of_ranks=True), line_chart([[90, 90], [10, 10]])

    assert [line.end for line in places.lines] == [(100, 0), (100, places.height)]
    assert points.lines[0].end < points.lines[1].end  # type: ignore[operator]  # both lines have values


def test_a_ninth_line_is_not_drawn() -> None:
    assert len(line_chart([[1, 2]] * 9).lines) == 8


def test_a_line_without_a_value_has_no_end() -> None:
    (line,) = line_chart([[None, None]]).lines

    assert (line.end, line.parts, line.lone, line.last) == (None, (), (), "–")


def test_a_freeze_outside_the_times_is_not_marked() -> None:
    axis = charts.Axis("Time", [NOON_MS, NOON_MS + HOUR_MS], instant)
    lines = [charts.Line("a", [1, 2])]

    inside = charts.scores(lines, axis._replace(freeze=(NOON_MS + HOUR_MS // 2, "Frozen")), number=number)
    outside = charts.scores(lines, axis._replace(freeze=(NOON_MS + 2 * HOUR_MS, "Frozen")), number=number)

    assert inside.freeze is not None
    assert inside.freeze.at == 50
    assert outside.freeze is None


def test_names_need_markers_only_where_they_stand_elsewhere_than_their_lines_end() -> None:
    beside = line_chart([[1, 1], [4, 4]], of_ranks=True)
    crowded = line_chart([[0, 1000], [0, 999]])
    ended = line_chart([[1, None], [4, 4]], of_ranks=True)

    assert [chart.has_names_aside for chart in (beside, crowded, ended)] == [False, True, True]

"""Timelines, shares, sparklines and heartbeats: inside their room, and everything that was handed in is drawn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.web.pages import charts

HOUR_MS = 3_600_000
NOON_MS = 1_771_070_400_000

maybe = st.one_of(st.none(), st.integers(0, 10**9))


def number(value: float) -> str:
    return f"{value:g}"


def instant(at_ms: int) -> str:
    return str(at_ms)


edges = st.tuples(st.integers(-5, 30), st.integers(-5, 30)).map(sorted)
spans = st.builds(
    lambda edge, kind: charts.Span(edge[0] * HOUR_MS, edge[1] * HOUR_MS, kind),
    edges,
    st.sampled_from(charts.KINDS),
)


@given(st.lists(spans, max_size=20))
def test_spans_are_cut_to_the_window_and_empty_ones_go(data: list[charts.Span]) -> None:
    (row,) = charts.timeline([charts.Host("Ana", [], data)], (0, 24 * HOUR_MS), clock=instant).rows

    inside = [span for span in data if max(span.start_ms, 0) < min(span.end_ms, 24 * HOUR_MS)]
    assert len(row.spans) == len(inside)
    assert all(piece.x >= 0 and piece.width > 0 and piece.x + piece.width <= 100.01 for piece in row.spans)


def test_an_overlap_is_drawn_over_what_overlaps() -> None:
    data = [charts.Span(HOUR_MS, 2 * HOUR_MS, "overlap"), charts.Span(HOUR_MS, 5 * HOUR_MS, "effective")]

    chart = charts.timeline([charts.Host("Ana", [], data)], (0, 24 * HOUR_MS), clock=instant)

    assert [piece.kind for piece in chart.rows[0].spans] == ["effective", "overlap"]
    assert chart.kinds == ("effective", "overlap")


@given(st.one_of(st.none(), st.floats(0, 1)), st.one_of(st.none(), st.floats(0, 1)))
def test_shares_fit_their_room(ours: float | None, peers: float | None) -> None:
    (row,) = charts.shares([charts.Share("net", ours, peers)], percent=number)

    assert 0 <= row.ours <= 100
    assert 0 <= row.peers <= 100
    assert (row.ours_text == "–") == (ours is None)


@given(st.lists(maybe, max_size=50), st.booleans())
def test_a_sparkline_stays_inside(data: list[float | None], first_on_top: bool) -> None:
    spark = charts.sparkline(data, first_on_top=first_on_top)

    points = [tuple(map(float, point.split(","))) for part in spark.parts for point in part.split(" ")]
    assert all(0 <= x <= 100 and 0 <= y <= spark.height for x, y in [*points, *spark.lone])
    assert (spark.end is None) == all(value is None for value in data)


@given(st.lists(st.integers(NOON_MS, NOON_MS + HOUR_MS), max_size=50))
def test_every_wait_between_heartbeats_is_drawn_once(times: list[int]) -> None:
    chart = charts.beats(times, longest_s=60, heads=("Wait", "Times"), seconds=number, number=number)

    assert chart.dots.count("M") + len(chart.beyond) == max(len(times) - 1, 0)
    assert all(0 <= x <= 100 for x in chart.beyond)


def test_the_commonest_waits_are_counted() -> None:
    times = [NOON_MS + second * 1000 for second in (0, 30, 60, 90, 190)]

    chart = charts.beats(times, longest_s=60, heads=("Wait", "Times"), seconds=number, number=number)

    assert chart.table.rows == (("30", "3"), ("100", "1"))
    assert chart.beyond == (100,)

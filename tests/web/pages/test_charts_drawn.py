"""Charts as HTML: well formed, nothing styled in place, a table for those who do not see, hostile text escaped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from jinja2 import Environment, PackageLoader, StrictUndefined
from lxml import etree  # type: ignore[import-untyped]  # has no types of its own

from leaderboard.web.pages import charts

HOSTILE = "</title><script>alert(1)</script>\"'&"
HOUR_MS = 3_600_000


def number(value: float) -> str:
    return f"{value:g}"


def instant(at_ms: int) -> str:
    return f"{HOSTILE} {at_ms}"


def drawn(call: str, **values: object) -> etree._Element:
    """What a macro makes, read as strictly as XML is."""
    environment = Environment(
        loader=PackageLoader("leaderboard.web"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # given by the extension
    template = environment.from_string(
        '{% import "pages/charts.html" as charts with context %}<main>{{ charts.' + call + " }}</main>"
    )
    return etree.fromstring(template.render(hostile=HOSTILE, **values))


def bars(hostile: str = HOSTILE) -> etree._Element:
    data = [charts.Count(hostile, 5, 2), charts.Count("empty", 0, 0), charts.Count("second", 0, 3)]
    chart = charts.bars(data, head=hostile, series=[hostile, "Invalid"], marks=[(0, hostile)], number=number)
    return drawn("bars(id, chart, hostile, hostile)", id="a", chart=chart)


def lines() -> etree._Element:
    axis = charts.Axis(HOSTILE, [0, HOUR_MS, 2 * HOUR_MS], instant, [(0, HOSTILE)], (HOUR_MS, HOSTILE))
    data = [
        charts.Line(HOSTILE, [1, None, 2], ours=True),
        *(charts.Line(str(n), [n, n, n]) for n in range(7)),
    ]
    return drawn("lines(id, chart, hostile)", id="b", chart=charts.ranks(data, axis, number=number))


def timeline() -> etree._Element:
    spans = [
        charts.Span(n * HOUR_MS, (n + 1) * HOUR_MS, kind, HOSTILE) for n, kind in enumerate(charts.KINDS)
    ]
    hosts = [charts.Host(HOSTILE, [(0, 4 * HOUR_MS)], spans)]
    chart = charts.timeline(hosts, (0, 24 * HOUR_MS), marks=[(0, HOSTILE)], clock=instant)
    return drawn("timeline(id, chart, hostile)", id="c", chart=chart)


def shares() -> etree._Element:
    rows = charts.shares([charts.Share(HOSTILE, 0.5, None)], percent=number)
    return drawn("shares(id, rows, hostile, hostile)", id="d", rows=rows)


def sparkline() -> etree._Element:
    return drawn("sparkline(chart, hostile)", chart=charts.sparkline([1, 2, None, 3]))


def beats() -> etree._Element:
    chart = charts.beats(
        [0, 30_000, 60_000, 400_000],
        longest_s=60,
        heads=(HOSTILE, "Times"),
        marks=[(0, HOSTILE)],
        seconds=number,
        number=number,
    )
    return drawn("beats(id, chart, hostile)", id="e", chart=chart)


ALL = (bars, lines, timeline, shares, sparkline, beats)


@pytest.mark.parametrize("make", ALL)
def test_hostile_text_stays_text_and_nothing_is_styled_in_place(make: Callable[[], etree._Element]) -> None:
    chart = make()

    elements = list(chart.iter())
    assert "script" not in {element.tag for element in elements}
    assert not [
        name for element in elements for name in element.attrib if name == "style" or name.startswith("on")
    ]
    assert HOSTILE in "".join([*chart.itertext(), *(one.get("aria-label", "") for one in elements)])


@pytest.mark.parametrize("make", [bars, lines, timeline, shares, beats])
def test_ids_begin_with_that_of_the_chart_and_whatever_is_named_exists(
    make: Callable[[], etree._Element],
) -> None:
    chart = make()

    ids = [element.get("id") for element in chart.iter() if element.get("id")]
    named = {
        word
        for element in chart.iter()
        for attribute in ("aria-labelledby", "aria-describedby")
        for word in element.get(attribute, "").split()
    }
    filled = {one.get("fill")[5:-1] for one in chart.iter() if (one.get("fill") or "").startswith("url(#")}
    assert len(ids) == len(set(ids))
    assert len({one.split("-")[0] for one in ids}) == 1
    assert named | filled <= set(ids)


@pytest.mark.parametrize("make", ALL)
def test_every_picture_has_a_name_or_is_passed_over(make: Callable[[], etree._Element]) -> None:
    chart = make()

    outermost = chart.xpath("//svg[not(ancestor::svg)][not(ancestor::*[@aria-hidden='true'])]")
    assert outermost
    assert all(
        one.get("aria-hidden") == "true" or one.get("aria-labelledby") or one.get("aria-label")
        for one in outermost
    )


@pytest.mark.parametrize("make", [bars, lines, timeline, shares, beats])
def test_a_table_says_the_same(make: Callable[[], etree._Element]) -> None:
    chart = make()

    heads = chart.xpath("count(//thead//th[@scope='col'])")
    rows = chart.xpath("//tbody/tr")
    assert rows
    assert all(row.xpath("count(th[@scope='row']) + count(td)") == heads for row in rows)


def test_each_bar_says_what_it_is_when_pointed_at() -> None:
    titles = bars("08:00").xpath("//g[@class='bar']/title/text()")

    assert titles[0] == "08:00\n08:00: 5\nInvalid: 2"


def test_a_bar_of_only_the_second_series_looks_like_it() -> None:
    groups = bars().xpath("//g[@class='bar']")

    shown = [[box.get("class") for box in group.xpath("rect[@class!='bar-place']")] for group in groups]
    assert shown == [["bar-1", "bar-2"], [], ["bar-2"]]


def test_every_kind_of_span_is_in_the_legend_by_another_word() -> None:
    legend = ["".join(item.itertext()).strip() for item in timeline().xpath("//ul[@class='chart-legend']/li")]

    assert legend[0] == "Promised"
    assert len(set(legend)) == len(charts.KINDS) + 1


def test_every_line_has_its_own_look_and_marker() -> None:
    items = lines().xpath("//ul[contains(@class, 'chart-legend')]/li/svg")

    assert len({item.get("class") for item in items}) == 8
    assert len({etree.tostring(item[0], with_tail=False) for item in items}) == 8


@pytest.mark.parametrize(
    ("call", "chart"),
    [
        ("bars", charts.bars([], head="Hour", series=["UV"], number=number)),
        ("lines", charts.scores([], charts.Axis("Time", [], instant), number=number)),
        ("timeline", charts.timeline([], (0, HOUR_MS), clock=instant)),
        ("beats", charts.beats([], longest_s=60, heads=("a", "b"), seconds=number, number=number)),
    ],
)
def test_an_empty_chart_says_so(call: str, chart: object) -> None:
    text = "".join(drawn(f"{call}('x', chart, 'Name')", chart=chart).itertext())

    assert "Nothing to show yet." in text


def test_shares_of_nothing_say_so() -> None:
    text = "".join(drawn("shares('x', [], 'Name', 'Network')").itertext())

    assert "Nothing to show yet." in text

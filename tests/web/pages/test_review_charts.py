"""Charts of a flag's evidence, from documents as our API has them."""

from __future__ import annotations

from typing import Any

from leaderboard.web.pages.review_charts import (
    HOUR_MS,
    beside_peers,
    hosts_of,
    instant_ms,
    live_window,
    span_of,
    visitors_by_hour,
)
from leaderboard.web.words import words_of

WORDS = words_of("en")
SPAN = {"since": "2022-02-16T09:30:00.000Z", "until": "2022-02-16T10:30:00.000Z"}


def account(*hours: str, hosts: Any = ()) -> dict[str, Any]:
    by_hour = [{"hour": hour, "new_visitors": 2} for hour in hours]
    return {"campaign": {"zone": "America/Los_Angeles"}, "by_hour": by_hour, "hosts": list(hosts)}


def test_hours_without_visitors_are_there_and_those_of_the_span_stand_out() -> None:
    hours = ("2022-02-16T08:00:00.000Z", "2022-02-16T09:00:00.000Z", "2022-02-16T11:00:00.000Z")
    chart = visitors_by_hour(WORDS, account(*hours), span_of({"span": SPAN}))

    assert chart is not None
    assert [[text for _, text in bar.said] for bar in chart.bars] == [
        ["2", "0"],
        ["0", "2"],
        ["0", "0"],
        ["2", "0"],
    ]
    assert chart.bars[0].label == "16 Feb 2022, 00:00\N{NO-BREAK SPACE}PST"
    assert chart.table.heads == ("Hour", "At other times", "In the time that was found")


def test_many_hours_are_counted_by_the_day() -> None:
    chart = visitors_by_hour(WORDS, account("2022-02-01T08:00:00.000Z", "2022-02-27T08:00:00.000Z"), None)

    assert chart is not None
    assert (len(chart.bars), chart.table.heads) == (27, ("Day", "Visitors"))


def test_nobody_makes_no_chart() -> None:
    assert visitors_by_hour(WORDS, account(), None) is None


def test_only_shares_that_peers_have_too_stand_beside_theirs() -> None:
    measures = [
        {"name": "share", "value": 0.41, "peers": 0.05},
        {"name": "cell_visitors", "value": 812, "peers": 3},
        {"name": "idle_share", "value": 0.8, "peers": None},
    ]
    rows = beside_peers(WORDS, measures, {"share": "Share of all visitors"})

    assert [(row.label, row.ours_text, row.peers_text) for row in rows] == [
        ("Share of all visitors", "41.0%", "5.0%")
    ]


def test_a_host_is_drawn_with_what_is_around_the_span() -> None:
    flag = {"span": SPAN, "host": "h1, h2"}
    window = live_window(flag)
    spans = [
        {"start": SPAN["since"], "end": SPAN["until"], "reason": reason, "detail": "the host was away"}
        for reason in ("bridged", "away", "recorded")
    ]
    hosts = [{"host_id": name, "schedule": [], "spans": spans} for name in ("h1", "h3")]
    assert window == (instant_ms(SPAN["since"]) - HOUR_MS, instant_ms(SPAN["until"]) + HOUR_MS)
    chart = hosts_of(WORDS, account(hosts=hosts), flag, window)

    assert [row.name for row in chart.rows] == ["h1"]
    assert [span.kind for span in chart.rows[0].spans] == ["effective", "away", "not_counted"]
    assert chart.rows[0].spans[0].why == "the host was away"
    assert [tick.text for tick in chart.across] == ["01:00", "02:00", "03:00"]


def test_a_flag_without_a_host_or_a_time_has_no_hours_to_draw() -> None:
    assert live_window({"span": SPAN, "host": None}) is None
    assert live_window({"span": None, "host": "h1"}) is None
    assert live_window({}) is None

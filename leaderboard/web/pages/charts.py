"""All charts by one name: data and the reader's words in, geometry out. `pages/charts.html` draws them as SVG."""

from __future__ import annotations

from leaderboard.web.pages.chart_bars import Bars, Count, bars
from leaderboard.web.pages.chart_lines import Axis, Line, Lines, ranks, scores
from leaderboard.web.pages.chart_scales import day_marks, hour_marks
from leaderboard.web.pages.chart_small import Beats, Share, ShownShare, Sparkline, beats, shares, sparkline
from leaderboard.web.pages.chart_timeline import KINDS, Host, Span, Timeline, kind_of, timeline

__all__ = [
    "KINDS",
    "Axis",
    "Bars",
    "Beats",
    "Count",
    "Host",
    "Line",
    "Lines",
    "Share",
    "ShownShare",
    "Span",
    "Sparkline",
    "Timeline",
    "bars",
    "beats",
    "day_marks",
    "hour_marks",
    "kind_of",
    "ranks",
    "scores",
    "shares",
    "sparkline",
    "timeline",
]

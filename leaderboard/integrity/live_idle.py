"""L2: hosts who claim to show or explain while nothing gives a sign of life. Warns; what counts is decided elsewhere.

A window is judged only when its heartbeats carry the signals. Sound is never needed: hands that show things or sign,
a reply or another product are signs enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from leaderboard.domain.findings import Finding, Measure
from leaderboard.integrity.live_words import Span, hours, span_in_words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULE: Final = "idle/1"


class IdleLimits(Struct, frozen=True, kw_only=True):
    """When a window is idle, and how many make a host so. `memory_windows` are how long a reply is a sign of life."""

    window_ms: int = 300_000
    least_signals: float = 0.8
    least_motion: float = 0.03
    least_audio_db: float = -45.0
    least_audio_spread_db: float = 2.2
    memory_windows: int = 3
    idle_share: float = 0.12
    least_windows: int = 12


LIMITS: Final = IdleLimits()

# A window is idle when nothing moves and nobody answers, or when things move and nobody speaks, answers or changes the
# product. Signals that are missing are never missed: without replies a still window has to be silent too.
_WINDOWS: Final = """
WITH windows AS (
  SELECT account, host, session, at_ms // $window_ms AS number,
         count(motion) >= $least_signals * count(*) AS has_motion,
         count(audio_db) >= $least_signals * count(*) AS has_audio,
         count(replies) >= $least_signals * count(*) AS has_replies,
         avg(motion) AS motion, coalesce(max(replies) > 0, false) AS answers,
         coalesce(stddev_samp(audio_db) >= $least_audio_spread_db AND avg(audio_db) >= $least_audio_db, false)
           AS speaks,
         min(product) AS product, count(DISTINCT product) > 1 AS changes
  FROM beats
  WHERE activity IN ('explaining', 'displaying') AND product IS NOT NULL AND recorded IS DISTINCT FROM true
  GROUP BY ALL HAVING count(*) > 1
), acted AS (
  SELECT *, answers OR changes OR coalesce(lag(product) OVER w <> product, true) AS acts
  FROM windows WINDOW w AS (PARTITION BY account, host, session ORDER BY number)
), judged AS (
  SELECT account, host, number,
         CASE WHEN motion < $least_motion THEN NOT answers AND (has_replies OR NOT speaks)
              ELSE has_audio AND has_replies AND NOT speaks AND NOT bool_or(acts) OVER (
                PARTITION BY account, host, session ORDER BY number
                RANGE BETWEEN $memory_windows - 1 PRECEDING AND CURRENT ROW) END AS is_idle
  FROM acted WHERE has_motion AND (has_audio OR has_replies)
)
SELECT account, host, count(*), list(number ORDER BY number) FILTER (is_idle)
FROM (SELECT account, host, number, bool_and(is_idle) AS is_idle FROM judged GROUP BY ALL)
GROUP BY account, host ORDER BY account, host
"""


class Windows(Struct, frozen=True):
    """A host's windows that could be judged, and the numbers of the idle ones, in order."""

    account: str
    host: str
    judged: int
    idle: tuple[int, ...]

    @property
    def share(self) -> float:
        return len(self.idle) / self.judged if self.judged else 0.0


def is_idle(windows: Windows, limits: IdleLimits) -> bool:
    """Often enough, and of enough windows."""
    return windows.judged >= limits.least_windows and windows.share >= limits.idle_share


def spans_of(numbers: Sequence[int], window_ms: int) -> list[Span]:
    """Windows next to each other are one span."""
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    grouped = [[number for _, number in run] for _, run in runs]
    return [(run[0] * window_ms, (run[-1] + 1) * window_ms) for run in grouped]


def idle_finding(windows: Windows, limits: IdleLimits) -> Finding:
    """Names how much is idle, and the longest three spans of it."""
    spans = spans_of(windows.idle, limits.window_ms)
    longest = sorted(spans, key=lambda span: (span[0] - span[1], span[0]))[:3]
    idle_ms = len(windows.idle) * limits.window_ms
    return Finding(
        detector="idle",
        rule=RULE,
        account=windows.account,
        asks="warn",
        families=("live",),
        sentence=(
            f"For {hours(idle_ms)} of {hours(windows.judged * limits.window_ms)} ({windows.share:.0%}) in which host "
            f"{windows.host} says to show or explain there is no sign of life: nothing moves and nobody "
            f"answers, or nobody speaks, answers or changes the product. The longest: "
            f"{', '.join(span_in_words(span) for span in longest)} (UTC)."
        ),
        measures=(Measure("idle_share", windows.share, limit=limits.idle_share, family="live"),),
        sample=windows.judged * limits.window_ms // 60_000,
        host=windows.host,
        span=longest[0],
    )


def idle_findings(connection: DuckDBPyConnection, limits: IdleLimits = LIMITS) -> list[Finding]:
    """One per idle host."""
    names = (
        "window_ms",
        "least_signals",
        "least_motion",
        "least_audio_db",
        "least_audio_spread_db",
        "memory_windows",
    )
    rows = connection.execute(_WINDOWS, {name: getattr(limits, name) for name in names}).fetchall()
    hosts = (Windows(account, host, judged, tuple(idle or ())) for account, host, judged, idle in rows)
    return [idle_finding(one, limits) for one in hosts if is_idle(one, limits)]

"""L4 and L5: hosts in two live sessions at once, and hosts who promise more hours than anybody keeps. Both warn.

Time is looked at minute by minute. Time in two sessions counts once anyway; a plan is judged by its length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from leaderboard.domain.findings import Finding, Measure
from leaderboard.integrity.live_words import Span, hours, span_in_words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OVERLAP_RULE: Final = "overlap/1"
SCHEDULE_RULE: Final = "schedule/1"
MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000


class PlanLimits(Struct, frozen=True, kw_only=True):
    """When time overlaps too much, and when a plan is too long: hours a day, over the days of all plans."""

    overlap_share: float = 0.15
    least_minutes: int = 60
    hours_a_day: float = 6.0
    least_planned_h: float = 24.0


LIMITS: Final = PlanLimits()

_OVERLAPS: Final = """
WITH minutes AS (
  SELECT account, host, (at_ms - 1) // 60000 AS minute, count(DISTINCT session) > 1 AS is_double,
         min(session) AS one, max(session) AS other
  FROM beats GROUP BY ALL
), hosts AS (
  SELECT account, host, count(*) AS minutes, count_if(is_double) AS doubles FROM minutes GROUP BY ALL
), pairs AS (
  SELECT account, host, one, other, min(minute) AS first, max(minute) + 1 AS until
  FROM minutes WHERE is_double GROUP BY account, host, one, other
  QUALIFY row_number() OVER (PARTITION BY account, host ORDER BY count(*) DESC, first) = 1
)
SELECT account, host, minutes, doubles, one, other, first * 60000, until * 60000
FROM hosts JOIN pairs USING (account, host)
WHERE minutes >= $least_minutes AND doubles >= $overlap_share * minutes
ORDER BY account, host
"""

_PLANS: Final = """
WITH marked AS (
  SELECT *, max(end_ms) OVER (PARTITION BY account, host ORDER BY start_ms, end_ms
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_ms
  FROM slots WHERE end_ms > start_ms
), parts AS (
  SELECT account, host, greatest(start_ms, coalesce(reached_ms, start_ms)) AS start_ms, end_ms
  FROM marked WHERE end_ms > coalesce(reached_ms, start_ms)
), live AS (SELECT DISTINCT account, host, (at_ms - 1) // 60000 * 60000 AS minute_ms FROM beats),
kept AS (
  SELECT live.account, live.host, count(*) AS minutes
  FROM live ASOF JOIN parts p
    ON p.account = live.account AND p.host = live.host AND p.start_ms <= live.minute_ms
  WHERE live.minute_ms < p.end_ms GROUP BY ALL
)
SELECT account, host, sum(end_ms - start_ms), coalesce(any_value(k.minutes), 0) * 60000, min(start_ms), max(end_ms),
       (SELECT max(end_ms) - min(start_ms) FROM parts)
FROM parts LEFT JOIN kept k USING (account, host) GROUP BY account, host ORDER BY account, host
"""


class Overlap(Struct, frozen=True):
    """A host's minutes, those in several sessions, and the two sessions that share the most."""

    account: str
    host: str
    minutes: int
    doubles: int
    one: str
    other: str
    start_ms: int
    end_ms: int


class Plan(Struct, frozen=True):
    """What a host has promised and kept. `campaign_ms` reaches from the first to the last promise of anybody."""

    account: str
    host: str
    planned_ms: int
    kept_ms: int
    start_ms: int
    end_ms: int
    campaign_ms: int


def overlap_finding(overlap: Overlap, limits: PlanLimits) -> Finding:
    """Names both sessions."""
    share = overlap.doubles / overlap.minutes
    span: Span = (overlap.start_ms, overlap.end_ms)
    return Finding(
        detector="overlap",
        rule=OVERLAP_RULE,
        account=overlap.account,
        asks="warn",
        families=("live",),
        sentence=(
            f"Host {overlap.host} is in two live sessions at once for {hours(overlap.doubles * MINUTE_MS)} of "
            f"{hours(overlap.minutes * MINUTE_MS)} ({share:.0%}), most of it in sessions {overlap.one} and "
            f"{overlap.other}, {span_in_words(span)} (UTC). The time counts once."
        ),
        measures=(Measure("overlap_share", share, limit=limits.overlap_share, family="live"),),
        sample=overlap.minutes,
        host=overlap.host,
        span=span,
    )


def longest_plan_ms(campaign_ms: int, limits: PlanLimits) -> float:
    """The longest plan that is not looked at, for plans that span so much time."""
    return max(limits.hours_a_day * campaign_ms / DAY_MS, limits.least_planned_h) * 3_600_000


def schedule_finding(plan: Plan, limits: PlanLimits) -> Finding | None:
    """None for a plan that a person can keep."""
    longest_ms = longest_plan_ms(plan.campaign_ms, limits)
    if plan.planned_ms <= longest_ms:
        return None
    share = plan.kept_ms / plan.planned_ms
    return Finding(
        detector="schedule",
        rule=SCHEDULE_RULE,
        account=plan.account,
        asks="warn",
        families=("live",),
        sentence=(
            f"Host {plan.host} has promised {hours(plan.planned_ms)} in {plan.campaign_ms / DAY_MS:.0f} days, more "
            f"than {hours(longest_ms)}, and was live in {hours(plan.kept_ms)} of them ({share:.0%})."
        ),
        measures=(
            Measure("planned_h", plan.planned_ms / 3_600_000, limit=longest_ms / 3_600_000, family="live"),
            Measure("kept_share", share, family="live"),
        ),
        sample=plan.planned_ms // MINUTE_MS,
        host=plan.host,
        span=(plan.start_ms, plan.end_ms),
    )


def plan_findings(connection: DuckDBPyConnection, limits: PlanLimits = LIMITS) -> list[Finding]:
    """Overlaps, then plans."""
    settings = {"least_minutes": limits.least_minutes, "overlap_share": limits.overlap_share}
    overlaps = (Overlap(*row) for row in connection.execute(_OVERLAPS, settings).fetchall())
    plans = (schedule_finding(Plan(*row), limits) for row in connection.execute(_PLANS).fetchall())
    return [*(overlap_finding(one, limits) for one in overlaps), *(plan for plan in plans if plan)]

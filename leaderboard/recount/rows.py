"""The rows of a metric: from which table, in which window, which of them, with which keys, and what each amounts to.

Rows of time come out as spans `start_ms, end_ms, grade` (their weight's place, 0 the heaviest), all others as `amount`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from leaderboard.domain.campaigns import Condition, CountedMetric, Definition, Weight
from leaderboard.domain.campaigns.fields import CALENDAR_KEYS, FIELDS
from leaderboard.domain.campaigns.metrics import Source

from . import sql
from .conditions import Beside, Plain, compared, of_account
from .quantities import Quantity, scaled
from .windows import week_shift

_TABLES: Mapping[str, str] = MappingProxyType(
    {
        "view": "view_rows",
        "live": "live_rows",
        "schedule": "schedule_rows",
        "order": "order_rows",
        "refund": "refund_rows",
        "ad_spend": "ad_spend_rows",
        "award": "award_rows",
    }
)
# Fields that are not a column of their own name.
_EXPRESSIONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("view", "dwell_s"): "CAST(round(r.dwell_s * 1000) AS HUGEINT)",
        ("live", "idle"): "(r.activity = 'idle')",
        ("live", "host.registered"): "r.registered",
    }
)
# The same name of a session under two hosts means two sessions.
_KEYS: Mapping[tuple[str, str], str] = MappingProxyType({("live", "session"): "row(r.host, r.session)"})
_SPANS = ("live", "schedule")


class Plan(NamedTuple):
    """What the statements of one metric need to know. `keys` are the fields that rows must carry for the steps;
    `places` the decimals of all its amounts; `over_days` whether the days of the window are asked for."""

    definition: Definition
    metric: CountedMetric
    window: str
    keys: tuple[str, ...]
    places: int
    over_days: bool

    @property
    def beside(self) -> Beside:
        return of_account(self.definition.currency)

    @property
    def is_time(self) -> bool:
        """Whether the rows are spans of time; with a `value` they are counted like all others."""
        return self.metric.source in _SPANS and self.metric.value is None

    @property
    def group(self) -> tuple[str, ...]:
        return ("window_index", "account", *(("window_days",) if self.over_days else ()))

    @property
    def grades(self) -> list[Decimal]:
        """The factors of the weights, heaviest first."""
        factors = {weight.factor for weight in self.metric.weight}
        return sorted(factors | {Decimal(1)}, reverse=True)


def field(source: Source, name: str) -> Quantity | Plain:
    """The expression of a field of the row `r`."""
    kind = FIELDS[source][name]
    expression = _EXPRESSIONS.get((source, name), f"r.{sql.name(name)}")
    if kind in ("text", "key", "flag"):
        return Plain(expression, kind == "flag")
    return Quantity(f"CAST({expression} AS HUGEINT)", "time" if kind == "time" else "count", 0)


def key_column(key: str) -> str:
    return sql.name(f"by.{key}")


def rows_of(plan: Plan) -> str:
    """SELECT of the metric's rows: the group's columns, a column for each key, and a span or an amount."""
    keys = [f"{_key(plan, key)} AS {key_column(key)}" for key in plan.keys]
    columns = [*(f"r.{column}" for column in plan.group), *keys, *_measure(plan)]
    return (
        f"SELECT {', '.join(columns)} FROM ({_cut(plan)}) r {_calendar(plan)} "
        f"WHERE {sql.all_of([*_wanted(plan), *_where(plan, plan.metric.where)])}{_once(plan)}"
    )


def _cut(plan: Plan) -> str:
    """The source's rows inside the window, spans cut to it, with the window's index."""
    table, is_relative = _TABLES[plan.metric.source], plan.definition.windows[plan.window].anchor
    inside = "r.at_ms >= w.start_ms AND r.at_ms < w.end_ms"
    # Rows of awards have the index of their own window, which is another.
    columns = "r.* EXCLUDE (window_index)" if plan.metric.source == "award" else "r.*"
    if plan.metric.source in _SPANS:
        inside = "r.end_ms > w.start_ms AND r.start_ms < w.end_ms AND r.start_ms < r.end_ms"
        cut = "greatest(r.start_ms, w.start_ms) AS start_ms, least(r.end_ms, w.end_ms) AS end_ms"
        columns = f"r.* REPLACE ({cut}), {_begin(plan)} AS begin_ms"
    own = " AND r.account = w.account" if is_relative else ""
    spans = f'(SELECT * FROM window_spans WHERE "window" = {sql.text(plan.window)})'
    return (
        f"SELECT {columns}, w.window_index, w.days AS window_days "
        f"FROM {table} r JOIN {spans} w ON {inside}{own}"
    )


def _begin(plan: Plan) -> str:
    """When the session began inside the window, whichever of its rows are counted."""
    start = "greatest(r.start_ms, w.start_ms)"
    if plan.metric.source != "live" or not _is_whole(plan):
        return start
    return f"min({start}) OVER (PARTITION BY w.window_index, r.account, r.host, r.session)"


def _is_whole(plan: Plan) -> bool:
    """Whether a session stays whole and belongs to the day on which it began."""
    return plan.definition.clock.span == "start"


def _is_split(plan: Plan) -> bool:
    return plan.is_time and not _is_whole(plan)


def _calendar(plan: Plan) -> str:
    """The join with local days, or weeks where only those are asked for."""
    asked = [key for key in CALENDAR_KEYS if key in plan.keys]
    if not asked:
        return ""
    table = "local_days" if "day" in asked else "local_weeks"
    if _is_split(plan):
        return f"JOIN {table} c ON r.end_ms > c.start_ms AND r.start_ms < c.end_ms"
    at = "r.begin_ms" if plan.metric.source in _SPANS else "r.at_ms"
    return f"JOIN {table} c ON {at} >= c.start_ms AND {at} < c.end_ms"


def _key(plan: Plan, key: str) -> str:
    if key == "day" or (key == "week" and "day" not in plan.keys):
        return "c.number"
    if key == "week":
        return week_of("c.number", plan)
    source = plan.metric.source
    return _KEYS.get((source, key), field(source, key).sql)


def week_of(day: str, plan: Plan) -> str:
    return f"CAST(floor(({day} + {week_shift(plan.definition.clock)}) / 7) AS BIGINT)"


def _measure(plan: Plan) -> list[str]:
    if not plan.is_time:
        return [f"{_weighted(plan)} AS amount"]
    start, end = "r.start_ms", "r.end_ms"
    if _is_split(plan) and _calendar(plan):
        start, end = f"greatest({start}, c.start_ms)", f"least({end}, c.end_ms)"
    return [f"{start} AS start_ms", f"{end} AS end_ms", f"{_grade(plan)} AS grade"]


def _weighted(plan: Plan) -> str:
    value, metric = plan.metric.value, plan.metric
    if value == "count":
        own = sql.whole(1)
    elif value is None:
        own = "CAST(r.value_minor AS HUGEINT)"
    else:
        own = field(metric.source, value).sql
    factor = _first_weight(plan, lambda number: scaled(number, plan.places))
    return f"({own} * {factor})"


def _grade(plan: Plan) -> str:
    return _first_weight(plan, lambda factor: str(plan.grades.index(factor)))


def _first_weight(plan: Plan, shown: Callable[[Decimal], str]) -> str:
    """The first weight that fits a row; without one, the factor 1."""
    cases = [f"WHEN {_fitting(plan, weight)} THEN {shown(weight.factor)}" for weight in plan.metric.weight]
    return f"CASE {' '.join(cases)} ELSE {shown(Decimal(1))} END" if cases else shown(Decimal(1))


def _fitting(plan: Plan, weight: Weight) -> str:
    return sql.all_of(_where(plan, weight.where))


def _where(plan: Plan, conditions: tuple[Condition, ...]) -> list[str]:
    return [
        compared(field(plan.metric.source, one.name), one.operator, one.literal, plan.beside)
        for one in conditions
    ]


def _wanted(plan: Plan) -> list[str]:
    """Rows with something to measure: amounts in the campaign's currency, or a number that is there."""
    value, source = plan.metric.value, plan.metric.source
    if value == "count" or plan.is_time:
        return []
    if value is None:
        return [f"r.currency = {sql.text(plan.definition.currency)}"]
    return [f"{field(source, value).sql} IS NOT NULL"]


def _once(plan: Plan) -> str:
    """Refunds are counted by their orders, each at the first of its refunds."""
    if (plan.metric.source, plan.metric.value) != ("refund", "count"):
        return ""
    first = "ORDER BY r.at_ms, r.own_at_ms, r.received_ms, r.id"
    return f" QUALIFY row_number() OVER (PARTITION BY r.window_index, r.account, r.order_id {first}) = 1"

"""Metrics and rows made up at random: the statements find what a slow reader of the grammar finds."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.domain.campaigns import Definition, parse_document
from leaderboard.recount.metrics import evaluate

from .grammar import TICK_MS, totals
from .tables import Facts

FACTS = Facts().enroll("a", "b")
FIELDS = {
    "order": ["day", "week", "day", "week", "buyer", "channel", "session"],
    "live": ["day", "week", "day", "week", "session", "host"],
}
KEEPS = {"time": ["30m", "1h", "3h"], "money": ["USD 1", "USD 3"], "count": ["2", "1", "4"]}
CLOCKS = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(["America/New_York", "Asia/Kathmandu"]),
        "span": st.sampled_from(["start", "split"]),
    },
    optional={
        "day_start": st.sampled_from(["03:00", "02:30", "21:00"]),
        "week_start": st.sampled_from(["sunday", "wednesday"]),
    },
)
# Twelve days; New York puts its clocks forward in the night to 9 March 2031.
WINDOW = {"start": "2031-03-06T20:00:00", "end": "2031-03-18T10:00:00"}
MINUTES = 12 * 24 * 60


@st.composite
def pipelines(draw: st.DrawFn, source: str, unit: str) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    left: list[str] | None = None
    for _ in range(draw(st.integers(0, 3))):
        known = FIELDS[source] if left is None else left + (["week"] if "day" in left else [])
        by = draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if known else []
        aggregates = ["sum", "count", "max", "min", "mean", "any"]
        if {"day", "week"} & set(left or []):
            aggregates += ["streak", "streak"]
        agg = draw(st.sampled_from([None, *aggregates]))
        unit = "count" if agg in ("count", "any", "streak") else unit
        step: dict[str, Any] = {"by": by} | ({"agg": agg} if agg else {})
        if agg is None or draw(st.booleans()):
            step["keep"] = (
                f"{draw(st.sampled_from(['>=', '>', '<', '!=']))} {draw(st.sampled_from(KEEPS[unit]))}"
            )
        if agg and draw(st.integers(0, 3)) == 0:
            step["cap"] = draw(st.sampled_from(KEEPS[unit]))
        if agg == "mean" and draw(st.booleans()):
            step["over"] = "day"
        steps.append(step)
        left = by if agg else left
    return steps


def weights(field: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    first = st.fixed_dictionaries(
        {"where": st.just([f"{field} == x"]), "factor": st.sampled_from(["50%", "2", "1.25"])}
    )
    last = st.just({"factor": "0.1"})
    return st.lists(first | last, max_size=2)


@st.composite
def metrics(draw: st.DrawFn, source: str) -> dict[str, Any]:
    value = draw(st.sampled_from([None, "count"])) if source == "order" else None
    unit = "time" if source == "live" else "count" if value else "money"
    field = "host" if source == "live" else "channel"
    return {
        "source": source,
        "where": draw(st.sampled_from([[], [f"{field} != y"], [f"{field} in x, z"]])),
        "weight": draw(weights(field)),
        "steps": draw(pipelines(source, unit)),
    } | ({"value": value} if value else {})


def campaign(clock: dict[str, Any], metric: dict[str, Any]) -> Definition:
    award = {"id": "all", "window": "main", "instrument": "bank", "pay": {"kind": "fixed", "amount": 1}}
    return parse_document(
        {
            "schema": 1,
            "id": "by-chance",
            "title": "By chance",
            "currency": "USD",
            "clock": clock,
            "window": {"main": WINDOW},
            "metric": {"x": metric},
            "instrument": {"bank": {"kind": "cash"}},
            "award": [award],
        }
    )


def opens_ms() -> int:
    """A little before the window opens."""
    return campaign({"zone": "Asia/Kathmandu"}, {"source": "order"}).window_ms("main")[0] - 40 * TICK_MS  # type: ignore[index]


ACCOUNTS = st.sampled_from(["a", "a", "a", "b"])
NAMES = st.sampled_from(["x", "y", "z", None])
ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "account": ACCOUNTS,
            "minute": st.integers(0, MINUTES + 900),
            "value_minor": st.integers(0, 400),
            "currency": st.sampled_from(["USD", "USD", "USD", "EUR"]),
            "buyer": st.sampled_from([1, 2, 3, None]),
            "channel": NAMES,
            "session": NAMES,
        }
    ),
    max_size=25,
)
SPANS = st.lists(
    st.fixed_dictionaries(
        {
            "account": ACCOUNTS,
            "minute": st.integers(0, MINUTES + 900) | st.integers(1500, 1700),
            "length": st.integers(1, 200) | st.integers(1400, 1600),
            "host": st.sampled_from(["x", "y", "z"]),
            "session": st.sampled_from(["s", "t"]),
        }
    ),
    max_size=14,
)


def found(definition: Definition) -> dict[str, Fraction]:
    """What the statements find, where there were rows."""
    column = evaluate(FACTS.connection, definition, "main")["x"]
    rows = FACTS.connection.execute(
        'SELECT account, "metric.x" FROM metric_values SEMI JOIN "total.x" USING (account)'
    ).fetchall()
    return {account: Fraction(value, 10 ** (column.decimals or 0)) for account, value in rows}


def expected(definition: Definition, rows: list[dict[str, Any]], *, is_amount: bool) -> dict[str, Fraction]:
    """What the slow reader finds; time and money in whole units, rounded down."""
    span_ms = definition.window_ms("main")
    assert span_ms is not None
    slow = totals(definition, "x", rows, span_ms)
    return {account: Fraction(floor(total)) if is_amount else total for account, total in slow.items()}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CLOCKS, metrics("order"), ORDERS)
def test_orders_are_counted_as_the_grammar_says(
    clock: dict[str, Any], metric: dict[str, Any], orders: list[dict[str, Any]]
) -> None:
    definition, rows = campaign(clock, metric), []
    for order in orders:
        rows.append({key: value for key, value in order.items() if key != "minute"})
        rows[-1]["at_ms"] = opens_ms() + order["minute"] * TICK_MS
    FACTS.connection.execute("DELETE FROM order_rows")
    FACTS.add("order", *rows)

    assert found(definition) == expected(definition, rows, is_amount=is_amount(definition))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CLOCKS, metrics("live"), SPANS)
def test_time_is_measured_as_the_grammar_says(
    clock: dict[str, Any], metric: dict[str, Any], spans: list[dict[str, Any]]
) -> None:
    definition, rows = campaign(clock, metric), []
    for span in spans:
        rows.append({key: value for key, value in span.items() if key not in ("minute", "length")})
        rows[-1]["start_ms"] = opens_ms() + span["minute"] * TICK_MS
        rows[-1]["end_ms"] = rows[-1]["start_ms"] + span["length"] * TICK_MS
    FACTS.connection.execute("DELETE FROM live_rows")
    FACTS.add("live", *rows)

    assert found(definition) == expected(definition, rows, is_amount=is_amount(definition))


def is_amount(definition: Definition) -> bool:
    return evaluate(FACTS.connection, definition, "main")["x"].unit in ("time", "money")

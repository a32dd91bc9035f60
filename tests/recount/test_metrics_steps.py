"""Each construct of the grammar by a case worked out by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.campaigns.fields import FIELDS
from leaderboard.domain.campaigns.windows import instant_ms
from leaderboard.recount.live_tick import refresh
from leaderboard.recount.metrics import values

from .tables import DAY_MS, HOUR_MS, MINUTE_MS, MONDAY_MS, SMALL, Facts, small

BIGO = """source = "live"
steps = [
  { by = ["session"], keep = ">= 30m" },
  { by = ["day"], agg = "sum", cap = "2h" },
  { agg = "sum" },
]"""
DAYS = """source = "live"
steps = [{ by = ["day"], agg = "sum", keep = ">= 1h" }, { agg = "count" }]"""
STREAK = """source = "live"
steps = [{ by = ["day"], agg = "sum", keep = ">= 15m" }, { agg = "streak" }]"""


def hours(*spans: tuple[float, float]) -> list[tuple[int, int]]:
    """Spans by hours since Monday 00:00 UTC."""
    return [(MONDAY_MS + int(start * HOUR_MS), MONDAY_MS + int(end * HOUR_MS)) for start, end in spans]


# Bigo's rule: sessions of half an hour, two hours a day, split at midnight.


@pytest.mark.parametrize(
    ("end_ms", "expected_ms"),
    [(30 * MINUTE_MS - 1, 0), (30 * MINUTE_MS, 30 * MINUTE_MS), (30 * MINUTE_MS + 1, 30 * MINUTE_MS + 1)],
)
def test_a_session_below_half_an_hour_is_nothing(end_ms: int, expected_ms: int) -> None:
    facts = Facts().enroll("a").live((MONDAY_MS, MONDAY_MS + end_ms))

    assert facts.value(small(BIGO), "x", "main") == expected_ms


def test_a_gate_lets_the_parts_of_a_session_through_that_midnight_has_made_short() -> None:
    facts = Facts().enroll("a")
    # Twenty minutes before midnight and twenty after: a session of forty.
    facts.live(*hours((23.75, 24)), *hours((24, 24.25)))

    assert facts.value(small(BIGO), "x", "main") == HOUR_MS // 2


def test_a_day_is_capped_and_a_session_over_midnight_fills_two_days() -> None:
    facts = Facts().enroll("a").live(*hours((21, 25)))
    facts.live(*hours((20, 20.4)), session="short").live(*hours((2, 2.5)), session="early")

    # Monday: three hours and a half, of which two count. Tuesday: one.
    assert facts.value(small(BIGO), "x", "main") == 3 * HOUR_MS


def test_with_span_start_the_whole_session_belongs_to_the_day_it_began() -> None:
    facts = Facts().enroll("a").live(*hours((23, 24.5), (24.5, 26)))

    assert facts.value(small(BIGO), "x", "main") == 3 * HOUR_MS
    assert facts.value(small(BIGO, clock='span = "start"'), "x", "main") == 2 * HOUR_MS


def test_a_session_begins_with_its_first_row_even_if_that_is_not_counted() -> None:
    facts = Facts().enroll("a").live(*hours((23.9, 24)), effective=False)
    facts.live(*hours((24, 25))).live(*hours((12, 13)), session="noon")
    days = """source = "live"
where = ["effective == true"]
steps = [{ by = ["day"], agg = "any" }]"""

    assert facts.value(small(days), "x", "main") == 2
    assert facts.value(small(days, clock='span = "start"'), "x", "main") == 1


def test_a_session_that_runs_into_the_window_begins_where_the_window_does() -> None:
    facts = Facts().enroll("a").live(*hours((-1, 1), (25, 26)))
    days = 'source = "live"\nsteps = [{ by = ["day"], agg = "any" }]'

    assert facts.value(small(days, clock='span = "start"'), "x", "main") == 1
    assert facts.value(small(days), "x", "main") == 2


@pytest.mark.parametrize(("keep", "days"), [("24h", 1), ("23h", 2), ("82801s", 1)])
def test_the_day_of_the_clock_change_has_an_hour_less(keep: str, days: int) -> None:
    metric = (
        f'source = "live"\nsteps = [{{ by = ["day"], agg = "sum", keep = ">= {keep}" }}, {{ agg = "count" }}]'
    )
    definition = parse_toml(
        SMALL.format(metric=metric, clock="", window="").replace("UTC", "America/New_York")
    )
    begins, ends = (
        instant_ms(datetime.fromisoformat(f"2031-03-{day}"), definition.zone) for day in ("08", "10")
    )
    facts = Facts().enroll("a").live((begins, ends))

    assert ends - begins == 47 * HOUR_MS
    assert facts.value(definition, "x", "main") == days


# What counts once.


def test_two_phones_at_once_are_live_once_but_each_session_has_its_own_time() -> None:
    facts = Facts().enroll("a").live(*hours((1, 3))).live(*hours((2, 4)), host="other")
    each = 'source = "live"\nsteps = [{ by = ["session"], agg = "sum" }, { agg = "sum" }]'

    assert facts.value(small('source = "live"'), "x", "main") == 3 * HOUR_MS
    # The same name of a session under two hosts means two sessions.
    assert facts.value(small(each), "x", "main") == 4 * HOUR_MS


def test_the_longest_unbroken_stretch_is_the_largest_of_time() -> None:
    facts = Facts().enroll("a").live(*hours((1, 1.5), (1.5, 2), (1.75, 2.25), (3, 4)))
    longest = 'source = "live"\nsteps = [{{ by = ["day"], agg = "{}" }}]'

    found = [facts.value(small(longest.format(agg)), "x", "main") for agg in ("max", "min", "mean", "sum")]

    assert found == [1.25 * HOUR_MS, HOUR_MS, 1.125 * HOUR_MS, 2.25 * HOUR_MS]


def test_the_heaviest_weight_counts_where_spans_overlap() -> None:
    metric = """source = "live"
weight = [{ where = ["host == star"], factor = 2 }, { where = ["idle == true"], factor = "50%" }]"""
    facts = Facts().enroll("a").live(*hours((1, 3))).live(*hours((2, 4)), host="star")
    facts.live(*hours((3.5, 5)), activity="idle")

    # An hour once, two hours twice, one hour half.
    assert facts.value(small(metric), "x", "main") == 5.5 * HOUR_MS


def test_a_row_without_a_value_for_a_key_is_in_no_group() -> None:
    facts = Facts().enroll("a").live(*hours((1, 2)), product="p").live(*hours((3, 5)))
    metric = 'source = "live"\nsteps = [{ by = ["product"], agg = "sum" }]'

    assert facts.value(small(metric), "x", "main") == HOUR_MS


# Folds.


@pytest.mark.parametrize(
    ("fold", "expected"),
    [
        ('agg = "sum"', 60),
        ('agg = "count"', 3),
        ('agg = "max"', 30),
        ('agg = "min"', 10),
        ('agg = "mean"', 20),
        ('agg = "mean", over = "day"', 4),  # 60 over 14 days, rounded down
        ('agg = "any"', 1),
        ('agg = "sum", cap = "USD 0.25"', 25),
        ('agg = "sum", keep = "> USD 0.59"', 60),
        ('agg = "sum", keep = "> USD 0.60"', 0),
        ('agg = "mean", over = "day", keep = "> USD 0.04"', 4),
        ('by = ["channel"], agg = "max"', 50),
        ('by = ["channel"], agg = "sum", keep = "== USD 0.30"', 60),
        ('by = ["channel"], keep = "> USD 0.30"', 0),
        ('by = ["buyer"], keep = "< USD 0.20"', 10),
    ],
)
def test_a_fold_of_three_orders(fold: str, expected: int) -> None:
    facts = Facts().enroll("a")
    for value, channel in ((10, "live"), (20, "live"), (30, "shop")):
        facts.add("order", {"at_ms": MONDAY_MS, "value_minor": value, "channel": channel, "buyer": value})

    assert facts.value(small(f'source = "order"\nsteps = [{{ {fold} }}]'), "x", "main") == expected


def test_a_mean_of_counts_keeps_its_fraction_until_it_is_compared() -> None:
    facts = Facts().enroll("a")
    for day in (0, 0, 1, 1, 1):
        facts.add("order", {"at_ms": MONDAY_MS + day * DAY_MS})
    by_day = """source = "order"
value = "count"
steps = [{{ by = ["day"], agg = "sum" }}, {{ agg = "mean", keep = "{}" }}]"""

    assert facts.value(small(by_day.format(">= 2.5")), "x", "main") == 2.5
    assert facts.value(small(by_day.format("> 2.5")), "x", "main") == 0


@pytest.mark.parametrize(
    ("minutes_by_day", "expected"),
    [
        ({0: 15, 1: 15, 2: 15}, 3),
        ({0: 15, 1: 14, 2: 15, 3: 20}, 2),
        ({0: 15, 2: 15, 4: 15}, 1),
        ({6: 15, 7: 15}, 2),
        ({0: 5}, 0),
    ],
)
def test_a_streak_is_the_longest_run_of_days(minutes_by_day: dict[int, int], expected: int) -> None:
    facts = Facts().enroll("a")
    for day, minutes in minutes_by_day.items():
        facts.live(*hours((24 * day + 12, 24 * day + 12 + minutes / 60)), session=f"s{day}")

    assert facts.value(small(STREAK), "x", "main") == expected


def test_a_streak_of_weeks_is_told_by_days() -> None:
    weekly = """source = "order"
value = "count"
steps = [
  { by = ["day"], agg = "any" },
  { by = ["week"], agg = "count", keep = ">= 2" },
  { agg = "streak" },
]"""
    facts = Facts().enroll("a")
    for day in (0, 6, 7, 13):
        facts.add("order", {"at_ms": MONDAY_MS + day * DAY_MS})

    assert facts.value(small(weekly), "x", "main") == 2
    # Weeks from Tuesday on: one order, then two, then one.
    assert facts.value(small(weekly, clock='week_start = "tuesday"'), "x", "main") == 1


@pytest.mark.parametrize(("day_start", "days"), [("00:00", 2), ("03:00", 1), ("02:00", 2), ("02:01", 1)])
def test_a_day_begins_at_the_clocks_hour(day_start: str, days: int) -> None:
    metric = 'source = "order"\nsteps = [{ by = ["day"], agg = "any" }]'
    facts = Facts().enroll("a")
    facts.add("order", {"at_ms": MONDAY_MS + 23 * HOUR_MS}, {"at_ms": MONDAY_MS + 26 * HOUR_MS})

    assert facts.value(small(metric, clock=f'day_start = "{day_start}"'), "x", "main") == days


# Weights, bounds, absences.


def test_money_is_rounded_down_at_the_end_only() -> None:
    metric = (
        'source = "order"\nweight = [{ where = ["channel == live"], factor = "33.3%" }, { factor = "-0.5" }]'
    )
    facts = Facts().enroll("a").enroll("b")
    facts.add("order", *({"at_ms": MONDAY_MS, "value_minor": 1, "channel": "live"} for _ in range(4)))
    facts.add("order", {"account": "b", "at_ms": MONDAY_MS, "value_minor": 3})

    assert facts.value(small(metric), "x", "main") == 1
    assert facts.value(small(metric), "x", "main", account="b") == -2


def test_a_weighted_count_keeps_its_fraction() -> None:
    metric = 'source = "view"\nweight = [{ where = ["promoted == true"], factor = 0.5 }]'
    facts = Facts().enroll("a").add("view", *({"at_ms": MONDAY_MS, "promoted": n < 3} for n in range(5)))

    assert facts.value(small(metric), "x", "main") == 3.5


@pytest.mark.parametrize(
    ("bounds", "values_of_0_3_9"),
    [
        ("at_least = 5", [5, 5, 9]),
        ("at_most = 5", [0, 3, 5]),
        ("at_least = 2\nat_most = 5", [2, 3, 5]),
        ('at_least = "attr.floor"', [4, 4, 9]),
        ('at_most = "attr.none"', [0, 3, 9]),
    ],
)
def test_bounds_clamp_the_value(bounds: str, values_of_0_3_9: list[int]) -> None:
    facts = Facts().enroll("a", "b", "c", floor=4)
    for account, orders in (("b", 3), ("c", 9)):
        facts.add("order", *({"account": account, "at_ms": MONDAY_MS} for _ in range(orders)))
    found = values(facts.connection, small(f'source = "order"\nvalue = "count"\n{bounds}'), "main")

    assert [found[0, account]["x"] for account in "abc"] == values_of_0_3_9


@pytest.mark.parametrize(
    ("op", "expected", "without_orders"),
    [
        ("minus", 120, -80),
        ("plus", 280, 80),
        ("min", 80, 0),
        ("max", 200, 80),
        ("ratio", 2.5, 0.0),
        ("growth", 1.5, -1.0),
    ],
)
def test_metrics_are_worked_out_of_metrics(op: str, expected: float, without_orders: float) -> None:
    more = f'[metric.y]\nsource = "ad_spend"\n[metric.z]\nop = "{op}"\nof = ["x", "y"]\n'
    facts = Facts().enroll("a", "b", "c")
    facts.add("order", {"at_ms": MONDAY_MS, "value_minor": 200})
    facts.add("ad_spend", *({"account": account, "at_ms": MONDAY_MS, "value_minor": 80} for account in "ab"))
    found = values(facts.connection, small('source = "order"', more=more), "main")

    assert [found[0, account]["z"] for account in "ab"] == [expected, without_orders]
    assert found[0, "c"]["z"] == (None if op in ("ratio", "growth") else 0)


def test_absent_stands_in_for_a_metric_without_rows_only() -> None:
    more = '[metric.y]\nsource = "ad_spend"\n[metric.z]\nop = "ratio"\nof = ["x", "y"]\nabsent = 0.5\n'
    more += '[metric.w]\nop = "plus"\nof = ["x", "z"]\n'.replace('"x", "z"', '"z", "z"')
    facts = Facts().enroll("a", "b")
    facts.add("order", *({"account": account, "at_ms": MONDAY_MS, "value_minor": 100} for account in "ab"))
    facts.add("ad_spend", {"account": "b", "at_ms": MONDAY_MS, "value_minor": 0})
    found = values(facts.connection, small('source = "order"', more=more), "main")

    # Half a dollar stands in for a; b has spent nothing, which is no share of anything.
    assert found[0, "a"] == {"x": 100, "y": 0, "z": 2.0, "w": 4.0}
    assert found[0, "b"] == {"x": 100, "y": 0, "z": None, "w": None}


def test_a_share_is_the_double_next_to_the_exact_one() -> None:
    more = '[metric.y]\nsource = "refund"\nvalue = "count"\n[metric.z]\nop = "ratio"\nof = ["y", "x"]\n'
    facts = Facts().enroll("a").add("order", *({"at_ms": MONDAY_MS} for _ in range(70)))
    facts.add("refund", *({"order_id": f"o{n}", "at_ms": MONDAY_MS} for n in range(21)))

    assert facts.value(small('source = "order"\nvalue = "count"', more=more), "z", "main") == 0.3


# Sources.


def test_refunds_are_counted_by_order_after_the_conditions() -> None:
    facts = Facts().enroll("a")
    for order, reason in (("o1", "late"), ("o1", "broken"), ("o2", "late"), ("o2", "late")):
        facts.add("refund", {"order_id": order, "reason": reason, "at_ms": MONDAY_MS, "value_minor": 5})

    counted = [
        facts.value(small(f'source = "refund"\n{rest}'), "x", "main")
        for rest in (
            'value = "count"',
            'value = "count"\nwhere = ["reason == broken"]',
            'value = "count"\nsteps = [{ by = ["day"], agg = "count" }]',
            "",
        )
    ]

    assert counted == [2, 1, 2, 20]


def test_numbers_of_rows_are_added_up() -> None:
    facts = Facts().enroll("a")
    facts.add("view", {"at_ms": MONDAY_MS, "dwell_s": 1.25}, {"at_ms": MONDAY_MS, "dwell_s": 9.75})
    facts.add("view", {"at_ms": MONDAY_MS})
    facts.live(*hours((1, 2)), viewers=30).live(*hours((2, 3)), viewers=60).live(*hours((4, 5)))
    viewers = 'source = "live"\nvalue = "viewers"\nsteps = [{ by = ["session"], agg = "mean" }]'

    assert facts.value(small('source = "view"\nvalue = "dwell_s"'), "x", "main") == 11_000
    assert facts.value(small('source = "view"\nwhere = ["dwell_s >= 9.75"]'), "x", "main") == 1
    assert facts.value(small('source = "view"\nwhere = ["dwell_s > 1s"]'), "x", "main") == 2
    assert facts.value(small(viewers), "x", "main") == 45


def test_counts_take_orders_of_every_currency() -> None:
    facts = Facts().enroll("a")
    facts.add("order", {"at_ms": MONDAY_MS, "currency": "EUR", "value_minor": 7})

    assert facts.value(small('source = "order"\nvalue = "count"'), "x", "main") == 1
    assert facts.value(small('source = "order"'), "x", "main") == 0


def test_texts_are_data_whatever_they_hold() -> None:
    facts = Facts().enroll("a'; DROP TABLE order_rows; --")
    account = "a'; DROP TABLE order_rows; --"
    facts.add("order", {"account": account, "at_ms": MONDAY_MS, "channel": "it's"})
    metric = 'source = "order"\nvalue = "count"\nwhere = ["channel != o:x"]'

    assert facts.value(small(metric), "x", "main", account=account) == 1


def test_what_cannot_be_counted_is_refused_by_name() -> None:
    facts = Facts().enroll("a")
    definition = small('source = "order"\nwhere = ["colour == red"]')

    with pytest.raises(
        ValueError, match=r"metric\.x\.where\[0\]: rows of order have only the fields buyer, "
    ):
        facts.value(definition, "x", "main")


@pytest.mark.parametrize(("source", "name"), [(source, name) for source in FIELDS for name in FIELDS[source]])
def test_every_field_can_be_gone_by_and_asked(source: str, name: str) -> None:
    literals = {"text": "== all", "flag": "== true", "number": "> 1", "time": "> 1s"}
    kind = FIELDS[source][name]  # type: ignore[index]
    where = f'where = ["{name} {literals[kind]}"]\n' if kind in literals else ""
    by = f'steps = [{{ by = ["{name}"], agg = "any" }}]\n' if "." not in name else ""
    definition = small(f'source = "{source}"\nvalue = "count"\n{where}{by}')

    assert Facts().enroll("a").value(definition, "x", "main") == 0


def test_the_tick_gives_the_metrics_it_is_asked_for() -> None:
    more = '[metric.y]\nsource = "ad_spend"\n[metric.z]\nop = "ratio"\nof = ["x", "y"]\n'
    facts = Facts().enroll("a", "b")
    facts.add("order", {"at_ms": MONDAY_MS, "value_minor": 3}).add(
        "ad_spend", {"at_ms": MONDAY_MS, "value_minor": 4}
    )
    definition = small('source = "order"', more=more)

    assert refresh(facts.connection, definition, ["z", "x"]) == {
        "a": {"x": 3, "z": 0.75},
        "b": {"x": 0, "z": None},
    }


def test_no_metrics_at_all_are_asked_for() -> None:
    assert values(Facts().enroll("a").connection, small('source = "order"'), "main", []) == {(0, "a"): {}}


def test_the_tick_refuses_a_window_that_recurs() -> None:
    with pytest.raises(ValueError, match="has no one value"):
        refresh(Facts().connection, small('source = "order"', window='every = "week"'), ["x"])

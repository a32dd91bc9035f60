"""Which metrics are read from a row, exactly, and which only the archive knows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.live_metrics import kept_where, live_values, not_live
from leaderboard.domain.standings import Row
from tests.domain.campaigns.spring import SPRING, changed, spring

APOLLO = Path("leaderboard/examples/apollo-us-2022.toml").read_text("utf-8")
ROW = Row(
    "a", 1, 700, 5, orders=12, refunded_orders=4, sales_minor=10_050, refunded_minor=1_025,
    effective_ms=50_400_001, kept_ms=1_000, promised_ms=3_000,
)  # fmt: skip


def value(metric: str, row: Row = ROW, toml: str = SPRING) -> object:
    """What a metric `x`, added to a definition, is read as; "archive" where it is not kept live."""
    definition = parse_toml(f"{toml}\n[metric.x]\n{metric}\n")
    return live_values(definition, row)["x"] if kept_where(definition)["x"] == "live" else "archive"


def test_all_that_apollo_asks_for_is_kept_live() -> None:
    definition = parse_toml(APOLLO)

    assert live_values(definition, ROW) == {
        "product_uv": 700,
        "effective_live": 50_400_001,
        "schedule_adherence": Fraction(1, 3),
        "scheduled_live": 1_000,
        "scheduled": 3_000,
        "orders": 12,
        "refunds": 4,
        "refund_rate": Fraction(1, 3),
        "gmv": 10_050,
        "refunded": 1_025,
        "net_gmv": 9_025,
    }
    assert not_live(definition) == set()


def test_shares_of_nothing_have_no_value() -> None:
    values = live_values(parse_toml(APOLLO), Row("a", 1, 0, 0))

    assert (values["refund_rate"], values["schedule_adherence"], values["net_gmv"]) == (None, None, 0)


@pytest.mark.parametrize(
    "metric",
    [
        'source = "live"\nwhere = ["effective == true"]',
        'source = "live"\nwhere = ["effective == true", "host.registered == true", "viewers > 3"]',
        'source = "live"\nwhere = ["effective == true", "in_schedule == true"]',
        'source = "live"',
        'source = "schedule"\nsteps = [{ by = ["day"], agg = "any" }, { agg = "sum" }]',
        'source = "order"\nwhere = ["live == true"]',
        'source = "order"\nvalue = "count"\nweight = [{ factor = 2 }]',
        'source = "order"\nwindow = "before"',
        'source = "order"\nat_least = "attr.floor"',
        'source = "ad_spend"',
        'source = "view"\nvalue = "count"\nsteps = [{ by = ["product"], agg = "any" }, { agg = "sum" }]',
        # All views, where the campaign ranks by the valid ones.
        'source = "view"\nvalue = "count"\nsteps = [{ by = ["visitor"], agg = "any" }, { agg = "sum" }]',
        'op = "plus"\nof = ["on_air", "on_air"]',
        'op = "min"\nof = ["return_rate", "return_rate"]',
        'op = "minus"\nof = ["sales", "returned"]\nabsent = 1',
    ],
)
def test_everything_else_comes_from_the_archive(metric: str) -> None:
    before = "[window.before]\nstart = 2031-02-03T00:00:00\nend = 2031-03-03T00:00:00"

    assert value(f"{metric}\n{before}") == "archive"


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ('source = "live"\nwhere = ["host.registered == true", "effective == true"]', 50_400_001),
        ('source = "order"\nwindow = "main"', 10_050),
        ('op = "plus"\nof = ["sales", "returned", "sales"]', 21_125),
        ('op = "minus"\nof = ["returned", "sales"]', -9_025),
        ('op = "ratio"\nof = ["returned", "sales"]', Fraction(1_025, 10_050)),
        ('op = "growth"\nof = ["sales", "returned"]', Fraction(9_025, 1_025)),
        ('op = "min"\nof = ["sales", "returned"]', 1_025),
        ('op = "max"\nof = ["sales", "returned"]', 10_050),
        ('source = "order"\nat_least = "USD 100.50"', 10_050),
        ('source = "order"\nat_least = "USD 100.51"', 10_051),
        ('source = "order"\nat_most = 100.49', 10_049),
        ('source = "order"\nat_least = 100.519', 10_051),
        ('op = "max"\nof = ["sales", "returned"]\nat_least = 100.519', Fraction(100_519, 10)),
        ('source = "schedule"\nat_least = "4s"', 4_000),
        ('op = "ratio"\nof = ["returned", "sales"]\nat_most = "10%"', Fraction(1, 10)),
        ('op = "growth"\nof = ["sales", "returned"]\nat_least = "1000%"', 10),
    ],
)
def test_what_is_worked_out_is_exact_and_kept_within_its_bounds(metric: str, expected: object) -> None:
    assert value(metric) == expected


@pytest.mark.parametrize(
    ("orders", "refunds", "share"), [(0, 0, 1), (0, 4, 4), (8, 0, Fraction(1, 8)), (8, 4, Fraction(1, 2))]
)
def test_an_absent_count_is_stood_in_for(orders: int, refunds: int, share: object) -> None:
    counts = '[metric.o]\nsource = "order"\nvalue = "count"\n[metric.r]\nsource = "refund"\nvalue = "count"\n'
    row = Row("a", 1, 0, 0, orders=orders, refunded_orders=refunds)

    assert value('op = "ratio"\nof = ["r", "o"]\nabsent = 1', row, SPRING + counts) == share


def test_where_awards_have_windows_of_their_own_nothing_is_kept_live() -> None:
    later = "[window.later]\nstart = 2031-03-08T00:00:00\nend = 2031-03-20T00:00:00\n"
    toml = SPRING.replace('"rebate"\nwindow = "main"', '"rebate"\nwindow = "later"') + later

    assert set(kept_where(parse_toml(toml)).values()) == {"archive"}


RATE = 'kind = "rate", of = "net_sales", rate = "5%"'


def test_only_what_a_condition_asks_for_has_to_come_from_the_archive() -> None:
    assert kept_where(spring())["on_air"] == "archive"
    assert not_live(spring()) == {"on_air"}
    assert not_live(parse_toml(changed('"on_air >= 2h"', '"sales >= 2"'))) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('ties = ["reached"]', 'ties = ["shows", "reached"]'),
        (RATE, 'kind = "unit", of = "shows", amount = 1'),
        (RATE, 'kind = "pool", amount = 9, by = "shows"'),
        (RATE, 'kind = "tier", rows = [{ when = ["shows > 1"], amount = 1 }]'),
    ],
)
def test_what_an_award_goes_by_has_to_come_from_the_archive(old: str, new: str) -> None:
    shows = '[metric.shows]\nsource = "live"\nsteps = [{ by = ["session"], agg = "any" }]\n'

    assert "shows" not in not_live(parse_toml(SPRING + shows))
    assert "shows" in not_live(parse_toml(changed(old, new) + shows))

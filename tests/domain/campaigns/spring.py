"""A small made-up campaign, whole and correct, for tests to change in one place and look at what is said."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import Definition, DefinitionError, Problem, parse_toml

SPRING = """\
schema = 1
id = "spring-2031"
title = "Spring sale"
operator = "Market"
region = "US"
currency = "USD"
source = ["the rules of the spring sale"]
assumed = ["award.best.ties"]

[clock]
zone = "America/New_York"
calendar = "US-FED"

[window.main]
start = 2031-03-03T00:00:00
end = 2031-03-10T00:00:00

[registration]
mode = "approve"
requires = ["hosts", "schedule", "bank_account"]

[[eligibility]]
id = "partners"
at = "open"
require = ["attr.kind == partner"]

[metric.visitors]
source = "view"
value = "count"
where = ["valid == true"]
steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum" }]

[metric.on_air]
source = "live"
where = ["effective == true"]

[metric.sales]
source = "order"

[metric.returned]
source = "refund"

[metric.net_sales]
op = "minus"
of = ["sales", "returned"]

[metric.return_rate]
op = "ratio"
of = ["returned", "sales"]

[[validator]]
id = "returns"
scope = "account"
when = ["return_rate >= 30%"]
action = "hold"

[instrument.bank]
kind = "cash"
needs = ["bank_account"]

[[award]]
id = "best"
window = "main"
require = ["on_air >= 2h"]
rank_by = "visitors"
ties = ["reached"]
limit = 3
budget = "USD 1000"
instrument = "bank"
[award.pay]
kind = "place"
table = [
  { to = 1, amount = 600 },
  { to = 3, amount = 200 },
]

[[award]]
id = "rebate"
window = "main"
instrument = "bank"
pay = { kind = "rate", of = "net_sales", rate = "5%" }

[settlement]
late = "48h"
hold = "7d"
pay = "20bd"
"""


def changed(old: str, new: str) -> str:
    """The campaign with one passage replaced, which must be in it exactly once."""
    assert SPRING.count(old) == 1, old
    return SPRING.replace(old, new)


def spring() -> Definition:
    return parse_toml(SPRING)


def parse_spring(old: str, new: str) -> Definition:
    return parse_toml(changed(old, new))


def problems_of(toml: str) -> list[Problem]:
    with pytest.raises(DefinitionError) as caught:
        parse_toml(toml)
    return caught.value.problems


def only_problem(old: str, new: str) -> Problem:
    """What is said after one change; it must be one thing, and stand in the line of the change."""
    toml = changed(old, new)
    [problem] = problems_of(toml)
    if new:
        assert problem.line == line_of(toml, new)
    return problem


def line_of(toml: str, passage: str) -> int:
    return toml[: toml.index(passage)].count("\n") + 1

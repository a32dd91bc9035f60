"""What happens around each limit: held against plain comparisons, and against hand-worked cases."""

from __future__ import annotations

import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.boundary_report import MOST_CONDITIONS, MOST_ROWS, Boundary, boundary_report
from leaderboard.domain.campaigns import Definition, parse_toml
from tests.domain.campaigns.spring import changed, parse_spring, spring

EXAMPLES = Path("leaderboard/examples")
OBVIOUS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def rows_of(definition: Definition, of: str) -> list[Boundary]:
    return [row for row in boundary_report(definition) if row.of == of]


def outcomes(row: Boundary) -> list[str]:
    return [row.below.outcome if row.below else "-", row.at.outcome, row.above.outcome]


def values(row: Boundary) -> list[str]:
    return [row.below.value if row.below else "-", row.at.value, row.above.value]


@given(
    operator_text=st.sampled_from(sorted(OBVIOUS)),
    literal=st.sampled_from(
        ["on_air {} 2h", "on_air {} 90s", "sales {} USD 500", "sales {} 0.01", "return_rate {} 30%",
         "net_sales {} 0", "attr.followers {} 1000", "attr.score {} 3.5", "attr.trial {} 30d",
         "attr.revenue {} USD 9.99", "on_air {} attr.promised", "attr.followers {} attr.least"]
    ),
)  # fmt: skip
def test_what_is_said_to_follow_is_what_the_operator_says(operator_text: str, literal: str) -> None:
    condition = literal.format(operator_text)
    definition = parse_spring('"on_air >= 2h"', f'"{condition}"')

    [row] = rows_of(definition, "award best")[:1]

    expected = [OBVIOUS[operator_text](side, 0) for side in (-1, 0, 1)]
    assert [outcome == "qualifies" for outcome in outcomes(row)] == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("on_air >= 2h", ["1 h 59 min 59 s", "2 h", "2 h 1 s"]),
        ("sales > USD 500", ["USD 499.99", "USD 500.00", "USD 500.01"]),
        ("return_rate < 30%", ["29.99%", "30%", "30.01%"]),
        ("on_air > 0", ["-", "0 s", "1 s"]),
        ("net_sales >= 0", ["USD -0.01", "USD 0.00", "USD 0.01"]),
        ("attr.followers >= 1000", ["999", "1000", "1001"]),
        ("attr.revenue >= USD 9.99", ["9.98", "9.99", "10"]),
        ("attr.share >= 30%", ["0.2999", "0.3", "0.3001"]),
    ],
)
def test_a_step_is_the_smallest_that_is_told(condition: str, expected: list[str]) -> None:
    [row] = rows_of(parse_spring('"on_air >= 2h"', f'"{condition}"'), "award best")[:1]

    assert values(row) == expected


def test_what_is_missing_is_said_in_the_words_that_agencies_read() -> None:
    [row, *_] = rows_of(spring(), "award best")

    assert row.below is not None
    assert row.below.outcome == ("does not qualify: 1 s of on air time missing: 1 h 59 min 59 s of 2 h")


def test_a_least_sample_is_met_while_the_rate_is_tried_out_and_the_other_way_round() -> None:
    apollo = parse_toml((EXAMPLES / "apollo-us-2022.toml").read_text("utf-8"))
    orders, rate = rows_of(apollo, "validator refunds")

    assert [orders.given, rate.given] == ["refund rate is 30%", "orders is 10"]
    assert [outcome.startswith("On hold") for outcome in outcomes(orders)] == [False, True, True]
    assert [outcome.startswith("On hold") for outcome in outcomes(rate)] == [False, True, True]


def test_of_alternatives_only_the_one_that_is_tried_out_can_hold() -> None:
    definition = parse_spring(
        'require = ["attr.kind == partner"]', 'any = ["attr.kind == partner", "attr.followers >= 1000"]'
    )
    [row] = rows_of(definition, "eligibility partners")

    assert row.given == "kind is another"
    assert [outcome == "qualifies" for outcome in outcomes(row)] == [False, True, True]


@pytest.mark.parametrize(
    ("action", "said"),
    [("hold", "On hold until it is decided"), ("warn", "Warned"), ("exclude", "Excluded")],
)
def test_each_action_of_a_validator_is_named(action: str, said: str) -> None:
    [row] = rows_of(parse_spring('action = "hold"', f'action = "{action}"'), "validator returns")

    assert row.below is not None
    assert row.below.outcome == "nothing follows from rule returns"
    assert row.at.outcome.startswith(f"{said} by rule returns: return rate is 30%")


def test_a_cohort_is_tried_out_by_itself() -> None:
    cohort = '[cohort.grown]\nwhere = ["attr.followers >= 1000", "attr.country == US"]\n\n[[validator]]'
    [row] = rows_of(parse_toml(changed("[[validator]]", cohort)), "cohort grown")

    assert (row.condition, row.given) == ("followers at least 1000", "country is US")
    assert [outcome == "qualifies" for outcome in outcomes(row)] == [False, True, True]


def test_places_pay_what_the_table_says_and_nothing_behind_its_last() -> None:
    first, last = [row for row in rows_of(spring(), "award best") if row.condition.startswith("place")]

    assert [values(first), outcomes(first)] == [
        ["-", "place 1", "place 2"],
        ["-", "USD 600.00", "USD 200.00"],
    ]
    assert [values(last), outcomes(last)] == [
        ["place 2", "place 3", "place 4"],
        ["USD 200.00", "USD 200.00", "nothing"],
    ]


def test_tiers_and_brackets_pay_as_awards_are_worked_out() -> None:
    every = parse_toml((EXAMPLES / "every-award.toml").read_text("utf-8"))
    tiers = {row.condition: row for row in rows_of(every, "award steps")}
    brackets = {row.condition: row for row in rows_of(every, "award growing_rebate")}

    assert outcomes(tiers["orders at least 50"]) == ["nothing", "USD 50.00", "USD 50.00"]
    assert outcomes(tiers["orders at least 200"]) == ["USD 50.00", "USD 250.00", "USD 250.00"]
    assert outcomes(tiers["net_gmv at least USD 20000.00"]) == ["nothing", "USD 400.00", "USD 400.00"]
    assert outcomes(brackets["net_gmv of USD 10000.00"]) == ["USD 189.99", "USD 190.00", "USD 190.00"]


def test_a_tier_with_a_rate_says_of_how_much_it_is_taken() -> None:
    tier = '{ kind = "tier", rows = [{ when = ["on_air >= 2h"], of = "sales", rate = "2%" }] }'
    definition = parse_spring('{ kind = "rate", of = "net_sales", rate = "5%" }', tier)
    [row] = rows_of(definition, "award rebate")

    assert row.given == "sales is USD 100.00"
    assert outcomes(row) == ["nothing", "USD 2.00", "USD 2.00"]


def test_the_start_counts_the_end_does_not_and_the_cut_off_does() -> None:
    start, end, cutoff = rows_of(spring(), "time")

    assert values(start)[1] == "2031-03-03T00:00:00-05:00"
    assert [outcome == "counts" for outcome in outcomes(start)] == [False, True, True]
    # The clocks of New York go forward on 9 March.
    assert values(end)[1] == "2031-03-10T00:00:00-04:00"
    assert [outcome == "counts" for outcome in outcomes(end)] == [True, False, False]
    assert values(cutoff)[1] == "2031-03-12T00:00:00-04:00"
    assert [outcome == "counts" for outcome in outcomes(cutoff)] == [True, True, False]


def test_what_people_close_has_no_cut_off_beforehand() -> None:
    definition = parse_spring('late = "48h"', 'late = "48h"\nclose = "manual"')

    assert [row.condition.split()[0] for row in rows_of(definition, "time")] == ["starts", "ends"]


def test_a_report_is_never_longer_than_anybody_reads() -> None:
    part = '[[eligibility]]\nid = "e{0}"\nrequire = ["sales >= {0}"]\n'
    many = "".join(part.format(number) for number in range(1, MOST_ROWS + 50))

    assert len(boundary_report(parse_toml(changed("[[validator]]", many + "[[validator]]")))) == MOST_ROWS


def test_a_rule_of_very_many_conditions_is_left_out() -> None:
    many = ",\n".join(f'"sales >= {number}"' for number in range(MOST_CONDITIONS + 1))
    definition = parse_spring('"on_air >= 2h"', many)

    assert [row.condition for row in rows_of(definition, "award best")] == ["place 1", "place 3"]


@pytest.mark.parametrize("condition", ["on_air in 1h, 2h", "attr.tier in gold, silver", "attr.tier not in gold, silver",
                                       "attr.level in 1, 2, 3", "attr.level not in 1, 2, 3"])  # fmt: skip
def test_beside_a_list_the_rest_of_a_rule_is_tried_out_with_it_met(condition: str) -> None:
    definition = parse_spring('"on_air >= 2h"', f'"{condition}", "sales >= USD 5"')
    [row] = [one for one in rows_of(definition, "award best") if one.condition.startswith("sales")]

    assert [outcome == "qualifies" for outcome in outcomes(row)] == [False, True, True]

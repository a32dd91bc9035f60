"""The list of what an award asks for agrees with the verdict, and tells also what is met."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.accounts import Account
from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.comparing import Values
from leaderboard.domain.demands import Demand, demands_of
from leaderboard.domain.judging import Rulings, facts_by_phase, instants, rules_of
from leaderboard.domain.live_metrics import live_values
from leaderboard.domain.standings import Row

APOLLO = parse_toml(Path("leaderboard/examples/apollo-us-2022.toml").read_text("utf-8"))
RULES = rules_of(APOLLO)["top_five"]
H = 3_600_000
PARTNER = Account("north", "Ana", "partner", "US", [], {})
FACTS = facts_by_phase(instants(APOLLO, 0), ((0, PARTNER),))


def listed(row: Row, rulings: Rulings | None = None) -> list[Demand]:
    return demands_of(RULES, live_values(APOLLO, row), FACTS, rulings or {})


def named(demands: list[Demand]) -> dict[str, Demand]:
    return {one.rule or one.parts[0].metric: one for one in demands}


def test_everything_that_is_asked_for_is_listed_in_its_order() -> None:
    found = listed(Row("a1", 1, 5, 5, effective_ms=14 * H))

    assert [(one.code, one.rule, one.met) for one in found] == [
        ("eligibility", "official-partner", True),
        ("requirement", "", True),
        ("validator.hold", "refunds", True),
        ("validator.warn", "schedule", True),
    ]


@pytest.mark.parametrize(
    ("effective_ms", "holds", "detail"),
    [
        (14 * H - 1, False, "1 s of effective live time missing: 13 h 59 min 59 s of 14 h."),
        (14 * H, True, "effective live is 14 h (at least 14 h)."),
    ],
)
def test_a_condition_is_told_with_what_there_is(effective_ms: int, holds: bool, detail: str) -> None:
    (part,) = listed(Row("a1", 1, 5, 5, effective_ms=effective_ms))[1].parts

    assert (part.metric, part.operator, part.unit) == ("effective_live", ">=", "time")
    assert (part.holds, part.detail, part.need) == (holds, detail, 50_400)
    assert part.have == effective_ms // 1000


def test_a_validator_that_acts_is_not_met_until_it_is_dismissed() -> None:
    row = Row("a1", 1, 5, 5, orders=10, refunded_orders=3, effective_ms=14 * H)

    assert named(listed(row))["refunds"].met is False
    assert named(listed(row, {"refunds": "dismiss"}))["refunds"].met is True
    assert named(listed(Row("a1", 1, 5, 5), {"refunds": "uphold"}))["refunds"].met is False


def test_what_is_not_worked_out_yet_is_neither_met_nor_missing() -> None:
    nothing: Values = {}
    found = named(demands_of(RULES, nothing, FACTS))

    assert found["effective_live"].met is None
    assert found["effective_live"].parts[0].detail == (
        "The metric effective live is worked out from the archive, and has not been yet."
    )


@given(
    st.builds(
        Row,
        st.just("a1"),
        st.just(1),
        st.just(5),
        st.just(5),
        orders=st.integers(0, 30),
        refunded_orders=st.integers(0, 30),
        effective_ms=st.integers(13 * H, 15 * H),
        kept_ms=st.integers(0, 10 * H),
        promised_ms=st.just(10 * H),
    )
)
def test_the_account_qualifies_exactly_when_all_that_has_to_hold_is_met(row: Row) -> None:
    has_to_hold = [one.met for one in listed(row) if not one.code.startswith("validator.")]

    assert all(has_to_hold) == RULES.is_eligible(live_values(APOLLO, row), FACTS)

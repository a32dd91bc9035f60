"""Who qualifies: just below, at and just above each threshold, and against a slow obvious version."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.accounts import Account, Attribute, Kind
from leaderboard.domain.campaigns import Definition, parse_toml
from leaderboard.domain.comparing import Value, Values, facts_of
from leaderboard.domain.judging import Verdict, facts_by_phase, instants, judge, ranking_award, rules_of
from leaderboard.domain.live_metrics import live_values
from leaderboard.domain.standings import Row
from tests.domain.campaigns.spring import SPRING, changed, spring

APOLLO = parse_toml(Path("leaderboard/examples/apollo-us-2022.toml").read_text("utf-8"))
H = 3_600_000
ENOUGH = 14 * H
START_MS, END_MS = spring().starts_at_ms or 0, spring().ends_at_ms or 0


def account(
    attributes: Mapping[str, Attribute] | None = None, kind: Kind = "partner", country: str = "US"
) -> Account:
    return Account("north", "Ana", kind, country, [], dict(attributes or {}))


PARTNER = account()


def apollo(row: Row, who: Account = PARTNER) -> Verdict:
    facts = facts_by_phase(instants(APOLLO, 0), ((0, who),))
    return judge(APOLLO, live_values(APOLLO, row), facts)


def codes(verdict: Verdict) -> list[tuple[str, str]]:
    return [(reason.code, reason.rule) for reason in verdict.reasons]


def judged(definition: Definition, values: Values, who: Account | None = PARTNER) -> Verdict:
    facts = facts_by_phase(instants(definition, 0), ((0, who),) if who else ())
    return judge(definition, values, facts)


def asking(condition: str, values: Values, who: Account = PARTNER) -> bool:
    """Whether one condition of the award that ranks is met."""
    return judged(parse_toml(changed('"on_air >= 2h"', f'"{condition}"')), values, who).eligible


# ── Apollo, hand-worked ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("effective_ms", "is_enough"),
    [(0, False), (ENOUGH - 1_000, False), (ENOUGH - 1, False), (ENOUGH, True), (ENOUGH + 1, True)],
)
def test_14_hours_are_14_hours_to_the_millisecond(effective_ms: int, is_enough: bool) -> None:
    verdict = apollo(Row("a", 1, 9, 5, effective_ms=effective_ms))

    assert verdict.eligible is is_enough
    assert codes(verdict) == ([] if is_enough else [("requirement", "effective_live")])


@pytest.mark.parametrize(
    ("effective_ms", "have_s", "detail"),
    [
        (11 * H + 50 * 60_000, 42_600, "2 h 10 min of effective live time missing: 11 h 50 min of 14 h."),
        (ENOUGH - 1, 50_399, "1 s of effective live time missing: 13 h 59 min 59 s of 14 h."),
        (0, 0, "14 h of effective live time missing: 0 s of 14 h."),
    ],
)
def test_what_is_missing_is_said_and_never_looks_reached(effective_ms: int, have_s: int, detail: str) -> None:
    [reason] = apollo(Row("a", 1, 9, 5, effective_ms=effective_ms)).reasons

    assert (reason.have, reason.need, reason.detail) == (have_s, 50_400, detail)


@pytest.mark.parametrize(
    ("orders", "refunds", "is_held"),
    [(9, 3, False), (9, 9, False), (10, 2, False), (10, 3, True), (11, 3, False), (10_000, 2_999, False),
     (10_000, 3_000, True), (0, 0, False), (0, 5, False)],
)  # fmt: skip
def test_refunds_hold_from_10_orders_and_30_percent_on(orders: int, refunds: int, is_held: bool) -> None:
    row = Row("a", 1, 9, 5, orders=orders, refunded_orders=refunds, effective_ms=ENOUGH)
    verdict = apollo(row)

    assert verdict.held is is_held
    assert verdict.eligible
    assert not verdict.excluded
    assert codes(verdict) == ([("validator.hold", "refunds")] if is_held else [])


def test_a_hold_says_what_it_found() -> None:
    [reason] = apollo(Row("a", 1, 9, 5, orders=12, refunded_orders=4, effective_ms=ENOUGH)).reasons

    assert reason.detail == (
        "On hold until it is decided by rule refunds: orders is 12 (at least 10); "
        "refund rate is 33.33% (at least 30%)."
    )
    assert (reason.have, reason.need) == (pytest.approx(1 / 3), 0.3)


@pytest.mark.parametrize(
    ("kept_ms", "is_warned"), [(0, True), (4_999, True), (5_000, False), (10_000, False)]
)
def test_half_the_schedule_is_kept_or_a_warning_given(kept_ms: int, is_warned: bool) -> None:
    verdict = apollo(Row("a", 1, 9, 5, effective_ms=ENOUGH, kept_ms=kept_ms, promised_ms=10_000))

    assert verdict.eligible
    assert codes(verdict) == ([("validator.warn", "schedule")] if is_warned else [])


def test_who_promised_nothing_is_not_warned() -> None:
    assert apollo(Row("a", 1, 9, 5, effective_ms=ENOUGH)).reasons == ()


def test_merchants_and_other_countries_may_not_take_part() -> None:
    verdict = apollo(Row("a", 1, 9, 5, effective_ms=ENOUGH), account(None, "merchant", "CA"))

    assert not verdict.eligible
    assert [reason.detail for reason in verdict.reasons] == [
        "kind is merchant, asked for is partner.",
        "country is CA, asked for is US.",
    ]
    assert {(reason.code, reason.rule) for reason in verdict.reasons} == {("eligibility", "official-partner")}
    assert [(reason.have, reason.need) for reason in verdict.reasons] == [
        ("merchant", "partner"),
        ("CA", "US"),
    ]


def test_an_account_that_does_not_exist_has_no_attributes() -> None:
    assert not judged(APOLLO, live_values(APOLLO, Row("a", 1, 9, 5, effective_ms=ENOUGH)), None).eligible


def test_every_award_has_its_own_demands() -> None:
    nothing = {"on_air": 0, "return_rate": None}
    facts = facts_by_phase(instants(spring(), 0), ((0, PARTNER),))

    assert not judge(spring(), nothing, facts).eligible
    assert judge(spring(), nothing, facts, "rebate").eligible


# ── Values and literals ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ("sales >= USD 100", 9_999, False),
        ("sales >= USD 100", 10_000, True),
        ("sales >= 100", 9_999, False),
        ("sales >= 100", 10_000, True),
        ("sales > USD 100", 10_000, False),
        ("sales > USD 100", 10_001, True),
        ("sales >= USD 100", Fraction(99_999, 10), False),
        ("on_air >= 1h", H - 1, False),
        ("on_air >= 1h", H, True),
        ("on_air > 1h", H, False),
        ("on_air < 2h", 2 * H - 1, True),
        ("on_air < 2h", 2 * H, False),
        ("return_rate >= 30%", Fraction(2_999, 10_000), False),
        ("return_rate >= 30%", Fraction(3, 10), True),
        ("return_rate >= 0.3", Fraction(3, 10), True),
        ("return_rate >= 30%", 3 / 10, True),
        ("return_rate >= 30%", 21 / 70, True),
        ("return_rate >= 30%", 0.2999, False),
        ("return_rate <= 30%", 0.3, True),
        ("visitors == 5", 5, True),
        ("visitors != 5", 5, False),
        ("visitors in 5, 7", 7, True),
        ("visitors not in 5, 7", 7, False),
        ("visitors >= 0", None, False),
        ("visitors != 5", None, False),
        ("visitors not in 5, 7", None, False),
    ],
)
def test_a_metric_is_compared_in_its_own_unit(condition: str, value: Value, holds: bool) -> None:
    name = condition.split()[0]

    assert asking(condition, {"return_rate": None} | {name: value}) is holds


@pytest.mark.parametrize(
    ("condition", "attributes", "holds"),
    [
        ("attr.x == gold", {"x": "gold"}, True),
        ("attr.x == gold", {"x": "silver"}, False),
        ("attr.x != gold", {"x": "silver"}, True),
        ("attr.x != gold", {}, False),
        ("attr.x == true", {"x": True}, True),
        ("attr.x == true", {"x": 1}, False),
        ("attr.x == true", {"x": "true"}, False),
        ("attr.x == 1", {"x": True}, False),
        ("attr.x >= 3.5", {"x": 3.5}, True),
        ("attr.x >= 3.1", {"x": 3.1}, True),
        ("attr.x >= 3.5", {"x": 3.4999}, False),
        ("attr.x >= 3.5", {"x": "9"}, False),
        ("attr.x != 3.5", {"x": "9"}, False),
        ("attr.x < USD 100", {"x": 99.99}, True),
        ("attr.x < USD 100", {"x": 100}, False),
        ("attr.x >= 2h", {"x": 7_200}, True),
        ("attr.x >= 2h", {"x": 7_199}, False),
        ("attr.x in gold, silver", {"x": "silver"}, True),
        ("attr.x not in gold, silver", {"x": "bronze"}, True),
        ("attr.x not in gold, silver", {}, False),
        ("attr.x == attr.y", {"x": 5, "y": 5.0}, True),
        ("attr.x == attr.y", {"x": "5", "y": 5}, False),
        ("attr.x >= attr.y", {"x": 6, "y": 5}, True),
        ("attr.x >= attr.y", {"x": 6}, False),
        ("attr.x >= attr.y", {"x": "b", "y": "a"}, False),
        ("attr.country in US, CA", {"country": "FR"}, True),
        ("attr.agency_id == north", {}, True),
    ],
)
def test_an_attribute_is_of_one_kind_and_missing_it_never_holds(
    condition: str, attributes: dict[str, Any], holds: bool
) -> None:
    assert asking(condition, {"return_rate": None}, account(attributes)) is holds


@pytest.mark.parametrize(
    ("condition", "value", "own", "holds"),
    [
        ("on_air >= attr.x", 7_199_999, 7_200, False),
        ("on_air >= attr.x", 7_200_000, 7_200, True),
        ("sales >= attr.x", 1_049, 10.5, False),
        ("sales >= attr.x", 1_050, 10.5, True),
        ("visitors >= attr.x", 3, 3, True),
        ("return_rate <= attr.x", 0.3, 0.3, True),
        ("visitors >= attr.x", 3, "3", False),
        ("visitors >= attr.x", 3, None, False),
    ],
)
def test_a_participant_may_have_a_target_of_its_own(
    condition: str, value: Value, own: Any, holds: bool
) -> None:
    attributes = {} if own is None else {"x": own}
    values: dict[str, Value] = {"return_rate": None} | {condition.split()[0]: value}

    assert asking(condition, values, account(attributes)) is holds


# ── Phases and cohorts ────────────────────────────────────────────────────────────────────────

CHANGED = (
    (0, account({"tier": 1})),
    (START_MS, account({"tier": 2})),
    (END_MS - 1, account({"tier": 3})),
    (END_MS + 9, account({"tier": 4})),
)
PHASES = [("register", 1), ("open", 2), ("close", 3), ("payout", 4)]


@pytest.mark.parametrize(("phase", "tier"), PHASES)
def test_eligibility_looks_at_the_attributes_of_its_phase(phase: str, tier: int) -> None:
    definition = parse_toml(
        changed(
            'at = "open"\nrequire = ["attr.kind == partner"]',
            f'at = "{phase}"\nrequire = ["attr.tier == {tier}"]',
        )
    )
    facts = facts_by_phase(instants(definition, 5), CHANGED)

    assert judge(definition, {"on_air": 9 * H, "return_rate": None}, facts).eligible


def test_before_a_phase_the_attributes_count_as_they_are() -> None:
    facts = facts_by_phase(instants(spring(), 5), CHANGED[:1])

    assert {found["tier"] for found in facts.values()} == {1}


def test_an_account_that_came_later_counts_as_it_first_was() -> None:
    facts = facts_by_phase(
        instants(spring(), END_MS), ((END_MS, account({"tier": 8})), (END_MS + 1, account({"tier": 9})))
    )

    assert (facts["open"]["tier"], facts["register"]["tier"], facts["payout"]["tier"]) == (8, 8, 9)


@pytest.mark.parametrize("as_of", ["window_start", "campaign_start"])
def test_a_cohort_is_that_of_the_start(as_of: str) -> None:
    cohort = f'[cohort.fresh]\nwhere = ["attr.tier == 2"]\nas_of = "{as_of}"\n'
    definition = parse_toml(changed("limit = 3", 'limit = 3\ncohort = "fresh"') + cohort)
    values = {"on_air": 9 * H, "return_rate": None}
    moved, late = (facts_by_phase(instants(definition, 5), history) for history in (CHANGED, CHANGED[3:]))

    assert judge(definition, values, moved).eligible
    assert codes(judge(definition, values, late)) == [("cohort", "fresh")]


def test_alternatives_need_one_that_holds() -> None:
    definition = parse_toml(
        changed('require = ["attr.kind == partner"]', 'any = ["attr.a == true", "attr.b == true"]')
    )
    values = {"on_air": 9 * H, "return_rate": None}

    assert judged(definition, values, account({"b": True})).eligible
    [reason] = judged(definition, values, account({"b": False})).reasons
    assert reason.detail == "None of these holds: a is true, or b is true."


# ── Validators, and what is not known yet ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("action", "eligible", "excluded"),
    [("warn", True, False), ("hold", True, False), ("exclude", False, True)],
)
def test_only_an_exclusion_takes_an_account_out(action: str, eligible: bool, excluded: bool) -> None:
    definition = parse_toml(changed('action = "hold"', f'action = "{action}"'))
    verdict = judged(definition, {"on_air": 9 * H, "return_rate": 0.5})

    assert (verdict.eligible, verdict.excluded) == (eligible, excluded)
    assert codes(verdict) == [(f"validator.{action}", "returns")]


def test_a_metric_that_has_not_been_evaluated_makes_nobody_eligible() -> None:
    verdict = judged(spring(), {"return_rate": None})

    assert not verdict.eligible
    assert codes(verdict) == [("not_evaluated", "on_air")]


@pytest.mark.parametrize("action", ["warn", "exclude"])
def test_a_guard_that_settles_it_makes_the_rest_needless(action: str) -> None:
    definition = parse_toml(
        changed('when = ["return_rate >= 30%"]', 'when = ["return_rate >= 30%", "visitors >= 10"]').replace(
            'action = "hold"', f'action = "{action}"'
        )
    )
    settled = judged(definition, {"on_air": 9 * H, "visitors": 9})
    open_ = judged(definition, {"on_air": 9 * H, "visitors": 10})

    assert (settled.eligible, codes(settled)) == (True, [])
    assert (open_.eligible, codes(open_)) == (action == "warn", [("not_evaluated", "return_rate")])


def test_a_value_that_does_not_exist_is_evaluated() -> None:
    verdict = judged(spring(), {"on_air": None, "return_rate": None})

    assert codes(verdict) == [("requirement", "on_air")]
    assert verdict.reasons[0].detail == "on air has no value, asked for is at least 2 h."


# ── Against the obvious ───────────────────────────────────────────────────────────────────────

METRICS = {
    "on_air": ("time", 1_000),
    "sales": ("money", 100),
    "visitors": ("count", 1),
    "return_rate": ("share", 1),
}
COMPARE = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
LITERALS = {"time": "{}s", "money": "USD {}", "count": "{}", "share": "{}00%"}
Condition = tuple[str, str, int]
metric_conditions = st.tuples(
    st.sampled_from(sorted(METRICS)), st.sampled_from(sorted(COMPARE)), st.integers(0, 3)
)
attribute_conditions = st.tuples(
    st.sampled_from(["attr.a", "attr.b"]), st.sampled_from(sorted(COMPARE)), st.integers(0, 3)
)
conditions = st.lists(metric_conditions | attribute_conditions, min_size=1, max_size=3)
numbers = st.fractions(0, 4, max_denominator=4)
optional_values = st.dictionaries(st.sampled_from(sorted(METRICS)), st.none() | numbers)
attributes_strategy = st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 3))


def written(condition: Condition) -> str:
    name, operator, literal = condition
    unit = METRICS[name][0] if name in METRICS else "count"
    return f"{name} {operator} {LITERALS[unit].format(literal)}"


def obvious(
    condition: Condition, values: dict[str, Fraction | None], attributes: dict[str, int]
) -> bool | None:
    name, operator, literal = condition
    if name in METRICS:
        if name not in values:
            return None
        value: Fraction | int | None = values[name]
    else:
        value = attributes.get(name.removeprefix("attr."))
    return False if value is None else bool(COMPARE[operator](value, literal))


def all_hold(outcomes: list[bool | None]) -> bool | None:
    if any(outcome is False for outcome in outcomes):
        return False
    return None if any(outcome is None for outcome in outcomes) else True


def any_holds(outcomes: list[bool | None]) -> bool | None:
    if any(outcomes):
        return True
    return None if any(outcome is None for outcome in outcomes) else False


def definition_of(parts: list[list[Condition]], how: str, action: str) -> Definition:
    asked, when, require = ([written(one) for one in part] for part in parts)
    text = SPRING.replace('require = ["attr.kind == partner"]', f"{how} = {asked!r}".replace("'", '"'))
    text = text.replace('when = ["return_rate >= 30%"]', f"when = {when!r}".replace("'", '"'))
    text = text.replace('require = ["on_air >= 2h"]', f"require = {require!r}".replace("'", '"'))
    return parse_toml(text.replace('action = "hold"', f'action = "{action}"'))


@given(
    parts=st.lists(conditions, min_size=3, max_size=3),
    how=st.sampled_from(["require", "any"]),
    action=st.sampled_from(["warn", "hold", "exclude"]),
    values=optional_values,
    attributes=attributes_strategy,
)
def test_judging_is_as_the_rules_read(
    parts: list[list[Condition]],
    how: str,
    action: str,
    values: dict[str, Fraction | None],
    attributes: dict[str, int],
) -> None:
    definition = definition_of(parts, how, action)
    scaled = {name: None if value is None else value * METRICS[name][1] for name, value in values.items()}
    facts = facts_by_phase(instants(definition, 0), ((0, account(attributes)),))

    verdict = judge(definition, scaled, facts)

    asked, when, require = ([obvious(one, values, attributes) for one in part] for part in parts)
    may_enter = all_hold(asked) if how == "require" else any_holds(asked)
    is_out = all_hold(when) if action == "exclude" else False
    assert verdict.eligible is (may_enter is True and all_hold(require) is True and is_out is False)
    assert verdict.excluded is (is_out is True)
    assert verdict.held is (action == "hold" and all_hold(when) is True)
    assert verdict.eligible or verdict.reasons
    assert rules_of(definition)[ranking_award(definition)].is_eligible(scaled, facts) is verdict.eligible


@given(attributes_strategy)
def test_what_an_account_is_comes_before_what_it_is_said_to_be(attributes: dict[str, int]) -> None:
    facts = facts_of(account({"kind": "partner", **attributes}, "merchant", "CA"))

    assert (facts["kind"], facts["country"], facts["agency_id"]) == ("merchant", "CA", "north")
    assert attributes.items() <= facts.items()

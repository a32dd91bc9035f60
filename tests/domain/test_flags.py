"""Flags and what a decision on one does to a verdict."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import Definition, parse_toml
from leaderboard.domain.flags import (
    Decision,
    Docket,
    flag_id,
    flags_of,
    named_by,
    rulings_by_account,
    upheld_accounts,
)
from leaderboard.domain.judging import (
    NO_RULINGS,
    Ruling,
    Rulings,
    Verdict,
    facts_by_phase,
    instants,
    judge,
    ranking_award,
    rules_of,
)
from tests.domain.campaigns.spring import changed
from tests.domain.test_judging import PARTNER, H, codes

BAD, GOOD, UNKNOWN = (
    {"on_air": 9 * H, "return_rate": 0.5},
    {"on_air": 9 * H, "return_rate": 0.1},
    {"on_air": 9 * H},
)


def spring(action: str = "hold") -> Definition:
    """Its rule `returns` acts at a return rate of 30%."""
    return parse_toml(changed('action = "hold"', f'action = "{action}"'))


def verdict(
    values: Mapping[str, float], rulings: Rulings = NO_RULINGS, action: str = "hold", award: str | None = None
) -> Verdict:
    definition = spring(action)
    facts = facts_by_phase(instants(definition, 0), ((0, PARTNER),))
    return judge(definition, values, facts, award, rulings)


def decided(ruling: Ruling, reason: str = "Looked at.") -> Decision:
    return Decision(ruling, reason, "token-1", 5)


# ── What a decision does ──────────────────────────────────────────────────────────────────────


def test_a_dismissed_hold_holds_nobody_and_stays_visible() -> None:
    found = verdict(BAD, {"returns": "dismiss"})

    assert (found.eligible, found.excluded, found.held) == (True, False, False)
    [reason] = found.reasons
    assert (reason.code, reason.rule, reason.have, reason.need) == (
        "validator.dismissed",
        "returns",
        0.5,
        0.3,
    )
    assert reason.detail.startswith("Dismissed on review, found by rule returns: return rate is 50%")


@pytest.mark.parametrize("award", [None, "rebate"])
def test_an_upheld_hold_takes_the_account_out_of_every_award(award: str | None) -> None:
    found = verdict(BAD, {"returns": "uphold"}, award=award)

    assert (found.eligible, found.excluded, found.held) == (False, True, False)
    assert codes(found) == [("validator.upheld", "returns")]


@pytest.mark.parametrize("values", [GOOD, UNKNOWN])
def test_what_was_upheld_stands_whatever_is_counted_since(values: Mapping[str, float]) -> None:
    found = verdict(values, {"returns": "uphold"})

    assert (found.eligible, found.excluded) == (False, True)
    assert ("validator.upheld", "returns") in codes(found)
    assert found.reasons[0].detail.startswith(
        "Upheld on review, whatever is counted since, by rule returns: "
    )


def test_what_was_dismissed_is_not_mentioned_once_the_rule_finds_nothing() -> None:
    assert verdict(GOOD, {"returns": "dismiss"}) == verdict(GOOD)


@pytest.mark.parametrize(
    ("ruling", "code"), [("uphold", "validator.warn"), ("dismiss", "validator.dismissed")]
)
def test_a_warning_takes_nobody_out_whatever_is_decided(ruling: Ruling, code: str) -> None:
    found = verdict(BAD, {"returns": ruling}, action="warn")

    assert (found.eligible, found.excluded) == (True, False)
    assert codes(found) == [(code, "returns")]


@pytest.mark.parametrize("ruling", ["uphold", "dismiss"])
def test_neither_an_exclusion_nor_another_rule_hears_of_a_decision(ruling: Ruling) -> None:
    assert verdict(BAD, {"returns": ruling}, action="exclude") == verdict(BAD, action="exclude")
    assert verdict(BAD, {"another": ruling}) == verdict(BAD)


@given(
    values=st.fixed_dictionaries(
        {"on_air": st.sampled_from([0, 9 * H])}, optional={"return_rate": st.floats(0, 1)}
    ),
    rulings=st.dictionaries(st.sampled_from(["returns", "other"]), st.sampled_from(["uphold", "dismiss"])),
    action=st.sampled_from(["warn", "hold", "exclude"]),
)
def test_a_decision_never_makes_anybody_eligible_and_the_fast_answer_is_the_same(
    values: dict[str, float], rulings: dict[str, Ruling], action: str
) -> None:
    definition = spring(action)
    facts = facts_by_phase(instants(definition, 0), ((0, PARTNER),))
    rules = rules_of(definition)[ranking_award(definition)]

    before, after = rules.judge(values, facts), rules.judge(values, facts, rulings)

    is_out = action == "hold" and rulings.get("returns") == "uphold"
    assert after.eligible is (before.eligible and not is_out)
    assert after.eligible is rules.is_eligible(values, facts, rulings)
    assert after.held is (before.held and "returns" not in rulings)


# ── Flags ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("action", ["hold", "warn"])
def test_a_rule_that_acts_raises_a_flag_with_what_it_found(action: str) -> None:
    [flag] = flags_of(
        spring(action), {"a1": verdict(BAD, action=action), "a2": verdict(GOOD, action=action)}, {}
    )

    assert (flag.id, flag.account, flag.rule) == ("returns~a1", "a1", "returns")
    assert (flag.action, flag.status, flag.decision) == (action, "open", None)
    assert flag.reason is not None
    assert (flag.reason.have, flag.reason.need) == (0.5, 0.3)


def test_neither_exclusions_nor_unmet_demands_are_flags() -> None:
    excluded, short = verdict(BAD, action="exclude"), verdict({"on_air": 0, "return_rate": 0.1})

    assert flags_of(spring("exclude"), {"a1": excluded}, {}) == []
    assert flags_of(spring(), {"a1": short}, {}) == []


@pytest.mark.parametrize(("ruling", "status"), [("uphold", "upheld"), ("dismiss", "dismissed")])
@pytest.mark.parametrize("values", [BAD, GOOD])
def test_a_decided_flag_stays_with_its_decision(
    values: Mapping[str, float], ruling: Ruling, status: str
) -> None:
    decisions = {"returns~a1": decided(ruling), "returns~elsewhere": decided("dismiss")}

    dockets = {flag: Docket(decision) for flag, decision in decisions.items()}
    [flag] = flags_of(spring(), {"a1": verdict(values, {"returns": ruling})}, dockets)

    assert (flag.action, flag.status, flag.decision) == ("hold", status, decisions["returns~a1"])
    assert (flag.reason is None) is (values is GOOD and ruling == "dismiss")


def test_a_decision_on_a_rule_that_is_gone_is_no_flag_and_rules_nobody_out() -> None:
    decisions = {"gone~a1": decided("uphold")}

    dockets = {flag: Docket(decision) for flag, decision in decisions.items()}
    assert flags_of(spring(), {"a1": verdict(GOOD, {"gone": "uphold"})}, dockets) == []
    assert upheld_accounts(spring(), decisions) == frozenset()


def test_accounts_are_ruled_out_by_upheld_holds_alone() -> None:
    decisions = {"returns~a1": decided("uphold"), "returns~a2": decided("dismiss")}

    assert upheld_accounts(spring(), decisions) == {"a1"}
    assert upheld_accounts(spring("warn"), decisions) == frozenset()
    assert rulings_by_account(decisions) == {"a1": {"returns": "uphold"}, "a2": {"returns": "dismiss"}}


@given(
    st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}", fullmatch=True),
)
def test_an_id_names_its_rule_and_its_account(rule: str, account: str) -> None:
    assert named_by(flag_id(rule, account)) == (rule, account)

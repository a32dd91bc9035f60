"""What one reviewer decides, what takes two, and who answers an appeal."""

from __future__ import annotations

import pytest

from leaderboard.domain.appealing import appeal
from leaderboard.domain.deciding import Call, Code, DecisionRefused, decide
from leaderboard.domain.flags import UNTOUCHED, Decision, Docket, Flag
from leaderboard.domain.reviews import Settled
from tests.domain.reviewing import AGENCIES, APPEAL_S, NAMES, a_raised, call, flag_of, plea, rule_flag


def decided(*calls: Call) -> Docket:
    docket = UNTOUCHED
    for one in calls:
        docket = decide(flag_of(docket), one, NAMES)
    return docket


def refusal(flag: Flag, one: Call) -> Code:
    with pytest.raises(DecisionRefused) as refused:
        decide(flag, one, NAMES | AGENCIES)
    return refused.value.code


@pytest.mark.parametrize("decision", ["uphold", "dismiss"])
def test_one_reviewer_upholds_or_dismisses_what_a_detector_found(decision: Settled) -> None:
    docket = decided(call("ana-1", decision))

    assert docket.decision is not None
    assert (docket.decision.decision, docket.decision.people, docket.proposal) == (decision, ("ana-1",), None)


def test_a_disqualification_waits_for_a_second_person_and_keeps_both_reasons() -> None:
    proposed = decided(call("ana-1", "disqualify", "First.", at_ms=5))
    docket = decide(flag_of(proposed), call("bo-1", "disqualify", "Second.", link="", at_ms=6), NAMES)

    assert (proposed.decision, proposed.proposal) == (
        None,
        Decision("disqualify", "First.", "ana-1", 5, "Own devices."),
    )
    assert docket == Docket(
        Decision("disqualify", "Second.", "bo-1", 6, "Own devices.", "ana-1", "First.", 5), None, ()
    )


def test_a_disqualification_says_what_links_the_partner() -> None:
    assert refusal(flag_of(), call("ana-1", "disqualify", link=" \n")) == "no_link"


@pytest.mark.parametrize("who", ["ana-1", "ana-2"])
def test_two_tokens_of_one_name_are_one_person(who: str) -> None:
    flag = flag_of(decided(call("ana-1", "disqualify", "First.")))

    assert refusal(flag, call(who, "disqualify", "I agree.")) == "same_person"


@pytest.mark.parametrize(
    "calls",
    [
        [call("ana-1", "uphold")],
        [call("ana-1", "disqualify")],
        [call("ana-1", "disqualify"), call("bo-1", "disqualify", "I agree.")],
    ],
)
def test_a_call_that_was_made_changes_nothing_when_it_comes_again(calls: list[Call]) -> None:
    docket = decided(*calls)

    assert all(decide(flag_of(docket), again, NAMES) is docket for again in calls)


def test_what_two_decided_is_decided_by_nobody_again() -> None:
    docket = decided(call("ana-1", "disqualify"), call("bo-1", "disqualify", "I agree."))

    assert refusal(flag_of(docket), call("cy-1", "disqualify")) == "already_decided"


@pytest.mark.parametrize("who", ["ana-1", "bo-1"])
@pytest.mark.parametrize("decision", ["uphold", "dismiss"])
def test_any_other_decision_takes_a_proposal_back(who: str, decision: Settled) -> None:
    docket = decided(call("bo-1", decision), call("ana-1", "disqualify"), call(who, decision))

    assert (docket.decision and docket.decision.decision, docket.proposal) == (decision, None)


def test_a_rules_hold_is_upheld_by_two_and_a_warning_by_one() -> None:
    held = decide(rule_flag(), call("ana-1", "uphold"), NAMES)
    warned = decide(rule_flag(action="warn"), call("ana-1", "uphold"), NAMES)
    upheld = decide(rule_flag(held), call("bo-1", "uphold", "I agree."), NAMES)

    assert (held.decision, held.proposal and held.proposal.partner_link) == (None, "")
    assert (warned.proposal, warned.decision and warned.decision.decision) == (None, "uphold")
    assert upheld.decision
    assert upheld.decision.people == ("bo-1", "ana-1")
    assert refusal(rule_flag(), call("ana-1", "disqualify")) == "no_choice"


def test_a_proposal_of_who_decided_what_is_appealed_against_does_not_count() -> None:
    docket = decided(call("ana-1", "uphold"), call("ana-2", "disqualify", "More."))
    appealed = appeal(flag_of(docket), plea(), APPEAL_S)
    first = decide(flag_of(appealed), call("bo-1", "disqualify", "I agree."), NAMES)
    second = decide(flag_of(first), call("cy-1", "disqualify", "So do I."), NAMES)

    assert (first.proposal and first.proposal.by, first.decision) == ("bo-1", docket.decision)
    assert second.decision
    assert (second.decision.people, second.appeals[0].state) == (("cy-1", "bo-1"), "rejected")


def test_what_was_decided_before_a_flag_was_reopened_bars_nobody() -> None:
    docket = decided(call("ana-1", "dismiss"))
    flag = flag_of(docket, a_raised(reopened_ms=2_001))
    again = decide(flag, call("ana-1", "dismiss", at_ms=2_002), NAMES)

    assert (flag.status, flag.decision) == ("open", None)
    assert again.decision
    assert again.decision.at_ms == 2_002


def test_both_reviewers_links_are_kept() -> None:
    docket = decided(
        call("ana-1", "disqualify", link="Own devices."), call("bo-1", "disqualify", link="Its own bank.")
    )
    appealed = appeal(flag_of(docket), plea(), APPEAL_S)
    confirmed = decide(flag_of(appealed), call("cy-1", "disqualify", link="Own devices. "), NAMES)
    more = decide(flag_of(appealed), call("cy-1", "disqualify", link="Its phone."), NAMES)

    links = [one.decision and one.decision.partner_link for one in (docket, confirmed, more)]
    assert links[0] == "Own devices. / Its own bank."
    assert links[1:] == [links[0], "Own devices. / Its own bank. / Its phone."]


@pytest.mark.parametrize("by", ["bo-1", "north-2"])
@pytest.mark.parametrize("decision", ["dismiss", "uphold", "disqualify"])
def test_whoever_filed_an_appeal_does_not_answer_it_by_token_or_by_name(by: str, decision: Settled) -> None:
    flag = flag_of(appeal(flag_of(), plea(by=by), APPEAL_S))

    assert refusal(flag, call("bo-1", decision)) == "own_appeal"
    assert decide(flag, call("ana-1", decision), NAMES | AGENCIES) is not flag.docket


def test_a_proposal_of_who_filed_the_appeal_does_not_count() -> None:
    proposed = decided(call("bo-1", "disqualify"))
    appealed = appeal(flag_of(proposed), plea(by="north-2"), APPEAL_S)
    docket = decide(flag_of(appealed), call("ana-1", "disqualify", "I agree."), NAMES | AGENCIES)

    assert (docket.decision, docket.proposal and docket.proposal.by) == (None, "ana-1")


@pytest.mark.parametrize("decision", ["dismiss", "uphold", "disqualify"])
def test_a_decision_that_was_sent_before_the_flag_was_reopened_is_refused(decision: Settled) -> None:
    flag = flag_of(decided(call("ana-1", "dismiss", at_ms=1_000)), a_raised(reopened_ms=2_001))

    assert refusal(flag, call("bo-1", decision, at_ms=2_000)) == "look_again"
    assert decide(flag, call("bo-1", decision, at_ms=2_001), NAMES) is not flag.docket

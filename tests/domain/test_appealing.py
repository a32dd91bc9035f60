"""What an agency may appeal against, until when, and what that says of the flag."""

from __future__ import annotations

import pytest

from leaderboard.domain.appealing import AppealRefused, Ground, appeal, ground_of, may_appeal_until
from leaderboard.domain.appeals import Appeal, answered
from leaderboard.domain.findings import Asked
from leaderboard.domain.flags import Decision, Docket
from leaderboard.domain.reviews import Settled
from tests.domain.reviewing import a_raised, flag_of, found, plea, rule_flag, shadow

APPEAL_S = 10


def decided(decision: Settled, at_ms: int = 2_000, *, confirms: bool = False) -> Docket:
    return Docket(Decision(decision, "Looked at.", "ana-1", at_ms, confirms=confirms))


@pytest.mark.parametrize(
    ("asks", "excess_uv", "is_taken"),
    [("hold", 0, True), ("warn", 5, True), ("review", 5, True), ("warn", 0, False), ("review", 0, False)],
)
def test_while_nobody_decided_what_stands_can_be_appealed_against(
    asks: Asked, excess_uv: int, is_taken: bool
) -> None:
    flag = flag_of(raised=a_raised(found(asks=asks, excess_uv=excess_uv)))

    assert ground_of(flag, APPEAL_S) == (Ground(None, 1_000, 11_000) if is_taken else None)


def test_in_shadow_mode_there_is_nothing_to_appeal_against_but_a_disqualification() -> None:
    flags = [flag_of(docket, definition=shadow()) for docket in (Docket(), decided("uphold"))]

    assert [ground_of(flag, APPEAL_S) for flag in flags] == [None, None]
    assert ground_of(flag_of(decided("disqualify"), definition=shadow()), APPEAL_S) == Ground(
        "disqualify", 2_000, 12_000
    )


@pytest.mark.parametrize(
    ("docket", "ground"),
    [
        (decided("uphold"), Ground("uphold", 2_000, 12_000)),
        (decided("disqualify"), Ground("disqualify", 2_000, 12_000)),
        (decided("dismiss"), None),
        (decided("uphold", confirms=True), None),
    ],
)
def test_a_decision_against_the_account_can_be(docket: Docket, ground: Ground | None) -> None:
    assert ground_of(flag_of(docket), APPEAL_S) == ground


def test_a_rules_hold_has_no_end_before_it_is_decided_and_its_warning_takes_nothing() -> None:
    assert ground_of(rule_flag(), APPEAL_S) == Ground(None, 0, None)
    assert ground_of(rule_flag(decided("uphold")), APPEAL_S) == Ground("uphold", 2_000, 12_000)
    assert ground_of(rule_flag(decided("uphold"), action="warn"), APPEAL_S) is None


def test_reopened_the_time_begins_anew() -> None:
    flag = flag_of(decided("dismiss"), a_raised(reopened_ms=5_000))

    assert ground_of(flag, APPEAL_S) == Ground(None, 5_000, 15_000)


@pytest.mark.parametrize(("now_ms", "is_taken"), [(11_999, True), (12_000, False)])
def test_the_last_moment_is_the_one_before_the_end(now_ms: int, is_taken: bool) -> None:
    flag = flag_of(decided("uphold"))

    assert may_appeal_until(flag, APPEAL_S, now_ms) == (12_000 if is_taken else None)
    if is_taken:
        assert appeal(flag, plea(at_ms=now_ms), APPEAL_S).appeals[0].against == "uphold"
    else:
        with pytest.raises(AppealRefused, match=r"until 1970-01-01T00:00:12\.000Z"):
            appeal(flag, plea(at_ms=now_ms), APPEAL_S)


def test_the_time_begins_when_the_agency_is_told_and_not_when_people_were_asked_to_look() -> None:
    eight_days_ms = 8 * 86_400_000
    flag = flag_of(raised=a_raised(first_ms=1, bears_ms=eight_days_ms))

    assert ground_of(flag, APPEAL_S) == Ground(None, eight_days_ms, eight_days_ms + 10_000)
    assert appeal(flag, plea(at_ms=eight_days_ms + 9_999), APPEAL_S).appeals[0].against_ms == eight_days_ms


def test_an_appeal_is_for_staff_and_for_the_agency_that_filed_it() -> None:
    [filed] = appeal(flag_of(), plea(), APPEAL_S).appeals

    assert [filed.may_be_read_by(who) for who in (None, "north", "south")] == [True, True, False]
    assert not Appeal(number=1, text="No.", by="x", at_ms=1).may_be_read_by("north")


def test_another_agency_does_not_send_the_same_appeal_again() -> None:
    docket = appeal(flag_of(), plea(), APPEAL_S)

    assert appeal(flag_of(docket), plea(by="north-2"), APPEAL_S) is docket
    with pytest.raises(AppealRefused, match="one at a time"):
        appeal(flag_of(docket), plea(agency="south"), APPEAL_S)


@pytest.mark.parametrize(
    ("against", "decision", "state"),
    [
        (None, "dismiss", "accepted"),
        (None, "uphold", "rejected"),
        (None, "disqualify", "rejected"),
        ("uphold", "dismiss", "accepted"),
        ("uphold", "uphold", "rejected"),
        ("uphold", "disqualify", "rejected"),
        ("disqualify", "dismiss", "accepted"),
        ("disqualify", "uphold", "accepted"),
        ("disqualify", "disqualify", "rejected"),
    ],
)
def test_an_appeal_is_accepted_where_what_follows_is_milder(
    against: Settled | None, decision: Settled, state: str
) -> None:
    waiting = Appeal(number=1, text="No.", by="agency", at_ms=1, against=against)

    [done] = answered((waiting,), decision, "Looked at.", "bo-1", 7)

    assert (done.state, done.answered_by, done.answered_ms, done.reason) == (state, "bo-1", 7, "Looked at.")
    assert answered((done,), "dismiss", "Again.", "cy-1", 9) == (done,)

"""Requests to take part: one waits at a time, the same is asked once, and each is answered once."""

from __future__ import annotations

import pytest

from leaderboard.domain.enrollment_requests import (
    Edited,
    EnrollmentAsked,
    Request,
    RequestedHost,
    RequestRefused,
    approved,
    asked_for,
    edited,
    enrollment_of,
    rejected,
    too_much,
    withdrawn,
    wrong_with,
)
from leaderboard.domain.enrollments import Slot, canonical

H = 3_600_000
EVENING = Slot(1_644_894_000_000, 1_644_894_000_000 + 2 * H)
ASKED = EnrollmentAsked([RequestedHost("ana", "Ana", [EVENING])], "Two hosts are on their way.")
HOSTS = [
    {
        "host_id": "ana",
        "schedule": [{"start": "2022-02-15T03:00:00.000Z", "end": "2022-02-15T05:00:00.000Z"}],
    }
]


def ask(asked: EnrollmentAsked = ASKED, before: Request | None = None, agency: str = "north") -> Request:
    return asked_for(asked, before, agency=agency, by="t1", at_ms=5)


def test_a_request_keeps_what_is_asked_in_one_form() -> None:
    request = ask()

    assert request == Request(
        number=1, agency="north", by="t1", at_ms=5, hosts=HOSTS, names={"ana": "Ana"},
        note="Two hosts are on their way.",
    )  # fmt: skip
    assert canonical(enrollment_of(request, None)) == {"hosts": HOSTS}


def test_the_same_asked_again_is_the_same_request() -> None:
    request = ask()

    assert ask(before=request) is request


def test_another_one_takes_the_place_of_the_one_that_waits() -> None:
    after = ask(EnrollmentAsked(), ask())

    assert (after.number, after.state, after.hosts) == (2, "pending", [])


@pytest.mark.parametrize("answer", [withdrawn, approved])
def test_what_was_answered_may_be_asked_again(answer: object) -> None:
    before = withdrawn(ask(), "t1", 6) if answer is withdrawn else approved(ask(), "t2", 6)

    assert ask(before=before).number == 2


def test_the_same_by_the_next_agency_is_a_request_of_its_own() -> None:
    assert ask(before=ask(), agency="south").number == 2


def test_each_answer_is_given_once_and_the_same_again_changes_nothing() -> None:
    done = rejected(ask(), "admin", 7, "The list was closed.")

    assert (done.state, done.reason, done.answered_by, done.answered_ms) == (
        "rejected", "The list was closed.", "admin", 7,
    )  # fmt: skip
    assert rejected(done, "other", 9, "The list was closed.") is done
    with pytest.raises(RequestRefused, match="Request 1 is rejected: there is nothing to answer"):
        approved(done, "admin", 9)
    with pytest.raises(RequestRefused):
        rejected(done, "admin", 9, "For another reason.")


def test_a_host_that_the_account_does_not_have_needs_its_name() -> None:
    asked = EnrollmentAsked([RequestedHost("ana"), RequestedHost("bo"), RequestedHost("cy", "Cy")])

    assert wrong_with(asked, {"ana"}) == ["hosts[1].name: is required: bo is no host of the account yet"]


def test_more_time_than_is_kept_may_be_asked_for_and_is_told_to_who_answers() -> None:
    always = Slot(EVENING.start, 1_644_894_000_000 + 100 * H)
    asked = EnrollmentAsked([RequestedHost("ana", "Ana", [always])])

    assert wrong_with(asked, set()) == []
    assert [one.partition(",")[0] for one in too_much(ask(asked))] == [
        "ana is promised for 100 h in the 14 days from 2022-02-15T03:00:00.000Z"
    ]


def test_slots_that_overlap_are_no_request() -> None:
    asked = EnrollmentAsked([RequestedHost("ana", "Ana", [EVENING, EVENING])])

    assert wrong_with(asked, set()) == [
        "hosts[0].schedule: slots of one host overlap at 2022-02-15T03:00:00.000Z"
    ]


def test_only_staff_and_the_agency_that_asked_may_read_it() -> None:
    request = ask()

    assert [request.may_be_read_by(who) for who in (None, "north", "south")] == [True, True, False]


def test_what_a_request_changes_is_told_by_host() -> None:
    other = [{"host_id": "ana", "schedule": []}, {"host_id": "bo", "schedule": []}]

    assert edited(HOSTS, other) == Edited(added=["bo"], removed=[], changed=["ana"])
    assert edited(other, HOSTS) == Edited(added=[], removed=["bo"], changed=["ana"])
    assert edited([], HOSTS) == Edited(added=["ana"], removed=[], changed=[])

"""What a bank says of payouts is taken in as it is, or refused by name; never guessed at."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.money import Money
from leaderboard.domain.payouts import Line, LineState
from leaderboard.domain.reconciling import Report, reconciled

NOW_MS = 1_900_000_000_000
LINE = Line(
    id="AAAAAAAAAAAAAA2", award="top_five", account="a1", amount=Money(400_000, "USD"), attempt=1,
    payee_version=1, payee_hash="h", last4="1234", state="exported",
)  # fmt: skip
OTHER = replace(LINE, id="BBBBBBBBBBBBBB2", account="a2")
LINES = {one.id: one for one in (LINE, OTHER)}


def report(status: str = "paid", id: str = LINE.id, **more: Any) -> Report:
    return Report(id=id, status=status, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "state", "code"),
    [
        (report(), "paid", ""),
        (report(amount="4000.00"), "paid", ""),
        (report("returned", code="R03"), "returned", "R03"),
        (report("returned", code="AC04"), "returned", "AC04"),
        (report("corrected", code="C01"), "paid", "C01"),
    ],
)
def test_an_outcome_is_noted_with_its_time(said: Report, state: str, code: str) -> None:
    found = reconciled(LINES, [said], NOW_MS)

    [(before, after)] = found.findings
    assert (before, found.problems) == (LINE, [])
    assert (after.state, after.code, after.settled_ms) == (state, code, NOW_MS)


@pytest.mark.parametrize(
    ("state", "said", "problem"),
    [
        ("exported", report(id="ZZZ"), "no payout of this batch"),
        ("prepared", report(), "has not gone to the bank"),
        ("returned", report(), "what pays it again is another payout"),
        ("returned", report("corrected", code="C01"), "nothing to correct"),
        ("exported", report("returned"), "`code` must be the bank's"),
        ("exported", report("returned", code="R99"), "`code` must be the bank's"),
        ("exported", report("returned", code="R00"), "`code` must be the bank's"),
        ("exported", report("corrected", code="C10"), "that of the notification"),
        ("exported", report(code="R03"), "that has no `code`"),
        ("exported", report(amount="4000.01"), "the report says 4000.01"),
        ("exported", report(amount="4000.001"), "`amount` must be a decimal text such as 4000.00"),
        ("exported", report(amount="-4000.00"), "the report says -4000.00"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_place(state: LineState, said: Report, problem: str) -> None:
    found = reconciled({LINE.id: replace(LINE, state=state)}, [said], NOW_MS)

    [(index, detail)] = found.problems
    assert (found.findings, index) == ([], 0)
    assert problem in detail


def test_two_outcomes_of_one_payout_are_refused_and_one_said_twice_is_not() -> None:
    twice = reconciled(LINES, [report(), report(id=OTHER.id), report()], NOW_MS)
    torn = reconciled(LINES, [report(), report("returned", code="R03")], NOW_MS)

    assert (len(twice.findings), twice.problems) == (2, [])
    assert [index for index, _ in torn.problems] == [1]


def test_a_debit_that_came_back_and_a_late_return_are_for_somebody_to_look_at() -> None:
    paid = replace(LINE, state="paid")
    found = reconciled({LINE.id: paid}, [report("returned", code="R01")], NOW_MS)

    assert len(found.warnings) == 2


REPORTS = st.builds(
    lambda status, code, line: report(status, line, code=code[status]),
    st.sampled_from(["paid", "returned", "corrected"]),
    st.fixed_dictionaries(
        {
            "paid": st.just(""),
            "returned": st.sampled_from(["R03", "R23"]),
            "corrected": st.sampled_from(["C01", "C02"]),
        }
    ),
    st.sampled_from([LINE.id, OTHER.id]),
)


@given(st.lists(REPORTS, max_size=12))
def test_once_returned_a_line_stays_so_and_the_same_again_changes_nothing(reports: list[Report]) -> None:
    lines = dict(LINES)
    for said in reports:
        before = lines[said.id]
        found = reconciled(lines, [said], NOW_MS)
        lines |= {one.after.id: one.after for one in found.findings}
        after = lines[said.id]

        # As somebody would say it: a return is final, a refusal changes nothing, the rest is paid.
        assert after.state == ("returned" if "returned" in (before.state, said.status) else "paid")
        assert bool(found.problems) == (before.state == "returned" and said.status != "returned")
        if not found.problems:
            assert reconciled(lines, [said], NOW_MS + 1).findings == []

"""What follows of findings and decisions: who is held, what is discounted, who is out; in shadow mode nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.adjustments import Voided
from leaderboard.domain.campaigns.integrity import Mode
from leaderboard.domain.findings import Asked, Finding
from leaderboard.domain.flags import Decision, settled
from leaderboard.domain.judging import Verdict, reviewed
from leaderboard.domain.reasons import Reason
from leaderboard.domain.reviews import NO_REVIEW, Raised, Review, Settled, detector_flag, reviews


def raised(detector: str = "cells", asks: Asked = "hold", excess_uv: int = 10, account: str = "a1") -> Raised:
    finding = Finding(
        detector=detector,
        rule=f"{detector}/1",
        account=account,
        asks=asks,
        families=("concentration", "engagement"),
        sentence="41 % came from one network.",
        excess_uv=excess_uv,
    )
    return Raised(
        detector=detector, account=account, findings=(finding,), checkpoint=1, at_ms=100, first_ms=100
    )


def of(flags: list[Raised], done: Mapping[str, Settled] | None = None, mode: Mode = "act") -> Review:
    found = reviews(mode, {flag.id: flag for flag in flags}, done or {}, {})
    return found.get("a1", NO_REVIEW)


CELLS = detector_flag("cells", "a1")


def codes(review: Review) -> list[str]:
    return [reason.code.removeprefix("integrity.") for reason in review.reasons]


@pytest.mark.parametrize(
    ("asks", "done", "said", "discounted_uv", "disqualified"),
    [
        ("hold", {}, ["hold", "discounted"], 10, False),
        ("warn", {}, ["warn", "discounted"], 10, False),
        ("hold", {CELLS: "uphold"}, ["upheld", "discounted"], 10, False),
        ("hold", {CELLS: "dismiss"}, [], 0, False),
        ("hold", {CELLS: "disqualify"}, ["disqualified", "discounted"], 10, True),
    ],
)
def test_what_follows_of_a_flag_and_a_decision(
    asks: Asked, done: dict[str, Settled], said: list[str], discounted_uv: int, disqualified: bool
) -> None:
    review = of([raised(asks=asks)], done)

    assert (codes(review), review.discounted_uv, review.disqualified) == (said, discounted_uv, disqualified)
    assert review.held == ("hold" in said)


def test_a_flag_that_only_asks_for_a_look_says_nothing_and_takes_nothing() -> None:
    assert of([raised("lockstep", "review", excess_uv=0)]) is NO_REVIEW


@pytest.mark.parametrize("asks", ["hold", "warn"])
def test_reasons_leave_out_what_should_merely_be_looked_at_until_people_decided(asks: Asked) -> None:
    flag = raised(asks=asks)
    [finding] = flag.findings
    look = replace(finding, asks="review", excess_uv=0, sentence="Somebody should look.")
    flag = replace(flag, findings=(finding, look))

    done: list[dict[str, Settled]] = [{}, {CELLS: "uphold"}, {CELLS: "disqualify"}]
    details = [of([flag], one).reasons[0].detail for one in done]

    assert ["should look" in detail for detail in details] == [False, True, True]


def test_the_discounts_of_several_detectors_add_up_and_each_is_given_back_by_itself() -> None:
    both = [raised(), raised("fresh", excess_uv=25)]

    assert (of(both).discounted_uv, of(both, {CELLS: "dismiss"}).discounted_uv) == (35, 25)


@pytest.mark.parametrize("mode", ["shadow", "off"])
def test_where_detectors_do_not_act_only_people_do(mode: Mode) -> None:
    undecided, out = of([raised()], mode=mode), of([raised()], {CELLS: "disqualify"}, mode)

    assert undecided is NO_REVIEW
    assert (out.disqualified, out.discounted_uv, codes(out)) == (True, 0, ["disqualified"])


def test_whoever_is_voided_after_the_checkpoint_is_not_discounted_as_well() -> None:
    flag = raised(excess_uv=10)

    left = [
        reviews("act", {flag.id: flag}, {}, {"a1": Voided(uv=uv)})["a1"].discounted_uv
        for uv in (0, 4, 10, 90)
    ]

    assert left == [10, 6, 0, 0]


def test_what_was_voided_before_the_checkpoint_lowers_nothing() -> None:
    flag = replace(raised(excess_uv=10), voided_uv=4)

    found = reviews("act", {flag.id: flag}, {}, {"a1": Voided(uv=6)})["a1"]

    assert found.discounted_uv == 8


def test_what_is_voided_stands_whatever_is_found() -> None:
    voided = Voided(counted_uv=9, uv=2)

    found = reviews("shadow", {}, {}, {"a1": voided})["a1"]

    assert (found.voided, found.discounted_uv, found.held, found.disqualified) == (voided, 0, False, False)


@pytest.mark.parametrize(
    ("voided", "what", "have"),
    [
        (Voided(uv=1), "1 visitor", 1),
        (Voided(uv=1_200, effective_ms=5_400_000), "1,200 visitors and 1 h 30 min of live time", 1_200),
        (Voided(effective_ms=1), "1 s of live time", None),
        (Voided(kept_ms=60_000), "1 min of live time", None),
    ],
)
@pytest.mark.parametrize("mode", ["act", "shadow", "off"])
def test_an_account_is_told_what_reviewers_took_out_of_it_and_whom_to_ask(
    mode: Mode, voided: Voided, what: str, have: int | None
) -> None:
    [reason] = reviews(mode, {}, {}, {"a1": voided})["a1"].reasons

    assert reason == Reason(
        code="integrity.voided",
        rule="integrity.rescoring",
        detail=f"Reviewers have taken out {what}. The campaign's operator answers for that: ask there.",
        have=have,
    )


def test_where_nothing_was_taken_out_no_account_is_told_so() -> None:
    assert reviews("act", {}, {}, {"a1": Voided(counted_uv=9)})["a1"].reasons == ()


def test_a_decision_from_before_a_flag_was_reopened_does_not_stand() -> None:
    flag = raised()
    decision = Decision("dismiss", "a hall with one address", "t1", 200)
    reopened = Raised(
        detector=flag.detector,
        account=flag.account,
        findings=flag.findings,
        checkpoint=2,
        at_ms=300,
        first_ms=100,
        reopened_ms=300,
    )

    assert settled({flag.id: flag}, {flag.id: decision}) == {flag.id: "dismiss"}
    assert settled({flag.id: reopened}, {flag.id: decision}) == {}


def test_a_verdict_with_a_review_is_held_or_out_and_says_why() -> None:
    verdict = Verdict(True, False, ())

    held, out = reviewed(verdict, of([raised()])), reviewed(verdict, of([raised()], {CELLS: "disqualify"}))

    assert reviewed(verdict, NO_REVIEW) is verdict
    assert (held.eligible, held.held, held.excluded) == (True, True, False)
    assert (out.eligible, out.held, out.excluded) == (False, False, True)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cells", "fresh", "refunds", "idle"]),
            st.sampled_from(["hold", "warn", "review"]),
            st.integers(0, 50),
            st.sampled_from([None, "uphold", "dismiss", "disqualify"]),
        ),
        unique_by=lambda one: one[0],
    )
)
def test_no_machine_takes_anybody_out_and_dismissed_flags_leave_no_trace(
    flags: list[tuple[str, Asked, int, Settled | None]],
) -> None:
    every = [raised(detector, asks, excess_uv) for detector, asks, excess_uv, _ in flags]
    done = {flag.id: one[3] for flag, one in zip(every, flags, strict=True) if one[3]}
    standing = [one for one in flags if one[3] != "dismiss"]

    review = of(every, done)

    assert review.disqualified == any(one[3] == "disqualify" for one in flags)
    assert review.held == any(one[1] == "hold" and one[3] is None for one in flags)
    assert review.discounted_uv == sum(one[2] for one in standing)

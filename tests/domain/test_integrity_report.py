"""The report of a checkpoint: figures side by side, and what detectors change, acting or not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.adjustments import NOTHING, Voided
from leaderboard.domain.campaigns.integrity import Integrity, Mode
from leaderboard.domain.findings import Finding
from leaderboard.domain.integrity_report import (
    Traffic,
    flags_by_detector,
    integrity_report,
    ranked_figures,
    with_detectors,
    without_detectors,
)
from leaderboard.domain.rescorings import Figures
from leaderboard.domain.reviews import Raised, reviews
from leaderboard.domain.standings import Row
from tests.recount.archive_lines import definition

ACT = replace(definition(), integrity=Integrity(mode="act"))
SHADOW = replace(definition(), integrity=Integrity(mode="shadow"))


def raised(account: str, excess_uv: int = 0, *, is_found: bool = True) -> Raised:
    finding = Finding(
        detector="cells",
        rule="cells/1",
        account=account,
        asks="hold",
        families=("concentration",),
        sentence="Bought.",
        excess_uv=excess_uv,
    )
    return Raised(
        detector="cells",
        account=account,
        findings=(finding,),
        checkpoint=1,
        at_ms=1,
        first_ms=1,
        is_found=is_found,
    )


def flags(*every: Raised) -> dict[str, Raised]:
    return {one.id: one for one in every}


def test_figures_of_an_account_stand_side_by_side() -> None:
    found = flags(raised("a1", 4))
    traffic = {"a1": Traffic(12, 2, 10, {"crawler": 3})}
    (one,) = integrity_report(traffic, found, reviews("act", found, {}, {}), {}, {}).accounts

    assert (one.gross_uv, one.counted_uv, one.discounted_uv, one.net_uv) == (12, 10, 4, 6)
    assert (dict(one.invalid), one.flags, one.held) == ({"crawler": 3}, ("integrity.cells~a1",), True)
    assert (one.before, one.after) == (None, None)


def test_it_counts_who_is_ranked_and_paid_otherwise() -> None:
    before = {
        "a1": Figures(1, 10, 0, True, 500),
        "a2": Figures(2, 8, 0, True, 0),
        "a3": Figures(3, 1, 0, True, 0),
    }
    after = {
        "a2": Figures(1, 8, 0, True, 500),
        "a1": Figures(2, 6, 0, True, 0),
        "a3": Figures(3, 1, 0, True, 0),
    }
    report = integrity_report({}, {}, {}, before, after)

    assert [one.account for one in report.accounts] == ["a2", "a1", "a3"]
    assert (report.held, report.reranked, report.paid_otherwise) == (0, 2, 2)


def test_a_flag_that_was_not_found_again_is_not_counted_for_its_detector() -> None:
    assert flags_by_detector([raised("a1"), raised("a2"), raised("a3", is_found=False)]) == {"cells": 2}


def test_equal_scores_are_ranked_by_who_was_first() -> None:
    rows = [Row("a1", 1, 5, 20), Row("a2", 1, 5, 10), Row("a3", 1, 9, 30)]
    found = ranked_figures(rows, {"a2": 700})

    assert {name: one.rank for name, one in found.items()} == {"a3": 1, "a2": 2, "a1": 3}
    assert found["a2"].award_minor == 700


@given(
    valid=st.integers(0, 1_000),
    invalid=st.integers(0, 1_000),
    discounted=st.integers(0, 2_000),
    voided=st.integers(0, 500),
)
def test_acting_and_reporting_agree_on_what_detectors_change(
    valid: int, invalid: int, discounted: int, voided: int
) -> None:
    out = Voided(counted_uv=valid, uv=voided, reached_ms=5)
    # Where detectors act, invalid views are no part of what is counted; where they report, they are.
    acting, reporting = Row("a1", 1, valid, 9, invalid_uv=invalid), Row("a1", 1, valid + invalid, 9)

    assert without_detectors(acting, ACT, out).score == without_detectors(reporting, SHADOW, out).score
    assert (
        with_detectors(acting, ACT, out, discounted, invalid).score
        == with_detectors(reporting, SHADOW, out, discounted, invalid).score
    )


@given(mode=st.sampled_from(["act", "shadow"]), score=st.integers(0, 100), discounted=st.integers(0, 200))
def test_what_is_discounted_already_is_not_discounted_again(mode: Mode, score: int, discounted: int) -> None:
    of = replace(definition(), integrity=Integrity(mode=mode))
    once = with_detectors(Row("a1", 1, score, 9), of, NOTHING, discounted, 0)

    assert with_detectors(once, of, NOTHING, discounted, 0) == once
    assert without_detectors(once, of, NOTHING).score == score

"""Which flags stand after a checkpoint, whatever order findings come in, and when a checkpoint is due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.campaigns.integrity import Integrity
from leaderboard.domain.checkpoints import Checkpoint, Checkpointed, is_daily_due, merged, why_not
from leaderboard.domain.findings import Asked, Finding
from leaderboard.domain.flags import Decision, settled
from leaderboard.domain.lifecycle import Certification, Life
from leaderboard.domain.reviews import Raised, Settled, detector_flag
from tests.recount.archive_lines import definition

FLAG = detector_flag("cells", "a1")
EARLY_MS, DECIDED_MS, LATE_MS, LATER_MS = 1_000, 2_000, 3_000, 4_000


def finding(
    detector: str = "cells",
    account: str = "a1",
    excess_uv: int = 100,
    sample: int = 200,
    asks: Asked = "hold",
    host: str = "",
) -> Finding:
    return Finding(
        detector=detector,
        rule=f"{detector}/1",
        account=account,
        asks=asks,
        families=("concentration",),
        sentence=f"{excess_uv} of {account}.",
        sample=sample,
        excess_uv=excess_uv,
        host=host,
    )


def decided(decision: Settled = "dismiss", at_ms: int = DECIDED_MS) -> dict[str, Decision]:
    return {FLAG: Decision(decision, "Looked at.", "t1", at_ms)}


def first(*findings: Finding) -> dict[str, Raised]:
    return merged({}, findings, {}, number=1, at_ms=EARLY_MS)


def test_findings_of_a_detector_on_an_account_are_one_flag() -> None:
    (flag,) = first(finding(excess_uv=10, asks="review"), finding(excess_uv=30)).values()

    assert (flag.id, flag.asks, flag.excess_uv, flag.first_ms) == (FLAG, "hold", 40, EARLY_MS)
    assert flag.sentence == "30 of a1. 10 of a1."


def test_a_flag_that_is_found_again_is_as_old_as_it_was() -> None:
    after = merged(first(finding()), [finding(excess_uv=300)], {}, number=2, at_ms=LATE_MS)[FLAG]

    assert (after.first_ms, after.at_ms, after.checkpoint, after.excess_uv) == (EARLY_MS, LATE_MS, 2, 300)


def test_what_is_not_found_any_more_is_dropped_unless_somebody_is_at_it() -> None:
    before = first(finding())
    undecided = merged(before, [], {}, number=2, at_ms=LATE_MS)
    waiting = merged(before, [], {}, number=2, at_ms=LATE_MS, waiting={FLAG})
    kept = merged(before, [], decided("uphold"), number=2, at_ms=LATE_MS)

    assert undecided == {}
    assert not waiting[FLAG].is_found
    assert not kept[FLAG].is_found
    assert kept[FLAG].findings == before[FLAG].findings


@pytest.mark.parametrize(
    ("excess_uv", "sample", "is_open"),
    [(225, 425, False), (226, 200, True), (100, 426, True), (0, 0, False)],
)
def test_a_decision_stands_until_more_than_twice_as_much_is_found(
    excess_uv: int, sample: int, is_open: bool
) -> None:
    decisions = decided()
    found = finding(excess_uv=excess_uv, sample=sample)
    after = merged(first(finding()), [found], decisions, number=2, at_ms=LATE_MS)

    assert (FLAG not in settled(after, decisions)) == is_open


def test_what_grows_slowly_is_held_against_what_was_decided_on() -> None:
    flags, decisions = first(finding()), decided()
    for number, excess_uv in enumerate((180, 220, 230), 2):
        flags = merged(flags, [finding(excess_uv=excess_uv)], decisions, number=number, at_ms=number * 2_000)

    assert flags[FLAG].reopened_ms == 8_000
    assert settled(flags, decisions) == {}


def test_a_reopened_flag_can_be_decided_again_and_then_stands_on_more() -> None:
    flags = merged(first(finding()), [finding(excess_uv=300)], decided(), number=2, at_ms=LATE_MS)
    again = decided("uphold", at_ms=LATE_MS + 1)
    flags = merged(flags, [finding(excess_uv=600)], again, number=3, at_ms=LATER_MS)

    assert settled(flags, again) == {FLAG: "uphold"}
    assert merged(flags, [finding(excess_uv=626)], again, number=4, at_ms=5_000)[FLAG].reopened_ms == 5_000


def test_a_reopened_flag_that_is_not_found_any_more_stands_as_it_was_decided() -> None:
    decisions = decided()
    reopened = merged(first(finding()), [finding(excess_uv=300)], decisions, number=2, at_ms=LATE_MS)
    gone = merged(reopened, [], decisions, number=3, at_ms=LATER_MS)

    assert settled(gone, decisions) == {FLAG: "dismiss"}


def test_finding_more_does_not_lift_a_disqualification() -> None:
    decisions = decided("disqualify")
    flags = merged(first(finding()), [finding(excess_uv=9_000)], decisions, number=2, at_ms=LATE_MS)

    assert settled(flags, decisions) == {FLAG: "disqualify"}


FINDINGS = st.lists(
    st.builds(
        finding,
        detector=st.sampled_from(["cells", "fresh", "idle"]),
        account=st.sampled_from(["a1", "a2"]),
        excess_uv=st.integers(0, 500),
        sample=st.integers(0, 500),
        asks=st.sampled_from(["hold", "warn", "review"]),
        host=st.sampled_from(["", "ana", "bo"]),
    ),
    max_size=6,
)
DECISIONS = st.dictionaries(
    st.sampled_from([detector_flag(one, "a1") for one in ("cells", "fresh", "idle")]),
    st.builds(
        Decision,
        st.sampled_from(["uphold", "dismiss", "disqualify"]),
        st.just("Looked at."),
        st.just("t1"),
        st.integers(EARLY_MS, LATE_MS - 1),
    ),
)


@given(FINDINGS, FINDINGS, DECISIONS, st.randoms(use_true_random=False))
def test_the_order_of_findings_changes_nothing(
    earlier: list[Finding], later: list[Finding], decisions: dict[str, Decision], rng: object
) -> None:
    shuffled = list(later)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    before = first(*earlier)

    assert merged(before, shuffled, decisions, number=2, at_ms=LATE_MS) == merged(
        before, later, decisions, number=2, at_ms=LATE_MS
    )


@given(FINDINGS, FINDINGS, DECISIONS)
def test_the_same_checkpoint_again_changes_nothing(
    earlier: list[Finding], later: list[Finding], decisions: dict[str, Decision]
) -> None:
    once = merged(first(*earlier), later, decisions, number=2, at_ms=LATE_MS)

    assert merged(once, later, decisions, number=2, at_ms=LATE_MS) == once


@given(FINDINGS, FINDINGS, DECISIONS)
def test_every_finding_has_its_flag_and_no_decided_flag_is_lost(
    earlier: list[Finding], later: list[Finding], decisions: dict[str, Decision]
) -> None:
    before = first(*earlier)
    after = merged(before, later, decisions, number=2, at_ms=LATE_MS)

    found = {detector_flag(one.detector, one.account) for one in later}
    assert set(after) == found | (set(before) & set(decisions))
    assert {flag for flag, one in after.items() if one.is_found} == found
    assert {one for flag in after.values() if flag.is_found for one in flag.findings} == set(later)


@pytest.mark.parametrize(
    ("life", "said"),
    [
        (Life(state="live"), ""),
        (Life(state="closing"), ""),
        (Life(state="review"), ""),
        (Life(state="draft"), "it is draft"),
        (Life(state="scheduled"), "it is scheduled"),
        (Life(state="cancelled"), "it is cancelled"),
        (Life(state="review", certifying=Certification(1, "t1")), "it is being certified"),
        (Life(state="certified"), "it is certified"),
        (Life(state="paid"), "it is certified"),
    ],
)
def test_only_what_can_still_change_is_looked_at(life: Life, said: str) -> None:
    assert why_not(definition(), life).startswith(said)
    assert bool(why_not(definition(), life)) == bool(said)


def test_nothing_is_looked_at_where_integrity_is_off() -> None:
    off = replace(definition(), integrity=Integrity(mode="off"))

    assert why_not(off, Life(state="live")).startswith("integrity is off")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("last", "now", "is_due"),
    [
        ("", "2022-02-15T07:59:59", False),  # still the day of the start, in Los Angeles
        ("", "2022-02-15T08:00:00", True),
        ("2022-02-15T08:00:01", "2022-02-16T07:59:59", False),
        ("2022-02-15T08:00:01", "2022-02-16T08:00:00", True),
        ("2022-02-16T07:59:00", "2022-02-16T08:00:00", True),
        ("2022-02-15T08:00:01", "2022-03-15T08:00:00", True),
    ],
)
def test_one_is_due_for_every_local_day_that_has_begun(last: str, now: str, is_due: bool) -> None:
    starts_ms = at("2022-02-14T08:00:00")

    assert is_daily_due("America/Los_Angeles", starts_ms, at(last) if last else 0, at(now)) == is_due


def test_a_close_is_covered_by_a_checkpoint_that_looked_at_all_that_counts() -> None:
    made = Checkpoint(
        number=1, at_ms=9, took_ms=1, actor="scheduler", mode="act", state="closing", through_ms=100, accounts=1,
        flags={}, holds=0, excess_uv=0, sha256="",
    )  # fmt: skip

    assert Checkpointed(made).covers_close(100)
    assert not Checkpointed(made).covers_close(101)
    assert not Checkpointed().covers_close(0)

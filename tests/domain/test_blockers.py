"""What keeps a campaign from being certified: said for the one who can mend it, and nothing where nothing does."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from leaderboard.domain.audits import Audit
from leaderboard.domain.blockers import BLOCKERS, WARNINGS, Situation, blockers, warnings
from leaderboard.domain.funding import Funding

AGREED = Audit(at_ms=2_000, took_ms=1, events=1, accounts=1, differing_accounts=0, differences_count=0)
DIFFERED = Audit(at_ms=2_000, took_ms=1, events=1, accounts=9, differing_accounts=1, differences_count=2)
MISSED = Audit(
    at_ms=2_000, took_ms=1, events=1, accounts=9, differing_accounts=0, differences_count=0, not_compared=("a",)
)  # fmt: skip


def situation(**changes: Any) -> Situation:
    """Nothing against it, but for the changes."""
    ready = Situation(campaign="spring", now_ms=9_000, cutoff_ms=1_000, audit=AGREED)
    return structs.replace(ready, **changes)


def test_nothing_keeps_a_campaign_that_is_ready() -> None:
    assert (blockers(situation()), warnings(situation())) == ([], [])


@pytest.mark.parametrize(
    ("changes", "code", "count", "words"),
    [
        ({"hold_until_ms": 9_001}, "settlement_hold", None, "until 1970-01-01T00:00:09.001Z"),
        (
            {"held": ("a", "b")},
            "holds",
            2,
            "2 accounts that could be paid are on hold until it is decided: a, b;",
        ),
        ({"unevaluated": 1}, "metrics", 1, "1 account waits for a metric"),
        (
            {"pending_events": 1_200, "inbox_lag_ms": 65_000},
            "inbox",
            1_200,
            "1,200 accepted events are not applied",
        ),
        ({"buried_entries": 1}, "buried", 1, "1 batch could not be applied: `leaderboard buried`"),
        ({"archive_lag_ms": 5_000}, "archive", None, "behind by 5 s"),
        (
            {"archive_lag_ms": 5, "archive_problem": "disk full"},
            "archive",
            None,
            "Nothing is archived: disk full.",
        ),
        ({"audit": None}, "audit", None, "no audit since the cut-off: `leaderboard audit spring` runs one"),
        ({"cutoff_ms": 2_000}, "audit", None, "no audit since the cut-off"),
        ({"audit": DIFFERED}, "audit", 2, "found 2 differences"),
        ({"scheduler_acts": False}, "scheduler", None, "start `leaderboard scheduler`"),
        (
            {"proposals": ("f~a", "f~b")},
            "proposals",
            2,
            "2 decisions wait for a second reviewer: f~a, f~b; `",
        ),
        ({"appeals": ("f~a",)}, "appeals", 1, "1 appeal waits for another reviewer's answer: f~a; `"),
    ],
)
def test_each_blocker_says_what_is_so_and_what_to_do(
    changes: dict[str, Any], code: str, count: int | None, words: str
) -> None:
    (found,) = blockers(situation(**changes))

    assert (found.code, found.count) == (code, count)
    assert words in found.detail


def test_accounts_that_were_in_motion_are_left_to_the_audit_of_the_certification() -> None:
    assert blockers(situation(audit=MISSED)) == []


def test_of_many_held_accounts_the_first_are_named() -> None:
    (found,) = blockers(situation(held=tuple("abcdefg")))

    assert "a, b, c, d, e and 2 more;" in found.detail


def test_the_last_moment_of_a_hold_is_over() -> None:
    assert blockers(situation(hold_until_ms=9_000)) == []


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = blockers(
        situation(
            hold_until_ms=10_000, held=("a",), unevaluated=1, pending_events=1, buried_entries=1, archive_lag_ms=1,
            audit=None, scheduler_acts=False, proposals=("f~a",), appeals=("f~b",), unexamined="",
            funding=Funding(currency="USD", given_minor=0, limits_minor=1, is_required=True),
        )
    )  # fmt: skip

    assert sorted(one.code for one in found) == sorted(BLOCKERS)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (
            "",
            "Detectors have not looked at all that counts: `leaderboard integrity spring --run` has them look.",
        ),
        (
            "no memory",
            "Detectors have not looked at all that counts (no memory): `leaderboard integrity spring --run`",
        ),
    ],
)
def test_what_detectors_have_not_looked_at_is_not_certified(why: str, said: str) -> None:
    (found,) = blockers(situation(unexamined=why))

    assert (found.code, found.detail.startswith(said)) == ("integrity", True), found


def test_where_nobody_asks_for_it_what_is_not_looked_at_only_warns() -> None:
    found = situation(unexamined="no memory", requires_checkpoint=False)

    assert [one.code for one in blockers(found)] == []
    assert [one.code for one in warnings(found)] == ["integrity"]
    assert warnings(situation(unexamined="", requires_checkpoint=False, is_correction=True)) == []


def test_a_correction_is_not_kept_by_an_audit_that_disagrees() -> None:
    assert blockers(situation(audit=DIFFERED, is_correction=True)) == []


def test_what_keeps_somebody_from_being_paid_only_warns() -> None:
    short = situation(
        unbanked=3,
        funding=Funding(currency="USD", given_minor=0, limits_minor=1),
        appealable=("f~a",),
        appealable_until_ms=12_000,
        unexamined="",
        requires_checkpoint=False,
    )
    found = {one.code: one for one in warnings(short)}

    assert blockers(short) == []
    assert {code: one.count for code, one in found.items()} == {
        "bank_details": 3, "unfunded": None, "appeal_period": 1, "integrity": None,
    }  # fmt: skip
    assert found.keys() == WARNINGS.keys()
    assert "1 decision until 1970-01-01T00:00:12.000Z (f~a)" in found["appeal_period"].detail


def unfunded(
    given: int, limits: int, *unbounded: str, awards: int | None = None, currency: str = "USD"
) -> list[str]:
    funding = Funding(
        currency=currency, given_minor=given, limits_minor=limits, unbounded=unbounded, awards_minor=awards
    )
    return [one.detail for one in warnings(situation(funding=funding))]


@pytest.mark.parametrize(
    ("given", "limits", "unbounded", "awards", "words"),
    [
        (0, 1_000_000, (), None, "with USD 0.00, and its awards come to at most USD 10,000.00. It can be"),
        (0, 0, ("rebate",), None, "and its awards are not worked out yet (rebate has no limit). It"),
        (
            5, 7, ("rebate", "bonus"), None,
            "not worked out yet (those with a limit at most USD 0.07; rebate and bonus have none). It",
        ),
        (
            0, 118_000, ("flat", "steps", "per_order"), 140_149,
            "with USD 0.00, and its awards come to USD 1,401.49 as things stand "
            "(those with a limit at most USD 1,180.00; flat, steps and per_order have none). It",
        ),
        (3, 9, (), 4, "with USD 0.03, and its awards come to USD 0.04 as things stand (at most USD 0.09). It"),
    ],
)  # fmt: skip
def test_a_budget_that_is_short_is_told_with_all_that_is_known(
    given: int, limits: int, unbounded: tuple[str, ...], awards: int | None, words: str
) -> None:
    (detail,) = unfunded(given, limits, *unbounded, awards=awards)

    assert words in detail
    assert "`leaderboard payouts fund spring`" in detail


def test_a_budget_without_decimals_is_told_as_it_is() -> None:
    assert (
        "with JPY 1,500, and its awards come to at most JPY 20,000."
        in unfunded(1_500, 20_000, currency="JPY")[0]
    )


@pytest.mark.parametrize(
    ("given", "limits", "unbounded", "awards"),
    [
        (1_000, 1_000, (), None),
        (1_001, 1_000, (), None),
        (1_000, 1_000, ("rebate",), None),
        (0, 0, (), None),
        (700, 1_000, (), 700),
        (700, 1_000, ("rebate",), 699),
        (0, 0, ("rebate",), 0),
    ],
)
def test_a_budget_that_covers_what_can_be_told_does_not_warn(
    given: int, limits: int, unbounded: tuple[str, ...], awards: int | None
) -> None:
    assert unfunded(given, limits, *unbounded, awards=awards) == []


def test_where_the_money_has_to_be_there_first_a_short_budget_blocks() -> None:
    required = Funding(currency="USD", given_minor=4, limits_minor=5, is_required=True)
    (found,) = blockers(situation(funding=required))

    assert found.code == "unfunded"
    assert found.detail.startswith(
        "Its budget is funded with USD 0.04, and its awards come to at most USD 0.05. Before anything is certified, "
    )
    assert warnings(situation(funding=required)) == []
    assert blockers(situation(funding=structs.replace(required, given_minor=5))) == []

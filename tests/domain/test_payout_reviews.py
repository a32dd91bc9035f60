"""Who is not to be paid for what reviewers made of flags, and who does not pay for what they made of them."""

from __future__ import annotations

import pytest
from msgspec import structs

from leaderboard.domain.appeals import Appeal
from leaderboard.domain.flags import Decision, Docket
from leaderboard.domain.payout_reviews import Part, moves, releases, reviewed
from leaderboard.domain.payouts import PayoutRefused, Person, check_people
from leaderboard.domain.rescorings import Figures, Moved, Outage, Preview, Rescoring
from leaderboard.domain.reviews import Settled
from tests.domain.test_flags import spring
from tests.web.reviewing import raised

CELLS, RULE = "integrity.cells~a1", "returns~a1"
RAISED = {CELLS: raised("a1")}
FIGURES = Figures(1, 5, 0, eligible=True)
RESCORING = Rescoring(
    id="one",
    campaign="spring",
    what=Outage(from_ms=1, until_ms=2),
    reason="Down.",
    by="kim",
    at_ms=1,
    preview=Preview(
        at_ms=2,
        views=1,
        live_ms=0,
        accounts=1,
        moved=tuple(Moved(name, FIGURES, FIGURES) for name in ("a1", "a2")),
        pays_otherwise=True,
    ),
)


def decided(decision: Settled, by: str = "ana") -> Decision:
    return Decision(decision=decision, reason="Looked at.", by=by, at_ms=5_000)


@pytest.mark.parametrize(
    ("flag", "decision", "is_out"),
    [
        (CELLS, "disqualify", True),
        (CELLS, "uphold", False),
        (CELLS, "dismiss", False),
        (RULE, "uphold", True),
        (RULE, "dismiss", False),
        # Neither a flag that nobody raised nor a rule that the definition lacks.
        ("integrity.cells~a2", "disqualify", False),
        ("refunds~a1", "uphold", False),
    ],
)
def test_what_takes_an_account_out_rules_it_out(flag: str, decision: Settled, is_out: bool) -> None:
    found = reviewed(spring(), RAISED, {flag: Docket(decided(decision))})

    assert (found.ruled_out, found.waiting) == (frozenset({"a1"} if is_out else ()), {})


def test_a_warning_that_is_upheld_rules_nobody_out() -> None:
    found = reviewed(spring("warn"), {}, {RULE: Docket(decided("uphold"))})

    assert found.ruled_out == frozenset()


def test_proposals_and_open_appeals_wait_and_answered_ones_do_not() -> None:
    appeal = Appeal(number=1, text="Ours.", by="north", at_ms=1)
    dockets = {
        CELLS: Docket(proposal=decided("disqualify")),
        RULE: Docket(appeals=(appeal,)),
        "returns~a2": Docket(appeals=(structs.replace(appeal, state="rejected"),)),
        # Nobody could end these.
        "refunds~a3": Docket(appeals=(appeal,)),
        "integrity.cells~a3": Docket(proposal=decided("disqualify")),
    }
    found = reviewed(spring(), RAISED, dockets)

    assert found.waiting == {"a1": (CELLS, RULE)}


@pytest.mark.parametrize(
    ("flag", "decision", "did"),
    [
        (RULE, "dismiss", "dismissed a flag"),
        (CELLS, "dismiss", "dismissed a flag"),
        (CELLS, "uphold", "upheld a detector's flag, which ended its hold,"),
        (RULE, "uphold", None),
        (CELLS, "disqualify", None),
    ],
)
def test_whoever_ends_a_hold_releases_the_account(flag: str, decision: Settled, did: str | None) -> None:
    found = list(releases([(flag, decided(decision))]))

    assert found == ([Part("a1", "ana", did)] if did else [])


def test_everybody_with_a_part_in_a_rescoring_moves_each_account_that_it_moves() -> None:
    applied = structs.replace(RESCORING, state="applied", applied_ms=3, applied_by="lea")
    undone = structs.replace(applied, state="reversed", reversed_ms=4, reversed_by="kim")

    assert {(one.account, one.token) for one in moves([applied])} == {
        (account, token) for account in ("a1", "a2") for token in ("kim", "lea")
    }
    assert len(list(moves([undone]))) == 4
    assert list(moves([structs.replace(RESCORING, state="cancelled")])) == []


def test_what_is_voided_of_an_account_counts_whatever_an_old_preview_said() -> None:
    applied = structs.replace(RESCORING, state="applied", applied_ms=3, applied_by="lea")

    assert {one.account for one in moves([applied], ["a9"])} == {"a1", "a2", "a9"}


def test_only_who_has_a_part_in_somebody_who_is_paid_is_refused() -> None:
    ana, parts = Person("t1", "Ana"), [("a1", Person("t2", "ana "), "dismissed a flag")]
    check_people(ana, parts, {"a2"})
    check_people(Person("t3", "Bo"), parts, {"a1"})

    with pytest.raises(
        PayoutRefused, match="Ana dismissed a flag of account a1, which would be paid"
    ) as refused:
        check_people(ana, parts, {"a1"}, "decided_rescoring")
    assert refused.value.code == "decided_rescoring"

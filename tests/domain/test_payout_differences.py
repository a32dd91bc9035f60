"""Which payouts differ from a result, and which note is of which difference."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.money import Money
from leaderboard.domain.payout_batches import Certified, paid_otherwise
from leaderboard.domain.payout_differences import Difference, SettledByHand, differences
from leaderboard.domain.payouts import LineState
from tests.domain.payout_lines import line

OWED = Money(6_000, "USD")


def award(account: str, minor: int) -> ProvisionalAward:
    return ProvisionalAward("first", account, 2, Money(minor, "USD"))


def note(difference: Difference, **changes: Any) -> SettledByHand:
    made = SettledByHand(
        result=2,
        payout=difference.line.id,
        paid=difference.line.amount,
        owed=difference.owed,
        reason="Sent.",
        by="ada",
        at_ms=1,
    )
    return structs.replace(made, **changes)


def test_what_is_paid_as_the_result_says_does_not_differ() -> None:
    assert differences([award("ana", 5_000), award("bo", 1)], [line("ana", 5_000)]) == []


def test_another_amount_differs_and_so_does_an_award_that_was_dropped() -> None:
    more, dropped = line("ana", 5_000, state="paid"), line("bo", 700, state="exported", place=4)
    found = {one.line.account: one for one in differences([award("ana", 6_000)], [more, dropped])}

    assert found == {"ana": Difference(more, 2, OWED), "bo": Difference(dropped, 4, Money(0, "USD"))}


@pytest.mark.parametrize("state", ["returned", "void"])
def test_what_pays_nothing_does_not_differ(state: LineState) -> None:
    assert differences([award("ana", 6_000)], [line("ana", 5_000, state=state)]) == []


@pytest.mark.parametrize(
    "other",
    [
        Difference(line("ana", 5_000, attempt=2), 2, OWED),
        Difference(line("ana", 5_001), 2, OWED),
        Difference(line("ana", 5_000), 2, Money(6_001, "USD")),
    ],
    ids=["another payout", "another amount paid", "another amount owed"],
)
def test_a_note_is_of_one_payout_and_both_its_amounts(other: Difference) -> None:
    made = note(Difference(line("ana", 5_000), 2, OWED))

    assert made.settles(Difference(line("ana", 5_000, state="paid"), 1, OWED))
    assert not made.settles(other)


@pytest.mark.parametrize(
    ("state", "todo"),
    [
        ("prepared", "prepare again, which gives its batch up"),
        ("exported", "settle the difference by hand, and note that somebody has"),
        ("paid", "settle the difference by hand, and note that somebody has"),
    ],
)
def test_what_is_held_says_what_to_do_about_it(state: LineState, todo: str) -> None:
    certified = Certified(version=2, sha256="", awards=())
    paying = line("ana", 5_000, state=state)
    (held,) = paid_otherwise(certified, [Difference(paying, 2, OWED)])

    assert (held.account, held.amount, held.reasons[0].code) == ("ana", OWED, "paid_otherwise")
    assert held.reasons[0].detail == (
        f"Payout {paying.id} pays USD 50.00, and result 2 says USD 60.00: {todo}."
    )

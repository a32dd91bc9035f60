"""The ledger: every step moves money from one account to another, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from leaderboard.domain.ledger import (
    Entry,
    Posting,
    balances,
    campaign_of,
    exported,
    funded,
    paid,
    prepared,
    problems,
    returned,
    voided,
)
from leaderboard.domain.money import Money
from leaderboard.domain.payouts import Batch, Line

from .payout_lines import batch, line

LINES = [line("ana", 5_000), line("bo", 300), line("ana", 20, award="rebate")]
FUNDED = funded("spring", Money(10_000, "USD"), "transfer 7", actor="token-lea", at_ms=9)


def moved(entry: Entry) -> dict[str, int]:
    return {one.account: one.minor for one in entry.postings}


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (prepared, {"budget:spring": -5_320, "payable:spring:ana": 5_020, "payable:spring:bo": 300}),
        (voided, {"budget:spring": 5_320, "payable:spring:ana": -5_020, "payable:spring:bo": -300}),
        (exported, {"in_transit:spring": 5_320, "payable:spring:ana": -5_020, "payable:spring:bo": -300}),
    ],
)
def test_a_step_of_a_batch_moves_all_its_lines_by_account(
    build: Callable[[Batch, list[Line]], Entry], expected: dict[str, int]
) -> None:
    assert moved(build(batch(), LINES)) == expected


def test_money_that_a_campaign_is_given_is_its_budget() -> None:
    assert moved(FUNDED) == {"funding:spring": -10_000, "budget:spring": 10_000}
    assert (FUNDED.ref, FUNDED.note, FUNDED.batch) == ("fund:spring:transfer 7", "transfer 7", "")


def test_what_has_arrived_is_settled() -> None:
    assert moved(paid(batch(), line())) == {"in_transit:spring": -5_000, "settled:spring:ana": 5_000}


@pytest.mark.parametrize(
    ("state", "taken_from"), [("exported", "in_transit:spring"), ("paid", "settled:spring:ana")]
)
def test_what_comes_back_is_the_budgets_wherever_it_was(state: str, taken_from: str) -> None:
    entry = returned(batch(), line(state=state), "R03")

    assert moved(entry) == {taken_from: -5_000, "budget:spring": 5_000}


def test_a_corrected_award_that_is_paid_anew_leaves_nothing_behind() -> None:
    first, second = line("ana", 5_000), line("ana", 4_000, attempt=2)
    entries = [
        FUNDED,
        prepared(batch(1), [first]),
        exported(batch(1), [first]),
        returned(batch(1), structs.replace(first, state="exported"), "R03"),
        prepared(batch(2), [second]),
        exported(batch(2), [second]),
        paid(batch(2), second),
    ]

    assert {account: minor for (account, _), minor in balances(entries).items() if minor} == {
        "funding:spring": -10_000,
        "budget:spring": 6_000,
        "settled:spring:ana": 4_000,
    }


def test_the_names_of_entries_tell_every_step_apart() -> None:
    one, batches = line(), batch()
    entries = [prepared(batches, [one]), voided(batches, [one]), exported(batches, [one]), paid(batches, one)]

    assert [entry.ref for entry in entries] == [
        "prepare:spring-1", "void:spring-1", "export:spring-1", f"paid:{one.id}",
    ]  # fmt: skip
    assert returned(batches, one, "R02").ref == f"return:{one.id}:R02"


def test_an_entry_says_who_and_when_by_its_batch_unless_it_is_told() -> None:
    of_batch = prepared(batch(), [line()])
    sent = exported(batch(exported_by="token-lea", exported_ms=7), [line()])
    told = paid(batch(), line(settled_ms=5), actor="token-max", at_ms=8)

    assert (of_batch.actor, of_batch.at_ms) == ("token-kim", 1_000)
    assert (sent.actor, sent.at_ms) == ("token-lea", 7)
    assert (told.actor, told.at_ms, paid(batch(), line(settled_ms=5)).at_ms) == ("token-max", 8, 5)


def test_an_account_of_the_ledger_names_its_campaign_whatever_its_own_name() -> None:
    names = [one.account for one in prepared(batch(), [line("shop:ana")]).postings]

    assert {campaign_of(name) for name in names} == {"spring"}


def entry(*postings: Posting, ref: str = "paid:A") -> Entry:
    return Entry(ref=ref, kind="paid", campaign="spring", postings=postings)


def test_nothing_is_wrong_with_entries_that_were_built_here() -> None:
    entries = [FUNDED, prepared(batch(), LINES), exported(batch(), LINES)]

    assert problems(entries, balances(entries)) == []


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([entry()], "paid:A: moves nothing"),
        (
            [entry(Posting("budget:c", "USD", -3), Posting("settled:c:a", "USD", 2))],
            "paid:A: is out of balance by -1 minor units of USD",
        ),
        ([FUNDED, FUNDED], "fund:spring:transfer 7: is posted twice"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_by_its_name(entries: list[Entry], said: str) -> None:
    assert problems(entries) == [said]


def test_currencies_do_not_make_up_for_each_other() -> None:
    found = problems([entry(Posting("budget:c", "USD", -3), Posting("settled:c:a", "EUR", 3))])

    assert [text.rpartition(" ")[2] for text in found] == ["EUR", "USD"]


def test_a_posting_of_nothing_is_wrong() -> None:
    found = problems([entry(Posting("budget:c", "USD", 0))])

    assert found == ["paid:A: gives budget:c nothing"]


def test_balances_that_were_kept_otherwise_are_named_with_both_sums() -> None:
    kept = {("budget:spring", "USD"): 10_001, ("funding:spring", "USD"): -10_000, ("settled:c:a", "USD"): 0}

    assert problems([FUNDED], kept) == [
        "budget:spring: is kept as 10001 minor units of USD, and the entries come to 10000"
    ]

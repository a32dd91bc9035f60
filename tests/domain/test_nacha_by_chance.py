"""Whatever is paid: validators accept the file, its sums are the payments', and a byte that is off is noticed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.latin import to_latin
from leaderboard.domain.nacha import nacha_file, refusal
from leaderboard.domain.payees import AccountType, PayeeType, UsBank
from leaderboard.domain.payments import Payment
from tests.nacha_files import (
    PROFILE,
    SAVINGS,
    STAMP,
    by_achkit,
    by_achlens,
    columns,
    payment,
    read,
    routing_number,
)

DESCRIBED = replace(PROFILE, descriptions={"gmv_rebate": "REBATE", "bonus": "PAYROLL"})
PAYEE_TYPES: tuple[PayeeType, ...] = ("person", "company")
ACCOUNT_TYPES: tuple[AccountType, ...] = ("checking", "savings")

prefixes = st.sampled_from([*range(1, 13), *range(21, 33), *range(61, 73), 80])
routings = st.builds(
    lambda prefix, rest: routing_number(prefix * 10**6 + rest), prefixes, st.integers(0, 999_999)
)
banks = st.builds(
    UsBank,
    routing=routings,
    account=st.from_regex(r"[0-9A-Za-z][0-9A-Za-z-]{0,16}", fullmatch=True),
    account_type=st.sampled_from(ACCOUNT_TYPES),
)
names = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F), min_size=1, max_size=60)
payables = st.builds(
    payment,
    st.from_regex(r"[A-Z2-7]{15}", fullmatch=True),
    amount_minor=st.integers(1, 9_999_999_999),
    holder=names,
    type=st.sampled_from(PAYEE_TYPES),
    bank=banks,
    award=st.sampled_from(["top_five", "gmv_rebate", "bonus"]),
    text=st.text(max_size=120),
).filter(lambda each: refusal(each, DESCRIBED) is None)
batches = st.lists(payables, min_size=1, max_size=40, unique_by=lambda each: each.id)


@given(batches)
def test_validators_from_elsewhere_accept_whatever_is_paid(payments: list[Payment]) -> None:
    file = nacha_file(payments, DESCRIBED, STAMP)

    assert by_achlens(file) == []
    assert by_achkit(file) == []


@given(batches)
def test_what_is_read_back_is_what_was_to_be_paid(payments: list[Payment]) -> None:
    found = read(nacha_file(payments, DESCRIBED, STAMP))

    banks = {each.id: each.payee.bank for each in payments}
    read_back = {(entry.id, entry.amount_minor, entry.routing, entry.account) for entry in found.entries}
    assert read_back == {
        (each.id, each.amount.minor, bank.routing, bank.account)
        for each in payments
        if isinstance(bank := banks[each.id], UsBank)
    }
    assert len(found.entries) == len(payments)


@given(batches)
def test_the_controls_are_the_sums_of_the_payments(payments: list[Payment]) -> None:
    found = read(nacha_file(payments, DESCRIBED, STAMP))

    total = sum(each.amount.minor for each in payments)
    assert int(columns(found.control, 44, 55)) == total
    assert sum(int(columns(control, 33, 44)) for control in found.batch_controls) == total
    companies = sum(each.payee.type == "company" for each in payments)
    assert int(columns(found.control, 14, 21)) == len(payments) + companies
    assert int(columns(found.control, 2, 7)) == len(found.batch_headers) == len(found.batch_controls)
    hashed = sum(int(entry.routing[:8]) for entry in found.entries)
    assert columns(found.control, 22, 31) == f"{hashed:010}"[-10:]


@given(batches)
def test_traces_ascend_and_are_the_file_s_own(payments: list[Payment]) -> None:
    entries = read(nacha_file(payments, DESCRIBED, STAMP)).entries

    assert [entry.trace for entry in entries] == [
        f"02100002{number + 1:07}" for number in range(len(payments))
    ]
    grouped = [(entry.entry_class, entry.description, entry.id) for entry in entries]
    assert grouped == sorted(grouped)


@given(batches, st.randoms(use_true_random=False))
def test_the_order_of_the_payments_does_not_matter(payments: list[Payment], chance: random.Random) -> None:
    shuffled = chance.sample(payments, len(payments))

    assert nacha_file(shuffled, DESCRIBED, STAMP) == nacha_file(payments, DESCRIBED, STAMP)


@given(names)
def test_a_holder_is_written_or_refused(holder: str) -> None:
    payable = payment(holder=holder)
    spelling = (to_latin(holder) or "").upper()

    if refusal(payable, PROFILE) is None:
        (entry,) = read(nacha_file([payable], PROFILE, STAMP)).entries
        letters = "".join(filter(str.isalnum, entry.name))
        assert letters
        assert "".join(filter(str.isalnum, spelling)).startswith(letters)
    else:
        assert not any(map(str.isalnum, spelling))


# Record and column (from 1) of the digit that is changed, in a file of a company and a person.
BROKEN = {
    "count of a batch": (4, 10),
    "hash of a batch": (4, 20),
    "total of a batch": (4, 44),
    "batches of the file": (8, 7),
    "blocks of the file": (8, 13),
    "count of the file": (8, 21),
    "hash of the file": (8, 31),
    "debits of the file": (8, 43),
    "total of the file": (8, 55),
    "amount of an entry": (2, 39),
    "routing number of an entry": (2, 7),
}


@pytest.mark.parametrize("problems", [by_achlens, by_achkit])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_digit_that_is_off_is_noticed(broken: str, problems: Callable[[bytes], list[str]]) -> None:
    file = nacha_file([payment("A", type="company", bank=SAVINGS), payment("B")], PROFILE, STAMP)
    record, column = BROKEN[broken]
    changed = bytearray(file)
    at = record * 95 + column - 1
    changed[at] = ord("0") + (changed[at] - ord("0") + 1) % 10

    assert problems(file) == []
    assert problems(bytes(changed)) != []

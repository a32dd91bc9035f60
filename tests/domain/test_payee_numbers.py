"""Numbers of bank details beside what somebody says: found however they are grouped, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.payee_numbers import changed_fields, is_number_of, repeats_bank_details
from leaderboard.domain.payees import Address, Bank, IbanBank, PayeeDetails, UsBank

US = UsBank(routing="021000021", account="0001-2345-6789")
IBAN = IbanBank(iban="DE89370400440532013000", bic="COBADEFFXXX")
SEPARATORS = st.sampled_from(["", " ", "-", "  ", ".", "\u00a0", "\u2011"])


def details(bank: Bank) -> PayeeDetails:
    address = Address(town="Portland", country="US")
    return PayeeDetails(type="person", holder="Maya O'Brien", address=address, bank=bank)


@given(st.sampled_from([US, IBAN]), st.data())
def test_a_number_is_found_however_it_is_grouped(bank: Bank, data: st.DataObject) -> None:
    grouped = "".join(letter + data.draw(SEPARATORS) for letter in bank.number.lower())

    assert is_number_of(bank, grouped)
    assert repeats_bank_details(f"They say {grouped}, and no more.", [details(bank)])


@given(st.text(max_size=40))
def test_only_the_number_is_the_number(text: str) -> None:
    assert not is_number_of(US, text)
    assert not is_number_of(US, f"{US.number}{text}") or not any(map(str.isalnum, text))


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("the account 000123456789", True),
        ("the account 123-456-789", True),
        ("\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19", True),
        ("routing 0210 00021", True),
        ("370400440532013000", True),
        ("ending in 6789", False),
        ("12345678", False),
        ("DE89 3704", False),
        ("", False),
    ],
)
def test_a_text_repeats_the_account_the_bank_or_the_iban(text: str, is_found: bool) -> None:
    assert repeats_bank_details(text, [details(US), details(IBAN)]) == is_found


def test_of_a_number_that_is_mostly_zeros_the_whole_is_looked_for() -> None:
    known = [details(UsBank(routing="021000021", account="0000012"))]

    assert not repeats_bank_details("on 12 May 2022", known)
    assert repeats_bank_details("it is 0000012", known)


def test_where_no_details_are_known_nothing_is_repeated() -> None:
    assert not repeats_bank_details("000123456789", [])


def test_equal_details_change_nothing_and_others_are_named() -> None:
    assert changed_fields(details(US), details(US)) == []
    assert changed_fields(details(US), details(IBAN)) == ["bank"]

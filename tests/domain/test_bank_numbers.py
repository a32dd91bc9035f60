"""Account numbers that cannot exist are told, and not repeated."""

from __future__ import annotations

import pytest

from leaderboard.domain.bank_numbers import bank_problem, bic_of, iban_of
from leaderboard.domain.payees import Bank, IbanBank, UsBank
from tests.domain.transfers import CHECKING, FRENCH, GERMAN, SAUDI, SAVINGS


@pytest.mark.parametrize("bank", [CHECKING, SAVINGS, GERMAN, FRENCH, SAUDI])
def test_accounts_that_can_exist_pass(bank: Bank) -> None:
    assert bank_problem(bank) is None


@pytest.mark.parametrize(
    ("bank", "said"),
    [
        (UsBank(routing="021000022", account="1"), "the routing number"),
        (UsBank(routing="021000021", account=""), "the account number"),
        (UsBank(routing="021000021", account="-123"), "the account number"),
        (UsBank(routing="021000021", account="٣٣٣٣"), "the account number"),
        (IbanBank(iban="DE89370400440532013001"), "the IBAN"),
        (IbanBank(iban=""), "the IBAN"),
        (IbanBank(iban=GERMAN.iban, bic="DEUT"), "the BIC"),
    ],
)
def test_what_cannot_exist_is_named(bank: Bank, said: str) -> None:
    assert (bank_problem(bank) or "").startswith(said)


def test_blanks_are_left_out() -> None:
    assert str(iban_of("DE89 3704 0044 0532 0130 00")) == "DE89370400440532013000"
    assert str(bic_of("deutdeff")) == "DEUTDEFF"

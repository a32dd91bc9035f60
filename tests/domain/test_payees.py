"""Bank details in memory: what is shown of them, and that printing them tells nothing."""

from __future__ import annotations

import pytest

from leaderboard.domain.payee_checks import BankAsked, PayeeAsked
from leaderboard.domain.payees import (
    Address,
    Bank,
    IbanBank,
    Payee,
    PayeeDetails,
    SealedPayee,
    UsBank,
    last_four,
    summary,
)

ADDRESS = Address(street="1 Plum Street", town="Portland", country="US")
US = UsBank(routing="021000021", account="000123456789")
IBAN = IbanBank(iban="DE89370400440532013000", bic="COBADEFFXXX")


def sealed(**more: object) -> SealedPayee:
    fields = {
        "version": 3,
        "type": "person",
        "country": "US",
        "kind": "us",
        "last4": "6789",
        "sealed": {"bank": "v1:k:n:ciphertext"},
        "fingerprint": "k:mark",
        "proposed_by": "pia",
        "proposed_ms": 1_000,
    }
    return SealedPayee(**(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("bank", [US, IBAN])
def test_printing_details_shows_the_last_four_alone(bank: Bank) -> None:
    details = PayeeDetails(type="person", holder="Maya O'Brien", address=ADDRESS, bank=bank)
    asked = PayeeAsked(
        type="person", holder="Maya O'Brien", address=ADDRESS, bank=BankAsked(account="000123456789")
    )

    printed = repr([details, asked, {"inside": details}]) + f"{details} {asked} {bank} {ADDRESS}"
    assert repr(details) == f"PayeeDetails(person, {bank!r})"
    for secret in ("Maya", "Plum", "Portland", "021000021", "123456789", "3704", "COBA"):
        assert secret not in printed


@pytest.mark.parametrize(
    ("account", "shown"),
    [("1234", "34"), ("12345", "45"), ("123456", "456"), ("12345678", "5678"), ("1234-567-89", "6789")],
)
def test_of_a_short_number_no_more_than_half_is_shown(account: str, shown: str) -> None:
    assert last_four(UsBank(routing="021000021", account=account)) == shown


def test_a_summary_holds_nothing_that_is_sealed() -> None:
    proposed = summary(sealed())
    confirmed = summary(sealed(confirmed_by="ada", confirmed_ms=2_000, usable_from_ms=3_000))

    assert proposed == {"version": 3, "type": "person", "country": "US", "kind": "us", "last4": "6789"}
    assert confirmed == proposed | {"usable_from": "1970-01-01T00:00:03.000Z"}


@pytest.mark.parametrize(
    ("payee", "mark"),
    [
        (Payee(), ""),
        (Payee(proposed=sealed(holder_mark="new")), "new"),
        (Payee(current=sealed(holder_mark="old"), proposed=sealed(holder_mark="new")), "old"),
        (Payee(current=sealed(), proposed=sealed(holder_mark="new")), ""),
    ],
)
def test_the_payee_is_who_stands_and_before_that_who_is_proposed(payee: Payee, mark: str) -> None:
    assert payee.holder_mark == mark


def test_an_account_of_which_nothing_is_known_has_nothing() -> None:
    assert (Payee().current, Payee().proposed, Payee().last_version) == (None, None, 0)

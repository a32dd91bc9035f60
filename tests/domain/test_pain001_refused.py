"""What pain.001 cannot carry is refused by account, and what the payer has left out is named by its key."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from leaderboard.domain.pain001 import Pain001Profile, pain001_file, profile_problems, refusal
from leaderboard.domain.pain001_profile import fits_edition
from leaderboard.domain.payees import IbanBank, UsBank
from tests.domain.transfers import (
    ABROAD_PAYER,
    BERLIN,
    CHECKING,
    GERMAN,
    SAUDI,
    SEATTLE,
    SEPA_PAYER,
    STAMP,
    US_PAYER,
    euros,
    payment,
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"minor": 0}, "the amount is not more than zero"),
        ({"minor": -1}, "the amount is not more than zero"),
        ({"minor": 10**18}, "more than 18 digits"),
        ({"currency": "XYZ"}, "'XYZ' is not an ISO 4217 currency"),
        (
            {"currency": "EUR"},
            "accounts in the United States carries US dollars only, and this is EUR: pay it",
        ),
        (
            {"address": BERLIN},
            "stays within the United States, and this payee's address is in DE: pay it through",
        ),
        ({"bank": UsBank(routing="121000249", account="7712345678")}, "the routing number cannot be one"),
        ({"bank": UsBank(routing="000000000", account="7712345678")}, "the routing number cannot be one"),
        ({"bank": UsBank(routing="121000248", account="7712 3456 & 8")}, "the account number is not"),
        ({"bank": UsBank(routing="121000248", account="7" * 18)}, "the account number is not"),
        ({"bank": IbanBank(iban="DE89370400440532013001")}, "the IBAN cannot be one"),
        ({"bank": IbanBank(iban=GERMAN.iban, bic="XXXXXXXX")}, "the BIC cannot be one"),
        (
            {"holder": "李小龙"},
            'ask for one, or set payouts.pain001.charset = "utf-8" where the bank takes all letters',
        ),
        ({"holder": "Jordan\nLee"}, "the holder's name has characters that cannot be printed"),
        ({"holder": "Jordan\u202eLee"}, "the holder's name has characters that cannot be printed"),
        ({"holder": " // "}, "the holder's name is empty"),
        ({"holder": "ß" * 36}, "the holder's name is 72 characters long, and banks read 70: shorten it"),
        ({"address": structs.replace(SEATTLE, town="T" * 36)}, "the town is 36 characters long"),
        (
            {"address": structs.replace(SEATTLE, street="東京")},
            "the street has letters without a Latin spelling",
        ),
        ({"address": structs.replace(SEATTLE, postal_code="\x00")}, "the postal code has characters"),
        ({"id_": "not an id"}, "the payment's id is not 1 to 35 letters and digits"),
    ],
)
def test_a_payment_that_ach_cannot_carry_is_refused_by_account(changes: dict[str, Any], said: str) -> None:
    wrong = payment(**changes)

    text = refusal(wrong, US_PAYER)

    assert text is not None
    assert text.startswith("Account shop-7: ")
    assert said in text
    with pytest.raises(ValueError, match="Account shop-7: "):
        pain001_file([payment("B2"), wrong], US_PAYER, STAMP)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"bank": CHECKING},
            "pays into an IBAN, and the account has none: ask for one, or pay it through a portal.",
        ),
        ({"bank": CHECKING, "currency": "JPY"}, "and the account has none: pay it through a portal."),
        ({"bank": CHECKING, "currency": "USD"}, "and the account has none: pay it through a portal."),
        (
            {"bank": CHECKING, "currency": "USD", "address": SEATTLE},
            "and the account has none: pay it by nacha or through a portal.",
        ),
        (
            {"currency": "USD"},
            "this is USD: pay it through a portal, or by a file with payouts.pain001.service_level",
        ),
        ({"bank": SAUDI}, "the IBAN's country takes no part in SEPA"),
        ({"minor": 100_000_000_000}, "SEPA carries at most EUR 999999999.99"),
    ],
)
def test_sepa_carries_euros_between_its_own_countries_only(changes: dict[str, Any], said: str) -> None:
    assert said in (refusal(euros(**changes), SEPA_PAYER) or "")


@pytest.mark.parametrize("minor", [1, 9_999_999_999, 99_999_999_999])
def test_amounts_up_to_the_limit_pass(minor: int) -> None:
    assert refusal(euros(minor=minor), SEPA_PAYER) is None


def test_from_abroad_an_account_in_the_united_states_is_paid_in_any_currency() -> None:
    assert refusal(payment(currency="EUR", address=BERLIN), ABROAD_PAYER) is None


def test_a_bic_of_the_newer_kind_is_refused_in_the_older_edition_only() -> None:
    newer = euros(bank=IbanBank(iban=GERMAN.iban, bic="1234DEFF"))

    assert refusal(newer, SEPA_PAYER) is None
    assert 'set payouts.pain001.version = "09"' in (
        refusal(newer, structs.replace(SEPA_PAYER, version="03")) or ""
    )


def test_the_older_edition_takes_the_bics_that_it_always_took() -> None:
    assert fits_edition("DEUTDEFF500", "03")
    assert not fits_edition("DEUTDEFF5", "03")


@pytest.mark.parametrize(
    "bank", [UsBank(routing="121000249", account="7712345678"), IbanBank(iban="DE00123456789")]
)
def test_a_refusal_repeats_no_bank_data(bank: UsBank | IbanBank) -> None:
    text = refusal(payment(bank=bank), US_PAYER) or ""

    assert text
    assert not any(part in text for part in ("121000249", "7712345678", "123456789"))


@pytest.mark.parametrize("profile", [US_PAYER, SEPA_PAYER, ABROAD_PAYER])
def test_a_payer_who_is_filled_in_has_no_problems(profile: Pain001Profile) -> None:
    assert profile_problems(profile) == []


def test_a_payer_who_is_not_filled_in_is_told_each_key() -> None:
    assert [problem.partition(": ")[0] for problem in profile_problems(Pain001Profile())] == [
        "payouts.pain001.debtor",
        "payouts.pain001.debtor_town",
        "payouts.pain001.debtor_country",
        "payouts.pain001.iban",
    ]


@pytest.mark.parametrize(
    ("payer", "changes", "key"),
    [
        (US_PAYER, {"debtor": "李"}, "debtor"),
        (US_PAYER, {"debtor": "x" * 71}, "debtor"),
        (US_PAYER, {"debtor_country": "usa"}, "debtor_country"),
        (US_PAYER, {"debtor_id": "x" * 36}, "debtor_id"),
        (US_PAYER, {"routing": "021000022"}, "routing"),
        (US_PAYER, {"routing": ""}, "routing"),
        (US_PAYER, {"account": ""}, "account"),
        (US_PAYER, {"account": "44 12"}, "account"),
        (US_PAYER, {"bic": "CHASE"}, "bic"),
        (US_PAYER, {"iban": ABROAD_PAYER.iban}, "iban"),
        (US_PAYER, {"service_level": "SEPA"}, "iban"),
        (US_PAYER, {"zone": "Mars/Olympus"}, "zone"),
        (SEPA_PAYER, {"iban": "DE89370400440532013001"}, "iban"),
        (SEPA_PAYER, {"iban": SAUDI.iban}, "iban"),
        (ABROAD_PAYER, {"bic": ""}, "bic"),
        (ABROAD_PAYER, {"bic": "1234DEFF", "version": "03"}, "bic"),
    ],
)
def test_what_is_wrong_with_a_payer_is_named_by_its_key(
    payer: Pain001Profile, changes: dict[str, str], key: str
) -> None:
    [problem] = profile_problems(structs.replace(payer, **changes))

    assert problem.startswith(f"payouts.pain001.{key}: ")


def test_no_file_is_made_for_a_payer_who_is_not_filled_in() -> None:
    with pytest.raises(ValueError, match=r"payouts\.pain001\.debtor: "):
        pain001_file([payment()], Pain001Profile(), STAMP)


def test_the_same_payout_twice_is_no_file() -> None:
    with pytest.raises(ValueError, match="Payout A2 is there more than once"):
        pain001_file([payment("A2"), payment("B2"), payment("A2")], US_PAYER, STAMP)


def test_no_payments_are_no_file() -> None:
    with pytest.raises(ValueError, match="nothing to pay"):
        pain001_file([], US_PAYER, STAMP)

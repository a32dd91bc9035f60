"""Bank details as they are sent: what is right is tidied, what is wrong is named and never repeated."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.payee_checks import PayeeAsked, WrongDetails, checked_details
from leaderboard.domain.payees import IbanBank, PayeeDetails, UsBank

ADDRESS = {"town": "Portland", "country": "US"}
US = {"routing": "021000021", "account": "000123456789"}
IBANS = [
    "DE89370400440532013000",
    "FR1420041010050500013M02606",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
]


def check(bank: Any = US, **more: Any) -> PayeeDetails:
    asked = {"type": "person", "holder": "Maya O'Brien", "address": ADDRESS, "bank": bank} | more
    return checked_details(msgspec.convert(asked, PayeeAsked))


def refused(bank: Any = US, **more: Any) -> list[str]:
    with pytest.raises(WrongDetails) as caught:
        check(bank, **more)
    return caught.value.problems


def test_an_account_in_the_united_states_is_taken() -> None:
    assert check(US).bank == UsBank(routing="021000021", account="000123456789", account_type="checking")
    assert check(US | {"account_type": "savings"}).bank == UsBank(
        routing="021000021", account="000123456789", account_type="savings"
    )


@pytest.mark.parametrize("iban", IBANS)
def test_an_iban_of_the_sepa_countries_needs_no_bic(iban: str) -> None:
    assert check({"iban": iban}).bank == IbanBank(iban=iban)


def test_spaces_are_taken_out_and_letters_made_capitals() -> None:
    ours = check({"routing": " 0210 00021", "account": "ab\u00a012-34 56"}).bank
    abroad = check({"iban": "de89 3704 0044 0532 0130 00 ", "bic": "coba deff xxx"}).bank

    assert ours == UsBank(routing="021000021", account="AB12-3456")
    assert abroad == IbanBank(iban="DE89370400440532013000", bic="COBADEFFXXX")


@pytest.mark.parametrize(
    "routing",
    [
        "021000020",
        "000000000",
        "500000005",
        "02100002",
        "0210000210",
        "02100002X",
        "\u0660\u0662\u0661000021",
        "",
    ],
)
def test_a_routing_number_that_is_none_is_refused(routing: str) -> None:
    (problem,) = refused(US | {"routing": routing})

    assert problem.startswith("bank.routing: is not the ABA routing number of a bank: nine digits")


@pytest.mark.parametrize(
    "account", ["123", "1" * 18, "0000", "ABCD", "----", "12.34", "123\u0664", "12/34", ""]
)
def test_an_account_that_is_none_is_refused(account: str) -> None:
    (problem,) = refused(US | {"account": account})

    assert problem.startswith("bank.account: is not the number of an account: 4 to 17 digits")


@pytest.mark.parametrize(
    ("iban", "why"),
    [
        ("DE89370400440532013001", "has a wrong or swapped character"),
        ("DE8937040044053201300", "is too short or too long for its country"),
        ("US89370400440532013000", "begins with no country that has IBANs"),
        ("DE8937040044053201300A", "is not written as IBANs of its country are"),
        ("\u0414E89370400440532013000", "is not written as IBANs"),
        ("", "is not written as IBANs"),
    ],
)
def test_an_iban_that_is_none_is_refused(iban: str, why: str) -> None:
    (problem,) = refused({"iban": iban})

    assert problem.startswith(f"bank.iban: {why}")


@pytest.mark.parametrize("bic", ["COBA", "COBAXXFF", "COBADEF!", "12"])
def test_a_bic_that_is_none_is_refused(bic: str) -> None:
    (problem,) = refused({"iban": IBANS[0], "bic": bic})

    assert problem.startswith("bank.bic: is not a BIC")


def test_a_bic_has_the_country_of_the_iban_or_one_of_its_islands() -> None:
    (problem,) = refused({"iban": IBANS[0], "bic": "BNPAFRPP"})

    assert problem == "bank.bic: is of a bank in another country than the iban's"
    assert check({"iban": "GB33BUKB20201555555555", "bic": "MIDLJESH"})


def test_outside_the_sepa_countries_a_bic_is_required() -> None:
    (problem,) = refused({"iban": "AE070331234567890123456"})

    assert problem == "bank.bic: is required for an account outside the SEPA countries"
    assert check({"iban": "AE070331234567890123456", "bic": "BOMLAEAD"})


@pytest.mark.parametrize(
    ("bank", "problem"),
    [
        ({}, "bank: give routing and account"),
        ({"account_type": "savings"}, "bank: give routing and account"),
        (US | {"iban": IBANS[0]}, "bank: has fields of both forms"),
        ({"iban": IBANS[0], "account_type": "checking"}, "bank: has fields of both forms"),
        ({"routing": "021000021"}, "bank.account: is required"),
        ({"account": "1234"}, "bank.routing: is required"),
        ({"bic": "COBADEFF"}, "bank.iban: is required beside a bic"),
    ],
)
def test_a_bank_has_exactly_one_of_the_two_forms(bank: dict[str, str], problem: str) -> None:
    (found,) = refused(bank)

    assert found.startswith(problem)


def test_texts_are_kept_in_one_spelling_without_spaces_around() -> None:
    details = check(holder=" Zoe\u0308 ", address={"town": " Ko\u0308ln", "country": "DE"})

    assert (details.holder, details.address.town) == ("Zo\u00eb", "K\u00f6ln")


@pytest.mark.parametrize(
    "holder", ["Maya\nBrown", "Maya\x00", "Maya\u202e", "Maya\u200b", "Maya\u2028B", "\ue000"]
)
def test_what_does_not_show_or_breaks_the_line_is_in_no_name(holder: str) -> None:
    address = {"town": holder, "country": "US"}

    assert refused(holder=holder)[0].startswith("holder: has a line break or a character that does not show")
    assert refused(address=address)[0].startswith("address.town: has a line break or a character that")


def test_blanks_are_no_name() -> None:
    assert refused(holder="  ") == ["holder: must not be blank"]
    assert refused(address=ADDRESS | {"street": " "}) == ["address.street: must not be blank"]


@pytest.mark.parametrize("country", ["UK", "XX", "ZZ"])
def test_an_address_is_in_a_country_that_there_is(country: str) -> None:
    assert refused(address={"town": "Leeds", "country": country}) == [
        "address.country: is no country of ISO 3166-1; the United Kingdom is GB"
    ]
    assert check(address={"town": "Pristina", "country": "XK"})


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = refused({"routing": "1", "account": "2"}, holder=" ")

    assert [problem.partition(":")[0] for problem in found] == ["holder", "bank.routing", "bank.account"]


@given(st.text(min_size=6, max_size=64), st.sampled_from(["routing", "account", "iban", "bic"]))
def test_no_complaint_repeats_what_was_sent(text: str, field: str) -> None:
    sent = US if field in US else {"iban": IBANS[0]}

    assert text not in complaint(sent | {field: text})


def complaint(bank: dict[str, str]) -> str:
    """What is said of a bank account; nothing where it is taken."""
    try:
        check(bank)
    except WrongDetails as error:
        return str(error)
    return ""


@given(st.integers(0, 10**9 - 1), st.text("0123456789ABCXYZ-", min_size=4, max_size=17))
def test_what_is_taken_is_taken_again_unchanged(routing: int, account: str) -> None:
    try:
        first = check({"routing": f"{routing:09}", "account": account})
    except WrongDetails:
        return
    again = check({"routing": first.bank.routing, "account": first.bank.account})  # type: ignore[union-attr]

    assert again == first

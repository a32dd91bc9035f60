"""What NACHA cannot carry is refused by name, before and again when the file is written; nothing is left out."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from leaderboard.domain import pain001
from leaderboard.domain.nacha import NachaProfile, nacha_file, profile_problems, refusal
from leaderboard.domain.nacha_records import CannotWrite, Entry, Group, Originator, file_records
from leaderboard.domain.payees import Address, Bank, IbanBank, UsBank
from leaderboard.domain.payout_csv import portal_refusal
from tests.domain.transfers import US_PAYER
from tests.nacha_files import PROFILE, STAMP, payment

ORIGINATOR = Originator(
    destination="021000021",
    destination_name="BANK",
    origin="1987654320",
    origin_name="US",
    company_name="US",
    company_id="1987654320",
    odfi="02100002",
)
ENTRY = Entry(code="22", routing="121042882", account="1", amount_minor=1, id="A", name="ANA", sequence=1)
EITHER = "pay it by pain001 or through a portal."
PORTAL = "pay it through a portal."
AGAIN = "have the bank details proposed again"


def us_bank(routing: str = "121042882", account: str = "12345") -> UsBank:
    return UsBank(routing=routing, account=account)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"currency": "EUR"},
            f"Account shop-7: NACHA pays in USD only, and this award is in EUR: {PORTAL}",
        ),
        (
            {"amount_minor": 0},
            "Account shop-7: the amount is not more than zero, and nothing less can be sent.",
        ),
        (
            {"amount_minor": 10_000_000_000},
            "Account shop-7: a NACHA entry carries at most USD 99999999.99, and this award is 100000000.00: "
            + EITHER,
        ),
        (
            {"bank": IbanBank(iban="DE89370400440532013000")},
            "Account shop-7: NACHA pays into accounts with a routing number, and this payee has an IBAN: "
            + EITHER,
        ),
        (
            {"address": Address(town="Toronto", country="CA")},
            "Account shop-7: NACHA pays within the United States, and this payee's address is in CA: "
            + PORTAL,
        ),
        (
            {"holder": "李小龙"},
            f"Account shop-7: the holder's name has no spelling in Latin letters: {AGAIN}, as the bank spells it.",
        ),
        (
            {"id": "SIXTEEN123456789"},
            "Account shop-7: the payment's id has to be 1 to 15 letters and digits, not 'SIXTEEN123456789'.",
        ),
    ],
)
def test_a_payment_is_refused_in_a_sentence_that_says_what_to_do(changes: dict[str, Any], why: str) -> None:
    assert refusal(payment(**changes), PROFILE) == why


@pytest.mark.parametrize("country", ["US", "CA"])
@pytest.mark.parametrize("bank", [us_bank(), IbanBank(iban="DE89370400440532013000", bic="COBADEFFXXX")])
@pytest.mark.parametrize("currency", ["USD", "JPY"])
@pytest.mark.parametrize("amount_minor", [1, 10_000_000_000])
def test_no_format_is_recommended_that_would_not_take_the_payment(
    currency: str, bank: Bank, country: str, amount_minor: int
) -> None:
    refused = payment(
        currency=currency, bank=bank, address=Address(town="Town", country=country), amount_minor=amount_minor
    )
    why = refusal(refused, PROFILE) or ""

    assert ("pain001" in why) == bool(why and pain001.refusal(refused, US_PAYER) is None)
    assert ("portal" in why) == bool(why and portal_refusal(refused) is None)


@pytest.mark.parametrize(
    "routing", ["", "12104288", "121042883", "000000000", "500000005", "1210428820", "12104288٢"]
)
def test_a_wrong_routing_number_is_refused_and_not_quoted(routing: str) -> None:
    why = refusal(payment(bank=us_bank(routing=routing)), PROFILE)

    assert why == (
        "Account shop-7: the routing number is not one of nine digits with a check digit that fits: "
        + AGAIN
        + "."
    )


@pytest.mark.parametrize("account", ["", "123456789012345678", "12 34", "12345é", "12345\n", "1_2", "١٢٣"])
def test_an_account_that_has_no_place_is_refused_and_not_quoted(account: str) -> None:
    why = refusal(payment(bank=us_bank(account=account)), PROFILE)

    assert why == (
        f"Account shop-7: the account's number has to be 1 to 17 letters, digits and hyphens: {AGAIN}."
    )


@pytest.mark.parametrize("id", ["", "A B", "É", "A-1", "A\n"])
def test_an_id_that_comes_back_otherwise_is_refused(id: str) -> None:
    assert refusal(payment(id), PROFILE) is not None


@pytest.mark.parametrize("holder", ["", "  ", "***", "Иван Иванов", "Ana ☕"])
def test_a_name_without_a_spelling_is_refused_and_not_quoted(holder: str) -> None:
    why = refusal(payment(holder=holder), PROFILE)

    assert why == (
        f"Account shop-7: the holder's name has no spelling in Latin letters: {AGAIN}, as the bank spells it."
    )


def test_the_territories_are_within_the_united_states() -> None:
    assert refusal(payment(address=Address(town="San Juan", country="PR")), PROFILE) is None


def test_a_payment_that_is_refused_makes_no_file_and_is_named() -> None:
    refused = payment("B", currency="EUR")

    with pytest.raises(CannotWrite) as error:
        nacha_file([payment("A"), refused], PROFILE, STAMP)
    assert str(error.value) == refusal(refused, PROFILE)


def test_an_id_that_occurs_twice_makes_no_file() -> None:
    with pytest.raises(CannotWrite, match=r"^Payment A is there more than once\.$"):
        nacha_file([payment("A"), payment("B"), payment("A")], PROFILE, STAMP)


def test_nothing_makes_no_file() -> None:
    with pytest.raises(CannotWrite, match=r"^There is nothing to be paid\.$"):
        nacha_file([], PROFILE, STAMP)


@pytest.mark.parametrize("modifier", ["", "a", "AB", "-"])
def test_a_modifier_that_no_header_takes_makes_no_file(modifier: str) -> None:
    with pytest.raises(CannotWrite, match="capital letter or a digit"):
        nacha_file([payment()], PROFILE, replace(STAMP, modifier=modifier))


def test_a_profile_with_problems_makes_no_file() -> None:
    with pytest.raises(CannotWrite, match=r"payouts\.nacha\.company_id: "):
        nacha_file([payment()], replace(PROFILE, company_id=""), STAMP)


def test_an_empty_profile_names_each_key_that_is_missing() -> None:
    keys = [problem.split(": ")[0] for problem in profile_problems(NachaProfile())]

    names = ["destination", "destination_name", "origin", "origin_name", "company_name", "company_id"]
    assert keys == [f"payouts.nacha.{name}" for name in names]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"destination": "021000022"}, "destination: expected a routing number of nine digits"),
        ({"destination_name": "x" * 24}, "destination_name: expected 1 to 23 characters"),
        ({"origin": "987654320"}, "origin: expected the ten capital letters and digits"),
        ({"origin": "198765432a"}, "origin: expected the ten capital letters and digits"),
        ({"origin_name": "李"}, "origin_name: expected 1 to 23 characters that have a Latin spelling"),
        ({"company_name": "ß" * 9}, "company_name: expected 1 to 16 characters"),
        ({"company_id": "123456789"}, "company_id: expected the ten capital letters and digits"),
        ({"odfi": "02100002"}, "odfi: expected a routing number of nine digits"),
        ({"description": ""}, "description: expected 1 to 10 characters"),
        ({"descriptions": {"top": "eleven char"}}, "descriptions.top: expected 1 to 10 characters"),
        ({"zone": "Mars/Base"}, "zone: expected a time zone such as America/New_York"),
    ],
)
def test_a_wrong_key_is_named_with_what_is_expected(changes: dict[str, Any], problem: str) -> None:
    (found,) = profile_problems(replace(PROFILE, **changes))

    assert found.startswith(f"payouts.nacha.{problem}")


def test_a_profile_that_is_right_has_no_problems() -> None:
    assert profile_problems(PROFILE) == []


@pytest.mark.parametrize(
    ("entry", "limit"),
    [
        (replace(ENTRY, sequence=10_000_000), "the sequence number of an entry has at most 7 digits"),
        (replace(ENTRY, amount_minor=10_000_000_000), "the amount of an entry has at most 10 digits"),
        (replace(ENTRY, amount_minor=-1), "the amount of an entry has at most 10 digits"),
        (replace(ENTRY, name="N" * 23), "the payee's name has at most 22 characters"),
        (replace(ENTRY, routing="1210428"), "a record of type 6 has 94 characters, not 92"),
    ],
)
def test_what_is_longer_than_its_field_is_never_cut(entry: Entry, limit: str) -> None:
    group = Group(number=1, entry_class="PPD", description="AWARD", entries=(entry,))

    with pytest.raises(CannotWrite, match=limit):
        file_records(ORIGINATOR, STAMP, (group,))


def test_a_total_of_thirteen_digits_is_refused_by_name() -> None:
    largest = [payment(f"P{number}", amount_minor=9_999_999_999) for number in range(101)]

    with pytest.raises(
        CannotWrite, match=r"the total of a batch has at most 12 digits .* pay in smaller parts"
    ):
        nacha_file(largest, PROFILE, STAMP)


def test_a_million_entries_are_more_than_a_batch_counts() -> None:
    group = Group(number=1, entry_class="PPD", description="AWARD", entries=(ENTRY,) * 1_000_000)

    with pytest.raises(CannotWrite, match="the count of entries and addenda of a batch has at most 6 digits"):
        file_records(ORIGINATOR, STAMP, (group,))

"""pain.001 files: the schemas of ISO take them, and what schemas cannot see holds as well."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from msgspec import structs

from leaderboard.domain.pain001 import Pain001Profile, pain001_file
from leaderboard.domain.payees import Address
from leaderboard.domain.payments import Payment
from tests.domain.transfers import (
    ABROAD_PAYER,
    BERLIN,
    FRENCH,
    GERMAN,
    SAUDI,
    SAVINGS,
    SEPA_PAYER,
    STAMP,
    US_PAYER,
    Read,
    accepted_by,
    euros,
    payment,
)

EDITIONS = ["09", "03"]
US_PAYMENTS = [
    payment("A2", holder="O'Brien-Lee & Sons <Ltd>", minor=1),
    payment("B2", holder="Zoë Łukasz", minor=9_999_999_999, bank=SAVINGS),
    payment("C2", holder="Maria Alejandra Fernández de la Cruz", type_="company"),
]
SEPA_PAYMENTS = [euros("A2"), euros("B2", bank=FRENCH, minor=1, holder="Zoë"), euros("C2", type_="company")]
ABROAD_PAYMENTS = [
    payment("A2", currency="JPY", minor=1_250, bank=GERMAN, address=BERLIN),
    payment("B2", currency="KWD", minor=1_250, bank=SAUDI, address=Address(town="Riyadh", country="SA")),
    payment("C2", currency="EUR", minor=5, bank=FRENCH, address=BERLIN),
    payment("D2", type_="company"),
]
FILES = [(US_PAYER, US_PAYMENTS), (SEPA_PAYER, SEPA_PAYMENTS), (ABROAD_PAYER, ABROAD_PAYMENTS)]


def in_edition(profile: Pain001Profile, version: str) -> Pain001Profile:
    return structs.replace(profile, version=version)


def is_iban(text: str) -> bool:
    """By the definition, ISO 13616: letters are numbers from 10, and the whole leaves 1 over 97."""
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def is_aba(text: str) -> bool:
    digits = [int(digit) for digit in text]
    return (3 * sum(digits[0::3]) + 7 * sum(digits[1::3]) + sum(digits[2::3])) % 10 == 0


@pytest.mark.parametrize("version", EDITIONS)
@pytest.mark.parametrize(("profile", "payments"), FILES)
def test_both_schemas_take_it(profile: Pain001Profile, payments: list[Payment], version: str) -> None:
    file = pain001_file(payments, in_edition(profile, version), STAMP)

    assert accepted_by(file, version) == (True, True)


@pytest.mark.parametrize("version", EDITIONS)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<PmtMtd>TRF</PmtMtd>", "<PmtMtd>TRX</PmtMtd>"),
        ('Ccy="USD"', 'Ccy="dollars"'),
        ("<MsgId>spring-1</MsgId>", f"<MsgId>{'x' * 36}</MsgId>"),
        ("<Ctry>US</Ctry>", "<Ctry>USA</Ctry>"),
        (">0.01</InstdAmt>", ">0.000001</InstdAmt>"),
        ("<EndToEndId>A2</EndToEndId>", ""),
    ],
)
def test_a_broken_file_is_seen_by_both_schemas(right: str, wrong: str, version: str) -> None:
    file = pain001_file(US_PAYMENTS, in_edition(US_PAYER, version), STAMP)

    broken = file.replace(right.encode(), wrong.encode())

    assert broken != file
    assert accepted_by(broken, version) == (False, False)


@pytest.mark.parametrize(("profile", "payments"), FILES)
def test_one_edition_is_not_taken_for_the_other(profile: Pain001Profile, payments: list[Payment]) -> None:
    file = pain001_file(payments, in_edition(profile, "03"), STAMP)

    assert accepted_by(file.replace(b"pain.001.001.03", b"pain.001.001.09"), "09") == (False, False)


@pytest.mark.parametrize(("profile", "payments"), FILES)
def test_counts_and_sums_are_those_of_its_payments(profile: Pain001Profile, payments: list[Payment]) -> None:
    read = Read(pain001_file(payments, profile, STAMP))

    for part in [read.root, *read.elements("PmtInf")]:
        amounts = [Decimal(text) for text in read.all("InstdAmt", part)]
        assert int(read.all("NbOfTxs", part)[0]) == len(amounts)
        assert Decimal(read.all("CtrlSum", part)[0]) == sum(amounts)
    assert len(read.all("InstdAmt")) == len(payments)


@pytest.mark.parametrize(("profile", "payments"), FILES)
def test_no_id_occurs_twice(profile: Pain001Profile, payments: list[Payment]) -> None:
    read = Read(pain001_file(payments, profile, STAMP))

    ids = read.all("EndToEndId") + read.all("PmtInfId") + read.all("MsgId")
    assert max(Counter(ids).values()) == 1
    assert sorted(read.all("EndToEndId")) == sorted(one.id for one in payments)


@pytest.mark.parametrize(("profile", "payments"), FILES)
def test_every_account_number_can_exist(profile: Pain001Profile, payments: list[Payment]) -> None:
    read = Read(pain001_file(payments, profile, STAMP))

    assert all(is_iban(iban) for iban in read.all("IBAN"))
    assert all(is_aba(routing) for routing in read.all("MmbId"))
    assert len(read.all("IBAN") + read.all("MmbId")) > len(payments)


def test_persons_and_companies_go_by_their_own_class_of_ach() -> None:
    read = Read(pain001_file(US_PAYMENTS, US_PAYER, STAMP))

    groups = {
        read.one("LclInstrm/Cd", group): read.all("EndToEndId", group) for group in read.elements("PmtInf")
    }
    assert groups == {"CCD": ["C2"], "PPD": ["A2", "B2"]}
    assert read.all("PmtInfId") == ["spring-1-1", "spring-1-2"]
    assert set(read.all("SvcLvl/Cd")) == {"NURG"}


def test_a_payment_to_the_united_states_says_bank_account_and_its_type() -> None:
    read = Read(pain001_file([payment(bank=SAVINGS)], US_PAYER, STAMP))

    [transfer] = read.elements("CdtTrfTxInf")
    assert read.one("ClrSysId/Cd", transfer) == "USABA"
    assert read.one("MmbId", transfer) == "026009593"
    assert read.one("CdtrAcct/Id/Othr/Id", transfer) == "AB-98"
    assert read.one("CdtrAcct/Tp/Cd", transfer) == "SVGS"
    assert read.one("Ustrd", transfer) == "Spring Sale, place 1"


def test_sepa_needs_no_bic_and_shares_charges_by_its_own_rule() -> None:
    read = Read(pain001_file([euros(bank=FRENCH)], SEPA_PAYER, STAMP))

    assert read.all("SvcLvl/Cd") == ["SEPA"]
    assert read.all("ChrgBr") == ["SLEV"]
    assert read.elements("CdtrAgt") == []
    assert read.one("DbtrAgt/FinInstnId/Othr/Id") == "NOTPROVIDED"
    assert read.one("DbtrAcct/Id/IBAN") == "DE89370400440532013000"


def test_outside_sepa_a_bank_that_is_not_named_is_said_to_be_so() -> None:
    read = Read(pain001_file([euros(bank=FRENCH)], ABROAD_PAYER, STAMP))

    assert read.one("CdtrAgt/FinInstnId/Othr/Id") == "NOTPROVIDED"
    assert read.all("ChrgBr") == ["SHAR"]
    assert read.elements("LclInstrm") == []


def test_each_currency_is_an_order_of_its_own_with_its_own_decimals() -> None:
    read = Read(pain001_file(ABROAD_PAYMENTS, ABROAD_PAYER, STAMP))

    amounts = {element.get("Ccy"): element.text for element in read.elements("InstdAmt")}
    assert amounts == {"EUR": "0.05", "JPY": "1250", "KWD": "1.250", "USD": "1250.00"}
    assert read.all("PmtInf/CtrlSum") == ["0.05", "1250", "1.250", "1250.00"]


@pytest.mark.parametrize(("version", "bic"), [("09", "BICFI"), ("03", "BIC")])
def test_the_two_editions_name_a_bank_and_a_day_differently(version: str, bic: str) -> None:
    read = Read(pain001_file([euros()], in_edition(SEPA_PAYER, version), STAMP), version)

    assert read.one(f"CdtrAgt/FinInstnId/{bic}") == "SOGEDEFF"
    assert read.one("ReqdExctnDt/Dt" if version == "09" else "ReqdExctnDt") == "2026-12-29"
    assert read.one("CreDtTm") == "2026-12-22T16:05:00"


def test_an_address_is_in_fields_of_its_own() -> None:
    read = Read(pain001_file([payment()], US_PAYER, STAMP))

    [address] = read.elements("Cdtr/PstlAdr")
    assert [element.text for element in address] == ["1200 Pine Street", "98101", "Seattle", "WA", "US"]
    assert read.elements("AdrLine") == []


def test_names_are_spelled_in_latin_letters_and_lose_none() -> None:
    read = Read(pain001_file(US_PAYMENTS, US_PAYER, STAMP))

    assert sorted(read.all("Cdtr/Nm")) == [
        "Maria Alejandra Fernandez de la Cruz",
        "O'Brien-Lee + Sons .Ltd.",
        "Zoe Lukasz",
    ]


@pytest.mark.parametrize("version", EDITIONS)
@pytest.mark.parametrize("holder", ["李小龙", "Zoë", "O'Brien", 'A & B <"C"> ]]>', "&amp;", "𠮷田"])
def test_where_the_bank_takes_all_letters_a_name_is_as_it_is(holder: str, version: str) -> None:
    profile = structs.replace(US_PAYER, charset="utf-8", version=version)

    file = pain001_file([payment(holder=holder)], profile, STAMP)

    assert Read(file, version).one("Cdtr/Nm") == holder
    assert accepted_by(file, version) == (True, True)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Spring // Sale/", "Spring / Sale"),
        ("夏の祭り", "AAAAAAAAAAAAAA2"),
        ("", "AAAAAAAAAAAAAA2"),
        ("x" * 200, "x" * 140),
    ],
)
def test_a_text_that_cannot_be_spelled_keeps_nobody_from_being_paid(text: str, written: str) -> None:
    assert Read(pain001_file([payment(text=text)], US_PAYER, STAMP)).one("Ustrd") == written


def test_ten_thousand_lines_are_one_file_and_their_order_does_not_matter() -> None:
    payments = [
        payment(f"P{number:05}", minor=number + 1, type_="company" if number % 3 else "person")
        for number in range(10_000)
    ]

    file = pain001_file(payments, US_PAYER, STAMP)

    assert file == pain001_file(payments[::-1], US_PAYER, STAMP)
    assert accepted_by(file, "09") == (True, True)
    assert Read(file).one("GrpHdr/CtrlSum") == "500050.00"


def test_it_declares_its_letters_as_every_bank_reads_them() -> None:
    file = pain001_file([payment()], US_PAYER, STAMP)

    assert file.startswith(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:'
    )
    assert b"\r" not in file


@pytest.mark.parametrize("length", [33, 35])
def test_ids_of_orders_fit_however_long_the_batchs_is(length: int) -> None:
    stamps = [structs.replace(STAMP, batch="b" * (length - 1) + end) for end in "12"]

    files = [pain001_file(US_PAYMENTS, US_PAYER, stamp) for stamp in stamps]

    ids = [id_ for file in files for id_ in Read(file).all("PmtInfId")]
    assert len(set(ids)) == 4
    assert all(len(id_) <= 35 for id_ in ids)

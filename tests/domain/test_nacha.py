"""NACHA files: every field stands in its columns, and validators from elsewhere find nothing wrong."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from leaderboard.domain.nacha import nacha_file
from leaderboard.domain.payees import UsBank
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

PERSON = payment("PERSON000000001", holder="Seán O’Brien")
COMPANY = payment(
    "COMPANY00000001", type="company", holder="Voß & Söhne, Inc.", bank=SAVINGS, amount_minor=100
)


def accepted(*payments: Payment) -> bytes:
    """Their file, in which two validators find nothing."""
    file = nacha_file(payments, PROFILE, STAMP)
    assert by_achlens(file) == []
    assert by_achkit(file) == []
    return file


def test_a_file_is_these_bytes() -> None:
    file = accepted(PERSON, COMPANY)

    assert file.decode("ascii").split("\n") == [
        "101 02100002119876543202612230905A094101FIRST BANK OF SOMEWHERELEADERBOARD OPERATIONS         ",
        "5220LIVE LEADERBOARD                    1987654320CCDAWARD           261229   1021000020000001",
        "6320114015339876-54          0000000100COMPANY00000001VOSS & SOHNE, INC.      1021000020000001",
        "705COMPANY00000001 SPRING CUP, PLACE 1" + " " * 45 + "00010000001",
        "82200000020001140153000000000000000000000100" + "1987654320" + " " * 25 + "021000020000001",
        "5220LIVE LEADERBOARD                    1987654320PPDAWARD           261229   1021000020000002",
        "622121042882000123456789     0000012345PERSON000000001SEAN O'BRIEN            0021000020000002",
        "82200000010012104288000000000000000000012345" + "1987654320" + " " * 25 + "021000020000002",
        "9000002000001000000030013244441000000000000000000012445" + " " * 39,
        "9" * 94,
        "",
    ]


def test_persons_and_companies_checking_and_savings_are_told_apart() -> None:
    file = accepted(PERSON, COMPANY, payment("PERSON000000002", bank=SAVINGS))

    kinds = {entry.id: (entry.entry_class, entry.code) for entry in read(file).entries}
    assert kinds == {
        "COMPANY00000001": ("CCD", "32"),
        "PERSON000000001": ("PPD", "22"),
        "PERSON000000002": ("PPD", "32"),
    }


def test_only_companies_get_an_addenda_and_the_counts_include_it() -> None:
    found = read(accepted(PERSON, COMPANY, payment("COMPANY00000002", type="company")))

    assert [len(entry.addenda) for entry in found.entries] == [1, 1, 0]
    assert [columns(control, 5, 10) for control in found.batch_controls] == ["000004", "000001"]
    assert columns(found.control, 14, 21) == "00000005"


@pytest.mark.parametrize(
    ("text", "addenda"),
    [
        ("Frühling*Cup~1\\", "AAAAAAAAAAAAAAA FRUHLING CUP 1"),
        ("春节", "AAAAAAAAAAAAAAA"),
        ("x" * 80, "AAAAAAAAAAAAAAA " + "X" * 64),
    ],
)
def test_an_addenda_says_the_id_and_as_much_of_the_text_as_fits(text: str, addenda: str) -> None:
    (entry,) = read(accepted(payment(type="company", text=text))).entries

    assert columns(entry.addenda[0], 4, 83).rstrip() == addenda


@pytest.mark.parametrize(
    ("holder", "written"),
    [
        ("O'Brien", "O'BRIEN"),
        ("Zoë", "ZOE"),
        ("Anne-Marie St. John", "ANNE-MARIE ST. JOHN"),
        ("Smith, Lee & Co. (USA)", "SMITH, LEE & CO. (USA)"),
        ("Twenty-two characters!", "TWENTY-TWO CHARACTERS"),
        ("Bartholomäus Featherstonehaugh", "BARTHOLOMAUS FEATHERST"),
        ("Straßenbau Großmann ßß GmbH", "STRASSENBAU GROSSMANN"),
        ("A*B~C\\D", "A B C D"),
    ],
)
def test_a_name_is_spelled_in_capitals_and_cut_where_its_field_ends(holder: str, written: str) -> None:
    (entry,) = read(accepted(payment(holder=holder))).entries

    assert entry.name == written


@pytest.mark.parametrize("amount_minor", [1, 9_999_999_999])
def test_the_smallest_and_the_largest_amount_are_carried(amount_minor: int) -> None:
    found = read(accepted(payment(amount_minor=amount_minor)))

    assert found.entries[0].amount_minor == amount_minor
    assert int(columns(found.control, 44, 55)) == amount_minor


def test_an_entry_hash_keeps_its_right_ten_digits() -> None:
    large = UsBank(routing=routing_number(72_999_999), account="1")
    found = read(accepted(*(payment(f"P{number:03}", bank=large) for number in range(200))))

    assert 72_999_999 * 200 == 14_599_999_800
    assert columns(found.batch_controls[0], 11, 20) == columns(found.control, 22, 31) == "4599999800"


def test_awards_with_a_description_of_their_own_are_a_batch_of_their_own() -> None:
    profile = replace(PROFILE, descriptions={"gmv_rebate": "payroll"})
    rebate = payment("REBATE000000001", award="gmv_rebate")

    found = read(nacha_file([rebate, PERSON, COMPANY], profile, STAMP))
    batches = [(columns(header, 51, 53), columns(header, 54, 63)) for header in found.batch_headers]
    assert batches == [("CCD", "AWARD     "), ("PPD", "AWARD     "), ("PPD", "PAYROLL   ")]
    assert [entry.id for entry in found.entries] == ["COMPANY00000001", "PERSON000000001", "REBATE000000001"]


def test_descriptions_that_are_spelled_alike_are_one_batch() -> None:
    profile = replace(PROFILE, descriptions={"gmv_rebate": "Award"})

    found = read(nacha_file([payment("A", award="gmv_rebate"), payment("B")], profile, STAMP))
    assert len(found.batch_headers) == 1


def test_a_routing_number_is_written_as_the_origin_after_a_blank() -> None:
    with_blank, without = (replace(PROFILE, origin=origin) for origin in (" 121042882", "121042882"))

    assert nacha_file([PERSON], without, STAMP) == nacha_file([PERSON], with_blank, STAMP)
    assert columns(read(nacha_file([PERSON], without, STAMP)).header, 14, 23) == " 121042882"


def test_the_originating_bank_may_be_another_than_the_destination() -> None:
    file = nacha_file([PERSON], replace(PROFILE, odfi="121042882"), STAMP)

    assert by_achlens(file) == []
    assert columns(read(file).batch_headers[0], 80, 87) == "12104288"
    assert read(file).entries[0].trace == "121042880000001"


def test_one_line_fills_a_block() -> None:
    found = read(accepted(PERSON))

    assert found.records == 5
    assert columns(found.control, 8, 13) == "000001"


def test_ten_full_records_get_no_filler() -> None:
    file = accepted(*(payment(f"P{number}") for number in range(6)))

    assert read(file).records == 10
    assert file.count(b"\n") == 10


def test_ten_thousand_lines_are_one_file() -> None:
    payments = [payment(f"P{number:05}", amount_minor=1 + number) for number in range(10_000)]

    found = read(accepted(*reversed(payments)))
    assert [entry.id for entry in found.entries] == [each.id for each in payments]
    assert [entry.trace for entry in found.entries] == [f"02100002{number:07}" for number in range(1, 10_001)]
    assert int(columns(found.control, 44, 55)) == 50_005_000
    assert columns(found.control, 8, 13) == "001001"

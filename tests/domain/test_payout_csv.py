"""CSV of payouts: portals read back what was written, and no spreadsheet runs a name as a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from leaderboard.domain.money import Money
from leaderboard.domain.payees import IbanBank
from leaderboard.domain.payments import Payment
from leaderboard.domain.payout_csv import (
    PORTAL_COLUMNS,
    REVIEW_COLUMNS,
    ReviewRow,
    guarded,
    portal_file,
    portal_refusal,
    review_file,
)
from tests.domain.transfers import BERLIN, FRENCH, GERMAN, SAVINGS, SEATTLE, STAMP, euros, payment

FORMULAS = [
    "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1", "\u3000＝1",
    "＝1", "＋1", "－1", "＠A1", "=cmd|' /C calc'!A0", "\ufeff=1",
]  # fmt: skip
PLAIN = ["", "Zoë", "李小龙", "O'Brien", "a=b", "1-2", "-5.00", "-7", "shop-7", "| pipe", "% of it", "A; B"]

ROW = ReviewRow(
    campaign="spring", batch="spring-1", payout_id="AAAAAAAAAAAAAA2", award="top_five", place=1, account_id="shop-7",
    name="Zoë's Shop", agency_id="north", amount=Money(125_000, "USD"), type="company", country="US", last4="0042",
    state="returned", code="R03", due_on="2026-12-29", attempt=1,
)  # fmt: skip


def read(file: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode(encoding), newline=""), strict=True))


def test_a_portal_reads_back_every_field() -> None:
    paid = payment(bank=SAVINGS, holder='Smith, "Sons" & Co', text="Spring, 1")

    [row] = read(portal_file([paid], STAMP))

    assert row == {
        "payout_id": "AAAAAAAAAAAAAA2",
        "account_id": "shop-7",
        "type": "person",
        "holder": 'Smith, "Sons" & Co',
        "street": "1200 Pine Street",
        "town": "Seattle",
        "postal_code": "98101",
        "region": "WA",
        "country": "US",
        "routing": "026009593",
        "account": "AB-98",
        "account_type": "savings",
        "iban": "",
        "bic": "",
        "amount": "1250.00",
        "currency": "USD",
        "pay_on": "2026-12-29",
        "text": "Spring, 1",
    }


def test_a_portal_is_told_the_iban_in_its_place() -> None:
    first, second = read(portal_file([euros("B2", bank=FRENCH), euros("A2")], STAMP))

    assert (first["payout_id"], first["iban"], first["bic"], first["routing"]) == (
        "A2",
        GERMAN.iban,
        "SOGEDEFF",
        "",
    )
    assert (second["payout_id"], second["iban"], second["bic"], second["region"]) == (
        "B2",
        FRENCH.iban,
        "",
        "",
    )


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (1, "USD", "0.01"),
        (9_999_999_999, "USD", "99999999.99"),
        (1250, "JPY", "1250"),
        (1250, "KWD", "1.250"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(minor: int, currency: str, written: str) -> None:
    [row] = read(portal_file([payment(minor=minor, currency=currency)], STAMP))

    assert row["amount"] == written


def test_a_portals_file_is_plain_rfc_4180() -> None:
    file = portal_file([payment(holder="李小龙")], STAMP)

    header, _, rest = file.partition(b"\r\n")
    assert header.decode() == ",".join(PORTAL_COLUMNS)
    assert rest.count(b"\r\n") == 1
    assert "李小龙".encode() in rest


def test_the_order_of_payments_does_not_matter() -> None:
    payments = [payment(f"P{number}", minor=number + 1) for number in range(50)]

    assert portal_file(payments, STAMP) == portal_file(payments[::-1], STAMP)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"minor": 0}, "the amount is not more than zero"),
        ({"bank": IbanBank(iban="DE00")}, "the IBAN cannot be one"),
        ({"holder": "=1+1"}, "the holder's name begins like a formula"),
        ({"holder": " ＠home"}, "the holder's name begins like a formula"),
        ({"holder": "Jordan\nLee"}, "the holder's name has characters that cannot be printed"),
        ({"address": structs.replace(SEATTLE, street="-1 Street")}, "the street begins like a formula"),
        ({"address": structs.replace(BERLIN, town="+Town")}, "the town begins like a formula"),
        ({"address": structs.replace(BERLIN, postal_code="@1")}, "the postal code begins like a formula"),
        ({"address": structs.replace(BERLIN, region="=R")}, "the region begins like a formula"),
    ],
)
def test_what_a_portal_cannot_be_told_is_refused_by_account(changes: dict[str, Any], said: str) -> None:
    wrong = payment(**changes)

    assert (portal_refusal(wrong) or "").startswith(f"Account shop-7: {said}")
    with pytest.raises(ValueError, match="Account shop-7: "):
        portal_file([payment("B2"), wrong], STAMP)


@pytest.mark.parametrize(
    ("payments", "said"), [([], "nothing to pay"), ([payment(), payment()], "more than once")]
)
def test_nothing_and_the_same_payout_twice_are_no_file(payments: list[Payment], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        portal_file(payments, STAMP)


@pytest.mark.parametrize("paid", [payment(), payment(holder="O'Brien"), euros(holder="李小龙")])
def test_other_payments_are_carried(paid: Payment) -> None:
    assert portal_refusal(paid) is None


@pytest.mark.parametrize("value", FORMULAS)
def test_a_formula_is_guarded(value: str) -> None:
    assert guarded(value).startswith("'")
    assert guarded(value).replace("'", "") == value.replace("'", "")


@pytest.mark.parametrize("value", ["a;=1", "a; +1", "a\t@A1", "a\n=1", "a;b;＝1"])
def test_a_formula_after_a_separator_is_guarded(value: str) -> None:
    start = value.rindex(";") if ";" in value else 1

    assert guarded(value) == f"{value[: start + 1]}'{value[start + 1 :]}"


@pytest.mark.parametrize("value", PLAIN)
def test_everything_else_stays(value: str) -> None:
    assert guarded(value) == value


def test_people_read_a_line_with_the_last_four_only() -> None:
    [row] = read(review_file([ROW]), "utf-8-sig")

    assert tuple(row) == REVIEW_COLUMNS
    assert row["amount"] == "1250.00"
    assert row["currency"] == "USD"
    assert row["name"] == "Zoë's Shop"
    assert row["last4"] == "0042"
    assert row["place"] == "1"


def test_a_spreadsheet_sees_the_letters_and_quotes() -> None:
    file = review_file([ROW])

    assert file.startswith(b'\xef\xbb\xbf"campaign","batch",')
    assert file.endswith(b'"1"\r\n')


def test_people_read_by_award_and_place() -> None:
    rows = [
        structs.replace(ROW, award=award, place=place, payout_id=f"{award}{place}")
        for award, place in [("top", 10), ("rebate", None), ("top", 2), ("top", None)]
    ]

    listed = read(review_file(rows), "utf-8-sig")

    assert [row["payout_id"] for row in listed] == ["rebateNone", "top2", "top10", "topNone"]
    assert review_file(rows) == review_file(rows[::-1])


@given(st.text(st.sampled_from("=+-@＝＋－＠\t\r\n;, \u00a0\u200b'\"a1.")))
def test_no_cell_of_a_review_begins_a_formula(name: str) -> None:
    [row] = read(review_file([structs.replace(ROW, name=name)]), "utf-8-sig")

    shown = row["name"]
    assert shown.replace("'", "") == name.replace("'", "")
    for cell in re.split(r"[;\t\r\n]", shown):
        begins = cell.lstrip(" \u00a0\u200b")[:1]
        assert begins not in {"=", "+", "-", "@", "＝", "＋", "－", "＠"} or is_number(shown)


def is_number(text: str) -> bool:
    return re.fullmatch(r"-\d+(\.\d+)?", text) is not None


@pytest.mark.parametrize("text", ["=text", "+10% week", "a\tb", "👩\u200d🎤"])
def test_a_campaign_with_an_odd_title_is_named_by_its_payout(text: str) -> None:
    [row] = read(portal_file([payment(text=text)], STAMP))

    assert row["text"] == row["payout_id"]

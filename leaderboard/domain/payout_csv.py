"""Payouts as CSV: for a portal, which reads it by machine, and for people, who open it in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from leaderboard.domain.bank_numbers import bank_problem, bic_of, iban_of
from leaderboard.domain.bank_text import Unspellable, spelled
from leaderboard.domain.money import Money, format_minor
from leaderboard.domain.payees import UsBank
from leaderboard.domain.payments import FileStamp, Payment

PORTAL_COLUMNS: Final = (
    "payout_id", "account_id", "type", "holder", "street", "town", "postal_code", "region", "country",
    "routing", "account", "account_type", "iban", "bic", "amount", "currency", "pay_on", "text",
)  # fmt: skip
REVIEW_COLUMNS: Final = (
    "campaign", "batch", "payout_id", "award", "place", "account_id", "name", "agency_id", "amount", "currency",
    "type", "country", "last4", "state", "code", "due_on", "attempt",
)  # fmt: skip

# What begins a formula in a spreadsheet, and the full-width signs that some read alike.
_FORMULA: Final = r"=+\-@\t\r\n＝＋－＠"
# Blanks that a spreadsheet skips, seen or not.
_BLANKS: Final = r"[ \v\f\x1c-\x1f\x85\xa0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]*"
_BEGINS_FORMULA: Final = re.compile(f"{_BLANKS}[{_FORMULA}]")
# A spreadsheet that separates by semicolon or tab begins a cell there too, whatever is quoted.
_CELL_OF_FORMULA: Final = re.compile(rf"(?:^|(?<=[;\t\r\n]))(?={_BLANKS}[{_FORMULA}])")
_NEGATIVE: Final = re.compile(r"-\d+(\.\d+)?", re.ASCII)


class ReviewRow(Struct, frozen=True, kw_only=True):
    """A line as people check it: no bank data but the last four characters of the account."""

    campaign: str
    batch: str
    payout_id: str
    award: str
    place: int | None
    account_id: str
    name: str
    agency_id: str
    amount: Money
    type: str
    country: str
    last4: str
    state: str
    code: str
    due_on: str
    attempt: int


def guarded(value: str) -> str:
    """The value with an apostrophe before whatever a spreadsheet would run as a formula. -5.00 stays a number."""
    return value if _NEGATIVE.fullmatch(value) else _CELL_OF_FORMULA.sub("'", value)


def review_file(rows: Iterable[ReviewRow]) -> bytes:
    """By award and place; every value quoted. With a byte order mark, without which Excel reads 李 as three letters."""
    ordered = sorted(rows, key=_by_place)
    values = [[guarded(value) for value in _review_values(row)] for row in ordered]
    return _csv([REVIEW_COLUMNS, *values], quoted=True).encode("utf-8-sig")


def portal_file(payments: Sequence[Payment], stamp: FileStamp) -> bytes:
    """By payout id, UTF-8 without a mark, as RFC 4180 says. ValueError where it cannot carry one of them."""
    problems = [said for payment in payments if (said := portal_refusal(payment))]
    if len({payment.id for payment in payments}) < len(payments):
        problems.append("A payout is there more than once.")
    if not payments:
        problems.append("There is nothing to pay.")
    if problems:
        raise ValueError(" ".join(problems))
    ordered = sorted(payments, key=lambda payment: payment.id)
    values = [_portal_values(payment, stamp) for payment in ordered]
    return _csv([PORTAL_COLUMNS, *values], quoted=False).encode()


def portal_refusal(payment: Payment) -> str | None:
    """Why a portal's file cannot carry this payment, as a sentence that says what to change; None where it can."""
    problem = next(_problems(payment), None)
    return f"Account {payment.account}: {problem}." if problem else None


def _problems(payment: Payment) -> Iterator[str]:
    if payment.amount.minor <= 0:
        yield "the amount is not more than zero, and nothing less can be sent"
    if problem := bank_problem(payment.payee.bank):
        yield problem
    address = payment.payee.address
    texts = {
        "the holder's name": payment.payee.holder,
        "the street": address.street,
        "the town": address.town,
        "the postal code": address.postal_code,
        "the region": address.region,
    }
    for name, text in texts.items():
        if text is not None and (problem := _text_problem(text)):
            yield f"{name} {problem}"


def _text_problem(text: str) -> str | None:
    # A portal's machine would take a guard for a part of the name.
    if _BEGINS_FORMULA.match(text):
        return "begins like a formula of a spreadsheet: spell it without the sign in front"
    try:
        spelled(text, "utf-8")
    except Unspellable as error:
        return str(error)
    return None


def _portal_values(payment: Payment, stamp: FileStamp) -> list[str]:
    payee, address = payment.payee, payment.payee.address
    return [
        payment.id,
        payment.account,
        payee.type,
        payee.holder,
        address.street or "",
        address.town,
        address.postal_code or "",
        address.region or "",
        address.country,
        *_bank_values(payment),
        format_minor(payment.amount.minor, payment.amount.currency),
        payment.amount.currency,
        stamp.effective.isoformat(),
        # A campaign's title keeps nobody from being paid.
        payment.id if _text_problem(payment.text) else payment.text,
    ]


def _bank_values(payment: Payment) -> list[str]:
    bank = payment.payee.bank
    if isinstance(bank, UsBank):
        return [bank.routing, bank.account, bank.account_type, "", ""]
    return ["", "", "", str(iban_of(bank.iban)), str(bic_of(bank.bic)) if bank.bic else ""]


def _by_place(row: ReviewRow) -> tuple[Any, ...]:
    return (
        row.campaign,
        row.award,
        row.place is None,
        row.place or 0,
        row.account_id,
        row.attempt,
        row.payout_id,
    )


def _review_values(row: ReviewRow) -> list[str]:
    values = {
        **{name: getattr(row, name) for name in row.__struct_fields__},
        "amount": format_minor(row.amount.minor, row.amount.currency),
        "currency": row.amount.currency,
        "place": "" if row.place is None else row.place,
    }
    return [str(values[column]) for column in REVIEW_COLUMNS]


def _csv(rows: Iterable[Sequence[str]], *, quoted: bool) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\r\n").writerows(
        rows
    )
    return text.getvalue()

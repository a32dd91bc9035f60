"""A NACHA file of credits: persons by PPD, companies by CCD. Sends nothing, and writes no IAT for payees abroad."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final
from zoneinfo import available_timezones

from msgspec import Struct, field

from leaderboard.domain.money import format_minor
from leaderboard.domain.nacha_records import (
    ADDENDA_LENGTH,
    BANK_LENGTH,
    COMPANY_LENGTH,
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    CannotWrite,
    Entry,
    EntryClass,
    Group,
    Originator,
    file_records,
    spelled,
)
from leaderboard.domain.payees import AccountType, IbanBank, PayeeType, UsBank
from leaderboard.domain.payments import FileStamp, Payment
from leaderboard.domain.routing import is_routing_number

MAX_ENTRY_MINOR: Final = 9_999_999_999
# The United States as Nacha has them; a payment to anywhere else is an IAT.
DOMESTIC: Final = frozenset({"US", "AS", "GU", "MP", "PR", "VI"})

_CLASSES: Final[dict[PayeeType, EntryClass]] = {"company": "CCD", "person": "PPD"}
_CREDIT_CODES: Final[dict[AccountType, str]] = {"checking": "22", "savings": "32"}
_ACCOUNT: Final = re.compile(r"[0-9A-Za-z-]{1,17}", re.ASCII)
_ID: Final = re.compile(r"[0-9A-Za-z]{1,15}", re.ASCII)
_ORIGINATOR_ID: Final = re.compile(r"[0-9A-Z]{10}", re.ASCII)
_MODIFIER: Final = re.compile(r"[0-9A-Z]", re.ASCII)
_NEW_DETAILS: Final = "have the bank details proposed again"


class NachaProfile(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The originator and its bank, as the bank has told: who sends (`origin`), to whom, and what payees read."""

    destination: str = ""  # routing number of the bank that takes the file, nine digits
    destination_name: str = ""
    origin: str = ""  # ten characters that the bank has given out, often 1 and the employer's number
    origin_name: str = ""
    company_name: str = ""
    company_id: str = ""  # ten characters
    odfi: str = ""  # routing number of the originating bank; `destination` where it is left out
    description: str = "AWARD"  # ten characters that payees read on their statement
    descriptions: dict[str, str] = field(default_factory=dict)  # award id → another one, such as PAYROLL
    zone: str = "America/New_York"  # in which the file is dated


def profile_problems(profile: NachaProfile) -> list[str]:
    """What has to be set right before a file can be written, each beginning with its key. [] where all is well."""
    return [
        f"payouts.nacha.{key}: {expected}" for key, is_right, expected in _checked(profile) if not is_right
    ]


def _checked(profile: NachaProfile) -> Iterator[tuple[str, bool, str]]:
    routing = "expected a routing number of nine digits with a check digit that fits, as your bank tells"
    ten = "expected the ten capital letters and digits that your bank has given out"
    yield "destination", is_routing_number(profile.destination), routing
    yield "destination_name", *_fits(profile.destination_name, BANK_LENGTH)
    yield "origin", _is_origin(profile.origin), f"{ten}, or a routing number of nine digits"
    yield "origin_name", *_fits(profile.origin_name, BANK_LENGTH)
    yield "company_name", *_fits(profile.company_name, COMPANY_LENGTH)
    yield "company_id", _ORIGINATOR_ID.fullmatch(profile.company_id) is not None, ten
    is_left_out = not profile.odfi
    yield "odfi", is_left_out or is_routing_number(profile.odfi), f"{routing}, or nothing: then `destination`"
    yield "description", *_fits(profile.description, DESCRIPTION_LENGTH)
    for award, description in sorted(profile.descriptions.items()):
        yield f"descriptions.{award}", *_fits(description, DESCRIPTION_LENGTH)
    yield "zone", profile.zone in available_timezones(), "expected a time zone such as America/New_York"


def _fits(text: str, length: int) -> tuple[bool, str]:
    written = spelled(text) or ""
    return 0 < len(written) <= length, f"expected 1 to {length} characters that have a Latin spelling"


def _is_origin(origin: str) -> bool:
    # A number of ten that lost a digit is seen by the check digit, nine times out of ten.
    return _ORIGINATOR_ID.fullmatch(origin) is not None or is_routing_number(origin.removeprefix(" "))


def refusal(payment: Payment, profile: NachaProfile) -> str | None:
    """Why NACHA cannot carry this payment, and what to do about it; None where it can. It quotes no bank details.

    `profile` is taken as every format takes it: who sends the file makes no difference to what NACHA carries.
    """
    elsewhere = _elsewhere(payment)
    why = _not_payable(payment, elsewhere) or _bad_details(payment, elsewhere)
    return f"Account {payment.account}: {why}." if why else None


def _elsewhere(payment: Payment) -> str:
    """The formats that would take it: between accounts in the United States, pain.001 carries no more than NACHA."""
    payee = payment.payee
    is_domestic = payment.amount.currency == "USD" and payee.address.country in DOMESTIC
    takes_it = isinstance(payee.bank, IbanBank) or is_domestic
    return "pay it by pain001 or through a portal" if takes_it else "pay it through a portal"


def _not_payable(payment: Payment, elsewhere: str) -> str | None:
    amount = payment.amount
    if _ID.fullmatch(payment.id) is None:
        return f"the payment's id has to be 1 to 15 letters and digits, not {payment.id[:40]!r}"
    if amount.currency != "USD":
        return f"NACHA pays in USD only, and this award is in {amount.currency}: {elsewhere}"
    if amount.minor <= 0:
        return "the amount is not more than zero, and nothing less can be sent"
    if amount.minor > MAX_ENTRY_MINOR:
        said = format_minor(amount.minor, amount.currency)
        return f"a NACHA entry carries at most USD 99999999.99, and this award is {said}: {elsewhere}"
    return None


def _bad_details(payment: Payment, elsewhere: str) -> str | None:
    payee = payment.payee
    if not isinstance(payee.bank, UsBank):
        return f"NACHA pays into accounts with a routing number, and this payee has an IBAN: {elsewhere}"
    if payee.address.country not in DOMESTIC:
        country = payee.address.country
        return f"NACHA pays within the United States, and this payee's address is in {country}: {elsewhere}"
    if not is_routing_number(payee.bank.routing):
        return f"the routing number is not one of nine digits with a check digit that fits: {_NEW_DETAILS}"
    if _ACCOUNT.fullmatch(payee.bank.account) is None:
        return f"the account's number has to be 1 to 17 letters, digits and hyphens: {_NEW_DETAILS}"
    if spelled(payee.holder) is None:
        return f"the holder's name has no spelling in Latin letters: {_NEW_DETAILS}, as the bank spells it"
    return None


def nacha_file(payments: Sequence[Payment], profile: NachaProfile, stamp: FileStamp) -> bytes:
    """The file that pays all of them: the same bytes for the same payments in any order.

    A name is cut after 22 characters, where its field ends; the review list has all of it. CannotWrite where the
    profile has problems, a payment is refused or there is none, an id occurs twice, or a sum has more digits than its
    field: no file leaves a payment out.
    """
    _check(payments, profile, stamp)
    by_group = sorted(payments, key=lambda payment: (*_group_of(payment, profile), payment.id))
    numbered = groupby(enumerate(by_group, 1), key=lambda pair: _group_of(pair[1], profile))
    groups = tuple(
        Group(
            number=number,
            entry_class=entry_class,
            description=description,
            entries=tuple(_entry(payment, sequence) for sequence, payment in pairs),
        )
        for number, ((entry_class, description), pairs) in enumerate(numbered, 1)
    )
    records = file_records(_originator(profile), stamp, groups)
    # The format counts characters and knows no lines. Banks skip their ends; "\n" keeps the bytes the same everywhere.
    return "".join(f"{record}\n" for record in records).encode("ascii")


def _check(payments: Sequence[Payment], profile: NachaProfile, stamp: FileStamp) -> None:
    problems = profile_problems(profile) + [text for text in (refusal(p, profile) for p in payments) if text]
    if _MODIFIER.fullmatch(stamp.modifier) is None:
        problems.append(
            f"The modifier of a file is a capital letter or a digit, not {stamp.modifier[:40]!r}."
        )
    if not payments:
        problems.append("There is nothing to be paid.")
    problems += [
        f"Payment {id} is there more than once." for id in _repeated(payment.id for payment in payments)
    ]
    if problems:
        raise CannotWrite(" ".join(problems))


def _repeated(ids: Iterable[str]) -> list[str]:
    ordered = sorted(ids)
    return sorted({left for left, right in pairwise(ordered) if left == right})


def _group_of(payment: Payment, profile: NachaProfile) -> tuple[EntryClass, str]:
    description = profile.descriptions.get(payment.award, profile.description)
    return _CLASSES[payment.payee.type], spelled(description) or ""


def _entry(payment: Payment, sequence: int) -> Entry:
    bank = payment.payee.bank
    if not isinstance(bank, UsBank):
        raise CannotWrite(f"Account {payment.account} has no routing number.")
    return Entry(
        code=_CREDIT_CODES[bank.account_type],
        routing=bank.routing,
        account=bank.account,
        amount_minor=payment.amount.minor,
        id=payment.id,
        name=(spelled(payment.payee.holder) or "")[:NAME_LENGTH],
        sequence=sequence,
        addenda=_addenda(payment) if payment.payee.type == "company" else "",
    )


def _addenda(payment: Payment) -> str:
    """The id comes first, as a company's books look for it and a long text is cut."""
    return f"{payment.id} {spelled(payment.text) or ''}"[:ADDENDA_LENGTH].strip()


def _originator(profile: NachaProfile) -> Originator:
    return Originator(
        destination=profile.destination,
        destination_name=spelled(profile.destination_name) or "",
        origin=profile.origin,
        origin_name=spelled(profile.origin_name) or "",
        company_name=spelled(profile.company_name) or "",
        company_id=profile.company_id,
        odfi=(profile.odfi or profile.destination)[:8],
    )

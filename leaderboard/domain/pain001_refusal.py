"""Which payments a pain.001 file cannot carry, and what to change. Says no bank data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from leaderboard.domain.bank_numbers import bank_problem, bic_of, iban_of
from leaderboard.domain.money import Money, decimals
from leaderboard.domain.nacha import DOMESTIC
from leaderboard.domain.pain001_profile import (
    NAME_LENGTH,
    TOWN_LENGTH,
    Pain001Profile,
    fits_edition,
    text_problem,
)
from leaderboard.domain.payees import IbanBank, PayeeDetails, UsBank
from leaderboard.domain.payments import Payment

# What the schemas have room for. Their five decimals are more than any currency has.
MAX_DIGITS: Final = 18
# SEPA's own limit: EUR 999,999,999.99.
MAX_SEPA_MINOR: Final = 99_999_999_999

_ID: Final = re.compile(r"[0-9A-Za-z]{1,35}", re.ASCII)
_BETWEEN: Final = "a transfer between accounts in the United States"
_PORTAL: Final = "pay it through a portal"
_OTHER_LEVEL: Final = f'{_PORTAL}, or by a file with payouts.pain001.service_level = "NURG"'


def refusal(payment: Payment, profile: Pain001Profile) -> str | None:
    """Why the file cannot carry this payment, as a sentence that says what to change; None where it can."""
    problem = next(_problems(payment, profile), None)
    return f"Account {payment.account}: {problem}." if problem else None


def local_instrument(payee: PayeeDetails, profile: Pain001Profile) -> Literal["PPD", "CCD", ""]:
    """How ACH carries it, from an account in the United States to another; '' where it is no ACH."""
    if not (isinstance(payee.bank, UsBank) and profile.routing):
        return ""
    return "PPD" if payee.type == "person" else "CCD"


def _problems(payment: Payment, profile: Pain001Profile) -> Iterator[str]:
    if not _ID.fullmatch(payment.id):
        yield "the payment's id is not 1 to 35 letters and digits"
    yield from _of_amount(payment.amount)
    if problem := bank_problem(payment.payee.bank):
        yield problem
    else:
        yield from _of_route(payment, profile)
    yield from _of_texts(payment, profile)


def _of_amount(amount: Money) -> Iterator[str]:
    try:
        decimals(amount.currency)
    except ValueError as error:
        yield str(error)
        return
    if amount.minor <= 0:
        yield "the amount is not more than zero, and nothing less can be sent"
    if len(str(amount.minor)) > MAX_DIGITS:
        yield f"the amount has more than {MAX_DIGITS} digits: pay it in parts by hand"


def _of_route(payment: Payment, profile: Pain001Profile) -> Iterator[str]:
    bank = payment.payee.bank
    if profile.service_level == "SEPA":
        yield from _of_sepa(payment)
    elif local_instrument(payment.payee, profile):
        yield from _of_ach(payment)
    if isinstance(bank, IbanBank) and bank.bic and not fits_edition(str(bic_of(bank.bic)), profile.version):
        yield 'the BIC fits pain.001.001.09 only: set payouts.pain001.version = "09", or leave the BIC out'


def _of_ach(payment: Payment) -> Iterator[str]:
    currency, country = payment.amount.currency, payment.payee.address.country
    if currency != "USD":
        yield f"{_BETWEEN} carries US dollars only, and this is {currency}: {_PORTAL}"
    if country not in DOMESTIC:
        yield f"{_BETWEEN} stays within the United States, and this payee's address is in {country}: {_PORTAL}"


def _of_sepa(payment: Payment) -> Iterator[str]:
    bank, amount = payment.payee.bank, payment.amount
    if isinstance(bank, UsBank):
        yield f"SEPA pays into an IBAN, and the account has none: {_without_iban(payment)}"
        return
    iban = iban_of(bank.iban)
    if iban is not None and not iban.in_sepa_zone:
        yield f"the IBAN's country takes no part in SEPA: {_OTHER_LEVEL}"
    if amount.currency != "EUR":
        yield f"SEPA carries euro only, and this is {amount.currency}: {_OTHER_LEVEL}"
    elif amount.minor > MAX_SEPA_MINOR:
        yield f"SEPA carries at most EUR 999999999.99: {_OTHER_LEVEL}"


def _without_iban(payment: Payment) -> str:
    currency, country = payment.amount.currency, payment.payee.address.country
    if currency == "USD" and country in DOMESTIC:
        return "pay it by nacha or through a portal"
    return f"ask for one, or {_PORTAL}" if currency == "EUR" else _PORTAL


def _of_texts(payment: Payment, profile: Pain001Profile) -> Iterator[str]:
    address = payment.payee.address
    fields = (
        ("the holder's name", payment.payee.holder, NAME_LENGTH),
        ("the street", address.street, 70),
        ("the postal code", address.postal_code, 16),
        ("the town", address.town, TOWN_LENGTH),
        ("the region", address.region, 35),
    )
    for name, text, limit in fields:
        if text is not None and (problem := text_problem(text, limit, profile.charset)):
            yield f"{name} {problem}{_advice(problem, profile)}"


def _advice(problem: str, profile: Pain001Profile) -> str:
    if profile.charset == "utf-8" or "Latin" not in problem:
        return ""
    return ', or set payouts.pain001.charset = "utf-8" where the bank takes all letters'

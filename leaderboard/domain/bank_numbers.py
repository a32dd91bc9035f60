"""Account numbers: whether they can exist. Says what is wrong with one and never repeats it."""

from __future__ import annotations

import re
from typing import Final

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from leaderboard.domain.payees import Bank, UsBank
from leaderboard.domain.routing import is_routing_number

_US_ACCOUNT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,16}", re.ASCII)


def iban_of(text: str) -> IBAN | None:
    """The IBAN without its blanks; None where its check digits, length or country are wrong."""
    try:
        return IBAN(text)
    except SchwiftyException:
        return None


def bic_of(text: str) -> BIC | None:
    """The BIC in capitals; None where its length or country are wrong."""
    try:
        return BIC(text)
    except SchwiftyException:
        return None


def is_us_account(text: str) -> bool:
    """Up to 17 letters, digits and hyphens, the first no hyphen, which a spreadsheet would take for a minus."""
    return _US_ACCOUNT.fullmatch(text) is not None


def bank_problem(bank: Bank) -> str | None:
    """What is wrong with the numbers of an account; None where it can exist."""
    if isinstance(bank, UsBank):
        if not is_routing_number(bank.routing):
            return "the routing number cannot be one: ask for all nine digits of it"
        return (
            None
            if is_us_account(bank.account)
            else "the account number is not 1 to 17 letters, digits and hyphens"
        )
    if iban_of(bank.iban) is None:
        return "the IBAN cannot be one: ask for it once more"
    if bank.bic and bic_of(bank.bic) is None:
        return "the BIC cannot be one: ask for its 8 or 11 characters, or leave it out"
    return None

"""Bank details beside what somebody says of them: a number, a text, other details. Tells what is alike, never what."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

from leaderboard.domain.payees import Bank, IbanBank, PayeeDetails

DetailsField = Literal["type", "holder", "address", "bank"]

_FIELDS: Final[tuple[DetailsField, ...]] = ("type", "holder", "address", "bank")
# With fewer digits, what is left of a number without its zeros stands in many a date.
_FEWEST_DIGITS: Final = 4


def is_number_of(bank: Bank, text: str) -> bool:
    """Whether a text is the account's number or the IBAN, however it is grouped; takes as long wherever they differ."""
    return hmac.compare_digest(_compact(text).encode(), bank.number.encode())


def repeats_bank_details(text: str, known: Iterable[PayeeDetails]) -> bool:
    """Whether a text has a number of theirs in it: the account's, the bank's, or of an IBAN what follows its checks."""
    said = _compact(text)
    return any(number in said for details in known for number in _numbers(details.bank))


def changed_fields(current: PayeeDetails, proposed: PayeeDetails) -> list[DetailsField]:
    """Which parts of bank details are others."""
    return [name for name in _FIELDS if getattr(current, name) != getattr(proposed, name)]


def _numbers(bank: Bank) -> list[str]:
    if isinstance(bank, IbanBank):
        return [bank.number[4:]]
    bare = bank.number.lstrip("0")
    return [bank.routing, bare if len(bare) >= _FEWEST_DIGITS else bank.number]


def _compact(text: str) -> str:
    """The letters and digits alone: people group numbers with blanks, hyphens, dots."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum())

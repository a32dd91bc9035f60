"""What banks say of a payment in codes: Nacha's of returns and corrections, and ISO 20022's of returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# All codes that Nacha has for returns, so that a slip of the pen is none.
NACHA_RETURNS: Final = frozenset(
    f"R{number:02d}"
    for span in (range(1, 40), range(40, 48), range(50, 54), range(61, 78), range(80, 86))
    for number in span
)
# A debit came back with it, and we send none.
OF_DEBITS: Final = frozenset({"R01", "R05", "R07", "R08", "R09", "R10", "R11"})
# All codes that Nacha has for corrections.
NACHA_CORRECTIONS: Final = frozenset({*(f"C{number:02d}" for number in range(1, 10)), "C13", "C14"})

# What a bank says of an account that cannot be paid into, or not under these details.
REFUSED: Final[Mapping[str, str]] = {
    "R02": "the account is closed",
    "R03": "there is no such account",
    "R04": "the account number is invalid",
    "R12": "the branch was sold to another bank",
    "R13": "the routing number is invalid",
    "R14": "the one who receives for the payee has died",
    "R15": "the holder of the account has died",
    "R16": "the account is frozen",
    "R17": "the details do not fit together",
    "R20": "no payments go into this account",
    "AC01": "the account number is invalid",
    "AC02": "the account number is invalid",
    "AC03": "the account number is invalid",
    "AC04": "the account is closed",
    "AC06": "the account is frozen",
    "AC07": "the account is closed",
    "AC14": "the account is of another type",
    "AG01": "no payments go into this account",
    "BE01": "the name does not fit the account",
    "BE04": "the payee's address is missing",
    "BE06": "the bank does not know the payee",
    "BE07": "the payee's address is missing",
    "MD07": "the holder of the account has died",
    "RC01": "the bank's number is invalid",
    "RC04": "the bank's number is invalid",
    "RR03": "the payee's name or address is missing",
}
# What a bank corrected: it arrived this once.
CORRECTED: Final[Mapping[str, str]] = {
    "C01": "another account number",
    "C02": "another routing number",
    "C03": "another routing number and account number",
    "C04": "another name",
    "C05": "another type of account",
    "C06": "another account number and type of account",
    "C07": "another routing number, account number and type of account",
}

"""Who is paid, and into which account of a bank: what is asked for, and what is kept of it. Seals nothing itself."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from leaderboard.domain.accounts import Country
from leaderboard.domain.times import rfc3339

Text = Annotated[str, Meta(min_length=1, max_length=140)]
PayeeType = Literal["person", "company"]
AccountType = Literal["checking", "savings"]

# What is never kept in the clear, each sealed by itself: `bank` is the bank account as JSON, `address` the address.
SEALED_FIELDS: Final = ("holder", "address", "bank")


class Address(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, omit_defaults=True):
    """Where the holder of the account lives or sits."""

    street: Text | None = None
    town: Text
    postal_code: Annotated[str, Meta(min_length=1, max_length=16)] | None = None
    region: Annotated[str, Meta(min_length=1, max_length=35)] | None = None
    country: Country

    def __repr__(self) -> str:
        return "Address(…)"


class UsBank(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An account in the United States: nine digits of ABA routing, up to 17 characters of account."""

    routing: str
    account: str
    account_type: AccountType = "checking"

    @property
    def number(self) -> str:
        """The account's number alone, without hyphens."""
        return self.account.replace("-", "")

    def __repr__(self) -> str:
        return f"UsBank(…{last_four(self)})"


class IbanBank(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An account anywhere else; `bic` may be left out where the bank's country needs none."""

    iban: str
    bic: str = ""

    @property
    def number(self) -> str:
        """The whole IBAN: there is no shorter name of the account."""
        return self.iban

    def __repr__(self) -> str:
        return f"IbanBank(…{last_four(self)})"


Bank = UsBank | IbanBank


class PayeeDetails(Struct, frozen=True, kw_only=True):
    """Bank details in the clear: held in memory only, between the door and the seal, or the seal and a file."""

    type: PayeeType
    holder: str
    address: Address
    bank: Bank

    def __repr__(self) -> str:
        return f"PayeeDetails({self.type}, {self.bank!r})"


class SealedPayee(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bank details as they are stored. `sealed`: field → ciphertext; `fingerprint` tells equal bank accounts apart.

    `holder_mark` tells equal payees apart, by type and name; '' in details that were sealed without one.
    `usable_from_ms`: 0 until a second person has confirmed them, then when the waiting time is over. Of the account's
    number only `last4` is in the clear. `country` is the bank's. `version` counts the proposals of an account.
    """

    version: int
    type: PayeeType
    country: str
    kind: Literal["us", "iban"]
    last4: str
    sealed: dict[str, str]
    fingerprint: str
    holder_mark: str = ""
    proposed_by: str
    proposed_ms: int
    confirmed_by: str = ""
    confirmed_ms: int = 0
    usable_from_ms: int = 0


class Payee(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of an account's bank details: what stands, and what is proposed in its place.

    `last_version` is the newest that a proposal ever had: a rejected one's is not given out again.
    """

    current: SealedPayee | None = None
    proposed: SealedPayee | None = None
    last_version: int = 0

    @property
    def holder_mark(self) -> str:
        """Of whom there is: who is paid, else who is proposed; '' of nobody."""
        known = self.current or self.proposed
        return known.holder_mark if known else ""


def kind_of(bank: Bank) -> Literal["us", "iban"]:
    """Which of the two forms it has."""
    return "us" if isinstance(bank, UsBank) else "iban"


def country_of(bank: Bank) -> str:
    """Where the account is held."""
    return "US" if isinstance(bank, UsBank) else bank.iban[:2]


def last_four(bank: Bank) -> str:
    """What is shown of an account's number: four characters, and never more than half of a short one."""
    return bank.number[-min(4, len(bank.number) // 2) :]


def summary(payee: SealedPayee) -> dict[str, Any]:
    """What the audit log says of bank details: nothing that is sealed, and no ciphertext."""
    said: dict[str, Any] = {
        "version": payee.version,
        "type": payee.type,
        "country": payee.country,
        "kind": payee.kind,
        "last4": payee.last4,
    }
    return said | ({"usable_from": rfc3339(payee.usable_from_ms)} if payee.confirmed_ms else {})

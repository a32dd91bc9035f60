"""Who is paid, and into which account of a bank: what is asked for, and what is kept of it. Seals nothing itself."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from leaderboard.domain.accounts import Country

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


class UsBank(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An account in the United States: nine digits of ABA routing, up to 17 characters of account."""

    routing: str
    account: str
    account_type: AccountType = "checking"


class IbanBank(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An account anywhere else; `bic` may be left out where the bank's country needs none."""

    iban: str
    bic: str = ""


Bank = UsBank | IbanBank


class PayeeDetails(Struct, frozen=True, kw_only=True):
    """Bank details in the clear: held in memory only, between the door and the seal, or the seal and a file."""

    type: PayeeType
    holder: str
    address: Address
    bank: Bank


class SealedPayee(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bank details as they are stored. `sealed`: field → ciphertext; `fingerprint` tells equal bank accounts apart.

    `usable_from_ms`: 0 until a second person has confirmed them, then when the waiting time is over. Of the account's
    number only `last4` is in the clear. `version` counts the proposals of an account.
    """

    version: int
    type: PayeeType
    country: str
    kind: Literal["us", "iban"]
    last4: str
    sealed: dict[str, str]
    fingerprint: str
    proposed_by: str
    proposed_ms: int
    confirmed_by: str = ""
    confirmed_ms: int = 0
    usable_from_ms: int = 0


class Payee(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of an account's bank details: what stands, and what is proposed in its place."""

    current: SealedPayee | None = None
    proposed: SealedPayee | None = None

"""Bank details as they are sent, tidied and checked. Whatever is wrong is told by field, and never repeated."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final

from msgspec import Meta, Struct, structs
from pycountry import countries
from schwifty import BIC, IBAN
from schwifty.exceptions import InvalidChecksumDigits, InvalidCountryCode, InvalidLength, SchwiftyException

from leaderboard.domain.payees import (
    AccountType,
    Address,
    Bank,
    IbanBank,
    PayeeDetails,
    PayeeType,
    Text,
    UsBank,
)
from leaderboard.domain.routing import is_routing_number

_Sent = Annotated[str, Meta(max_length=64)]

_US_ACCOUNT: Final = re.compile(r"(?!-)(?=.*[1-9A-Z])(?=.*\d)[A-Z0-9-]{4,17}", re.ASCII)
_US_FIELDS: Final = ("routing", "account", "account_type")
_IBAN_FIELDS: Final = ("iban", "bic")

# Kosovo has IBANs and is written so by banks, and is not in the list of ISO.
_UNLISTED: Final = frozenset(("XK",))
# Whose banks have IBANs of another country: the country of the IBAN → countries of the BIC.
_ABROAD: Final = {
    "FR": frozenset(("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT")),
    "GB": frozenset(("GG", "IM", "JE")),
    "FI": frozenset(("AX",)),
}


class BankAsked(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Either `routing` and `account`, for an account in the United States, or `iban`, with its `bic` where it has one.

    Spaces are taken out, and letters made capitals.
    """

    routing: _Sent | None = None
    account: _Sent | None = None
    account_type: AccountType | None = None
    iban: _Sent | None = None
    bic: _Sent | None = None

    def __repr__(self) -> str:
        return "BankAsked(…)"


class PayeeAsked(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Who is paid for an account, where they live or sit, and into which account of a bank."""

    type: PayeeType
    holder: Text
    address: Address
    bank: BankAsked

    def __repr__(self) -> str:
        return "PayeeAsked(…)"


class WrongDetails(ValueError):
    """Bank details cannot be right. `problems`: a line each, naming the field and the way out, without its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def checked_details(asked: PayeeAsked) -> PayeeDetails:
    """The details as they are kept: texts in NFC, numbers without spaces. WrongDetails has all that is wrong."""
    holder, address, bank = _tidy(asked.holder), _tidied(asked.address), _bank(asked.bank)
    problems = [*_text_problems("holder", holder), *_address_problems(address)]
    problems += bank if isinstance(bank, list) else _bank_problems(bank)
    if problems or isinstance(bank, list):
        raise WrongDetails(problems)
    return PayeeDetails(type=asked.type, holder=holder, address=address, bank=bank)


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip(" ")


def _tidied(address: Address) -> Address:
    texts = {name: value for name, value in structs.asdict(address).items() if value is not None}
    return Address(**{name: _tidy(value) for name, value in texts.items()})


def _address_problems(address: Address) -> list[str]:
    texts = {name: value for name, value in structs.asdict(address).items() if value is not None}
    problems = [
        problem for name, value in texts.items() for problem in _text_problems(f"address.{name}", value)
    ]
    if address.country not in _UNLISTED and countries.get(alpha_2=address.country) is None:
        problems.append("address.country: is no country of ISO 3166-1; the United Kingdom is GB")
    return problems


def _text_problems(path: str, text: str) -> list[str]:
    if not text:
        return [f"{path}: must not be blank"]
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp") for letter in text):
        return [f"{path}: has a line break or a character that does not show; type it anew, in one line"]
    return []


def _bank(asked: BankAsked) -> Bank | list[str]:
    """The one form that it has, or what is wrong where that is not clear."""
    given = {name for name, value in structs.asdict(asked).items() if value is not None}
    if given.intersection(_US_FIELDS) and given.intersection(_IBAN_FIELDS):
        return ["bank: has fields of both forms: give routing and account, or iban and bic"]
    if asked.iban is not None:
        return IbanBank(iban=_compact(asked.iban), bic=_compact(asked.bic or ""))
    if asked.routing is not None and asked.account is not None:
        account_type = asked.account_type or "checking"
        return UsBank(
            routing=_compact(asked.routing), account=_compact(asked.account), account_type=account_type
        )
    return [_missing(given)]


def _missing(given: set[str]) -> str:
    if "bic" in given:
        return "bank.iban: is required beside a bic"
    if not given.intersection(("routing", "account")):
        return "bank: give routing and account, for an account in the United States, or an iban"
    absent = "account" if "routing" in given else "routing"
    return f"bank.{absent}: is required for an account in the United States"


def _compact(text: str) -> str:
    compact = "".join(text.split())
    # Outside ASCII a capital may be two letters.
    return compact.upper() if compact.isascii() else compact


def _bank_problems(bank: Bank) -> list[str]:
    return _us_problems(bank) if isinstance(bank, UsBank) else _iban_problems(bank)


def _us_problems(bank: UsBank) -> list[str]:
    problems = []
    if not is_routing_number(bank.routing):
        problems.append(
            "bank.routing: is not the ABA routing number of a bank: nine digits, the last of which checks the others"
        )
    if not _US_ACCOUNT.fullmatch(bank.account):
        problems.append(
            "bank.account: is not the number of an account: 4 to 17 digits, letters A to Z and hyphens"
        )
    return problems


def _iban_problems(bank: IbanBank) -> list[str]:
    try:
        iban = IBAN(bank.iban)
    except SchwiftyException as error:
        return [f"bank.iban: {_iban_complaint(error)}"]
    if bank.bic:
        return _bic_problems(bank.bic, iban.country_code)
    if not iban.in_sepa_zone:
        return ["bank.bic: is required for an account outside the SEPA countries"]
    return []


def _iban_complaint(error: SchwiftyException) -> str:
    """In our words: the library's repeat what was sent."""
    if isinstance(error, InvalidCountryCode):
        return "begins with no country that has IBANs; for an account in the United States give routing and account"
    if isinstance(error, InvalidLength):
        return "is too short or too long for its country: copy it anew"
    if isinstance(error, InvalidChecksumDigits):
        return "has a wrong or swapped character: its check digits do not fit"
    return "is not written as IBANs of its country are: copy it anew"


def _bic_problems(text: str, iban_country: str) -> list[str]:
    try:
        bic = BIC(text)
    except SchwiftyException:
        return ["bank.bic: is not a BIC: 8 or 11 letters and digits, with the bank's country at the fifth"]
    if bic.country_code != iban_country and bic.country_code not in _ABROAD.get(iban_country, ()):
        return ["bank.bic: is of a bank in another country than the iban's"]
    return []

"""Who pays by pain.001, through which bank and in which edition; and what is missing before a file can be made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal
from zoneinfo import available_timezones

from msgspec import Struct

from leaderboard.domain.bank_numbers import bic_of, iban_of
from leaderboard.domain.bank_text import Charset, Unspellable, spelled
from leaderboard.domain.routing import is_routing_number

# The schema of .09 has room for 140; banks read 70 in both editions.
NAME_LENGTH: Final = 70
TOWN_LENGTH: Final = 35

_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9-]{1,34}", re.ASCII)
# What the older edition allows of a BIC; the other one allows all.
_BIC_03: Final = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?", re.ASCII)


class Pain001Profile(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The debtor and its bank. `version` 09 is pain.001.001.09, 03 is pain.001.001.03."""

    version: Literal["09", "03"] = "09"
    debtor: str = ""
    debtor_town: str = ""
    debtor_country: str = ""
    debtor_id: str = ""  # of the initiating party, where the bank has given one out
    iban: str = ""  # of the debtor; or `routing` and `account`
    bic: str = ""
    routing: str = ""
    account: str = ""
    service_level: Literal["NURG", "SEPA", ""] = "NURG"
    charset: Charset = "latin"  # latin: names are written in letters that every bank reads
    zone: str = "UTC"  # in which the file is dated


def profile_problems(profile: Pain001Profile) -> list[str]:
    """What has to be filled in or set right, each with its key."""
    found = [*_party(profile), *_account(profile), *_bank(profile), *_zone(profile)]
    return [f"payouts.pain001.{key}: {problem}" for key, problem in found]


def fits_edition(bic: str, version: str) -> bool:
    """Whether the schema of an edition takes a BIC that can exist."""
    return version != "03" or _BIC_03.fullmatch(bic) is not None


def text_problem(text: str, limit: int, charset: Charset) -> str | None:
    """Why a field of `limit` characters cannot carry a text; None where it can."""
    try:
        length = len(spelled(text, charset))
    except Unspellable as error:
        return str(error)
    if not length:
        return "is empty"
    return f"is {length} characters long, and banks read {limit}: shorten it" if length > limit else None


def _party(profile: Pain001Profile) -> Iterator[tuple[str, str]]:
    if problem := text_problem(profile.debtor, NAME_LENGTH, profile.charset):
        yield "debtor", f"the name of who pays {problem}"
    if problem := text_problem(profile.debtor_town, TOWN_LENGTH, profile.charset):
        yield "debtor_town", f"the town of who pays {problem}"
    if not _COUNTRY.fullmatch(profile.debtor_country):
        yield "debtor_country", "two capital letters are expected, such as US"
    if profile.debtor_id and (problem := text_problem(profile.debtor_id, 35, "latin")):
        yield "debtor_id", f"the number that the bank has given out {problem}"


def _account(profile: Pain001Profile) -> Iterator[tuple[str, str]]:
    if profile.iban:
        yield from _iban(profile)
    elif profile.service_level == "SEPA":
        yield "iban", "SEPA is paid from an IBAN: give it, or set service_level to NURG"
    elif not profile.routing and not profile.account:
        yield "iban", "the account to pay from is missing: give iban, or routing and account"
    else:
        if not is_routing_number(profile.routing):
            yield "routing", "nine digits with a right check digit are expected"
        if not _ACCOUNT.fullmatch(profile.account):
            yield "account", "1 to 34 letters, digits and hyphens are expected"


def _iban(profile: Pain001Profile) -> Iterator[tuple[str, str]]:
    iban = iban_of(profile.iban)
    if iban is None:
        yield "iban", "it cannot be one: see its check digits and length"
    elif profile.service_level == "SEPA" and not iban.in_sepa_zone:
        yield "iban", "its country takes no part in SEPA: set service_level to NURG"
    if profile.routing or profile.account:
        yield "iban", "give either iban, or routing and account"


def _bank(profile: Pain001Profile) -> Iterator[tuple[str, str]]:
    if profile.bic:
        bic = bic_of(profile.bic)
        if bic is None or not fits_edition(str(bic), profile.version):
            yield "bic", "8 or 11 characters are expected, such as CHASUS33"
    elif profile.iban and profile.service_level != "SEPA":
        yield "bic", "the bank to pay through is missing: only SEPA does without"


def _zone(profile: Pain001Profile) -> Iterator[tuple[str, str]]:
    if profile.zone not in available_timezones():
        yield "zone", "a time zone such as America/New_York is expected"

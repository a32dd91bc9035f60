"""A pain.001 file: credit transfers as ISO 20022 has them, in the edition that the bank takes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


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
    charset: Literal["latin", "utf-8"] = "latin"  # latin: names are written in letters that every bank reads
    zone: str = "UTC"  # in which the file is dated

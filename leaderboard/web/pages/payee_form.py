"""The form for bank details: its fields as our API takes them, and countries by name. Checks only what is missing."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from babel import Locale
from pycountry import countries as iso_countries

from leaderboard.web.pages.visit import Visit

# Kosovo has IBANs and is not in the list of ISO.
_UNLISTED: Final = ("XK",)
_BANK: Final = {"us": ("routing", "account"), "iban": ("iban",)}
_REQUIRED: Final = ("holder", "town", "country")
_OPTIONAL: Final = ("street", "postal_code", "region")

# Fields that may be shown again after a form was refused. The others are kept sealed, and are typed again.
ECHOED: Final = (
    "type", "country", "kind", "account_type", "verdict", "list", "list_version", "note", "form", "received_on",
    "reason",
)  # fmt: skip


@cache
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """(code, name in a language) of every country, by name."""
    names = Locale.parse(language).territories
    codes = [*(one.alpha_2 for one in iso_countries), *_UNLISTED]
    return tuple(sorted(((code, names.get(code, code)) for code in codes), key=lambda one: one[1]))


def missing_details(visit: Visit) -> dict[str, str]:
    """Field → that it has to be filled in."""
    needed = (*_REQUIRED, *_BANK[_kind(visit)])
    said = visit.words.gettext("Fill this in.")
    return {name: said for name in needed if not visit.field(name)}


def asked_details(visit: Visit) -> dict[str, Any]:
    """The form as a proposal of bank details."""
    address = {name: visit.field(name) for name in ("town", "country", *_OPTIONAL) if visit.field(name)}
    more = ("account_type",) if _kind(visit) == "us" else ("bic",)
    bank = {name: visit.field(name) for name in (*_BANK[_kind(visit)], *more) if visit.field(name)}
    kind = visit.field("type") or "person"
    return {"type": kind, "holder": visit.field("holder"), "address": address, "bank": bank}


def _kind(visit: Visit) -> str:
    kind = visit.field("kind")
    return kind if kind in _BANK else "us"

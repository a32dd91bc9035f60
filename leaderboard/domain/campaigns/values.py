"""Turns single values of a document into Python values, or says in a ValueError why they are none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import TypeVar

from msgspec import Struct

from leaderboard.domain.money import decimals

from .errors import did_you_mean, shown

Choice = TypeVar("Choice", bound=str)

LONGEST_TEXT = 2_000
LARGEST_WHOLE = 1_000_000_000
LONGEST_S = 36_500 * 86_400

_CAMPAIGN_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_REGION = re.compile(r"[A-Z]{2}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,7})h)?(?:(\d{1,9})m)?(?:(\d{1,11})s)?", re.ASCII)
_BUSINESS_DAYS = re.compile(r"(\d{1,4})bd", re.ASCII)
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?", re.ASCII)
_DAY_START = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)


class Delay(Struct, frozen=True):
    """A wait in business days of the campaign's calendar, or in elapsed seconds; one of them is 0."""

    business_days: int = 0
    elapsed_s: int = 0

    def __str__(self) -> str:
        return f"{self.business_days}bd" if self.business_days else f"{self.elapsed_s}s"


def described(value: object) -> str:
    """A foreign value in a message: short, printable, and never a whole list."""
    match value:
        case str():
            return f'"{shown(value)}"'
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return f"the number {value}" if _is_sane(Decimal(value)) else "a number out of all range"
        case float():
            return f"the binary fraction {value} (write it as a text)"
        case datetime() | date():
            return f"the time {value.isoformat()}"
        case list() | tuple():
            return "a list"
        case _:
            return "a table" if hasattr(value, "keys") else f"a value of type {type(value).__name__}"


def text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a text, not {described(value)}")
    if not value.strip():
        raise ValueError("must not be empty")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"must be no longer than {LONGEST_TEXT} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise ValueError("must not contain control characters")
    return value


def campaign_id(value: object) -> str:
    if not _CAMPAIGN_ID.fullmatch(text(value)):
        raise ValueError(
            f"must be 1 to 64 of a-z, 0-9, `_`, `.` and `-`, with a letter or digit first, not {described(value)}"
        )
    return text(value)


def is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def name(value: object) -> str:
    """The name of a part inside a campaign: an id without dots, which separate the steps of a path."""
    if not is_name(text(value)):
        raise ValueError(
            f"must be 1 to 64 of a-z, 0-9, `_` and `-`, with a letter or digit first, not {described(value)}"
        )
    return text(value)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {described(value)}")
    return value


def whole(value: object) -> int:
    """A whole number from 1."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a whole number, not {described(value)}")
    if not 1 <= value <= LARGEST_WHOLE:
        raise ValueError(f"must be between 1 and {LARGEST_WHOLE}, not {described(value)}")
    return value


def number(value: object) -> Decimal:
    """An exact decimal of at most 15 digits and 12 decimals, given as a number or as a text."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"must be a number, not {described(value)}")
    if not _is_sane(Decimal(value)):
        raise ValueError("must be a number of at most 15 digits and 12 decimals")
    return Decimal(value)


def share(value: object) -> Decimal:
    """`"5%"` or `0.05`. More than the whole must be written with `%`: a bare 5 is seldom meant as 500%."""
    if isinstance(value, str) and value.endswith("%"):
        part = number(value[:-1]).scaleb(-2)
    else:
        part = number(value)
        if part > 1:
            raise ValueError(f'must say "{plain(part)}%" if a percentage is meant')
    if part <= 0:
        raise ValueError("must be more than 0%")
    return part


def duration_s(value: object) -> int:
    """Seconds of `14h`, `30m`, `7d`, `90s` or `1h30m`. A day is 24 hours."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if match is None:
        raise ValueError(f'must be a duration such as "14h", "30m" or "7d", not {described(value)}')
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total_s = int(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds())
    if total_s > LONGEST_S:
        raise ValueError("must be no longer than 36500d")
    return total_s


def delay(value: object) -> Delay:
    """`"20bd"` for business days, or a duration."""
    match = _BUSINESS_DAYS.fullmatch(value) if isinstance(value, str) else None
    if match:
        return Delay(business_days=int(match[1]))
    try:
        return Delay(elapsed_s=duration_s(value))
    except ValueError as error:
        raise ValueError(f"{error}, or business days such as 20bd") from None


def local_time(value: object) -> datetime:
    """A wall-clock time of the campaign's zone, to the second: the zone is said once, in the clock."""
    if isinstance(value, date) and not isinstance(value, datetime):
        raise ValueError(f"must say the time of the day too: {value.isoformat()}T00:00:00")
    if isinstance(value, str) and _LOCAL_TIME.fullmatch(value):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError(f"must be a local time such as 2022-02-14T00:00:00, not {described(value)}")
    if value.tzinfo is not None:
        raise ValueError("must be a local time without an offset; its zone is clock.zone")
    if value.microsecond:
        raise ValueError("must be a whole second")
    if not 2000 <= value.year <= 2199:
        raise ValueError("must lie in the years 2000 to 2199")
    return value.replace(fold=0)


def day_start(value: object) -> str:
    if not _DAY_START.fullmatch(text(value)):
        raise ValueError(f'must be a time of the day such as "00:00", not {described(value)}')
    return text(value)


def zone(value: object) -> str:
    if text(value) not in _zones():
        hint = did_you_mean(text(value), _zones())
        raise ValueError(
            f"must be an IANA time zone such as America/Los_Angeles, not {described(value)}{hint}"
        )
    return text(value)


def currency(value: object) -> str:
    if not _CURRENCY.fullmatch(text(value)):
        raise ValueError(f"must be an ISO 4217 code such as USD, not {described(value)}")
    decimals(text(value))
    return text(value)


def region(value: object) -> str:
    if not _REGION.fullmatch(text(value)):
        raise ValueError(f"must be a country code of two capital letters such as US, not {described(value)}")
    return text(value)


def one_of(*choices: Choice) -> Callable[[object], Choice]:
    def parse(value: object) -> Choice:
        for choice in choices:
            if choice == value:
                return choice
        hint = did_you_mean(value, choices) if isinstance(value, str) else ""
        raise ValueError(f"must be one of {', '.join(choices)}, not {described(value)}{hint}")

    return parse


def existing(what: str, names: Collection[str]) -> Callable[[object], str]:
    """The name of something that the document defines elsewhere."""

    def parse(value: object) -> str:
        if text(value) not in names:
            raise ValueError(f"there is no {what} `{shown(text(value))}`{did_you_mean(text(value), names)}")
        return text(value)

    return parse


def plain(value: Decimal) -> str:
    """The one text of a number: 5E+3 → "5000", 0.50 → "0.5", -0 → "0"."""
    return format(value.normalize(), "f") if value else "0"


def exact(literal: str) -> Decimal:
    """What TOML calls a float, as a Decimal; beyond what a Decimal holds it is no number."""
    try:
        return Decimal(literal)
    except InvalidOperation:
        return Decimal("NaN")


def _is_sane(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -12 and value.adjusted() < 15


@cache
def _zones() -> frozenset[str]:
    # The package's own list: what the system calls a zone differs from machine to machine ("localtime").
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split()) - {"Factory"}

"""Which languages there are, and which of them a reader gets: what they chose, else what the browser asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

LANGUAGE_COOKIE: Final = "language"
ENGLISH: Final = "en"

# Each in its own words, so that whoever reads no other finds it.
LANGUAGES: Final[dict[str, str]] = {ENGLISH: "English", "id": "Bahasa Indonesia", "th": "ไทย"}

# Browsers of old systems ask for Indonesian by the code that it had until 1989.
_OTHER_CODES: Final = {"in": "id"}
_RANGE: Final = re.compile(
    r"(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:;q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.ASCII
)
# A header is at most 8 kB, but nobody reads more languages than this.
_MOST_RANGES: Final = 50


def negotiated(chosen: str | None, accepted: str) -> str:
    """`chosen`: the cookie's value, None without one. `accepted`: the header `Accept-Language`, '' without one."""
    if chosen in LANGUAGES:
        return chosen
    asked, refused = _asked(accepted)
    return next((one for one in asked if one not in refused), ENGLISH)


def _asked(accepted: str) -> tuple[list[str], set[str]]:
    """Ours that are asked for, the most wanted first, and those with q=0. What cannot be read asks for nothing."""
    ranges = list(_ranges(accepted))
    refused = {name for name, quality in ranges if quality == 0}
    named = {name for name, _ in ranges}
    wanted = sorted((one for one in ranges if one[1] > 0), key=lambda one: -one[1])
    asked: list[str] = []
    for name, _ in wanted:
        asked += [one for one in LANGUAGES if one not in named] if name == "*" else [name]
    return [one for one in asked if one in LANGUAGES], refused


def _ranges(accepted: str) -> Iterator[tuple[str, float]]:
    """Language → how much it is wanted, 0 to 1. `th-TH` asks for Thai."""
    for part in accepted.lower().split(",")[:_MOST_RANGES]:
        if match := _RANGE.fullmatch("".join(part.split())):
            code = match[1].split("-")[0]
            yield _OTHER_CODES.get(code, code), float(match[2] or 1) if match[2] != "" else 1.0

"""Times as recordings write them, to Unix milliseconds. An event's own `at` at the door is stricter."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from leaderboard.domain.times import EARLIEST_MS, to_ms

# Nine or ten digits are seconds since 2000, twelve or thirteen milliseconds; nothing else is both.
_UNIX = re.compile(r"(\d{9,10}|\d{12,13})(?:\.(\d+))?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) +(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_LONGEST_SECONDS = 10

_EXAMPLES = "2019-10-01T00:00:00Z, 2019-10-01 00:00 UTC, 10/1/2019 0:00 (month first) or Unix seconds"


def parse_time(text: str, zone: tzinfo = UTC) -> int:
    """Unix milliseconds of RFC 3339, `2019-10-01 00:00[:00][ UTC]`, `10/1/2019 0:00`, Unix seconds or milliseconds.

    `zone` is where the clock hung that wrote times without an offset. ValueError shows what is readable.
    """
    text = text.strip()
    if match := _UNIX.fullmatch(text):
        return _unix_ms(match[1], match[2] or "")
    try:
        instant = _slashed(match) if (match := _SLASHED.fullmatch(text)) else _iso(text)
        return to_ms(instant if instant.tzinfo else instant.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is not a time such as {_EXAMPLES}") from None


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(text[:-4] + "+00:00" if text.endswith(" UTC") else text)


def _slashed(match: re.Match[str]) -> datetime:
    month, day, year, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller knows the zone


def _unix_ms(whole: str, fraction: str) -> int:
    in_seconds = len(whole) <= _LONGEST_SECONDS
    unix_ms = int(whole) * 1000 + int(fraction.ljust(3, "0")[:3]) if in_seconds else int(whole)
    if unix_ms < EARLIEST_MS:
        raise ValueError(f"{whole!r} is before the year 2000, in seconds as in milliseconds")
    return unix_ms

"""Instants as integer Unix milliseconds, and their RFC 3339 form. Nothing here reads a clock."""

from __future__ import annotations

from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS = 86_400_000

# An integer time before this is almost surely seconds sent as milliseconds.
EARLIEST_MS = 946_684_800_000  # 2000-01-01T00:00:00Z


def to_ms(instant: datetime) -> int:
    """Unix milliseconds of an aware datetime; microseconds are cut, not rounded."""
    since = instant - EPOCH
    return since.days * DAY_MS + since.seconds * 1000 + since.microseconds // 1000


def from_ms(instant_ms: int) -> datetime:
    """The aware UTC datetime of Unix milliseconds."""
    seconds, millis = divmod(instant_ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=millis * 1000)


def rfc3339(instant_ms: int) -> str:
    """`2022-02-14T08:00:00.000Z`, always with milliseconds and in UTC."""
    return from_ms(instant_ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant_ms % 1000:03d}Z"

"""Spans of time and hosts as sentences say them, in UTC. No figures are worked out here."""

from __future__ import annotations

from datetime import UTC, datetime

Span = tuple[int, int]


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b}"


def span_in_words(span: Span) -> str:
    """`14:00 to 15:30 on 3 Feb`; with both days where midnight lies between."""
    start, end = (datetime.fromtimestamp(at_ms / 1000, UTC) for at_ms in span)
    if start.date() == end.date():
        return f"{start:%H:%M} to {end:%H:%M} on {_day(start)}"
    return f"{start:%H:%M} on {_day(start)} to {end:%H:%M} on {_day(end)}"


def hours(length_ms: float) -> str:
    """`1.5 h`; minutes below an hour."""
    return f"{length_ms / 3_600_000:.1f} h" if length_ms >= 3_600_000 else f"{length_ms / 60_000:.0f} min"

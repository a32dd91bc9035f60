"""When memory is full, if it goes on growing as it does. Takes samples of what was used; measures nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import median
from typing import Final, NamedTuple

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

# A sample every ten minutes for three days.
SAMPLE_EVERY_MS: Final = 10 * 60 * 1000
SAMPLES_KEPT: Final = 3 * DAY_MS // SAMPLE_EVERY_MS

LEAST_SPAN_MS: Final = HOUR_MS
LEAST_SAMPLES: Final = 4
# Every pair of them is looked at; more of them say hardly more, and take long.
_LOOKED_AT: Final = 72


class Sample(NamedTuple):
    """How much memory was used at a time."""

    at_ms: int
    used_bytes: int


class Forecast(NamedTuple):
    """`full_at_ms`: when the ceiling is reached at this growth; None where that is never, as nothing grows.

    `span_ms` is how long the samples cover of which `growth` was taken, in bytes a day.
    """

    growth_bytes_a_day: int
    full_at_ms: int | None
    span_ms: int


def forecast(samples: Sequence[Sample], now_ms: int, used_bytes: int, ceiling_bytes: int) -> Forecast | None:
    """From what is used now, at the growth of the samples, the oldest first. None: too few to say anything."""
    looked_at = _spread(samples)
    span_ms = looked_at[-1].at_ms - looked_at[0].at_ms if looked_at else 0
    if len(looked_at) < LEAST_SAMPLES or span_ms < LEAST_SPAN_MS:
        return None
    slope = _slope(looked_at)
    return Forecast(round(slope * DAY_MS), _full_at(slope, now_ms, ceiling_bytes - used_bytes), span_ms)


def _spread(samples: Sequence[Sample]) -> list[Sample]:
    """At most so many, evenly, the first and the last among them."""
    last = len(samples) - 1
    if last < _LOOKED_AT:
        return list(samples)
    return [samples[last * index // (_LOOKED_AT - 1)] for index in range(_LOOKED_AT)]


def _slope(samples: Sequence[Sample]) -> float:
    """Bytes a millisecond: the middle one of the slopes between any two, so that a short peak does not tell."""
    pairs = combinations(samples, 2)
    slopes = [(b.used_bytes - a.used_bytes) / (b.at_ms - a.at_ms) for a, b in pairs if b.at_ms > a.at_ms]
    return median(slopes) if slopes else 0.0


def _full_at(slope: float, now_ms: int, left_bytes: int) -> int | None:
    if left_bytes <= 0:
        return now_ms
    return now_ms + round(left_bytes / slope) if slope > 0 else None

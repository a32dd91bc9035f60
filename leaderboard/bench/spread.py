"""How a set of times is spread: the middle, the slow end."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from msgspec import Struct


class Spread(Struct, frozen=True):
    """Milliseconds over `samples` measurements."""

    samples: int
    p50_ms: float
    p99_ms: float
    worst_ms: float


def spread(times_s: Sequence[float]) -> Spread:
    """The nearest-rank percentiles of some seconds."""
    ordered = sorted(times_s)
    if not ordered:
        return Spread(0, 0.0, 0.0, 0.0)
    p50, p99 = (ordered[ceil(share * len(ordered)) - 1] * 1000 for share in (0.50, 0.99))
    return Spread(len(ordered), p50, p99, ordered[-1] * 1000)

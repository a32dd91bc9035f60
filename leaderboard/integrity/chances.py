"""Chances and spreads that detectors weigh with: binomial tails, medians, how far apart histograms are.

Plain numbers in and out. What follows from a figure is decided where the detector is.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log, log2
from typing import Final

_NEGLIGIBLE: Final = 1e-17


def binomial_at_most(seen: int, tries: int, rate: float) -> float:
    """How likely `seen` or fewer of `tries` succeed, each with the chance `rate`."""
    if seen >= tries or rate <= 0:
        return 1.0
    if seen < 0 or rate >= 1:
        return 0.0
    if seen > tries * rate:
        return max(0.0, 1.0 - _tail_down(tries - seen - 1, tries, 1 - rate))
    return _tail_down(seen, tries, rate)


def _tail_down(seen: int, tries: int, rate: float) -> float:
    """The sum of the chances of `seen`, `seen` - 1, ... 0, which is below the mean, so that they shrink fast."""
    chance = _exactly(seen, tries, rate)
    total = chance
    for k in range(seen, 0, -1):
        chance *= k * (1 - rate) / ((tries - k + 1) * rate)
        total += chance
        if chance < total * _NEGLIGIBLE:
            break
    return min(1.0, total)


def _exactly(seen: int, tries: int, rate: float) -> float:
    ways = lgamma(tries + 1) - lgamma(seen + 1) - lgamma(tries - seen + 1)
    return exp(ways + seen * log(rate) + (tries - seen) * log(1 - rate))


def median(values: Sequence[float]) -> float | None:
    """None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def histogram_distance(ours: Sequence[int], peers: Sequence[float]) -> float:
    """The Jensen-Shannon divergence in bits, less what a sample of this size shows by chance alone."""
    total, whole = sum(ours), sum(peers)
    if not total or not whole:
        return 0.0
    pairs = [(one / total, other / whole) for one, other in zip(ours, peers, strict=True)]
    divergence = sum(_half(p, (p + q) / 2) + _half(q, (p + q) / 2) for p, q in pairs)
    by_chance = (len(ours) - 1) / (8 * total * log(2))
    return max(0.0, divergence - by_chance)


def _half(share: float, mean: float) -> float:
    return share * log2(share / mean) / 2 if share > 0 else 0.0

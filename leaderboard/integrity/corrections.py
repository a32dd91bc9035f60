"""Many tests at once: p-values corrected so that few of the finds are chance. Knows nothing of the tests."""

from __future__ import annotations

from collections.abc import Sequence


def corrected(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's: calling every find whose corrected value is at most q keeps q of the finds by chance.

    In the order they came. It holds for tests that are independent or go the same way.
    """
    count = len(p_values)
    found = [1.0] * count
    smallest = 1.0
    for rank, place in reversed(list(enumerate(sorted(range(count), key=p_values.__getitem__), start=1))):
        smallest = min(
            smallest, p_values[place] * (count / rank)
        )  # by a quotient of 1 or more, it cannot round below
        found[place] = smallest
    return found


def benjamini_hochberg(p_values: Sequence[float], q: float) -> list[bool]:
    """Which are finds, when a share q of all finds may be chance."""
    return [p <= q for p in corrected(p_values)]

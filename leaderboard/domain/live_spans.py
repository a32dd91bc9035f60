"""Lists of half-open spans of time: their union, what they have in common, how long they are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

Spans = list[tuple[int, int]]


def union(spans: Iterable[tuple[int, int]]) -> Spans:
    """The same time as sorted spans that neither overlap nor touch; empty spans go."""
    joined: Spans = []
    last = None
    for start, end in sorted(spans):
        if last is not None and start <= last:
            if end > last:
                joined[-1] = (joined[-1][0], last := end)
        elif start < end:
            joined.append((start, last := end))
    return joined


def common(spans: Iterable[tuple[int, int]], others: Sequence[tuple[int, int]]) -> Spans:
    """The time of spans that lies in `others` too; `others` is a union, and is only looked at near the spans."""
    found: Spans = []
    for start, end in spans:
        index = max(bisect_right(others, start, key=itemgetter(0)) - 1, 0)
        while index < len(others) and others[index][0] < end:
            low, high = max(start, others[index][0]), min(end, others[index][1])
            if low < high:
                found.append((low, high))
            index += 1
    return found


def length(spans: Iterable[tuple[int, int]]) -> int:
    """How long spans are together, each for itself."""
    return sum(end - start for start, end in spans)

"""Recognises the metrics that can be counted exactly and live: distinct visitors, alone or per product."""

from __future__ import annotations

from msgspec import Struct, structs

from .metrics import CountedMetric, Metric
from .steps import Step

_KEPT_LIVE = (("visitor",), ("visitor", "product"))


class DistinctCount(Struct, frozen=True):
    """How many different values of the fields there are, of all views or of the valid ones."""

    of: tuple[str, ...]
    valid_only: bool = False


def distinct_count(metric: Metric, window: str) -> DistinctCount | None:
    """`any` for each visitor, then the sum or the count of those: each visitor once. None for all else."""
    if not isinstance(metric, CountedMetric) or len(metric.steps) != 2 or not _counts_views(metric, window):
        return None
    first, second = metric.steps
    for fields in _KEPT_LIVE:
        once_each = first == Step(by=first.by, agg="any") and sorted(first.by) == sorted(fields)
        if once_each and second in (Step(agg="sum"), Step(agg="count")):
            return DistinctCount(fields, valid_only=bool(metric.where))
    return None


def _counts_views(metric: CountedMetric, window: str) -> bool:
    """Whether it counts the views of the award's own window, all or the valid ones, with nothing added."""
    where = [str(condition) for condition in metric.where]
    bare = CountedMetric(source="view", value="count", steps=metric.steps)
    has_nothing_else = structs.replace(metric, where=(), window=None) == bare
    return has_nothing_else and where in ([], ["valid == true"]) and metric.window in (None, window)

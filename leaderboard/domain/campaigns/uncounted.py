"""What about a metric cannot be counted: fields that its rows do not have, and steps that have nothing to go by."""

from __future__ import annotations

from collections.abc import Iterator

from .definition import Definition
from .fields import (
    FIELDS,
    fields_sentence,
    fits,
    has_field,
    has_key,
    is_measurable,
    keys_left,
    lacks_days,
    lacks_key,
)
from .metrics import CountedMetric, Metric

NO_GIFTS = "rows of gifts are not counted yet"
NO_MEASURE = 'these rows amount to nothing by themselves: say `value = "count"` or a field that is a number'
OTHER_KIND = "a field is compared with a literal of its own kind, and only numbers and times have an order"
NO_KEY = "a step after a fold goes by the keys that the fold has kept"
NO_DAYS = "a streak runs over days or weeks: the fold before it must go by `day` or `week`"
OTHER_PERIOD = "a metric over a recurring window is counted for awards over the same window only"


def uncounted(metric: Metric) -> Iterator[tuple[str, str]]:
    """The path of each such thing inside the metric, and a sentence on it."""
    if not isinstance(metric, CountedMetric):
        return
    if metric.source not in FIELDS:
        yield "source", NO_GIFTS
        return
    if metric.value and not is_measurable(metric.source, metric.value):
        yield "value", fields_sentence(metric.source, metric.value)
    elif not is_measurable(metric.source, metric.value):
        yield "value", NO_MEASURE
    yield from _about_conditions(metric)
    yield from _about_steps(metric)


def recurs_apart(definition: Definition, metric: Metric, window: str) -> bool:
    """Whether the metric has a value for each run of a window of its own: none of them goes with another window."""
    own = metric.window if isinstance(metric, CountedMetric) else None
    return own is not None and own != window and definition.windows[own].every is not None


def _about_conditions(metric: CountedMetric) -> Iterator[tuple[str, str]]:
    groups = [("", metric.where)]
    groups += [(f"weight[{index}].", weight.where) for index, weight in enumerate(metric.weight)]
    for path, conditions in groups:
        for index, condition in enumerate(conditions):
            if not has_field(metric.source, condition.name):
                yield f"{path}where[{index}]", fields_sentence(metric.source, condition.name)
            elif not fits(metric.source, condition):
                yield f"{path}where[{index}]", OTHER_KIND


def _about_steps(metric: CountedMetric) -> Iterator[tuple[str, str]]:
    for index, (step, left) in enumerate(keys_left(metric)):
        unknown = [key for key in step.by if not has_key(metric.source, key)]
        if unknown:
            yield f"steps[{index}].by", fields_sentence(metric.source, unknown[0])
        elif lacks_key(step, left):
            yield f"steps[{index}].by", NO_KEY
        if lacks_days(step.agg, left):
            yield f"steps[{index}].agg", NO_DAYS

"""Names the constructs of a definition that this version does not carry out: it refuses them, never ignores them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from .conditions import Condition
from .definition import Definition, live_count
from .entry import Cohort
from .metrics import DerivedMetric, Metric
from .pay import TierRow
from .uncounted import OTHER_PERIOD, recurs_apart, uncounted

# Is it unbuilt? Asked with the definition, the part (an award, a metric …) and the part's value.
Question = Callable[[Definition, Any, Any], bool]


class Row(NamedTuple):
    """`key` of every part of a kind, or with `[]` every entry of it."""

    kind: str
    key: str
    is_unbuilt: Question
    sentence: str


def unbuilt(definition: Definition) -> list[str]:
    """A sentence for each construct that is not built yet, beginning with its path; empty when all are built."""
    found = [f"{path}: {row.sentence}" for row in NOT_BUILT for path in _found(row, definition)]
    return found + [
        f"metric.{name}.{path}: {sentence}"
        for name, metric in definition.metrics.items()
        for path, sentence in uncounted(metric)
    ]


def _found(row: Row, definition: Definition) -> Iterator[str]:
    key = row.key.removesuffix("[]")
    for path, part in _parts(row.kind, definition):
        value = getattr(part, key, None) or getattr(part, f"{key}_s", None)
        entries = enumerate(value or ()) if row.key != key else [(None, value)]
        for index, entry in entries:
            if row.is_unbuilt(definition, part, entry):
                yield f"{path}{key}" if index is None else f"{path}{key}[{index}]"


def _parts(kind: str, definition: Definition) -> list[tuple[str, object]]:
    """The parts of one kind, each with the path that its keys continue."""
    parts: dict[str, list[tuple[str, object]]] = {
        "": [("", definition)],
        "subject": [("subject.", definition.subject)],
        "registration": [("registration.", definition.registration)],
        "window": [(f"window.{name}.", window) for name, window in definition.windows.items()],
        "cohort": [(f"cohort.{name}.", cohort) for name, cohort in definition.cohorts.items()],
        "metric": [(f"metric.{name}.", metric) for name, metric in definition.metrics.items()],
        "eligibility": [(f"eligibility.{part.id}.", part) for part in definition.eligibility],
        "validator": [(f"validator.{part.id}.", part) for part in definition.validators],
        "instrument": [(f"instrument.{name}.", part) for name, part in definition.instruments.items()],
        "award": [(f"award.{award.id}.", award) for award in definition.awards],
        "award.pay": [(f"award.{award.id}.pay.", award.pay) for award in definition.awards],
        "settlement": [("settlement.", definition.settlement)],
    }
    return parts[kind]


def _given(_: Definition, part: object, value: object) -> bool:
    return bool(value)


def _other_than(*built: object) -> Question:
    """Some value that is none of these; a part that has no such key is no matter."""
    return lambda _, part, value: value is not None and value not in built


def _on_hosts(_: Definition, part: object, condition: Condition) -> bool:
    return condition.name.startswith("host.")


def _too_early(definition: Definition, part: Any, condition: Condition) -> bool:
    """A metric that is asked for before the campaign, over a time that is not over by then."""
    is_asked_then = isinstance(part, Cohort) or part.at in ("register", "open")
    return is_asked_then and "." not in condition.name and _is_open(definition, condition.name)


def _is_open(definition: Definition, name: str) -> bool:
    metric, starts_at_ms = definition.metrics[name], definition.starts_at_ms
    if isinstance(metric, DerivedMetric):
        return any(_is_open(definition, operand) for operand in metric.of)
    span_ms = definition.window_ms(metric.window) if metric.window else None
    return span_ms is None or starts_at_ms is None or span_ms[1] > starts_at_ms


def _no_ranking(definition: Definition, part: object, value: object) -> bool:
    return definition.ranking is None


def _recurring_apart(definition: Definition, metric: Metric, window: str | None) -> bool:
    return all(recurs_apart(definition, metric, award.window) for award in definition.awards)


def _recurring(definition: Definition, _: object, window: str) -> bool:
    return definition.windows[window].every is not None


def _relative(definition: Definition, _: object, window: str) -> bool:
    return definition.windows[window].anchor is not None


def _not_live(definition: Definition, award: Any, rank_by: str | None) -> bool:
    is_ranking = definition.ranking is not None and definition.ranking.award_id == award.id
    return is_ranking and live_count(definition) is None


def _second_ranking(definition: Definition, award: Any, rank_by: str | None) -> bool:
    return bool(rank_by) and definition.ranking is not None and definition.ranking.metric != rank_by


def _second_window(definition: Definition, _: object, window: str) -> bool:
    return window != definition.awards[0].window


def _about_attributes(definition: Definition, part: object, row: TierRow) -> bool:
    return any("." in one.name or one.literal.kind == "reference" for one in row.when)


def _in_elapsed_time(_: Definition, part: object, wait: Any) -> bool:
    return wait is not None and not wait.business_days


_HOSTS = "conditions on hosts are not built yet, only on metrics and on attributes of the account (attr.x)"
_EARLY = "a metric is judged before the campaign only over a window that has ended by then"

# Building a construct means deleting its row.
NOT_BUILT: tuple[Row, ...] = (
    Row("subject", "unit", _other_than("account"), "only accounts are paid yet"),
    Row("subject", "member", _other_than("host"), "only hosts roll up to what is paid yet"),
    Row(
        "registration",
        "mode",
        _other_than("approve"),
        "only enrolment by the operator (approve) is built yet",
    ),
    Row("registration", "opens", _given, "registration windows are not built yet"),
    Row("registration", "closes", _given, "registration windows are not built yet"),
    Row(
        "registration",
        "requires[]",
        _other_than("hosts", "schedule", "bank_account"),
        "only hosts, schedule and bank_account can be required yet",
    ),
    Row("cohort", "where[]", _on_hosts, _HOSTS),
    Row("cohort", "where[]", _too_early, _EARLY),
    Row("metric", "window", _recurring_apart, OTHER_PERIOD),
    Row("eligibility", "require[]", _on_hosts, _HOSTS),
    Row("eligibility", "any[]", _on_hosts, _HOSTS),
    Row("eligibility", "require[]", _too_early, _EARLY),
    Row("eligibility", "any[]", _too_early, _EARLY),
    Row(
        "validator",
        "scope",
        _other_than("account"),
        "only accounts are validated yet, not their sessions, hosts or orders",
    ),
    Row("validator", "when[]", _on_hosts, _HOSTS),
    Row(
        "validator",
        "action",
        _other_than("warn", "hold", "exclude"),
        "only the actions warn, hold and exclude are built yet",
    ),
    Row("validator", "bar", _given, "bars from later awards are not built yet"),
    Row("validator", "strikes", _given, "strikes are not built yet"),
    Row("instrument", "kind", _other_than("cash"), "only cash is paid out yet"),
    Row("instrument", "available", _given, "waits until an award can be used are not built yet"),
    Row("instrument", "expires", _given, "expiry of an award is not built yet"),
    Row("instrument", "needs[]", _other_than("bank_account"), "only a bank_account can be needed yet"),
    Row("instrument", "fx", _given, "conversion into another currency is not built yet"),
    Row("instrument", "terms", _given, "terms of use of an award are not built yet"),
    Row("", "award", _no_ranking, "a campaign without an award that ranks is not built yet"),
    Row("award", "window", _recurring, "awards over recurring windows are not built yet"),
    Row("award", "window", _relative, "awards over participant-relative windows are not built yet"),
    Row("award", "window", _second_window, "awards over different windows are not built yet"),
    Row("award", "subject", _other_than("account"), "only accounts are paid yet"),
    Row("award", "require[]", _on_hosts, _HOSTS),
    Row("award", "rank_by", _not_live, "only distinct visitors, or visitors and products, are ranked by yet"),
    Row("award", "rank_by", _second_ranking, "a second ranking by another metric is not built yet"),
    Row("award", "group", _given, "groups of awards are not built yet"),
    Row("award", "once", _given, "awards that are paid only once are not built yet"),
    Row("award.pay", "cumulative", _given, "brackets that run on from window to window are not built yet"),
    Row("award.pay", "rows[]", _about_attributes, "tiers go by metrics and plain values only yet"),
    Row(
        "settlement",
        "hold_from",
        _other_than("window_end"),
        "only holding from the end of the window is built yet",
    ),
    Row("settlement", "announce", _given, "announcements are not built yet"),
    Row("settlement", "appeal", _given, "appeal periods are not built yet"),
    Row("settlement", "pay", _in_elapsed_time, "only business days until payment are built yet"),
    Row("settlement", "clawback", _given, "clawback is not built yet"),
    Row("settlement", "review", _given, "review periods are not built yet"),
    Row("settlement", "minimum", _given, "a least amount for payment is not built yet"),
)

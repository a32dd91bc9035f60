"""The ranking of a campaign, and the sentences that tell people how it is ranked."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from .awards import Award, TiePay
from .conditions import Condition
from .counts import distinct_count
from .metrics import DerivedMetric, Metric

_OF = {
    "minus": "{0} minus {1}",
    "ratio": "{0} as a share of {1}",
    "growth": "the growth of {0} over {1}",
    "plus": "the sum of {}",
    "min": "the lowest of {}",
    "max": "the highest of {}",
}
_RULES = {
    "reached": "whoever reached the score first, by the store's receive time",
    "split": "they share the place and split what it pays",
}
_PAID = {
    "split": "they share the place and split what it pays",
    "each": "they share the place and each is paid for it in full",
}


class Ranking(Struct, frozen=True, kw_only=True):
    """What the standings show: the first award in the file that ranks."""

    award_id: str
    metric: str
    ties: tuple[str, ...]
    tie_pay: TiePay | None
    limit: int | None
    window: str
    requirements: tuple[Condition, ...]


def first_ranking(awards: Iterable[Award]) -> Ranking | None:
    for award in awards:
        if award.rank_by:
            return Ranking(
                award_id=award.id,
                metric=award.rank_by,
                ties=award.ties,
                tie_pay=award.tie_pay,
                limit=award.limit,
                window=award.window,
                requirements=award.require,
            )
    return None


def tie_sentence(ranking: Ranking | None) -> str:
    """At last level places go by who was first, then by account id, unless they are shared: the order is total."""
    if ranking is None:
        return "Nothing is ranked, so there are no level scores."
    return f"Level scores: {', then '.join(tie_order(ranking.ties, ranking.tie_pay))}."


def tie_order(ties: tuple[str, ...], tie_pay: TiePay | None) -> list[str]:
    """What level scores go by, one after the other."""
    rules = [_RULES.get(rule, f"the higher {rule}") for rule in ties]
    if "split" in ties:
        return rules
    if tie_pay:
        return [*rules, _PAID[tie_pay]]
    return [*rules, "account id"] if "reached" in ties else [*rules, _RULES["reached"], "account id"]


def metric_sentence(name: str, metric: Metric, window: str, unit: str) -> str:
    return f"Score: {_score(name, metric, window, unit)}."


def _score(name: str, metric: Metric, window: str, unit: str) -> str:
    count = distinct_count(metric, window)
    if count and count.of == ("visitor",):
        return f"distinct visitors of the {unit}'s products, each counted once"
    if count:
        return f"distinct pairs of a visitor and a product of the {unit}, each counted once"
    if isinstance(metric, DerivedMetric):
        parts = metric.of if metric.op in ("minus", "ratio", "growth") else (" and ".join(metric.of),)
        return f"{name}, {_OF[metric.op].format(*parts)}"
    return f"{name}, counted from {metric.source.replace('_', ' ')} events"

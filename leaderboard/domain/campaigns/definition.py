"""The definition of a campaign: one run of a programme, complete and checked. It decides nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .awards import Award, Instrument
from .conditions import Condition
from .counts import DistinctCount, distinct_count
from .entry import Cohort, Eligibility, Registration, Subject
from .integrity import Integrity
from .live import Live
from .metrics import Metric
from .ranking import Ranking, first_ranking, metric_sentence, tie_sentence
from .settlement import Close, Settlement
from .validators import Validator
from .windows import Clock, Window


class Definition(Struct, frozen=True, kw_only=True):
    """Everything of the format, with the defaults filled in. Made by `parse_toml` and `parse_document` only.

    Durations are seconds (`_s`), money is whole minor units, local times are naive and mean `zone`.
    """

    schema: int
    id: str
    title: str
    operator: str
    region: str | None
    currency: str
    source: tuple[str, ...]
    assumed: tuple[str, ...]
    clock: Clock
    subject: Subject
    live: Live
    integrity: Integrity
    registration: Registration
    windows: Mapping[str, Window]
    cohorts: Mapping[str, Cohort]
    metrics: Mapping[str, Metric]
    eligibility: tuple[Eligibility, ...]
    validators: tuple[Validator, ...]
    instruments: Mapping[str, Instrument]
    awards: tuple[Award, ...]
    settlement: Settlement
    # Whether its standings may be read by anybody, without details; everything else takes a token.
    public: bool = False

    @property
    def zone(self) -> str:
        return self.clock.zone

    @property
    def late_s(self) -> int:
        return self.settlement.late_s

    @property
    def close(self) -> Close:
        return self.settlement.close

    @property
    def starts_at_ms(self) -> int | None:
        """When the first window of an award opens; None when that differs from participant to participant."""
        span_ms = self._span_ms()
        return span_ms[0] if span_ms else None

    @property
    def ends_at_ms(self) -> int | None:
        """When the last window of an award is over; this instant itself no longer counts."""
        span_ms = self._span_ms()
        return span_ms[1] if span_ms else None

    @property
    def ranking(self) -> Ranking | None:
        return first_ranking(self.awards)

    @property
    def requirements(self) -> tuple[Condition, ...]:
        """What the ranking award asks for."""
        return self.ranking.requirements if self.ranking else ()

    def window_ms(self, window: str) -> tuple[int, int] | None:
        """`[start, end)` of a window in Unix milliseconds; None for one relative to the participant."""
        return self.windows[window].span_ms(self.zone)

    def tie_rule(self) -> str:
        """One sentence on how level scores are told apart."""
        return tie_sentence(self.ranking)

    def metric_sentence(self) -> str:
        """One sentence on what the score counts."""
        ranking = self.ranking
        if ranking is None:
            return "Nothing is ranked, so there is no score."
        return metric_sentence(
            ranking.metric, self.metrics[ranking.metric], ranking.window, self.subject.unit
        )

    def _span_ms(self) -> tuple[int, int] | None:
        spans = [self.window_ms(award.window) for award in self.awards]
        fixed = [span for span in spans if span]
        if len(fixed) < len(spans):
            return None
        return min(start_ms for start_ms, _ in fixed), max(end_ms for _, end_ms in fixed)


def live_count(definition: Definition) -> DistinctCount | None:
    """The exact distinct count that the campaign ranks by; None when it ranks by anything else, or not at all."""
    ranking = definition.ranking
    return distinct_count(definition.metrics[ranking.metric], ranking.window) if ranking else None


def takes_invalid_out(definition: Definition) -> bool:
    """Whether invalid views are no part of what the campaign ranks by; without integrity that acts, they are."""
    unit = live_count(definition)
    return unit is not None and unit.valid_only and definition.integrity.mode == "act"
